// Rows of changed storage: which kinds of slots changed, and by which ways into the contract they may have been.
import type { Hex } from '../../core/flow.ts'
import type { TxTrace } from '../../core/trace.ts'
import { addressWord } from '../../core/words.ts'
import type { Place } from './calls.ts'
import { around, type Frame, selectorNumber } from './frames.ts'
import { type Seen, see, seenOf, tagOf } from './habits.ts'

/** Variables with a place of their own lie below this; mappings, arrays and namespaces at hashes. */
const PLAIN_SLOTS = 1n << 32n

/** EIP-1967: implementation, admin, beacon; EIP-1822; OpenZeppelin's old implementation and admin. Who writes them rules the contract. */
const NAMED: ReadonlySet<string> = new Set([
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc',
  '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103',
  '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50',
  '0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7',
  '0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3',
  '0x10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b',
])

/** As `plain` of the table. */
const placeKind = (slot: Hex): 0 | 1 | 2 => (NAMED.has(slot) ? 2 : BigInt(slot) < PLAIN_SLOTS ? 1 : 0)

interface Way {
  /** Selectors from the family's door to the frame that may have written. */
  readonly path: string
  readonly entry: Hex
  readonly selector: Hex
}

interface Candidate extends Way, Seen {
  readonly tag: bigint
}

/** Returns what to remember when the transaction is done. */
export function writeStorage(place: Place, tx: TxTrace, frames: readonly Frame[]): readonly bigint[] {
  const { world, family, block } = place
  const ways = new Map<Hex, readonly Way[]>()
  const known = new Map<string, readonly Candidate[]>()
  for (const write of tx.writes) {
    const { address, slot } = write
    if (!family.members.has(address)) continue
    const plain = placeKind(slot)
    const kind = plain > 0 ? slot : 'hashed'
    const key = `${address}${kind}`
    let candidates = known.get(key)
    if (candidates === undefined) {
      const mine = ways.get(address) ?? waysInto(address, place, frames)
      ways.set(address, mine)
      // a slot whose ways can't be looked up any more has none that is known
      const isTooMuch = mine.length > place.lookUps.left
      place.lookUps.left -= isTooMuch ? 0 : mine.length
      candidates = (isTooMuch ? [] : mine).map((way) => {
        const tag = tagOf('write', address, kind, way.path, place.spec.isStrict(address) ? tx.to : '')
        return { ...way, tag, ...seenOf(world.writerPaths, tag, block) }
      })
      known.set(key, candidates)
    }
    rowOf(place, tx, write, plain, candidates)
  }
  return [...known.values()].flatMap((candidates) => candidates.map(({ tag }) => tag))
}

export function rememberWays(world: Place['world'], tags: readonly bigint[], block: number): void {
  for (const tag of tags) see(world.writerPaths, tag, block)
}

/** More than any honest transaction has: what lies beyond is not told apart. */
const MOST_WAYS = 256
const MOST_STEPS = 16

/** Frames in which this contract's storage could be changed, each once by its way. */
function waysInto(address: Hex, { family: { members } }: Place, frames: readonly Frame[]): readonly Way[] {
  const found = new Map<string, Way>()
  for (const frame of frames) {
    if (frame.actor !== address || frame.isStatic || !frame.stands || frame.kind === 'selfdestruct') continue
    if (found.size === MOST_WAYS) break
    const steps = [stepOf(frame)]
    let entry = frame.selector
    for (const one of around(frame)) {
      if (!members.has(one.actor) || steps.length === MOST_STEPS) break
      // borrowed code that has the same name is the proxy's implementation: no step of its own
      if (stepOf(one) !== steps.at(-1)) steps.push(stepOf(one))
      entry = one.selector
    }
    const path = steps.join('<')
    if (!found.has(path)) found.set(path, { path, entry, selector: frame.selector })
  }
  return [...found.values()]
}

const stepOf = ({ kind, selector }: Frame): string => (kind === 'create' ? 'create' : selector)

function rowOf(place: Place, tx: TxTrace, write: TxTrace['writes'][number], plain: number, candidates: readonly Candidate[]): void {
  const { storageWrites } = place.world
  const { columns } = storageWrites
  const at = storageWrites.extend()
  const least = candidates.reduce<Candidate | undefined>((a, b) => (a === undefined || isLess(b, a) ? b : a), undefined)
  const best = candidates.reduce<Candidate | undefined>((a, b) => (a === undefined || isLess(a, b) ? b : a), undefined)
  columns.contract.set(at, place.contract)
  columns.txIndex.set(at, tx.txIndex)
  columns.address.set(at, addressWord(write.address))
  columns.slot.set(at, BigInt(write.slot))
  columns.before.set(at, BigInt(write.before))
  columns.after.set(at, BigInt(write.after))
  columns.plain.set(at, plain)
  columns.writer.set(at, least?.tag ?? 0n)
  columns.entry.set(at, selectorNumber(least?.entry ?? '0x'))
  columns.selector.set(at, selectorNumber(least?.selector ?? '0x'))
  columns.outerTo.set(at, addressWord(tx.to))
  columns.ways.set(at, candidates.length)
  columns.leastAgeBlocks.set(at, least?.ageBlocks ?? 0)
  columns.leastBlocks.set(at, least?.blocks ?? 0)
  columns.bestAgeBlocks.set(at, best?.ageBlocks ?? 0)
  columns.bestBlocks.set(at, best?.blocks ?? 0)
  columns.watchedBlocks.set(at, place.watchedBlocks)
}

const isLess = (a: Seen, b: Seen): boolean => a.ageBlocks < b.ageBlocks || (a.ageBlocks === b.ageBlocks && a.blocks < b.blocks)
