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
  /** Of the block: how many more ways may be looked up. A block made to have very many is not worth the time that they take. */
  readonly lookUps: { left: number }
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
  const onTheWay = actorsOnTheWay(frames, place)
  const paid = paymentsBefore(frames, place)
  const inside = insides(frames, place)
  /** Functions that are open around the frame, and how often; what is open is in `stack`. */
  const open = new Map<string, number>()
  const stack: Frame[] = []
  for (const frame of frames) {
    while (stack.length > 0 && (stack.at(-1) as Frame).depth >= frame.depth) count(open, stack.pop() as Frame, -1)
    const isOpen = (open.get(nameOf(frame)) ?? 0) > 0
    stack.push(frame)
    count(open, frame, 1)
    const fromFamily = members.has(frame.from)
    const toFamily = members.has(frame.to)
    const dies = frame.kind === 'selfdestruct'
    if (!fromFamily && !toFamily && !(dies && onTheWay.has(frame.from))) continue
    const again = reentryOf(frame, inside[frame.index], place)
    const rate = toFamily && (RATES.has(frame.selector) || spec.isRate(frame.to, frame.selector))
    const tag = tagFor(frame, again, place)
    const seen = tag === undefined ? UNSEEN : seenOf(world.callHabits, tag, block)
    if (tag !== undefined && frame.stands) tags.push(tag)
    const { traceCalls } = world
    const { columns } = traceCalls
    const at = traceCalls.extend()
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
    columns.reentry.set(at, again?.kind ?? REENTRY.none)
    columns.outer.set(at, again ? selectorNumber(again.outer.selector) : 0)
    columns.same.set(at, again && isOpen ? 1 : 0)
    columns.paysOut.set(at, again && paysOut(frame, paid) ? 1 : 0)
    columns.between.set(at, again?.between ?? 0)
  }
  return tags
}

export function remember(world: World, tags: readonly bigint[], block: number): void {
  for (const tag of tags) see(world.callHabits, tag, block)
}

const isEntry = (frame: Frame, { family: { members } }: Place): boolean =>
  members.has(frame.to) && isCall(frame) && !members.has(frame.from)

/** What a frame runs within: the nearest call of the family that may change something, and who stands between, tokens not counted. */
interface Inside {
  readonly outer: Frame
  readonly strangers: readonly string[]
}

/** More strangers than these are not told apart. */
const MOST_STRANGERS = 8

/** By frame, each from that of the frame around it. */
function insides(frames: readonly Frame[], { family: { members }, spec }: Place): readonly (Inside | undefined)[] {
  const found: (Inside | undefined)[] = []
  for (const { parent } of frames) {
    const above = parent && found[parent.index]
    if (parent === undefined) found.push(undefined)
    else if (members.has(parent.actor)) found.push(parent.isStatic ? above : { outer: parent, strangers: [] })
    // a token that calls back its receiver is nobody's choice
    else if (above === undefined || spec.tokens.has(parent.actor) || above.strangers.includes(parent.actor)) found.push(above)
    else if (above.strangers.length === MOST_STRANGERS) found.push(above)
    else found.push({ outer: above.outer, strangers: [...above.strangers, parent.actor] })
  }
  return found
}

/** A call into the family from outside, while a call of the family that may change something is still open. */
function reentryOf(frame: Frame, inside: Inside | undefined, { family: { members } }: Place): Reentry | undefined {
  if (inside === undefined || !isCall(frame) || !members.has(frame.to)) return undefined
  if (frame.parent === undefined || members.has(frame.parent.actor)) return undefined
  return { kind: frame.isStatic ? REENTRY.read : REENTRY.call, outer: inside.outer, between: inside.strangers.length }
}

/** What it would have to be like to be usual. */
function tagFor(frame: Frame, again: Reentry | undefined, { family: { venue, members } }: Place): bigint | undefined {
  if (frame.kind === 'delegatecall' || frame.kind === 'callcode')
    return members.has(frame.from) ? tagOf('code', frame.from, frame.to) : undefined
  if (!again) return undefined
  if (again.kind === REENTRY.read) return tagOf('read', venue, frame.to, frame.selector, frame.parent?.actor ?? '')
  return tagOf('way', venue, again.outer.actor, again.outer.selector, frame.to, frame.selector)
}

const nameOf = ({ to, selector }: Frame): string => `${to}${selector}`

function count(open: Map<string, number>, frame: Frame, by: number): void {
  if (isCall(frame)) open.set(nameOf(frame), (open.get(nameOf(frame)) ?? 0) + by)
}

/** Who called the family in this transaction, and who called them. */
function actorsOnTheWay(frames: readonly Frame[], place: Place): ReadonlySet<string> {
  const actors = new Set<string>()
  const met = new Set<Frame>()
  for (const frame of frames) {
    if (!isEntry(frame, place)) continue
    for (const one of around(frame)) {
      if (met.has(one)) break
      met.add(one)
      actors.add(one.actor)
    }
  }
  return actors
}

/** By frame, and one more: how many frames before it take something out of the family: native value, or a token by its name. */
function paymentsBefore(frames: readonly Frame[], { family: { members } }: Place): Uint32Array {
  const before = new Uint32Array(frames.length + 1)
  for (const [n, { from, to, kind, value, selector, stands }] of frames.entries()) {
    const pays = stands && kind === 'call' && members.has(from) && !members.has(to) && (value !== '0x0' || TOKEN_MOVES.has(selector))
    before[n + 1] = (before[n] as number) + (pays ? 1 : 0)
  }
  return before
}

const paysOut = ({ index, until }: Frame, before: Uint32Array): boolean => (before[until] as number) > (before[index + 1] as number)
