// The one document a drill writes, as a schema: every figure that README or a note quotes is in it.
import { z } from 'zod'

const usd = z.number()
const percent = z.number().nullable()

const action = z.strictObject({
  action: z.string(),
  subject: z.string(),
  class: z.string(),
  effective: z.boolean(),
  liftedAfterBlocks: z.number().int().nullable(),
  txHash: z.string(),
})

const run = z.strictObject({
  scenario: z.string(),
  origin: z.enum(['own', 'outside']),
  kind: z.enum(['attack', 'twin', 'quiet']),
  twinOf: z.string().nullable(),
  blockMs: z.number(),
  ordering: z.enum(['won', 'half', 'lost']),
  preventable: z.boolean(),
  blocks: z.number().int(),
  detected: z.boolean(),
  /** First block whose state alone shows the breach, from the unguarded run. */
  evidenceBlock: z.number().int().nullable(),
  timeToDetectBlocks: z.number().int().nullable(),
  timeToDetectMs: z.number().nullable(),
  timeToActMs: z.number().nullable(),
  timeToContainBlocks: z.number().int().nullable(),
  lossUnguardedUsd: usd,
  lossBeforeEvidenceUsd: usd,
  lossGuardedUsd: usd,
  causedByUsUsd: usd,
  savedPct: percent,
  savedOfPreventablePct: percent,
  contained: z.boolean(),
  honestOps: z.number().int(),
  honestOpsFailed: z.number().int(),
  actions: z.array(action),
  alerts: z.number().int(),
  falseActions: z.number().int(),
})

export const drillDocument = z.strictObject({
  version: z.string(),
  seed: z.number().int(),
  machine: z.strictObject({ cpu: z.string(), cores: z.number().int(), memGiB: z.number(), node: z.string(), os: z.string() }),
  runs: z.array(run),
  baselines: z.array(
    z.strictObject({ name: z.string(), scenario: z.string(), savedOfPreventablePct: percent, honestOpsFailed: z.number().int() }),
  ),
  summary: z.strictObject({
    attacks: z.number().int(),
    attacksDetected: z.number().int(),
    attacksContained: z.number().int(),
    savedMeanPct: percent,
    savedP10Pct: percent,
    savedWorstPct: percent,
    savedMedianPct: percent,
    savedUsdWeightedPct: percent,
    quietRuns: z.number().int(),
    quietBlocks: z.number().int(),
    falseActions: z.number().int(),
    honestFailedPct: percent,
  }),
})

export type DrillDocument = z.infer<typeof drillDocument>
export type DrillRun = DrillDocument['runs'][number]

/** Over the runs' preventable attacks; quiet runs count twins too. Not applicable is null, never 0. */
export function summarize(runs: readonly DrillRun[]): DrillDocument['summary'] {
  const attacks = runs.filter((r) => r.kind === 'attack' && r.preventable)
  const quiet = runs.filter((r) => r.kind !== 'attack')
  const saved = attacks.flatMap((r) => (r.savedOfPreventablePct === null ? [] : [r.savedOfPreventablePct])).sort((a, b) => a - b)
  const ops = runs.reduce((sum, r) => sum + r.honestOps, 0)
  const weights = attacks.filter((r) => r.savedOfPreventablePct !== null)
  const preventable = weights.reduce((sum, r) => sum + r.lossUnguardedUsd - r.lossBeforeEvidenceUsd, 0)
  const savedUsd = weights.reduce((sum, r) => sum + r.lossUnguardedUsd - r.lossGuardedUsd - r.causedByUsUsd, 0)
  return {
    attacks: attacks.length,
    attacksDetected: attacks.filter((r) => r.detected).length,
    attacksContained: attacks.filter((r) => r.contained).length,
    savedMeanPct: saved.length > 0 ? round(saved.reduce((a, b) => a + b, 0) / saved.length) : null,
    savedP10Pct: quantile(saved, 0.1),
    savedWorstPct: saved[0] ?? null,
    savedMedianPct: quantile(saved, 0.5),
    savedUsdWeightedPct: preventable > 0 ? round((100 * savedUsd) / preventable) : null,
    quietRuns: quiet.length,
    quietBlocks: quiet.reduce((sum, r) => sum + r.blocks, 0),
    falseActions: quiet.reduce((sum, r) => sum + r.falseActions, 0),
    honestFailedPct: ops > 0 ? round((100 * runs.reduce((sum, r) => sum + r.honestOpsFailed, 0)) / ops) : null,
  }
}

/** Linear interpolation between order statistics. */
function quantile(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null
  const at = q * (sorted.length - 1)
  const low = sorted[Math.floor(at)] as number
  const high = sorted[Math.ceil(at)] as number
  return round(low + (high - low) * (at % 1))
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))
