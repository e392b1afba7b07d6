// `firebreak backtest`: stored blocks through the live code of a config; what would have been found, told and proposed.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonical } from '../core/canonical.ts'
import { UserError } from '../core/errors.ts'
import { openHistory } from '../history/history.ts'
import type { History } from '../history/types.ts'
import { rulesOf } from '../rules.ts'
import { backtest as run } from '../tools/backtest/backtest.ts'
import { readLabels } from '../tools/backtest/labels.ts'
import { pageOf } from '../tools/backtest/page.ts'
import { backtestProgress } from './backtest-progress.ts'
import { backtestLines } from './backtest-text.ts'
import { loadConfig } from './load-config.ts'

export interface BacktestCommand {
  readonly config: string
  /** Of the history; without it that of the config's first node. */
  readonly folder?: string
  readonly from?: number
  readonly to?: number
  readonly labels?: string
  /** A file; true or `-` for stdout. */
  readonly json?: string | true
  readonly html?: string
  readonly fresh: boolean
}

export async function backtest(command: BacktestCommand): Promise<void> {
  const config = await loadConfig(command.config)
  const rules = rulesOf(config)
  const folder = command.folder ?? join(config.nodes[0]?.dataDir ?? '.firebreak', 'history')
  const history = openHistory(folder, rules.chainId)
  const { from, to } = rangeOf(command, history)
  const labels = command.labels === undefined ? undefined : readLabels(command.labels)
  let stopping = false
  const stop = () => {
    stopping = true
  }
  // a second one ends the process at once; what was kept last stays
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const progress = backtestProgress(to)
  const result = await run({
    rules,
    history,
    from,
    to,
    ...(labels ? { labels } : {}),
    fresh: command.fresh,
    stop: () => stopping,
    onBlock: progress.block,
  }).finally(() => {
    progress.end()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  })
  if (result.resumedAt !== undefined) console.error(`gone on from block ${result.resumedAt + 1}, where the last run was stopped`)
  if (result.kind === 'stopped') {
    console.error(`stopped after block ${result.atBlock ?? 'none'}: the same command goes on from there, with --fresh it begins again`)
    process.exitCode = 2
    return
  }
  const toStdout = command.json === true || command.json === '-'
  const text = `${canonical(result.document)}\n`
  if (toStdout) process.stdout.write(text)
  else if (typeof command.json === 'string') writeFileSync(command.json, text)
  if (command.html !== undefined) writeFileSync(command.html, pageOf(result.document))
  const say = toStdout ? console.error : console.log
  for (const line of backtestLines(result.document)) say(line)
  say(`\nall findings: ${result.findingsFile}`)
}

/** What is there, unless something narrower is asked for. */
function rangeOf(command: BacktestCommand, history: History): { readonly from: number; readonly to: number } {
  const ranges = history.ranges()
  const [first, last] = [ranges[0], ranges.at(-1)]
  if (!first || !last)
    throw new UserError(
      `history in ${history.folder}`,
      `no block of chain ${history.chainId}`,
      'blocks: `firebreak import --help` says how',
    )
  const { from = first.fromBlock, to = last.toBlock } = command
  if (from > to) throw new UserError('--from', from, `a block at or before --to, ${to}`)
  if (!ranges.some((range) => range.fromBlock <= to && from <= range.toBlock)) {
    const there = ranges.map((range) => `${range.fromBlock} to ${range.toBlock}`).join(', ')
    throw new UserError('--from, --to', `blocks ${from} to ${to}`, `blocks that are there: ${there}`)
  }
  return { from, to }
}
