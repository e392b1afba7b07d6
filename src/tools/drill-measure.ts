// What a drill's two runs say together: loss averted, what we caused, what honest people could not do. DESIGN: the difference of twins.
import { type DrillDocument, type DrillRun, round } from './drill-document.ts'

/** One run of a scenario on one chain, as the lab reports it. */
export interface LabRun {
  readonly headBlock: number
  readonly startBlock: number
  readonly blocks: readonly { readonly number: number; readonly hash: string; readonly timeS: number }[]
  readonly ops: Readonly<
    Record<string, { readonly paired: boolean; readonly block: number | null; readonly ok: boolean; readonly what: string }>
  >
  readonly evidenceBlock: number | null
  readonly loss: readonly { readonly block: number; readonly gainUsd: number; readonly exitUsd: number }[]
  readonly lendableAtStartUsd: number | null
  readonly badDebtUsd: { readonly before: number; readonly after: number }
  readonly liquidations: { readonly count: number; readonly penaltyUsd: number }
}

/** What the nodes and the Guard did in the guarded run. */
export interface Response {
  readonly findings: readonly {
    readonly block: number
    readonly severity: string
    readonly detector: string
    readonly subject: string
    readonly msFromHead: number | null
  }[]
  readonly certificates: readonly { readonly block: number; readonly operation: string; readonly msFromHead: number | null }[]
  readonly actions: readonly (DrillRun['actions'][number] & { readonly block: number })[]
  readonly gasUsd: number
}

export interface ScenarioFacts {
  readonly id: string
  readonly kind: 'attack' | 'twin' | 'quiet'
  readonly twinOf: string | null
  readonly preventable: boolean
  readonly shareOfMarket: number | null
  readonly repairAfterBlocks: number | null
}

/** Honest operations count from so many blocks before the first evidence. */
const BEFORE_EVIDENCE_BLOCKS = 20

export function measure(
  scenario: ScenarioFacts,
  unguarded: LabRun,
  guarded: LabRun,
  response: Response,
  options: { readonly blockMs: number; readonly ordering: DrillRun['ordering']; readonly origin: DrillRun['origin'] },
): DrillRun {
  const { evidenceBlock } = unguarded
  const high = response.findings.filter((f) => f.severity === 'high' || f.severity === 'critical')
  const detection = evidenceBlock === null ? undefined : high.find((f) => f.block >= evidenceBlock)
  const lossUnguardedUsd = finalGain(unguarded)
  const lossGuardedUsd = finalGain(guarded)
  const lossBeforeEvidenceUsd =
    evidenceBlock === null ? 0 : Math.max(0, unguarded.loss.find((l) => l.block === evidenceBlock)?.gainUsd ?? 0)
  const causedByUsUsd = caused(unguarded, guarded, response)
  const averted = lossUnguardedUsd - lossGuardedUsd - causedByUsUsd
  const preventableUsd = lossUnguardedUsd - lossBeforeEvidenceUsd
  const first = response.actions.find((a) => a.effective)
  const executed = response.certificates.find((c) => c.operation === 'execute')
  const ops = pairedOps(unguarded, guarded, evidenceBlock)
  const isAttack = scenario.kind === 'attack'
  return {
    scenario: scenario.id,
    origin: options.origin,
    kind: scenario.kind,
    twinOf: scenario.twinOf,
    blockMs: options.blockMs,
    ordering: options.ordering,
    preventable: scenario.preventable,
    blocks: guarded.blocks.length,
    detected: detection !== undefined,
    evidenceBlock,
    timeToDetectBlocks: detection && evidenceBlock !== null ? detection.block - evidenceBlock : null,
    timeToDetectMs: detection?.msFromHead === null || detection === undefined ? null : round(detection.msFromHead, 1),
    timeToActMs: executed?.msFromHead === null || executed === undefined ? null : round(executed.msFromHead, 1),
    timeToContainBlocks: isAttack && first && evidenceBlock !== null ? first.block - evidenceBlock : null,
    lossUnguardedUsd: round(lossUnguardedUsd),
    lossBeforeEvidenceUsd: round(lossBeforeEvidenceUsd),
    lossGuardedUsd: round(lossGuardedUsd),
    causedByUsUsd: round(causedByUsUsd),
    savedPct: isAttack && lossUnguardedUsd > 0 ? round((100 * averted) / lossUnguardedUsd) : null,
    savedOfPreventablePct: isAttack && preventableUsd > 0.01 * lossUnguardedUsd ? round((100 * averted) / preventableUsd) : null,
    contained: isAttack && first !== undefined && contained(scenario, guarded, first.block),
    honestOps: ops.length,
    honestOpsFailed: ops.filter((o) => o.failed).length,
    actions: response.actions.map(({ block: _, ...action }) => action),
    alerts: alertsOf(response),
    falseActions: isAttack ? 0 : response.actions.length,
  }
}

const finalGain = (run: LabRun): number => Math.max(0, run.loss.at(-1)?.gainUsd ?? 0)

/** Bad debt and forced liquidations that the unguarded run doesn't have, and our gas: on our side of the ledger. */
function caused(unguarded: LabRun, guarded: LabRun, response: Response): number {
  const badDebt = (run: LabRun) => run.badDebtUsd.after - run.badDebtUsd.before
  return (
    Math.max(0, badDebt(guarded) - badDebt(unguarded)) +
    Math.max(0, guarded.liquidations.penaltyUsd - unguarded.liquidations.penaltyUsd) +
    response.gasUsd
  )
}

/**
 * No gain beyond one pace unit after our first effective action, to the end, retries after lifts included. Gains are exit values:
 * debt counts as gain from the moment when the collateral behind it could be taken away, not only once it is.
 */
function contained(scenario: ScenarioFacts, guarded: LabRun, actionBlock: number): boolean {
  const unitUsd = (guarded.lendableAtStartUsd ?? 0) * (scenario.shareOfMarket ?? 0) * 1.001
  const at = guarded.loss.find((l) => l.block === actionBlock)
  if (!at) return false
  return guarded.loss.filter((l) => l.block > actionBlock).every((l) => l.exitUsd - at.exitUsd <= unitUsd)
}

/**
 * Operations of honest users in both runs, paired by id, in the blocks that both have. Failed: fails guarded, succeeds
 * unguarded. Reports of feeds are left out: they would dilute the share.
 */
function pairedOps(unguarded: LabRun, guarded: LabRun, evidenceBlock: number | null): readonly { readonly failed: boolean }[] {
  const from = evidenceBlock === null ? 0 : evidenceBlock - BEFORE_EVIDENCE_BLOCKS
  const to = Math.min(unguarded.blocks.at(-1)?.number ?? 0, guarded.blocks.at(-1)?.number ?? 0)
  return Object.entries(unguarded.ops).flatMap(([id, op]) => {
    const block = Number(id.split(':')[0])
    const other = guarded.ops[id]
    return !op.paired || isReport(id) || !other || block < from || block > to - 1 ? [] : [{ failed: op.ok && !other.ok }]
  })
}

/** One alert a detector and subject, held for ten blocks: findings in a row are one. */
function alertsOf({ findings }: Response): number {
  const last = new Map<string, number>()
  let alerts = 0
  for (const f of findings) {
    if (f.severity === 'info' || f.severity === 'low') continue
    const key = `${f.detector} ${f.subject}`
    if (f.block > (last.get(key) ?? Number.NEGATIVE_INFINITY) + 10) alerts += 1
    last.set(key, f.block)
  }
  return alerts
}

/**
 * What others would have saved, computed from the unguarded run: whoever pauses the pool at a block stops the loss there and
 * fails every honest operation on the pool until the repair.
 */
export function baselinesOf(
  scenario: ScenarioFacts,
  unguarded: LabRun,
  response: Response,
  blockTimeS: number,
): DrillDocument['baselines'] {
  const { evidenceBlock } = unguarded
  if (scenario.kind !== 'attack' || evidenceBlock === null) return []
  const high = response.findings.find((f) => f.block >= evidenceBlock && (f.severity === 'high' || f.severity === 'critical'))
  const pauses: [string, number | undefined][] = [
    ['pool pause at the first high finding (computed)', high && high.block + 1],
    ['human pause after 5 min (computed)', evidenceBlock + Math.ceil(300 / blockTimeS)],
    ['human pause after 20 min (computed)', evidenceBlock + Math.ceil(1_200 / blockTimeS)],
  ]
  const lossUsd = finalGain(unguarded)
  const beforeUsd = Math.max(0, unguarded.loss.find((l) => l.block === evidenceBlock)?.gainUsd ?? 0)
  const repairBlock = unguarded.startBlock + (scenario.repairAfterBlocks ?? unguarded.blocks.length)
  return pauses.map(([name, block]) => {
    const at = block === undefined ? undefined : unguarded.loss.find((l) => l.block === Math.max(evidenceBlock, block - 1))
    // what it took by then is kept if the collateral can't be seized in time: the exit value is what a paused pool leaves to it
    const leftUsd = at ? Math.min(lossUsd, Math.max(0, at.exitUsd)) : lossUsd
    const failed =
      block === undefined
        ? []
        : Object.entries(unguarded.ops).filter(([id, op]) => op.paired && op.ok && isPoolOp(op.what) && isWithin(id, block, repairBlock))
    return {
      name,
      scenario: scenario.id,
      savedOfPreventablePct: lossUsd - beforeUsd > 0.01 * lossUsd ? round((100 * (lossUsd - leftUsd)) / (lossUsd - beforeUsd)) : null,
      honestOpsFailed: failed.length,
    }
  })
}

const isReport = (id: string): boolean => id.includes(':reporter-')
const isPoolOp = (what: string): boolean => /^(supply|borrow|repay|withdraw)/.test(what)

function isWithin(id: string, from: number, to: number): boolean {
  const block = Number(id.split(':')[0])
  return block >= from && block < to
}
