// Transactions that wait: hypothetical blocks that leave nothing behind, and what may be done on their evidence, and what never.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actingVenue, actionInForce, CHAIN_ID, feed, flow, hashOf, market, round, START_S } from '../test/builders.ts'
import { ASSESS_RULES } from './assess/assess.ts'
import type { Decision, Finding, Hex, Input, Log, Outcome, PendingTx, Question } from './core/flow.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import type { BoundDetector } from './detect/define.ts'
import { detectors } from './detect/index.ts'
import { Fold, type Step } from './fold.ts'
import type { Protocol, Venue } from './state/protocol.ts'
import { FLOW } from './state/tables.ts'
import { createWorld, type World } from './state/world.ts'
import { stateHash } from './store/checkpoint.ts'

type Pending = Extract<Input, { kind: 'pending' }>

/** What a hypothetical block of this hash writes; with a log, the price jumps, without one it doesn't. */
const JUMPS: Hex = '0x01'
const jump = (world: World, price: number): void => {
  const at = feed(world, { price })
  market(world, 'WETH', { feed: at + 1, price, goodPrice: 2_000, borrowing: 0 })
  round(world, price)
}
const write = (world: World, number: number, logs: readonly Log[]): void => {
  const last = logs.at(-1)
  const at = feed(world, { price: 2_000 })
  market(world, 'WETH', { feed: at + 1, price: 2_000, goodPrice: 2_000, borrowing: 0 })
  market(world, 'USDC', { cashUsd: 1_000_000 })
  if (number === 1) actingVenue(world)
  if (logs.length === 0) round(world, 2_000 + (number % 2))
  else if (last?.data === JUMPS) jump(world, 4_000)
  flow(world, FLOW.borrow, 2_000)
  inForce.at(number)?.(world)
}
/** By block, if a test wants an action of ours to have been taken in it. */
const inForce = { at: (_number: number): ((world: World) => void) | undefined => undefined }
const written: Protocol = { ...actingVenue(createWorld(CHAIN_ID)).protocol, apply: (world, { number, logs }) => write(world, number, logs) }
const venue: Venue = { ...actingVenue(createWorld(CHAIN_ID)), protocol: written }
const HEAD = 119
const STEP_S = 600
const timeOf = (number: number): number => START_S + STEP_S * number
const block = (number: number, timeS = timeOf(number)): Input => ({
  kind: 'committed',
  block: { chainId: CHAIN_ID, number, hash: hashOf(number), parentHash: hashOf(number - 1), timeS, logs: [], reads: [] },
})
function folded(): Fold {
  const fold = new Fold({
    chainId: CHAIN_ID,
    protocols: [written],
    venues: [venue],
    detectors: Object.values(detectors).map((d) => (d as () => BoundDetector)()),
    assess: ASSESS_RULES,
    playbook: PLAYBOOK,
    rulesHash: hashOf(0),
  })
  for (let n = 1; n <= HEAD; n++) fold.step(block(n))
  return fold
}

const SENDER = `0x${'5e'.repeat(20)}` as const
const txOf = (n: number, from: Hex = SENDER): PendingTx => ({
  hash: hashOf(0xabc0 + n),
  raw: '0x02',
  from,
  to: SENDER,
  data: '0x',
  value: '0x0',
  nonce: n,
  gas: 300_000,
  maxFeePerGas: '0x10',
  priorityFeePerGas: '0x1',
})
const logOf = (tx: PendingTx, data: Hex): Log => ({ address: SENDER, topics: [], data, txHash: tx.hash, txIndex: 0, logIndex: 0 })
const pending = (tx: PendingTx, more: Partial<Pending> = {}): Pending => ({
  kind: 'pending',
  chainId: CHAIN_ID,
  onHash: hashOf(HEAD),
  timeS: timeOf(HEAD) + 12,
  txHash: tx.hash,
  rawTx: tx.raw,
  txs: [tx],
  obstacle: '',
  logs: [logOf(tx, JUMPS)],
  reads: [],
  ...more,
})
const kinds = (step: Step): readonly string[] => step.entries.map(({ kind }) => kind)
const findings = (step: Step): readonly Finding[] => step.entries.flatMap(({ kind, body }) => (kind === 'finding' ? [body as Finding] : []))
const decisionOf = (step: Step): Decision => step.entries.find(({ kind }) => kind === 'decision')?.body as Decision
/** Each option works, and no probe succeeds after it; watching lets all go on. */
const answer = (question: Question, outcome: (option: string) => Partial<Outcome> = () => ({})): Input => ({
  kind: 'simulated',
  chainId: CHAIN_ID,
  onHash: question.onHash,
  incident: question.incident,
  outcomes: question.options.map(({ id, steps }) => {
    const going = [question.pending?.probe ?? '']
    return { option: id, executed: true, why: '', succeeded: steps.length === 0 ? going : [], ...outcome(id) }
  }),
  late: false,
})
const asked = (fold: Fold, input: Pending): Question => fold.step(input).questions[0] as Question
const acted = (fold: Fold, tx: PendingTx): Step => fold.step(answer(asked(fold, pending(tx))))

describe('a waiting transaction', () => {
  test('that breaks an invariant is told as local, asked about before it comes, and leaves no byte behind', () => {
    const fold = folded()
    const before = stateHash(fold.world.store.dump())
    const step = fold.step(pending(txOf(1)))
    expect(kinds(step)).toEqual(['finding', 'pending'])
    expect(findings(step)).toMatchObject([{ detector: 'oracle-jump', basis: 'local', block: HEAD + 1, blockHash: txOf(1).hash }])
    const [question] = step.questions
    expect(question?.pending).toMatchObject({ txHash: txOf(1).hash, txs: [txOf(1)] })
    expect(question?.options.map(({ id }) => id)).toContain('observe')
    expect(stateHash(fold.world.store.dump())).toBe(before)
    expect(fold.incidents).toEqual([])
    // whatever was seen waiting, the next blocks are judged as if nothing had been
    fold.step(answer(question as Question))
    const clear = folded()
    for (let n = HEAD + 1; n < HEAD + 4; n++) expect(fold.step(block(n)).entries).toEqual(clear.step(block(n)).entries)
    expect(stateHash(fold.world.store.dump())).toBe(stateHash(clear.world.store.dump()))
  })

  test('property: whatever waits, is answered or settled between blocks, these are judged as by who saw nothing', () => {
    const at = fc.record({
      tx: fc.integer({ min: 1, max: 5 }),
      jumps: fc.boolean(),
      obstacle: fc.constantFrom('', 'a fee under the base fee'),
      after: fc.constantFrom('nothing', 'answered', 'settled', 'next block'),
    })
    fc.assert(
      fc.property(fc.array(at, { minLength: 1, maxLength: 12 }), (events) => {
        const [seeing, blind] = [folded(), folded()]
        let head = HEAD
        for (const { tx: n, jumps, obstacle, after } of events) {
          const tx = txOf(n)
          const step = seeing.step(
            pending(tx, { onHash: hashOf(head), timeS: timeOf(head) + 12, obstacle, logs: [logOf(tx, jumps ? JUMPS : '0x')] }),
          )
          if (after === 'answered') for (const question of step.questions) seeing.step(answer(question))
          if (after === 'settled') seeing.step({ kind: 'settled', chainId: CHAIN_ID, txHash: tx.hash, how: 'gone' })
          if (after !== 'next block') continue
          head += 1
          expect(seeing.step(block(head))).toEqual(blind.step(block(head)))
        }
        expect(stateHash(seeing.world.store.dump())).toBe(stateHash(blind.world.store.dump()))
      }),
      { numRuns: 20, seed: 13 },
    )
  })

  test('without effect, on another head, or behind a gap: nothing', () => {
    const fold = folded()
    expect(fold.step(pending(txOf(1), { logs: [logOf(txOf(1), '0x')] }))).toMatchObject({ entries: [], questions: [] })
    expect(fold.step(pending(txOf(1), { onHash: hashOf(HEAD - 1) }))).toMatchObject({ entries: [], questions: [] })
  })

  test('leads to gentle actions of narrow classes alone', () => {
    const { options } = asked(folded(), pending(txOf(1)))
    expect(new Set(options.map((o) => o.class))).not.toContain('pause')
    for (const { steps } of options)
      for (const { action } of steps)
        expect(written.actions[action]?.effect).toMatchObject({ withdraws: 'yes', repays: 'yes', liquidates: 'yes' })
  })

  test('simulated: the action is proposed; nothing that was not tried is', () => {
    const step = acted(folded(), txOf(1))
    expect(step.proposals.length).toBeGreaterThan(0)
    expect(decisionOf(step)).toMatchObject({ pending: txOf(1).hash })
    const fold = folded()
    const question = asked(fold, pending(txOf(1)))
    const late = fold.step({ ...(answer(question) as Extract<Input, { kind: 'simulated' }>), outcomes: [], late: true })
    expect(late.proposals).toEqual([])
  })

  test('an answer after the next block is nothing', () => {
    const fold = folded()
    const question = asked(fold, pending(txOf(1)))
    fold.step(block(HEAD + 1))
    expect(fold.step(answer(question)).proposals).toEqual([])
  })

  test('included, replaced or gone: what was proposed for it is withdrawn', () => {
    const fold = folded()
    const question = asked(fold, pending(txOf(1)))
    expect(fold.step(answer(question)).proposals[0]?.incident).toBe(question.incident)
    const step = fold.step({ kind: 'settled', chainId: CHAIN_ID, txHash: txOf(1).hash, how: 'replaced' })
    expect(step.withdrawn).toEqual([question.incident])
  })

  test('the action taken on it is not lifted early while it was seen within the hold; then it is', () => {
    const lifts = (see: boolean): readonly number[] => {
      const fold = folded()
      if (see) acted(fold, txOf(1))
      inForce.at = (number) =>
        number === HEAD + 1
          ? (world) => actionInForce(world, 'stopBorrowingAgainst', 'WETH', { expiresAtS: timeOf(HEAD) + 9e5 })
          : undefined
      fold.step(block(HEAD + 1, timeOf(HEAD) + 12))
      const at = [12, 119, 131, 132, 140]
      const found = at.filter((s) =>
        fold.step({ kind: 'tick', chainId: CHAIN_ID, timeS: timeOf(HEAD) + s }).proposals.some((p) => p.operation === 'lift'),
      )
      inForce.at = () => undefined
      return found
    }
    expect(lifts(false)).toEqual([12, 119, 131, 132, 140])
    expect(lifts(true)).toEqual([132, 140])
  })

  test('told once, however often it is judged', () => {
    const fold = folded()
    fold.step(pending(txOf(1)))
    const again = fold.step(pending(txOf(1)))
    expect([again.entries, again.questions.length]).toEqual([[], 1])
  })

  test("what another's transaction does beside it is not its doing", () => {
    const fold = folded()
    fold.step(pending(txOf(1)))
    const step = fold.step(pending(txOf(2), { txs: [txOf(1), txOf(2)] }))
    expect([step.entries, step.questions]).toEqual([[], []])
  })
})

describe('a pretender', () => {
  test('that cannot be included never leads to an action, and raises no alarm', () => {
    const fold = folded()
    const step = fold.step(pending(txOf(1), { obstacle: 'nonce 9, and nothing waits for one below it' }))
    expect(kinds(step)).toEqual(['pending'])
    expect(step.questions).toEqual([])
  })

  test('that does otherwise when simulated otherwise is told; what it does in one environment alone leads to nothing', () => {
    const fold = folded()
    const tx = txOf(1)
    const step = fold.step(pending(tx, { other: { logs: [logOf(tx, '0x')], reads: [] } }))
    expect(findings(step).map(({ detector }) => detector)).toEqual(['simulation-dependent'])
    expect(step.questions).toEqual([])
    const both = fold.step(pending(txOf(2), { other: { logs: [logOf(txOf(2), '0x'), logOf(txOf(2), JUMPS)], reads: [] } }))
    expect(findings(both).map(({ detector }) => detector)).toEqual(['oracle-jump', 'simulation-dependent'])
    expect(both.questions).toHaveLength(1)
  })

  test('once it has had us act for nothing twice, its sender leads to no more actions within the hour; another does', () => {
    const fold = folded()
    for (const n of [1, 2]) {
      expect(acted(fold, txOf(n)).proposals).not.toEqual([])
      fold.step({ kind: 'settled', chainId: CHAIN_ID, txHash: txOf(n).hash, how: 'replaced' })
    }
    const step = acted(fold, txOf(3))
    expect(step.proposals).toEqual([])
    expect(decisionOf(step).reason).toContain('for nothing')
    expect(acted(fold, txOf(4, `0x${'77'.repeat(20)}`)).proposals).not.toEqual([])
  })

  test('whose transactions are included has had nobody act for nothing', () => {
    const fold = folded()
    for (const n of [1, 2, 3]) {
      expect(acted(fold, txOf(n)).proposals).not.toEqual([])
      fold.step({ kind: 'settled', chainId: CHAIN_ID, txHash: txOf(n).hash, how: 'reverted' })
    }
  })

  test('eight are an hour like others, the ninth is told as a flood, once', () => {
    const fold = folded()
    const told: string[] = []
    for (let n = 1; n <= 12; n++) {
      const step = fold.step(pending(txOf(n), { obstacle: 'a fee under the base fee' }))
      told.push(...findings(step).map(({ detector }) => `${n} ${detector}`))
      expect(step.questions).toEqual([])
    }
    expect(told).toEqual(['10 pending-flood'])
  })
})
