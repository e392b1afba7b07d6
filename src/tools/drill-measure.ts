// What a drill's two runs say together: loss averted, what we caused, what honest people could not do. DESIGN: the difference of twins.
import { type DrillBaseline, type DrillRun, type LossKind, type Ordering, round } from './drill-document.ts'

/** One run of a scenario on one chain, as the lab reports it. */
export interface LabRun {
  readonly headBlock: number
  readonly startBlock: number
  readonly blocks: readonly { readonly number: number; readonly hash: string; readonly timeS: number }[]
  readonly ops: Readonly<
    Record<string, { readonly paired: boolean; readonly block: number | null; readonly ok: boolean; readonly what: string }>
  >
  readonly evidenceBlock: number | null
  readonly lossKind: LossKind
  /** One row a block; empty where nobody attacks. `gainUsd` is the loss: an attacker's gain, or bad debt beyond the start's. */
  readonly loss: readonly { readonly block: number; readonly gainUsd: number; readonly exitUsd: number }[]
  readonly lendableAtStartUsd: number | null
  /** Of accounts other than the attackers'. */
  readonly badDebtUsd: { readonly before: number; readonly after: number }
  readonly liquidations: { readonly count: number; readonly penaltyUsd: number }
}

/** What the nodes, the Guard and the Liquidator did in the guarded run. */
export interface Response {
  readonly findings: readonly {
    readonly block: number
    readonly severity: string
    readonly detector: string
    readonly subject: string
    readonly msFromHead: number | null
  }[]
  readonly certificates: readonly { readonly block: number; readonly operation: string; readonly msFromHead: number | null }[]
  /** In the order of the chain. */
  readonly actions: DrillRun['actions']
  readonly gasUsd: number
}

export interface ScenarioFacts {
  readonly id: string
  readonly kind: 'attack' | 'twin' | 'quiet'
  readonly twinOf: string | null
  readonly preventable: boolean
  readonly shareOfMarket: number | null
}

/** Honest operations count from so many blocks before the first evidence. */
const BEFORE_EVIDENCE_BLOCKS = 20
/** A later alert of the same detector and subject is one more only after so many blocks. */
const ALERT_HOLD_BLOCKS = 10
/** Below this share of the loss, nothing was left to prevent when the evidence came. */
const LEAST_PREVENTABLE = 0.01
/** Bad debt may grow by this share of the unguarded loss after the first effective action: accounts under way at that moment. */
const BAD_DEBT_GROWTH = 0.05

export function measure(
  scenario: ScenarioFacts,
  unguarded: LabRun,
  guarded: LabRun,
  response: Response,
  options: {
    readonly seed: number
    readonly blockMs: number
    readonly ordering: Ordering | null
    readonly origin: DrillRun['origin']
  },
): DrillRun {
  const { evidenceBlock } = unguarded
  const isAttack = scenario.kind === 'attack'
  // what the nodes found in the lab's history, when they read it, is not of this run
  const findings = response.findings.filter((f) => f.block > guarded.headBlock)
  const detection = evidenceBlock === null ? undefined : findings.find((f) => isHigh(f.severity) && f.block >= evidenceBlock)
  const gasAndCausedUsd = causedUsd(unguarded, guarded) + response.gasUsd
  const saved = savedOf(unguarded, guarded, gasAndCausedUsd)
  const first = containing(response.actions, unguarded.lossKind)
  const certificate = response.certificates.find((c) => c.operation === 'execute')
  const ops = pairedOps(unguarded, guarded)
  return {
    scenario: scenario.id,
    origin: options.origin,
    kind: scenario.kind,
    twinOf: scenario.twinOf,
    seed: options.seed,
    blockMs: options.blockMs,
    ordering: isAttack ? options.ordering : null,
    lossKind: isAttack ? unguarded.lossKind : null,
    preventable: isAttack ? scenario.preventable : null,
    blocks: guarded.blocks.length,
    detected: isAttack ? detection !== undefined : null,
    evidenceBlock,
    timeToDetectBlocks: detection && evidenceBlock !== null ? detection.block - evidenceBlock : null,
    timeToDetectMs: roundOrNull(detection?.msFromHead, 1),
    timeToActMs: roundOrNull(certificate?.msFromHead, 1),
    timeToContainBlocks: isAttack && first && evidenceBlock !== null ? first.block - evidenceBlock : null,
    lossUnguardedUsd: isAttack ? round(finalLoss(unguarded)) : null,
    lossBeforeEvidenceUsd: isAttack ? round(lossBeforeEvidence(unguarded)) : null,
    lossGuardedUsd: isAttack ? round(finalLoss(guarded)) : null,
    causedByUsUsd: round(gasAndCausedUsd),
    savedPct: isAttack ? saved.pct : null,
    savedOfPreventablePct: isAttack ? saved.ofPreventablePct : null,
    contained: isAttack && scenario.preventable ? first !== undefined && isContained(scenario, unguarded, guarded, first.block) : null,
    honestOps: ops.length,
    honestOpsFailed: ops.filter((o) => o.failed).length,
    actions: response.actions,
    alerts: alertsOf(findings),
    falseActions: isAttack ? null : response.actions.length,
  }
}

/** What another way of defence did on the same chain, without nodes. */
export function measureBaseline(
  facts: { readonly name: string; readonly scenario: string; readonly seed: number; readonly atBlock: number | null },
  unguarded: LabRun,
  run: LabRun,
): DrillBaseline {
  const caused = causedUsd(unguarded, run)
  const ops = pairedOps(unguarded, run)
  return {
    ...facts,
    lossUnguardedUsd: round(finalLoss(unguarded)),
    lossUsd: round(finalLoss(run)),
    causedUsd: round(caused),
    savedOfPreventablePct: savedOf(unguarded, run, caused).ofPreventablePct,
    honestOps: ops.length,
    honestOpsFailed: ops.filter((o) => o.failed).length,
  }
}

export const isHigh = (severity: string): boolean => severity === 'high' || severity === 'critical'

export const finalLoss = (run: LabRun): number => Math.max(0, run.loss.at(-1)?.gainUsd ?? 0)

const roundOrNull = (value: number | null | undefined, digits: number): number | null =>
  value === null || value === undefined ? null : round(value, digits)

/** Loss in the unguarded run at the block whose state first shows the breach. */
function lossBeforeEvidence({ evidenceBlock, loss }: LabRun): number {
  return evidenceBlock === null ? 0 : Math.max(0, loss.find((l) => l.block === evidenceBlock)?.gainUsd ?? 0)
}

function savedOf(
  unguarded: LabRun,
  run: LabRun,
  causedUsd: number,
): { readonly pct: number | null; readonly ofPreventablePct: number | null } {
  const lossUsd = finalLoss(unguarded)
  const preventableUsd = lossUsd - lossBeforeEvidence(unguarded)
  const avertedUsd = lossUsd - finalLoss(run) - causedUsd
  return {
    pct: lossUsd > 0 ? round((100 * avertedUsd) / lossUsd) : null,
    ofPreventablePct: preventableUsd > LEAST_PREVENTABLE * lossUsd ? round((100 * avertedUsd) / preventableUsd) : null,
  }
}

/** Forced liquidations that the unguarded run doesn't have, and bad debt likewise unless that is the loss itself. */
function causedUsd(unguarded: LabRun, run: LabRun): number {
  const badDebt = ({ badDebtUsd }: LabRun) => badDebtUsd.after - badDebtUsd.before
  const debt = unguarded.lossKind === 'bad-debt' ? 0 : Math.max(0, badDebt(run) - badDebt(unguarded))
  return debt + Math.max(0, run.liquidations.penaltyUsd - unguarded.liquidations.penaltyUsd)
}

/**
 * The action that containment counts from: the first effective one. Against an attacker's gain a liquidation of somebody's account
 * is no answer, so it counts only where the Guard did nothing effective.
 */
function containing(actions: Response['actions'], kind: LossKind): Response['actions'][number] | undefined {
  const effective = actions.filter((a) => a.effective)
  const guard = effective.find((a) => a.action !== 'liquidate')
  return kind === 'bad-debt' ? effective[0] : (guard ?? effective[0])
}

/**
 * Attacker's gain: none beyond one pace unit after our first effective action, to the end, retries after lifts included. Gains are
 * exit values: debt counts as gain from the moment when the collateral behind it could be taken away, not only once it is.
 * Bad debt: it grows by no more than a twentieth of the unguarded loss from there on.
 */
function isContained(scenario: ScenarioFacts, unguarded: LabRun, guarded: LabRun, actionBlock: number): boolean {
  const limitUsd =
    unguarded.lossKind === 'bad-debt'
      ? BAD_DEBT_GROWTH * finalLoss(unguarded)
      : (guarded.lendableAtStartUsd ?? 0) * (scenario.shareOfMarket ?? 0) * 1.001
  const at = guarded.loss.find((l) => l.block === actionBlock)
  if (!at) return false
  const worth = (l: LabRun['loss'][number]) => (unguarded.lossKind === 'bad-debt' ? l.gainUsd : l.exitUsd)
  return guarded.loss.filter((l) => l.block > actionBlock).every((l) => worth(l) - worth(at) <= limitUsd)
}

/**
 * Operations of honest users in both runs, paired by id, in the blocks that both have. Failed: fails in this run, succeeds
 * unguarded. Reports of feeds are left out: they would dilute the share.
 */
function pairedOps(unguarded: LabRun, run: LabRun): readonly { readonly failed: boolean }[] {
  const from = unguarded.evidenceBlock === null ? 0 : unguarded.evidenceBlock - BEFORE_EVIDENCE_BLOCKS
  const to = Math.min(unguarded.blocks.at(-1)?.number ?? 0, run.blocks.at(-1)?.number ?? 0)
  return Object.entries(unguarded.ops).flatMap(([id, op]) => {
    const block = Number(id.split(':')[0])
    const other = run.ops[id]
    return !op.paired || isReport(id) || !other || block < from || block > to - 1 ? [] : [{ failed: op.ok && !other.ok }]
  })
}

/** One alert a detector and subject, held for some blocks: findings in a row are one. */
function alertsOf(findings: Response['findings']): number {
  const last = new Map<string, number>()
  let alerts = 0
  for (const f of findings) {
    if (f.severity === 'info' || f.severity === 'low') continue
    const key = `${f.detector} ${f.subject}`
    if (f.block > (last.get(key) ?? Number.NEGATIVE_INFINITY) + ALERT_HOLD_BLOCKS) alerts += 1
    last.set(key, f.block)
  }
  return alerts
}

const isReport = (id: string): boolean => id.includes(':reporter-')
