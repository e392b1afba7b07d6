// What each account gained or lost in a transaction, in tokens and native value of known price, and how far a price was moved in it.
import { toFloat } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, addressWord, topicAt, wordAt } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import type { Place } from './calls.ts'
import type { Frame } from './frames.ts'
import { priceOf, type Spec } from './spec.ts'
import { DEPOSIT, SWAP_V3, SYNC_V2, TRANSFER, WITHDRAWAL } from './topics.ts'

const NOBODY = addressOf(0n)
/** Rows of one transaction: those who gain or lose most. A transaction that pays out to thousands need not be told in full. */
const MOST_ACCOUNTS = 64
/** Less than this is dust of rounding, USD. */
const LEAST_USD = 0.01

export interface Flows {
  /** Of every account but nobody's, USD. */
  readonly net: ReadonlyMap<Hex, number>
  readonly into: ReadonlyMap<Hex, number>
  readonly outOf: ReadonlyMap<Hex, number>
}

export function flowsOf(world: World, spec: Spec, logs: readonly Log[], frames: readonly Frame[]): Flows {
  const net = new Map<Hex, number>()
  const into = new Map<Hex, number>()
  const outOf = new Map<Hex, number>()
  const move = (from: Hex, to: Hex, usd: number): void => {
    if (from === to || usd === 0) return
    if (from !== NOBODY) {
      net.set(from, (net.get(from) ?? 0) - usd)
      outOf.set(from, (outOf.get(from) ?? 0) + usd)
    }
    if (to !== NOBODY) {
      net.set(to, (net.get(to) ?? 0) + usd)
      into.set(to, (into.get(to) ?? 0) + usd)
    }
  }
  for (const log of logs) {
    const token = spec.tokens.get(log.address)
    const price = token && priceOf(world, token)
    if (token === undefined || price === undefined) continue
    const moved = movedBy(log, token.wrapsNative === true)
    if (moved) move(moved.from, moved.to, (token.liability ? -1 : 1) * price * toFloat(moved.amount, token.decimals))
  }
  const { native } = spec.given
  const price = native && priceOf(world, native)
  if (price !== undefined)
    for (const { kind, from, to, value, stands } of frames)
      if (stands && value !== '0x0' && kind !== 'callcode') move(from, to, price * toFloat(BigInt(value), 18))
  return { net, into, outOf }
}

function movedBy({ topics, data }: Log, wraps: boolean): { readonly from: Hex; readonly to: Hex; readonly amount: bigint } | undefined {
  const amount = wordAt(data, 0)
  const first = topicAt(topics, 1)
  if (amount === undefined || first === undefined) return undefined
  const second = topicAt(topics, 2)
  if (topics[0] === TRANSFER && topics.length === 3 && second !== undefined)
    return { from: addressOf(first), to: addressOf(second), amount }
  if (wraps && topics[0] === DEPOSIT) return { from: NOBODY, to: addressOf(first), amount }
  if (wraps && topics[0] === WITHDRAWAL) return { from: addressOf(first), to: NOBODY, amount }
  return undefined
}

/** What the family lost, and the greater of what went in and out of its members. */
export function familyFlow(
  { net, into, outOf }: Flows,
  members: ReadonlySet<Hex>,
): { readonly outUsd: number; readonly throughUsd: number } {
  let outUsd = 0
  let given = 0
  let taken = 0
  for (const member of members) {
    outUsd -= net.get(member) ?? 0
    taken += into.get(member) ?? 0
    given += outOf.get(member) ?? 0
  }
  return { outUsd: outUsd === 0 ? 0 : outUsd, throughUsd: Math.max(given, taken) }
}

export function writeFlows(place: Place, txIndex: number, sender: Hex, flows: Flows, outUsd: number): void {
  const { valueFlows } = place.world
  const { columns } = valueFlows
  const found = [...flows.net].filter(([account, usd]) => Math.abs(usd) >= LEAST_USD && !place.family.members.has(account))
  const order = found.sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1)).slice(0, MOST_ACCOUNTS)
  for (const [account, gainUsd] of order) {
    const at = valueFlows.append()
    columns.contract.set(at, place.contract)
    columns.txIndex.set(at, txIndex)
    columns.account.set(at, addressWord(account))
    columns.gainUsd.set(at, gainUsd)
    columns.outUsd.set(at, outUsd)
    columns.sender.set(at, account === sender ? 1 : 0)
    columns.watchedBlocks.set(at, place.watchedBlocks)
  }
}

/** The farthest that a source stood from where it was before the transaction, 1/10,000; the sources keep where they stand after it. */
export function priceMoveBps(world: World, spec: Spec, logs: readonly Log[]): number {
  const { columns } = world.priceSources
  const before = new Map<Hex, number>()
  let farthest = 0
  for (const log of logs) {
    const source = spec.sources.get(log.address)
    const price = source && priceAfter(log, source.kind)
    if (price === undefined) continue
    const row = world.priceSources.rowOf(log.address)
    const was = before.get(log.address) ?? columns.price.get(row)
    before.set(log.address, was)
    columns.pool.set(row, addressWord(log.address))
    columns.price.set(row, price)
    if (was > 0) farthest = Math.max(farthest, Math.max(price / was, was / price) - 1)
  }
  return Math.min(farthest, 1e9) * 10_000
}

function priceAfter({ topics, data }: Log, kind: 'uniswap-v2' | 'uniswap-v3'): number | undefined {
  if (kind === 'uniswap-v3') {
    const root = topics[0] === SWAP_V3 ? wordAt(data, 2) : undefined
    if (root === undefined || root === 0n) return undefined
    const price = Number(root) / 2 ** 96
    return price * price
  }
  const [zero, one] = topics[0] === SYNC_V2 ? [wordAt(data, 0), wordAt(data, 1)] : []
  return zero && one ? Number(one) / Number(zero) : undefined
}
