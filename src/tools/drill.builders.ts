// Hand-made runs and results of drills, for tests: a calm attack of twenty blocks that says only what the test is about.
import type { DrillBaseline, DrillRun } from './drill-document.ts'
import type { LabRun, Response } from './drill-measure.ts'

export const HEAD = 100

/** Blocks 101 to 140, attack at 110, evidence there; the loss is 100 USD more in every block from 110 to 129, so 2,000 in all. */
export function labRun(over: Partial<LabRun> = {}): LabRun {
  const numbers = Array.from({ length: 40 }, (_, i) => HEAD + 1 + i)
  return {
    headBlock: HEAD,
    startBlock: 110,
    blocks: numbers.map((number) => ({ number, hash: `hash ${number}`, timeS: number * 12 })),
    ops: {},
    evidenceBlock: 110,
    lossKind: 'attacker-gain',
    loss: lossRows((block) => 100 * Math.min(20, Math.max(0, block - 109))),
    lendableAtStartUsd: 10_000,
    badDebtUsd: { before: 0, after: 0 },
    liquidations: { count: 0, penaltyUsd: 0 },
    ...over,
  }
}

export const lossRows = (gain: (block: number) => number, exit: (block: number) => number = gain): LabRun['loss'] =>
  Array.from({ length: 40 }, (_, i) => ({ block: HEAD + 1 + i, gainUsd: gain(HEAD + 1 + i), exitUsd: exit(HEAD + 1 + i) }))

/** Operations by id, each true or false: it succeeded. */
export const ops = (of: Readonly<Record<string, boolean>>, paired = true): LabRun['ops'] =>
  Object.fromEntries(Object.entries(of).map(([id, ok]) => [id, { paired, block: Number(id.split(':')[0]), ok, what: 'supply' }]))

export const action = (over: Partial<Response['actions'][number]> = {}): Response['actions'][number] => ({
  action: 'stopBorrowingAgainst',
  subject: 'LINK',
  class: 'market',
  effective: true,
  block: 111,
  liftedAfterBlocks: 20,
  txHash: '0x01',
  ...over,
})

export const finding = (over: Partial<Response['findings'][number]> = {}): Response['findings'][number] => ({
  block: 110,
  severity: 'high',
  detector: 'oracle-jump',
  subject: '0xfeed',
  msFromHead: 30,
  ...over,
})

export const response = (over: Partial<Response> = {}): Response => ({ findings: [], certificates: [], actions: [], gasUsd: 0, ...over })

export const drillRun = (over: Partial<DrillRun> = {}): DrillRun => ({
  scenario: 'oracle-takeover',
  origin: 'own',
  kind: 'attack',
  twinOf: null,
  seed: 1,
  blockMs: 250,
  ordering: 'won',
  lossKind: 'attacker-gain',
  preventable: true,
  blocks: 140,
  detected: true,
  evidenceBlock: 110,
  timeToDetectBlocks: 0,
  timeToDetectMs: 30,
  timeToActMs: 60,
  timeToContainBlocks: 1,
  lossUnguardedUsd: 1_000_000,
  lossBeforeEvidenceUsd: 0,
  lossGuardedUsd: 20_000,
  causedByUsUsd: 0,
  savedPct: 98,
  savedOfPreventablePct: 98,
  contained: true,
  honestOps: 100,
  honestOpsFailed: 1,
  actions: [action()],
  alerts: 3,
  falseActions: null,
  ...over,
})

export const quietRun = (over: Partial<DrillRun> = {}): DrillRun =>
  drillRun({
    scenario: 'calm-day',
    kind: 'quiet',
    ordering: null,
    lossKind: null,
    preventable: null,
    detected: null,
    evidenceBlock: null,
    timeToDetectBlocks: null,
    timeToDetectMs: null,
    timeToActMs: null,
    timeToContainBlocks: null,
    lossUnguardedUsd: null,
    lossBeforeEvidenceUsd: null,
    lossGuardedUsd: null,
    savedPct: null,
    savedOfPreventablePct: null,
    contained: null,
    honestOpsFailed: 0,
    actions: [],
    alerts: 0,
    falseActions: 0,
    ...over,
  })

export const baseline = (over: Partial<DrillBaseline> = {}): DrillBaseline => ({
  name: 'human pause after 5 min',
  scenario: 'oracle-takeover',
  seed: 1,
  atBlock: 135,
  lossUnguardedUsd: 1_000_000,
  lossUsd: 400_000,
  causedUsd: 0,
  savedOfPreventablePct: 60,
  honestOps: 100,
  honestOpsFailed: 40,
  ...over,
})
