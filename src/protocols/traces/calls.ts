// Rows of frames: who called a family, who came back into it while it was open, whose code it borrowed, who destroyed itself on the way.
import { addressWord } from '../../core/words.ts'
import { CALL_KIND, REENTRY } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { around, type Frame, isCall, selectorNumber } from './frames.ts'
import { type Seen, see, seenOf, tagOf } from './habits.ts'
import { RATES, TOKEN_MOVES } from './selectors.ts'
import type { Family, Spec } from './spec.ts'

export interface Place {
  readonly world: World
  readonly spec: Spec
  readonly family: Family
  /** Row + 1 in `contracts`. */
  readonly contract: number
  readonly block: number
  readonly watchedBlocks: number
}

interface Reentry {
  readonly kind: number
  readonly outer: Frame
  readonly between: number
}

const UNSEEN: Seen = { ageBlocks: 0, blocks: 0 }

/** Returns what the block has to remember when the transaction is done: not before, or it would excuse itself. */
export function writeCalls(place: Place, txIndex: number, frames: readonly Frame[], familyWrites: number): readonly bigint[] {
  const { world, spec, family, block } = place
  const { members } = family
  const tags: bigint[] = []
  const onTheWay = new Set(frames.flatMap((frame) => (isEntry(frame, place) ? [...around(frame)].map(({ actor }) => actor) : [])))
  for (const frame of frames) {
    const fromFamily = members.has(frame.from)
    const toFamily = members.has(frame.to)
    const dies = frame.kind === 'selfdestruct'
    if (!fromFamily && !toFamily && !(dies && onTheWay.has(frame.from))) continue
    const again = reentryOf(frame, place)
    const rate = toFamily && (RATES.has(frame.selector) || spec.isRate(frame.to, frame.selector))
    const tag = tagFor(frame, again, place)
    const seen = tag === undefined ? UNSEEN : seenOf(world.callHabits, tag, block)
    if (tag !== undefined && frame.stands) tags.push(tag)
    const { traceCalls } = world
    const { columns } = traceCalls
    const at = traceCalls.append()
    columns.contract.set(at, place.contract)
    columns.txIndex.set(at, txIndex)
    columns.call.set(at, frame.index)
    columns.depth.set(at, frame.depth)
    columns.kind.set(at, CALL_KIND[frame.kind])
    columns.from.set(at, addressWord(frame.from))
    columns.to.set(at, addressWord(frame.to))
    columns.selector.set(at, selectorNumber(frame.selector))
    columns.value.set(at, BigInt(frame.value))
    columns.stands.set(at, frame.stands ? 1 : 0)
    columns.fromFamily.set(at, fromFamily ? 1 : 0)
    columns.toFamily.set(at, toFamily ? 1 : 0)
    columns.rate.set(at, rate ? 1 : 0)
    columns.familyWrites.set(at, familyWrites)
    columns.seenAgeBlocks.set(at, seen.ageBlocks)
    columns.seenBlocks.set(at, seen.blocks)
    columns.watchedBlocks.set(at, place.watchedBlocks)
    if (!again) continue
    columns.reentry.set(at, again.kind)
    columns.outer.set(at, selectorNumber(again.outer.selector))
    columns.same.set(at, isOpen(frame) ? 1 : 0)
    columns.paysOut.set(at, paysOut(frame, frames, place) ? 1 : 0)
    columns.between.set(at, again.between)
  }
  return tags
}

export function remember(world: World, tags: readonly bigint[], block: number): void {
  for (const tag of tags) see(world.callHabits, tag, block)
}

const isEntry = (frame: Frame, { family: { members } }: Place): boolean =>
  members.has(frame.to) && isCall(frame) && !members.has(frame.from)

/** A call into the family from outside, while a call of the family that may change something is still open. */
function reentryOf(frame: Frame, place: Place): Reentry | undefined {
  const { family, spec } = place
  if (!isCall(frame) || !family.members.has(frame.to) || frame.parent === undefined || family.members.has(frame.parent.actor))
    return undefined
  const strangers = new Set<string>()
  for (const one of around(frame)) {
    if (!family.members.has(one.actor)) {
      if (!spec.tokens.has(one.actor)) strangers.add(one.actor) // a token that calls back its receiver is nobody's choice
    } else if (!one.isStatic) return { kind: frame.isStatic ? REENTRY.read : REENTRY.call, outer: one, between: strangers.size }
  }
  return undefined
}

/** What it would have to be like to be usual. */
function tagFor(frame: Frame, again: Reentry | undefined, { family: { venue, members } }: Place): bigint | undefined {
  if (frame.kind === 'delegatecall' || frame.kind === 'callcode')
    return members.has(frame.from) ? tagOf('code', frame.from, frame.to) : undefined
  if (!again) return undefined
  if (again.kind === REENTRY.read) return tagOf('read', venue, frame.to, frame.selector, frame.parent?.actor ?? '')
  return tagOf('way', venue, again.outer.actor, again.outer.selector, frame.to, frame.selector)
}

/** Is the same function of the same contract open around it? */
function isOpen(frame: Frame): boolean {
  for (const one of around(frame)) if (isCall(one) && one.to === frame.to && one.selector === frame.selector) return true
  return false
}

function paysOut(frame: Frame, frames: readonly Frame[], { family: { members } }: Place): boolean {
  for (let n = frame.index + 1; n < frame.until; n++) {
    const { from, to, kind, value, selector, stands } = frames[n] as Frame
    if (!stands || kind !== 'call' || !members.has(from) || members.has(to)) continue
    if (value !== '0x0' || TOKEN_MOVES.has(selector)) return true
  }
  return false
}
