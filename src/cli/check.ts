// `firebreak check`: the config by itself, against this machine, against the chain, and who could undo what it does.
import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { FirebreakError, UserError } from '../core/errors.ts'
import { checkOnline } from './check-chain.ts'
import { checkConfig } from './check-config.ts'
import { checkFiles } from './check-files.ts'
import { type Check, countsOf, failure, ok, tableOf, warning } from './check-list.ts'
import { watchedThings } from './check-watched.ts'
import { loadConfig } from './load-config.ts'
import { paint, plain, printable } from './show.ts'

export interface CheckOptions {
  readonly config: string
  readonly offline: boolean
  readonly json: boolean
}

export async function check(options: CheckOptions): Promise<void> {
  const checks = await checksOf(options, (text) => {
    if (options.json || !process.stdout.isTTY) process.stderr.write(`  ${plain(text)}\n`)
    else console.log(paint('dim', `  ${plain(text)}`))
  })
  const counts = countsOf(checks)
  const passed = counts.failure === 0
  if (options.json) {
    console.log(JSON.stringify({ config: options.config, offline: options.offline, passed, counts, checks }, printable, 2))
  } else for (const line of tableOf(checks)) console.log(line)
  if (!passed) process.exitCode = 1
}

/** All checks in the order in which they are read: config, this machine, chain. */
export async function checksOf(options: Omit<CheckOptions, 'json'>, say: (text: string) => void): Promise<readonly Check[]> {
  if (!existsSync(options.config)) throw new UserError('--config', options.config, 'a file that exists; `firebreak init` writes one')
  let config: Config
  try {
    config = await loadConfig(options.config)
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error
    return [failure('config', error.message, 'mend the key that is named; see docs/config.md')]
  }
  const { nodes, chain } = config
  const loaded = ok(
    'config',
    `${options.config}: chain ${chain.id} from block ${chain.fromBlock}, nodes ${nodes.map(({ id }) => id).join(', ')}`,
  )
  const local = checkFiles(config, options.offline)
  const alone = [loaded, ...checkConfig(config), ...local.checks]
  if (!options.offline) return [...alone, ...(await checkOnline(config, local, say))]
  const unknown = watchedThings(config).pools.map(({ pool }) =>
    warning(
      'revision',
      `of ${pool} is not known offline; only Aave v3.0 was run for real, any other is refused`,
      'check without --offline',
    ),
  )
  return [...alone, ...unknown]
}
