// The one document a drill writes, as a schema: every figure that README or a note quotes is in it. Not applicable is null, never 0.
import { z } from 'zod'

const ORDERINGS = ['won', 'half', 'lost'] as const
const ordering = z.enum(ORDERINGS)
/** Who comes first in a block that both want: we, each in about half of the blocks, the attacker. */
export type Ordering = z.infer<typeof ordering>
export const orderings: readonly Ordering[] = ORDERINGS

const lossKind = z.enum(['attacker-gain', 'bad-debt'])
export type LossKind = z.infer<typeof lossKind>

const count = z.number().int().nonnegative()
const usd = z.number()
const percent = z.number().nullable()

/** A share of a count in percent, with its two-sided Clopper-Pearson bounds of 95 %. */
const share = z.strictObject({ pct: z.number(), lowPct: z.number(), highPct: z.number() }).nullable()
export type Share = z.infer<typeof share>

const action = z.strictObject({
  action: z.string(),
  subject: z.string(),
  class: z.string(),
  effective: z.boolean(),
  block: count,
  liftedAfterBlocks: z.number().int().nullable(),
  txHash: z.string(),
})

const run = z.strictObject({
  scenario: z.string(),
  origin: z.enum(['own', 'outside']),
  kind: z.enum(['attack', 'twin', 'quiet']),
  twinOf: z.string().nullable(),
  seed: count,
  blockMs: z.number(),
  /** Null where nobody attacks: there is no order to win. */
  ordering: ordering.nullable(),
  lossKind: lossKind.nullable(),
  /** False: over in one transaction, which nothing outside the chain can prevent. Null where nobody attacks. */
  preventable: z.boolean().nullable(),
  blocks: count,
  detected: z.boolean().nullable(),
  /** First block whose state alone shows the breach, from the unguarded run. */
  evidenceBlock: z.number().int().nullable(),
  timeToDetectBlocks: z.number().int().nullable(),
  timeToDetectMs: z.number().nullable(),
  timeToActMs: z.number().nullable(),
  timeToContainBlocks: z.number().int().nullable(),
  lossUnguardedUsd: usd.nullable(),
  lossBeforeEvidenceUsd: usd.nullable(),
  lossGuardedUsd: usd.nullable(),
  causedByUsUsd: usd,
  savedPct: percent,
  savedOfPreventablePct: percent,
  /** Null where there is nothing to contain: nobody attacks, or it is over in one transaction. */
  contained: z.boolean().nullable(),
  honestOps: count,
  honestOpsFailed: count,
  actions: z.array(action),
  alerts: count,
  /** Null for attacks. */
  falseActions: count.nullable(),
})

const baseline = z.strictObject({
  name: z.string(),
  scenario: z.string(),
  seed: count,
  /** Block of the pause; null: there never was one, or the measure holds from the start. */
  atBlock: z.number().int().nullable(),
  lossUnguardedUsd: usd,
  lossUsd: usd,
  /** Bad debt and liquidations that the unguarded run does not have. */
  causedUsd: usd,
  savedOfPreventablePct: percent,
  honestOps: count,
  honestOpsFailed: count,
})

const failure = z.strictObject({
  scenario: z.string(),
  seed: count,
  /** Null: a baseline, or nobody attacks. A failed unguarded run is a failure of each ordering that needed it. */
  ordering: ordering.nullable(),
  stage: z.enum(['unguarded', 'baseline', 'guarded']),
  error: z.string(),
})

const place = z.enum(['ahead', 'equal', 'behind'])

const aheadOf = z.strictObject({
  baseline: z.string(),
  attacks: count,
  aheadInLoss: count,
  aheadInHonest: count,
  /** In at least one of the two. */
  ahead: count,
  behindInBoth: count,
  perAttack: z.array(z.strictObject({ scenario: z.string(), seed: count, ordering, loss: place, honest: place })),
})

const attackFigures = {
  attacks: count,
  attacksDetected: count,
  attacksContained: count,
  detectedPct: share,
  containedPct: share,
  savedMeanPct: percent,
  savedP10Pct: percent,
  savedWorstPct: percent,
  savedMedianPct: percent,
  savedUsdWeightedPct: percent,
  honestOps: count,
  honestOpsFailed: count,
  honestFailedPct: share,
}

const summary = z.strictObject({
  ...attackFigures,
  byOrdering: z.array(z.strictObject({ ordering, ...attackFigures })),
  unpreventable: z.strictObject({ runs: count, detected: count }),
  quietRuns: count,
  quietBlocks: count,
  quietDays: z.number(),
  falseActions: count,
  /** With 95 % confidence there are no more than this in a year of such days; null: no quiet run. */
  falseActionsYearUpper: z.number().nullable(),
  quietAlerts: count,
  quietAlertsPerDay: z.number().nullable(),
  aheadOf: z.array(aheadOf),
})

export const drillDocument = z.strictObject({
  version: z.string(),
  /** Hash of all that determines the prepared state. */
  lab: z.string(),
  seeds: z.array(count),
  machine: z.strictObject({ cpu: z.string(), cores: z.number().int(), memGiB: z.number(), node: z.string(), os: z.string() }),
  blockTimeS: z.number(),
  /** Guarded runs that were to be made: fewer runs and failures together mean that the drill was cut short. */
  planned: count,
  runs: z.array(run),
  failures: z.array(failure),
  baselines: z.array(baseline),
  summary,
})

export type DrillDocument = z.infer<typeof drillDocument>
export type DrillRun = DrillDocument['runs'][number]
export type DrillBaseline = DrillDocument['baselines'][number]
export type DrillFailure = DrillDocument['failures'][number]
export type DrillSummary = DrillDocument['summary']

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))
