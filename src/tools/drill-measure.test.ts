// What two runs say together, on runs made by hand: every figure, and where there is none.
import { describe, expect, test } from 'vitest'
import { action, finding, HEAD, labRun, lossRows, ops, response } from './drill.builders.ts'
import { type LabRun, measure, measureBaseline, type Response, type ScenarioFacts } from './drill-measure.ts'

const attack: ScenarioFacts = { id: 'oracle-takeover', kind: 'attack', twinOf: null, preventable: true, shareOfMarket: 0.01 }
const twin: ScenarioFacts = { id: 'twin', kind: 'twin', twinOf: 'oracle-takeover', preventable: true, shareOfMarket: null }
const run = (unguarded: LabRun, guarded: LabRun, answer: Response, facts = attack) =>
  measure(facts, unguarded, guarded, answer, { seed: 7, blockMs: 250, ordering: 'won', origin: 'own' })

/** Stopped at 200 USD, two transactions in. */
const stopped = labRun({ loss: lossRows((block) => 100 * Math.min(2, Math.max(0, block - 109))) })

describe('measure: an attacker gains', () => {
  test('loss averted, of all and of what could be prevented, less what we caused', () => {
    const answer = response({ findings: [finding()], actions: [action()], gasUsd: 10 })
    expect(run(labRun(), { ...stopped, liquidations: { count: 1, penaltyUsd: 40 } }, answer)).toMatchObject({
      seed: 7,
      lossKind: 'attacker-gain',
      lossUnguardedUsd: 2_000,
      lossBeforeEvidenceUsd: 100,
      lossGuardedUsd: 200,
      causedByUsUsd: 50,
      savedPct: 87.5,
      savedOfPreventablePct: 92.11,
      detected: true,
      timeToDetectBlocks: 0,
      timeToDetectMs: 30,
      timeToContainBlocks: 1,
      contained: true,
      falseActions: null,
    })
  })

  test('bad debt that the unguarded run does not have is ours; less of it is no credit', () => {
    const worse = { ...stopped, badDebtUsd: { before: 5, after: 65 } }
    expect(run(labRun(), worse, response()).causedByUsUsd).toBe(60)
    expect(run(labRun({ badDebtUsd: { before: 0, after: 500 } }), stopped, response()).causedByUsUsd).toBe(0)
  })

  test('edge: just 1 % of the loss was preventable: none to measure, one cent more and there is', () => {
    const before = (usd: number) => labRun({ loss: lossRows((block) => (block < 110 ? 0 : block === 110 ? usd : 2_000)) })
    expect(run(before(1_980), stopped, response())).toMatchObject({ savedPct: 90, savedOfPreventablePct: null })
    expect(run(before(1_979.99), stopped, response()).savedOfPreventablePct).not.toBeNull()
  })

  test('edge: no loss at all has no share', () => {
    const nothing = labRun({ loss: lossRows(() => 0) })
    expect(run(nothing, nothing, response())).toMatchObject({ savedPct: null, savedOfPreventablePct: null, lossUnguardedUsd: 0 })
  })

  test('no evidence: nothing is detected by definition, all was preventable', () => {
    const unseen = labRun({ evidenceBlock: null })
    expect(run(unseen, stopped, response({ findings: [finding()], actions: [action()] }))).toMatchObject({
      detected: false,
      evidenceBlock: null,
      timeToDetectBlocks: null,
      timeToDetectMs: null,
      timeToContainBlocks: null,
      lossBeforeEvidenceUsd: 0,
    })
  })

  test('no actions: not contained, though the loss happened to stay', () => {
    expect(run(labRun(), stopped, response({ findings: [finding()] }))).toMatchObject({
      contained: false,
      timeToContainBlocks: null,
      timeToActMs: null,
      actions: [],
    })
  })

  test('detected needs a high finding at or after the evidence', () => {
    const of = (over: Parameters<typeof finding>[0]) => run(labRun(), stopped, response({ findings: [finding(over)] })).detected
    expect(of({ severity: 'critical', block: 115 })).toBe(true)
    expect(of({ severity: 'medium' })).toBe(false)
    expect(of({ block: 109 })).toBe(false)
  })

  test('contained, edge: one pace unit after the action is still contained, more is not', () => {
    const upTo = (usd: number) => labRun({ loss: lossRows((block) => (block <= 111 ? 200 : 200 + usd)) })
    expect(run(labRun(), upTo(100), response({ actions: [action()] })).contained).toBe(true)
    expect(run(labRun(), upTo(101), response({ actions: [action()] })).contained).toBe(false)
  })

  test('contained looks at exit value: taking out collateral after the action is no new theft', () => {
    const gain = (block: number) => (block < 110 ? 0 : block < 115 ? 50 : 200)
    const guarded = labRun({ loss: lossRows(gain, (block) => (block < 110 ? 0 : 200)) })
    expect(run(labRun(), guarded, response({ actions: [action()] })).contained).toBe(true)
  })

  test('containment counts from the first effective action of the Guard; a liquidation is no answer to a theft', () => {
    const guarded = labRun({ loss: lossRows((block) => (block < 115 ? 0 : block < 120 ? 500 : 520)) })
    const liquidated = action({ action: 'liquidate', class: 'account', block: 105, liftedAfterBlocks: null })
    const tried = action({ effective: false, block: 108 })
    const answer = response({ actions: [liquidated, tried, action({ block: 117 })] })
    expect(run(labRun(), guarded, answer)).toMatchObject({ contained: true, timeToContainBlocks: 7 })
    expect(run(labRun(), guarded, response({ actions: [liquidated, tried] })).contained).toBe(false)
  })
})

describe('measure: bad debt', () => {
  const unguarded = labRun({ lossKind: 'bad-debt', badDebtUsd: { before: 0, after: 2_000 } })
  const debt = (rows: (block: number) => number): LabRun =>
    labRun({ lossKind: 'bad-debt', loss: lossRows(rows), badDebtUsd: { before: 0, after: rows(140) } })
  const liquidated = action({ action: 'liquidate', class: 'account', block: 112, liftedAfterBlocks: null })

  test('bad debt is the loss, so only liquidations and gas are caused', () => {
    const guarded = { ...debt((block) => (block < 110 ? 0 : 300)), liquidations: { count: 2, penaltyUsd: 90 } }
    expect(run(unguarded, guarded, response({ actions: [liquidated], gasUsd: 10 }))).toMatchObject({
      lossKind: 'bad-debt',
      lossUnguardedUsd: 2_000,
      lossGuardedUsd: 300,
      causedByUsUsd: 100,
      savedPct: 80,
      contained: true,
      timeToContainBlocks: 2,
    })
  })

  test('contained, edge: growth of 5 % of the unguarded loss after the first action, and a cent more', () => {
    const growing = (usd: number) => debt((block) => (block < 110 ? 0 : block <= 112 ? 300 : 300 + usd))
    expect(run(unguarded, growing(100), response({ actions: [liquidated] })).contained).toBe(true)
    expect(run(unguarded, growing(100.01), response({ actions: [liquidated] })).contained).toBe(false)
  })
})

describe('measure: what has no attacker, and what nothing can prevent', () => {
  test('a twin has no loss, nothing to detect or contain, no order; each action is false', () => {
    const quiet = labRun({ evidenceBlock: null, loss: [] })
    expect(run(quiet, quiet, response({ actions: [action(), action()] }), twin)).toMatchObject({
      ordering: null,
      lossKind: null,
      preventable: null,
      detected: null,
      contained: null,
      lossUnguardedUsd: null,
      lossBeforeEvidenceUsd: null,
      lossGuardedUsd: null,
      savedPct: null,
      savedOfPreventablePct: null,
      falseActions: 2,
    })
  })

  test('over in one block: detected or not, never contained or not', () => {
    const single = run(labRun(), labRun(), response({ findings: [finding()] }), { ...attack, preventable: false })
    expect(single).toMatchObject({ preventable: false, detected: true, contained: null, savedPct: 0 })
  })
})

describe('honest operations and alerts', () => {
  test('paired by id, from 20 blocks before the evidence, without reports, only where both ran', () => {
    const late = labRun({ evidenceBlock: 130 })
    const all = { '109:early:0': true, '110:a:0': true, '111:b:0': true, '112:c:0': false, '113:reporter-LINK-0:0': true, '114:d:0': true }
    const there = ops({ ...all, '110:a:0': false, '109:early:0': false, '113:reporter-LINK-0:0': false })
    const { '114:d:0': _, ...withoutD } = there
    expect(run({ ...late, ops: ops(all) }, { ...late, ops: withoutD }, response())).toMatchObject({ honestOps: 3, honestOpsFailed: 1 })
  })

  test('edge: the last block of the shorter run does not count, unpaired ones never do', () => {
    const shorter = (of: LabRun['ops']) => labRun({ blocks: labRun().blocks.slice(0, 20), ops: of })
    const all = { '119:a:0': true, '120:b:0': true }
    const none = { '119:a:0': false, '120:b:0': false }
    expect(run(labRun({ ops: ops(all) }), shorter(ops(none)), response())).toMatchObject({ honestOps: 1, honestOpsFailed: 1 })
    expect(run(labRun({ ops: ops(all, false) }), shorter(ops(none)), response()).honestOps).toBe(0)
  })

  test('what fails without us too is not our fault', () => {
    const failing = ops({ '111:a:0': false })
    expect(run(labRun({ ops: failing }), labRun({ ops: failing }), response())).toMatchObject({ honestOps: 1, honestOpsFailed: 0 })
  })

  test('findings in a row are one alert, a low one is none, another subject is another', () => {
    const findings = [110, 115, 125, 136].map((block) => finding({ block, severity: 'medium' }))
    const more = [finding({ severity: 'low', detector: 'other' }), finding({ subject: '0xother' })]
    expect(run(labRun(), stopped, response({ findings: [...findings, ...more] })).alerts).toBe(3)
    const history = [finding({ block: HEAD }), finding({ block: 21, subject: '0xold' })]
    expect(run(labRun(), stopped, response({ findings: history })).alerts).toBe(0)
  })
})

test('a baseline is measured like us, without gas', () => {
  const honest = { '112:a:0': true, '113:b:0': true }
  const paused = { ...stopped, ops: ops({ ...honest, '113:b:0': false }), badDebtUsd: { before: 0, after: 90 } }
  const facts = { name: 'human pause after 5 min', scenario: 'oracle-takeover', seed: 1, atBlock: 112 }
  expect(measureBaseline(facts, labRun({ ops: ops(honest) }), paused)).toEqual({
    ...facts,
    lossUnguardedUsd: 2_000,
    lossUsd: 200,
    causedUsd: 90,
    savedOfPreventablePct: 90,
    honestOps: 2,
    honestOpsFailed: 1,
  })
})
