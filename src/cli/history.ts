// `firebreak history`: which blocks are kept, where they came from, what is missing, and whether every byte is what was written.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { openHistory } from '../history/history.ts'
import type { HistoryProblem, HistoryRange } from '../history/types.ts'
import { align } from './show.ts'

export interface HistoryOptions {
  readonly chain?: number
  readonly verify: boolean
  readonly json: boolean
}

interface ChainHistory {
  readonly chainId: number
  readonly folder: string
  readonly ranges: readonly HistoryRange[]
  readonly gaps: readonly { readonly fromBlock: number; readonly toBlock: number }[]
  /** With --verify; without it only what shows without reading columns. */
  readonly problems: readonly HistoryProblem[]
}

/** @param given a history folder, or a node's data folder with one in it */
export function history(given: string, options: HistoryOptions): void {
  const folder = existsSync(join(given, 'history')) ? join(given, 'history') : given
  const chains = chainsOf(folder, options.chain).map((chainId) => chainHistory(folder, chainId, options.verify))
  if (options.json) console.log(JSON.stringify({ folder, verified: options.verify, chains }, null, 2))
  else for (const line of chains.flatMap((chain) => linesOf(chain, options.verify))) console.log(line)
  if (chains.some(({ problems }) => problems.length > 0)) process.exitCode = 1
}

function chainsOf(folder: string, wanted: number | undefined): readonly number[] {
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => /^[1-9]\d*$/.test(name)) : []
  const ids = there.map(Number).sort((a, b) => a - b)
  if (ids.length === 0) throw new UserError('history', folder, 'a folder that `firebreak import` or a node has written')
  if (wanted === undefined) return ids
  if (!ids.includes(wanted)) throw new UserError('--chain', wanted, `a chain that ${folder} has: ${ids.join(', ')}`)
  return [wanted]
}

function chainHistory(folder: string, chainId: number, verify: boolean): ChainHistory {
  const found = openHistory(folder, chainId)
  const problems = verify ? found.verify() : found.problems()
  const ranges = found.ranges()
  const [first, last] = [ranges[0], ranges.at(-1)]
  const gaps = first && last ? found.gaps(first.fromBlock, last.toBlock) : []
  return { chainId, folder: join(folder, String(chainId)), ranges, gaps, problems }
}

const day = (timeS: number): string => new Date(timeS * 1000).toISOString().slice(0, 16).replace('T', ' ')
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %`)

function linesOf({ chainId, folder, ranges, gaps, problems }: ChainHistory, verified: boolean): readonly string[] {
  const head = ['from', 'to', 'blocks', 'logs', 'undecoded', 'blocks read', 'size', 'from (UTC)', 'to (UTC)', 'sources']
  const rows = ranges.map((range) => {
    const blocks = range.toBlock - range.fromBlock + 1
    return [
      String(range.fromBlock),
      String(range.toBlock),
      String(blocks),
      String(range.logs),
      range.malformedLogs > 0 ? `${range.otherLogs} (${range.malformedLogs} malformed)` : String(range.otherLogs),
      share(range.blocksRead, blocks),
      mib(range.bytes),
      day(range.fromTimeS),
      day(range.toTimeS),
      range.sources.join(', '),
    ]
  })
  return [
    `chain ${chainId} in ${folder}`,
    ...(rows.length === 0 ? ['no blocks'] : align([head, ...rows])),
    ...gaps.map(({ fromBlock, toBlock }) => `gap: ${fromBlock} to ${toBlock}, ${toBlock - fromBlock + 1} blocks`),
    ...problems.map(({ file, what }) => `damaged: ${file}: ${what}`),
    ...(problems.length > 0 ? ['what is damaged is not read; import its blocks again to mend it'] : []),
    ...(verified && problems.length === 0 ? ['every byte is what was written'] : []),
  ]
}
