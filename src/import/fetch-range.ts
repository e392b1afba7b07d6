// Headers and logs of a long range: several parts under way, given in order, linked by parent, each log under the hash of its header.
import { BadDataError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import type { BlockLogs, Header } from '../ingest/schemas.ts'
import { backoffMs, sleep } from '../ingest/wait.ts'
import type { LogFilter } from './log-node.ts'
import { isTooMuch, type Nodes } from './nodes.ts'
import type { RangeSize } from './range-size.ts'

export interface FetchOptions {
  readonly filter: LogFilter
  readonly fromBlock: number
  readonly toBlock: number
  /** The hash of the block before, where it is known. */
  readonly parentHash: Hex | undefined
  /** Parts that are asked for at once. */
  readonly inFlight: number
  readonly size: RangeSize
  readonly signal: AbortSignal
}

export interface FetchedBlock {
  readonly header: Header
  readonly logs: readonly Log[]
}

/** A chain that changes while it is read settles in this many questions, or its end was not final. */
const TRIES = 5
const MOST_PAUSE_MS = 4_000
const NO_LOGS: readonly Log[] = []

/** Parts in order, each without a gap to the one before. */
export async function* fetchRange(nodes: Nodes, options: FetchOptions): AsyncGenerator<readonly FetchedBlock[], void> {
  const { fromBlock, toBlock, inFlight, size } = options
  const underWay: { readonly from: number; readonly to: number; readonly part: Promise<readonly FetchedBlock[]> }[] = []
  let next = fromBlock
  let parentHash = options.parentHash
  for (let answered = false; ; answered = true) {
    while (underWay.length < (answered ? inFlight : 1) && next <= toBlock) {
      const [from, to] = [next, Math.min(toBlock, next + size.blocks - 1)]
      const part = fetchPart(nodes, options, from, to)
      part.catch(() => undefined) // its turn comes; until then nobody waits for it
      underWay.push({ from, to, part })
      next = to + 1
    }
    const first = underWay.shift()
    if (first === undefined) return
    let blocks = await first.part
    for (let attempt = 0; parentHash !== undefined && blocks[0]?.header.parentHash !== parentHash; attempt++) {
      if (attempt === TRIES) throw unlinked(first.from, blocks[0]?.header.parentHash, parentHash)
      await sleep(backoffMs(attempt, MOST_PAUSE_MS, Math.random), options.signal)
      blocks = await fetchPart(nodes, options, first.from, first.to)
    }
    parentHash = blocks.at(-1)?.header.hash
    yield blocks
  }
}

async function fetchPart(nodes: Nodes, options: FetchOptions, from: number, to: number): Promise<readonly FetchedBlock[]> {
  for (let attempt = 0; ; attempt++) {
    const headers = nodes.patiently((node) => node.headers(from, to))
    headers.catch(() => undefined)
    const logs = await logsOf(nodes, options, from, to)
    const joined = join(await headers, logs)
    if (!(joined instanceof BadDataError)) return joined
    if (attempt === TRIES) throw joined
    await sleep(backoffMs(attempt, MOST_PAUSE_MS, Math.random), options.signal)
  }
}

async function logsOf(nodes: Nodes, options: FetchOptions, from: number, to: number): Promise<readonly BlockLogs[]> {
  const { filter, size } = options
  if (filter.addresses.length === 0) return []
  try {
    const blocks = await nodes.patiently(
      (node) => node.logs(filter, from, to),
      (error) => from < to && isTooMuch(error),
    )
    let logs = 0
    for (const block of blocks) logs += block.logs.length
    size.answered(to + 1 - from, logs)
    return blocks
  } catch (error) {
    if (from === to || !isTooMuch(error)) throw error
    size.refused(to + 1 - from)
    const middle = Math.floor((from + to) / 2)
    const left = await logsOf(nodes, options, from, middle)
    return [...left, ...(await logsOf(nodes, options, middle + 1, to))]
  }
}

/** Both answers may be of two states of a chain that changes: then no block is made of them. */
function join(headers: readonly Header[], logs: readonly BlockLogs[]): readonly FetchedBlock[] | BadDataError {
  const blocks: FetchedBlock[] = []
  let at = 0
  for (const header of headers) {
    const before = blocks.at(-1)?.header
    if (before !== undefined && header.parentHash !== before.hash) return unlinked(header.number, header.parentHash, before.hash)
    const here = logs[at]
    if (here?.number === header.number) {
      at++
      if (here.hash !== header.hash)
        return new BadDataError({
          from: 'the endpoint',
          what: `the blockHash of the logs of block ${header.number}`,
          got: here.hash,
          want: `${header.hash}, as its header says`,
          retryable: true,
        })
    }
    blocks.push({ header, logs: here?.number === header.number ? here.logs : NO_LOGS })
  }
  return blocks
}

const unlinked = (number: number, got: Hex | undefined, want: Hex): BadDataError =>
  new BadDataError({
    from: 'the endpoint',
    what: `the parent of block ${number}`,
    got,
    want: `${want}, the block before it; a range that ends at a final block does not change while it is read`,
    retryable: true,
  })
