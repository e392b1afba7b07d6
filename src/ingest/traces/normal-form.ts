// From a node's traces to what a block keeps of them: effects that stand, transactions that matter, and never more than fits.
import type { Hex } from '../../core/flow.ts'
import type { BlockTraces, StorageWrite, TraceCall, TxTrace } from '../../core/trace.ts'
import { fail, type Where } from '../fields.ts'
import type { Header, Receipt } from '../schemas.ts'
import type { RawCall, RawTx } from './raw.ts'

/**
 * Frames and writes that a block keeps, of all its transactions together. A busy mainnet block of 300 transactions has 2,000 to 4,000, a
 * fraction of them of what is watched; full of the cheapest calls it could have some hundred thousand.
 */
export const MOST_FRAMES = 8_192
export const MOST_WRITES = 8_192
/** Contracts made by one block that are remembered: the cheapest cost 32,000 gas each. */
const MOST_CREATED = 2_048

/** Transactions that touch nothing watched keep no frames; where there are too many, the longest transactions lose theirs first. */
export function normalTraces(
  where: Where,
  raw: readonly RawTx[],
  header: Header,
  receipts: readonly Receipt[] | undefined,
  { watched, storage }: { readonly watched: ReadonlySet<Hex>; readonly storage: boolean },
  limits: { readonly frames: number; readonly writes: number } = { frames: MOST_FRAMES, writes: MOST_WRITES },
): BlockTraces {
  const count = header.transactions ?? receipts?.length
  if (count !== undefined && raw.length !== count)
    fail(where, 'the number of traces', raw.length, `${count}, as the block has transactions`)
  const txs = raw.map((tx, n) => txOf(where, tx, n, receipts?.[n], watched))
  const frames = fairShare(
    txs.map(({ calls }) => calls.length),
    limits.frames,
  )
  const writes = fairShare(
    txs.map((tx) => tx.writes.length),
    limits.writes,
  )
  let shed = 0
  let created = 0
  const kept: TxTrace[] = []
  for (const tx of txs) {
    shed += Math.max(0, tx.calls.length - frames) + Math.max(0, tx.writes.length - writes)
    const room = Math.max(0, MOST_CREATED - created)
    created += tx.created.length
    const one = { ...tx, calls: tx.calls.slice(0, frames), writes: tx.writes.slice(0, writes), created: tx.created.slice(0, room) }
    if (one.calls.length > 0 || one.created.length > 0) kept.push(one)
  }
  return { kind: 'seen', storage, txs: kept, shed }
}

/** The greatest part that every one may have so that all parts together fit: whoever wants less than it loses nothing. */
export function fairShare(wanted: readonly number[], most: number): number {
  let left = most
  const sorted = [...wanted].sort((a, b) => a - b)
  for (const [n, want] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - n))
    if (want > share) return share
    left -= want
  }
  return Number.MAX_SAFE_INTEGER
}

function txOf(where: Where, tx: RawTx, txIndex: number, receipt: Receipt | undefined, watched: ReadonlySet<Hex>): TxTrace {
  const first = tx.calls[0]
  if (first === undefined || first.depth !== 0) return fail(where, 'the trace of a transaction', tx.txHash, 'an outermost frame')
  const txHash = tx.txHash ?? receipt?.txHash
  if (txHash === undefined) return fail(where, "a trace's txHash", txHash, 'a hash')
  if (receipt && receipt.txHash !== txHash) fail(where, "a trace's txHash", txHash, `${receipt.txHash}, as the receipt says`)
  const { created, destroyed } = comings(tx.calls)
  const gone = new Set(destroyed.map(({ address }) => address))
  const touches = tx.calls.some(({ from, to }) => watched.has(from) || watched.has(to))
  const writes = tx.writes.filter(({ address }) => watched.has(address) && !gone.has(address))
  const isKept = touches || writes.length > 0
  return {
    txHash,
    txIndex,
    from: first.from,
    to: first.to,
    status: first.end === 'ok' ? 1 : 0,
    gasUsed: receipt?.gasUsed ?? 0,
    frames: tx.calls.length,
    calls: isKept ? tx.calls.map(plain) : [],
    writes: first.end === 'ok' ? writes.map(plainWrite) : [],
    created,
    destroyed: isKept ? destroyed : [],
  }
}

/** What was made and destroyed by frames that stand: neither they nor any frame above them failed. */
function comings(calls: readonly RawCall[]): Pick<TxTrace, 'created' | 'destroyed'> {
  const created: { readonly address: Hex; readonly creator: Hex; readonly codeBytes: number }[] = []
  const destroyed: { readonly address: Hex; readonly heir: Hex }[] = []
  let undone = Number.POSITIVE_INFINITY
  for (const { depth, kind, from, to, end, codeBytes } of calls) {
    if (depth > undone) continue
    undone = end === 'ok' ? Number.POSITIVE_INFINITY : depth
    if (end !== 'ok') continue
    if (kind === 'create') created.push({ address: to, creator: from, codeBytes })
    if (kind === 'selfdestruct') destroyed.push({ address: from, heir: to })
  }
  const gone = new Set(destroyed.map(({ address }) => address))
  return { created: created.filter(({ address, codeBytes }) => codeBytes > 0 || gone.has(address)), destroyed }
}

const plain = ({ depth, kind, from, to, selector, value, gasUsed, inputBytes, end }: RawCall): TraceCall => ({
  depth,
  kind,
  from,
  to,
  selector,
  value,
  gasUsed,
  inputBytes,
  end,
})
const plainWrite = ({ address, slot, before, after }: StorageWrite): StorageWrite => ({ address, slot, before, after })
