// `firebreak init`: asks for endpoint, protocol and addresses, reads the chain, and writes a typed config with comments.
import { existsSync, writeFileSync } from 'node:fs'
import { FirebreakError, UserError } from '../core/errors.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'
import { type InitOptions, terminal, wantedOf } from './init-ask.ts'
import { type Found, readChain } from './init-read.ts'
import { configText } from './init-write.ts'
import { loadConfig } from './load-config.ts'
import { type Look, lookAt } from './look.ts'
import { paint, plain, printable } from './show.ts'

export async function init(options: InitOptions): Promise<void> {
  const { out, force, json } = options
  if (!/\.[cm]?[jt]s$/.test(out)) throw new UserError('--out', out, 'a file that ends in .ts, .mts, .js or .mjs')
  if (!force && existsSync(out)) throw new UserError('--out', out, 'a file that is not there yet, or --force to write over it')
  const say = (text: string) => (json ? process.stderr : process.stdout).write(`${paint('dim', `  ${plain(text)}`)}\n`)
  const talk = !options.yes && process.stdin.isTTY ? terminal(process.stdin, json ? process.stderr : process.stdout) : undefined
  const wanted = await wantedOf(options, talk?.ask).finally(() => talk?.close())
  const look = await open(wanted.endpoint)
  try {
    say(`connected to ${look.endpoint}`)
    const found = await readChain(look, wanted, say)
    write(out, configText(found, wanted.rpc, out), force)
    await loadConfig(out)
    if (json) console.log(JSON.stringify(summary(out, found), printable, 2))
    else for (const line of lines(out, found)) console.log(line)
  } finally {
    look.close()
  }
}

async function open(endpoint: string): Promise<Look> {
  try {
    return await lookAt(endpoint)
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error
    throw new UserError('--rpc', nameEndpoint(endpoint).name, `an endpoint that answers (${error.message})`)
  }
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const { code = 'failed' } = error as NodeJS.ErrnoException
    throw new UserError(
      '--out',
      file,
      code === 'EEXIST' ? 'a file that is not there yet, or --force' : `a file that can be written (${code})`,
    )
  }
}

/** What was found and what is left to fill in. */
function summary(file: string, found: Found) {
  const { chainId, contracts, revision, reserves, fromBlock, fromBlockBy, guard, headNumber } = found
  const unwatched = reserves.filter(({ feed }) => !feed).map(({ symbol, asset }) => symbol ?? asset)
  const gaps = [
    ...(fromBlockBy === 'head' ? ['fromBlock is the present block: the endpoint keeps no old state'] : []),
    ...(unwatched.length > 0 ? [`prices without a feed that is watched: ${unwatched.join(', ')}`] : []),
    'no feed has a secondProxy yet: add the independent feeds you know',
    ...(guard ? [] : ['no Guard: observe only']),
    ...(guard?.entries === 0 ? ['the Guard has no entry of this pool'] : []),
    ...(guard && !guard.armed ? ['the Guard is disarmed'] : []),
    ...(guard && guard.partly.length > 0 ? [`only some assets have entries for ${guard.partly.join(', ')}: left out`] : []),
  ]
  return { file, chainId, headNumber, ...contracts, revision, fromBlock, fromBlockBy, reserves, guard: guard ?? null, gaps }
}

function lines(file: string, found: Found): readonly string[] {
  const { gaps, reserves } = summary(file, found)
  return [
    `${paint('green', 'written')}: ${plain(file)}, ${reserves.length} reserves, from block ${found.fromBlock}`,
    'to fill in or to know:',
    ...gaps.map((gap) => `  ${plain(gap)}`),
    'next:',
    `  firebreak check --config ${plain(file)}`,
    `  firebreak watch --config ${plain(file)}`,
  ]
}
