import { describe, expect, test } from 'vitest'
import { actingVenue, actionInForce, CHAIN_ID, feed, flow, GUARD, hashOf, market, round, START_S } from '../test/builders.ts'
import { ASSESS_RULES } from './assess/assess.ts'
import type { BlockInput, Entry, Hex, Input } from './core/flow.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import type { BoundDetector } from './detect/define.ts'
import { detectors } from './detect/index.ts'
import { Fold } from './fold.ts'
import type { Protocol, Venue } from './state/protocol.ts'
import { FLOW } from './state/tables.ts'
import { createWorld, type World } from './state/world.ts'
import { stateHash } from './store/checkpoint.ts'

/** What a block writes, by its hash: a pool under attack from block 120 on. */
const WRITES = new Map<Hex, (world: World) => void>()
function block(number: number, fork = 0, write: (world: World) => void = () => {}): Extract<Input, { kind: 'committed' }> {
  const hash = hashOf(number + fork)
  WRITES.set(hash, (world) => {
    const at = feed(world, { price: number < 120 ? 2_000 : 3_000 })
    market(world, 'WETH', { feed: at + 1, price: number < 120 ? 2_000 : 3_000, goodPrice: 2_000, borrowing: 0 })
    market(world, 'USDC', { cashUsd: 1_000_000 })
    if (number === 1) actingVenue(world)
    round(world, number < 120 ? 2_000 + (number % 2) : 3_000)
    flow(world, FLOW.borrow, 2_000)
    write(world)
  })
  const input: BlockInput = {
    chainId: CHAIN_ID,
    number,
    hash,
    parentHash: hashOf(number - 1),
    timeS: START_S + 600 * number,
    logs: [],
    reads: [],
  }
  return { kind: 'committed', block: input }
}
const written: Protocol = { ...actingVenue(createWorld(CHAIN_ID)).protocol, apply: (world, { hash }) => WRITES.get(hash)?.(world) }
const venue: Venue = { ...actingVenue(createWorld(CHAIN_ID)), protocol: written }

const fold = (venues: readonly Venue[] = [venue]): Fold =>
  new Fold({
    chainId: CHAIN_ID,
    protocols: [written],
    venues,
    detectors: Object.values(detectors).map((d) => (d as () => BoundDetector)()),
    assess: ASSESS_RULES,
    playbook: PLAYBOOK,
    rulesHash: hashOf(0),
  })
const kinds = (entries: readonly Entry[]) => entries.map((e) => e.kind)
const to = (f: Fold, last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, n) => f.step(block(from + n))).at(-1)
const stateOf = (f: Fold) => stateHash(f.world.store.dump())

describe('the fold', () => {
  test('a jump becomes a finding, an incident and a question', () => {
    const step = to(fold(), 120)
    expect(kinds(step?.entries ?? [])).toEqual(['verdict', 'finding', 'incident'])
    expect(step?.questions[0]?.options.map((o) => o.id)).toContain('borrowCap(all)')
  })

  test('a rehearsal asks and chooses, and leaves no trace', () => {
    const f = fold()
    expect(f.rehearse(), 'before any block').toBeUndefined()
    to(f, 50)
    const before = stateOf(f)
    const rehearsal = f.rehearse()
    expect(rehearsal?.question.options.map((o) => o.id)).toContain('observe')
    rehearsal?.choose([])
    expect([stateOf(f), f.incidents]).toEqual([before, []])
    expect(f.step(block(51)).entries).toEqual(to(fold(), 51)?.entries)
  })

  test('the answer to the question becomes a decision with its proposals; an answer on another head is nothing', () => {
    const f = fold()
    const question = to(f, 120)?.questions[0]
    const answer = {
      kind: 'simulated',
      chainId: CHAIN_ID,
      onHash: hashOf(120),
      incident: question?.incident ?? '0x',
      outcomes: [],
      late: true,
    } as const
    expect(f.step({ ...answer, onHash: hashOf(119) }).entries).toEqual([])
    const step = f.step(answer)
    expect(kinds(step.entries)).toEqual(['decision'])
    expect(step.proposals.length).toBeGreaterThan(0)
    expect(step.acceptable).toEqual(expect.arrayContaining([...step.proposals]))
    expect(f.step(answer).entries, 'once').toEqual([])
  })

  test('another branch, and back: the same state and the same verdict as straight on', () => {
    const [reorged, straight] = [fold(), fold()]
    to(reorged, 118)
    to(straight, 118)
    for (let n = 119; n < 124; n++) reorged.step(block(n, 10_000, (w) => market(w, 'DAI')))
    const { entries } = reorged.step({ kind: 'reorged', chainId: CHAIN_ID, toNumber: 118, toHash: hashOf(118) })
    expect(entries).toMatchObject([{ kind: 'reorg', body: { undone: [{ number: 123 }, {}, {}, {}, { number: 119 }] } }])
    expect(stateOf(reorged)).toBe(stateOf(straight))
    for (let n = 119; n < 124; n++) expect(reorged.step(block(n))).toEqual(straight.step(block(n)))
    expect(stateOf(reorged)).toBe(stateOf(straight))
  })

  test('finalized blocks are forgotten, the later ones can still be undone', () => {
    const f = fold()
    to(f, 119)
    const before = stateOf(f)
    f.step({ kind: 'finalized', chainId: CHAIN_ID, number: 110, hash: hashOf(110) })
    expect(f.recent.map((b) => b.number)).toEqual([111, 112, 113, 114, 115, 116, 117, 118, 119])
    to(f, 122, 120)
    f.step({ kind: 'reorged', chainId: CHAIN_ID, toNumber: 119, toHash: hashOf(119) })
    expect(stateOf(f)).toBe(before)
  })

  test('a pending transaction is judged and leaves nothing behind', () => {
    const f = fold()
    to(f, 119)
    const before = stateOf(f)
    const txHash = hashOf(0xabc)
    WRITES.set(txHash, (world) => round(world, 4_000))
    const pending = { kind: 'pending', chainId: CHAIN_ID, onHash: hashOf(119), txHash, rawTx: '0x', logs: [], reads: [] } as const
    expect(kinds(f.step(pending).entries)).toEqual(['finding'])
    expect(stateOf(f)).toBe(before)
    expect(f.step({ ...pending, onHash: hashOf(118) }).entries).toEqual([])
  })

  test('being blind is told, and remembered nowhere but where it is undone by the next block: peers go on alike', () => {
    const [dim, clear] = [fold(), fold()]
    to(dim, 110)
    to(clear, 110)
    for (let n = 0; n < 50; n++) {
      const { entries } = dim.step({ kind: 'blind', chainId: CHAIN_ID, sinceBlock: 111, reason: 'stalled' })
      expect(kinds(entries)).toEqual(['blind', 'finding'])
    }
    for (let n = 111; n < 123; n++) expect(dim.step(block(n))).toEqual(clear.step(block(n)))
    expect(stateOf(dim)).toBe(stateOf(clear))
  })

  test('an action in force is bound to the incident of its own venue', () => {
    const elsewhere: Venue = { ...venue, pool: hashOf(1).slice(0, 42) as Hex, guard: undefined }
    const f = fold([elsewhere, venue])
    to(f, 120)
    const [incident] = f.incidents
    f.step(block(121, 0, (w) => actionInForce(w, 'freeze', 'WETH', { expiresAtS: START_S + 1e6 })))
    f.step(block(122, 0, (w) => actionInForce(w, 'borrowCap', 'WETH', { guard: 7n, expiresAtS: START_S + 1e6 })))
    const { columns } = f.world.guardActions
    expect([columns.incident.get(0), columns.incident.get(1)]).toEqual([BigInt(incident?.id ?? 0), 0n])
    expect(venue.guard).toBe(GUARD)
  })
})
