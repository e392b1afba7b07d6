import fc from 'fast-check'
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

  describe('behind a gap', () => {
    /** Blocks up to the attack's are missing; what is seen is this later one. */
    const beyond = (number: number, fork = 0, write?: (world: World) => void): Input => ({
      kind: 'provisional',
      block: block(number, fork, write).block,
    })
    const TICK = { kind: 'tick', chainId: CHAIN_ID, timeS: START_S + 600 * 119 + 60 } as const

    test('a later head is judged: provisional findings, no verdict, a question about throttling at most', () => {
      const f = fold()
      to(f, 118)
      f.step({ kind: 'blind', chainId: CHAIN_ID, sinceBlock: 119, reason: 'gap' })
      const step = f.step(beyond(121))
      expect(kinds(step.entries)).toEqual(['finding'])
      expect(step.entries[0]?.body).toMatchObject({ provisional: true, detector: 'oracle-jump', block: 121 })
      expect(new Set(step.questions[0]?.options.map((o) => o.class))).toEqual(new Set(['observe', 'throttle']))
      const { incident } = step.questions[0] as { incident: Hex }
      const answer = { kind: 'simulated', chainId: CHAIN_ID, onHash: hashOf(121), incident, outcomes: [], late: true } as const
      const decided = f.step(answer)
      expect(kinds(decided.entries)).toEqual(['decision'])
      expect(decided.proposals.length).toBeGreaterThan(0)
      expect(new Set(decided.acceptable.map((p) => p.action))).toEqual(new Set(['borrowCap']))
    })

    test('edge: what is not beyond the head, or before any block, is nothing', () => {
      expect(fold().step(beyond(5))).toMatchObject({ entries: [], questions: [] })
      const f = fold()
      to(f, 118)
      expect(f.step(beyond(118, 7)).entries).toEqual([])
      expect(f.head?.hash).toBe(hashOf(118))
    })

    test('what cannot be applied is told, and ends nothing', () => {
      const f = fold()
      to(f, 118)
      const before = stateOf(f)
      const odd = beyond(121, 5, (world) => {
        market(world, 'DAI')
        throw new RangeError('no such row')
      })
      expect(f.step(odd).entries).toMatchObject([
        { kind: 'blind', body: { sinceBlock: 119, reason: 'gap', provisional: 'RangeError: no such row' } },
      ])
      expect(stateOf(f)).toBe(before)
      expect(f.exportFindings()).toEqual([])
    })

    test('property: whatever was seen beyond gaps, the blocks are judged as by who never had one', () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.integer({ min: 110, max: 123 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 1 })), {
            maxLength: 8,
          }),
          (glimpses) => {
            const [gapped, straight] = [fold(), fold()]
            to(gapped, 109)
            to(straight, 109)
            for (let n = 110; n < 125; n++) {
              for (const [after, ahead, fork] of glimpses.filter(([at]) => at === n - 1)) {
                gapped.step({ kind: 'blind', chainId: CHAIN_ID, sinceBlock: n, reason: 'gap' })
                // one ahead of the other, on the same branch or not: the second stands on the first, or takes its place
                gapped.step(beyond(after + ahead + 1, fork && 20_000, (world) => round(world, 2_500 + 100 * ahead)))
                gapped.step(beyond(after + ahead + 2, fork && 20_000, (world) => market(world, 'DAI')))
                gapped.step(TICK)
              }
              expect(gapped.step(block(n))).toEqual(straight.step(block(n)))
            }
            expect(stateOf(gapped)).toBe(stateOf(straight))
            expect(gapped.recent.map(({ hash }) => hash)).toEqual(straight.recent.map(({ hash }) => hash))
          },
        ),
        { numRuns: 30, seed: 20_261_123 },
      )
    })

    test('a reorg undoes the blocks, and says nothing of what was provisional', () => {
      const f = fold()
      to(f, 118)
      f.step(beyond(121))
      const { entries } = f.step({ kind: 'reorged', chainId: CHAIN_ID, toNumber: 116, toHash: hashOf(116) })
      expect(entries).toMatchObject([{ body: { undone: [{ number: 118 }, { number: 117 }] } }])
    })
  })

  test('time goes on without blocks: what expired is lifted at a tick, neither before nor twice otherwise, the same on replay', () => {
    const expiresAtS = START_S + 600 * 50 + 300
    const ran = [fold(), fold()].map((f) => {
      to(f, 49)
      f.step(block(50, 0, (w) => actionInForce(w, 'freeze', 'WETH', { expiresAtS })))
      const before = stateOf(f)
      const tick = (timeS: number) => f.step({ kind: 'tick', chainId: CHAIN_ID, timeS })
      const steps = [tick(expiresAtS - 1), tick(expiresAtS), tick(expiresAtS + 60)]
      expect(stateOf(f), 'a tick changes no state').toBe(before)
      return steps
    })
    expect(ran[0]).toEqual(ran[1])
    expect(ran[0]?.map(({ errands }) => errands.map(({ kind }) => kind))).toEqual([[], ['beginLift'], ['beginLift']])
    expect(ran[0]?.flatMap(({ entries }) => entries)).toEqual([])
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
