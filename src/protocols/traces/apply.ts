// How a block's traces change the tables: one row a transaction and family, its frames, its writes, who gained; then what is to be remembered.
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import type { TraceGap, TxTrace } from '../../core/trace.ts'
import { addressWord } from '../../core/words.ts'
import { TRACE_BLINDNESS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { type Place, remember, writeCalls } from './calls.ts'
import { longestCycle } from './cycles.ts'
import { type Frame, framesOf, isCall, selectorNumber } from './frames.ts'
import { rowOfHabit, see, tagOf } from './habits.ts'
import { FLASH_LOANS, TAKES } from './selectors.ts'
import type { Family, Spec } from './spec.ts'
import { type Flows, familyFlow, flowsOf, priceMoveBps, writeFlows } from './values.ts'
import { rememberWays, writeStorage } from './writes.ts'

/** Ways of writing that a block may have looked up: an ordinary one has some hundreds, each takes some microseconds. */
const MOST_LOOK_UPS = 8_192

export function applyTraces(world: World, spec: Spec, block: BlockInput): void {
  const { traces } = block
  const byTx = logsByTx(block.logs, spec)
  const prices = new Map([...byTx].map(([txIndex, logs]) => [txIndex, priceMoveBps(world, spec, logs)]))
  if (traces?.kind !== 'seen') {
    gap(world, traces?.why ?? 'not-asked', 0)
    return
  }
  if (traces.shed > 0) gap(world, 'shed', traces.shed)
  else if (!traces.storage) gap(world, 'no-storage', 0)
  else inARow(world).set(0, 0)
  const lookUps = { left: MOST_LOOK_UPS }
  for (const tx of traces.txs) {
    const frames = framesOf(tx)
    const logs = byTx.get(tx.txIndex) ?? []
    let flows: Flows | undefined
    for (const family of spec.families) {
      if (!touches(family, tx, frames)) continue
      flows ??= flowsOf(world, spec, tx.status === 1 ? logs : [], frames)
      applyTx(placeOf(world, spec, family, block.number, lookUps), tx, frames, flows, prices.get(tx.txIndex) ?? 0)
    }
    for (const one of tx.created) {
      const row = see(world.contractsSeen, tagOf(one.address), block.number)
      world.contractsSeen.columns.creator.set(row, addressWord(one.creator))
      world.contractsSeen.columns.timeS.set(row, block.timeS)
    }
  }
  for (const family of spec.families) {
    const row = tracedRow(world, family, block.number)
    world.traced.columns.blocks.set(row, world.traced.columns.blocks.get(row) + 1)
  }
}

function applyTx(place: Place, tx: TxTrace, frames: readonly Frame[], flows: Flows, moveBps: number): void {
  const { world, family, block } = place
  const writes = tx.writes.filter(({ address }) => family.members.has(address)).length
  const { outUsd, throughUsd } = familyFlow(flows, family.members)
  const entries = frames.filter((frame) => isCall(frame) && family.members.has(frame.to) && !family.members.has(frame.from))
  const near = frames.filter((frame) => isCall(frame) && (family.members.has(frame.to) || family.members.has(frame.from)))
  const cycle = longestCycle(near.map(({ to, selector }) => `${to}${selector}`))
  const youngest = youngestCaller(place, tx, entries)

  const { transactions } = world
  const { columns } = transactions
  const at = transactions.extend()
  columns.contract.set(at, place.contract)
  columns.txIndex.set(at, tx.txIndex)
  columns.from.set(at, addressWord(tx.from))
  columns.to.set(at, addressWord(tx.to))
  columns.selector.set(at, selectorNumber(frames[0]?.selector ?? '0x'))
  columns.value.set(at, BigInt(frames[0]?.value ?? '0x0'))
  columns.status.set(at, tx.status)
  columns.gasUsed.set(at, tx.gasUsed)
  columns.calls.set(at, tx.frames)
  columns.kept.set(at, frames.length)
  columns.depth.set(
    at,
    frames.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
  )
  columns.writes.set(at, writes)
  columns.entries.set(at, entries.length)
  columns.repeats.set(at, cycle.repeats)
  columns.cycle.set(at, cycle.length)
  columns.cycleSelector.set(at, cycle.first === undefined ? 0 : selectorNumber(`0x${cycle.first.slice(44)}`))
  columns.callerKnown.set(at, youngest ? 1 : 0)
  columns.caller.set(at, youngest ? addressWord(youngest.address) : 0n)
  columns.callerAgeBlocks.set(at, youngest?.ageBlocks ?? 0)
  columns.callerCreator.set(at, youngest?.creator ?? 0n)
  columns.flashLoans.set(at, frames.filter(({ selector, kind, stands }) => stands && kind === 'call' && FLASH_LOANS.has(selector)).length)
  columns.takes.set(at, entries.filter(({ selector, stands, isStatic }) => stands && !isStatic && TAKES.has(selector)).length)
  columns.priceMoveBps.set(at, moveBps)
  columns.outUsd.set(at, outUsd)
  columns.throughUsd.set(at, throughUsd)
  columns.watchedBlocks.set(at, place.watchedBlocks)

  writeFlows(place, tx.txIndex, tx.from, flows, outUsd)
  const tags = writeCalls(place, tx.txIndex, frames, writes)
  const ways = writeStorage(place, tx, frames)
  remember(world, tags, block)
  rememberWays(world, ways, block)
}

/** Of the contracts that called the family in this transaction, and of the outermost one, the one that was made last. */
function youngestCaller({ world, block, family }: Place, tx: TxTrace, entries: readonly Frame[]) {
  let found: { readonly address: Hex; readonly ageBlocks: number; readonly creator: bigint } | undefined
  for (const address of new Set([tx.to, ...entries.map(({ from }) => from)])) {
    if (family.members.has(address)) continue
    const made = tx.created.find((one) => one.address === address)
    const row = made ? undefined : rowOfHabit(world.contractsSeen, tagOf(address))
    const { sinceBlock, creator } = world.contractsSeen.columns
    const one = made
      ? { address, ageBlocks: 0, creator: addressWord(made.creator) }
      : row !== undefined && { address, ageBlocks: block - sinceBlock.get(row), creator: creator.get(row) }
    if (one && (found === undefined || one.ageBlocks < found.ageBlocks)) found = one
  }
  return found
}

const touches = ({ members }: Family, tx: TxTrace, frames: readonly Frame[]): boolean =>
  frames.some(({ from, to }) => members.has(from) || members.has(to)) || tx.writes.some(({ address }) => members.has(address))

function placeOf(world: World, spec: Spec, family: Family, block: number, lookUps: Place['lookUps']): Place {
  const row = tracedRow(world, family, block)
  const { contract, blocks } = world.traced.columns
  return { world, spec, family, contract: contract.get(row), block, watchedBlocks: blocks.get(row), lookUps }
}

function tracedRow(world: World, { venue, isVenue }: Family, block: number): number {
  const known = world.traced.find(venue)
  if (known !== undefined) return known
  const contract = world.contracts.rowOf(venue)
  world.contracts.columns.address.set(contract, addressWord(venue))
  const row = world.traced.rowOf(venue)
  world.traced.columns.contract.set(row, contract + 1)
  world.traced.columns.sinceBlock.set(row, block)
  if (isVenue && world.venues.find(venue) === undefined) {
    const own = world.venues.rowOf(venue)
    world.venues.columns.chainId.set(own, world.chainId)
    world.venues.columns.pool.set(own, addressWord(venue))
  }
  return row
}

/** Cell 0: blocks in a row without whole traces; cell 1: ever. */
const inARow = (world: World) => world.store.column('traces.gaps', 'u32')

function gap(world: World, why: TraceGap | 'no-storage' | 'shed', shed: number): void {
  const cells = inARow(world)
  cells.set(0, cells.get(0) + 1)
  cells.set(1, cells.get(1) + 1)
  const { columns } = world.traceGaps
  const at = world.traceGaps.extend()
  columns.reason.set(at, TRACE_BLINDNESS.indexOf(why))
  columns.blocks.set(at, cells.get(1))
  columns.inARow.set(at, cells.get(0))
  columns.shed.set(at, shed)
}

/** Of tokens and price sources only. */
function logsByTx(logs: readonly Log[], spec: Spec): ReadonlyMap<number, readonly Log[]> {
  const byTx = new Map<number, Log[]>()
  for (const log of logs) {
    if (!spec.tokens.has(log.address) && !spec.sources.has(log.address)) continue
    const of = byTx.get(log.txIndex)
    if (of === undefined) byTx.set(log.txIndex, [log])
    else of.push(log)
  }
  return byTx
}
