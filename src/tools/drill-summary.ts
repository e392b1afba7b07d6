// All runs of a drill together: shares with their bounds, quantiles, the rate of false actions, and who was better than we.
import { clopperPearson, clopperPearsonUpper } from './clopper-pearson.ts'
import { type DrillBaseline, type DrillRun, type DrillSummary, orderings, round, type Share } from './drill-document.ts'

const DAY_S = 86_400
const YEAR_S = 365 * DAY_S
/** Two losses are equal if they differ by less than this share of the unguarded loss: gas alone makes nobody behind. */
const SAME_LOSS = 0.001

/** Over the runs' preventable attacks; quiet runs are those without an attacker, so twins too. Not applicable is null, never 0. */
export function summarize(runs: readonly DrillRun[], baselines: readonly DrillBaseline[], blockTimeS: number): DrillSummary {
  const attacks = runs.filter(isPreventable)
  const single = runs.filter((r) => r.kind === 'attack' && !isPreventable(r))
  const run = orderings.filter((o) => attacks.some((r) => r.ordering === o))
  return {
    ...attackFigures(attacks, runs),
    byOrdering: run.map((ordering) => {
      const of = attacks.filter((r) => r.ordering === ordering)
      return { ordering, ...attackFigures(of, of) }
    }),
    unpreventable: { runs: single.length, detected: single.filter((r) => r.detected).length },
    ...quietFigures(
      runs.filter((r) => r.kind !== 'attack'),
      blockTimeS,
    ),
    aheadOf: aheadOf(attacks, baselines),
  }
}

const isPreventable = (r: DrillRun): boolean => r.kind === 'attack' && r.preventable === true

type AttackFigures = Omit<DrillSummary['byOrdering'][number], 'ordering'>

function attackFigures(attacks: readonly DrillRun[], honestOf: readonly DrillRun[]): AttackFigures {
  const measured = attacks.filter((r) => r.savedOfPreventablePct !== null)
  const saved = measured.map((r) => r.savedOfPreventablePct ?? 0).sort((a, b) => a - b)
  const preventableUsd = sum(measured, (r) => (r.lossUnguardedUsd ?? 0) - (r.lossBeforeEvidenceUsd ?? 0))
  const savedUsd = sum(measured, (r) => (r.lossUnguardedUsd ?? 0) - (r.lossGuardedUsd ?? 0) - r.causedByUsUsd)
  const attacksDetected = attacks.filter((r) => r.detected).length
  const attacksContained = attacks.filter((r) => r.contained).length
  const honestOps = sum(honestOf, (r) => r.honestOps)
  const honestOpsFailed = sum(honestOf, (r) => r.honestOpsFailed)
  return {
    attacks: attacks.length,
    attacksDetected,
    attacksContained,
    detectedPct: shareOf(attacksDetected, attacks.length),
    containedPct: shareOf(attacksContained, attacks.length),
    savedMeanPct: saved.length > 0 ? round(sum(saved, (s) => s) / saved.length) : null,
    savedP10Pct: quantile(saved, 0.1),
    savedWorstPct: saved[0] ?? null,
    savedMedianPct: quantile(saved, 0.5),
    savedUsdWeightedPct: preventableUsd > 0 ? round((100 * savedUsd) / preventableUsd) : null,
    honestOps,
    honestOpsFailed,
    honestFailedPct: shareOf(honestOpsFailed, honestOps),
  }
}

function quietFigures(quiet: readonly DrillRun[], blockTimeS: number) {
  const quietBlocks = sum(quiet, (r) => r.blocks)
  const falseActions = sum(quiet, (r) => r.falseActions ?? 0)
  const quietAlerts = sum(quiet, (r) => r.alerts)
  const days = (quietBlocks * blockTimeS) / DAY_S
  // one block may see several actions; more of them than blocks is no share any more
  const upper = quietBlocks > 0 ? clopperPearsonUpper(Math.min(falseActions, quietBlocks), quietBlocks) : null
  return {
    quietRuns: quiet.length,
    quietBlocks,
    quietDays: round(days, 4),
    falseActions,
    falseActionsYearUpper: upper === null ? null : round((upper * YEAR_S) / blockTimeS, 1),
    quietAlerts,
    quietAlertsPerDay: days > 0 ? round(quietAlerts / days) : null,
  }
}

/** Each baseline beside each of our runs of the same scenario and seed. Loss includes what the defence itself caused. */
function aheadOf(attacks: readonly DrillRun[], baselines: readonly DrillBaseline[]): DrillSummary['aheadOf'] {
  const names = [...new Set(baselines.map((b) => b.name))]
  return names.map((name) => {
    const perAttack = attacks.flatMap((r) => {
      const other = baselines.find((b) => b.name === name && b.scenario === r.scenario && b.seed === r.seed)
      return other && r.ordering ? [{ scenario: r.scenario, seed: r.seed, ordering: r.ordering, ...compare(r, other) }] : []
    })
    return {
      baseline: name,
      attacks: perAttack.length,
      aheadInLoss: perAttack.filter((p) => p.loss === 'ahead').length,
      aheadInHonest: perAttack.filter((p) => p.honest === 'ahead').length,
      ahead: perAttack.filter((p) => p.loss === 'ahead' || p.honest === 'ahead').length,
      behindInBoth: perAttack.filter((p) => p.loss === 'behind' && p.honest === 'behind').length,
      perAttack,
    }
  })
}

type Place = DrillSummary['aheadOf'][number]['perAttack'][number]['loss']

export function compare(run: DrillRun, other: DrillBaseline): { readonly loss: Place; readonly honest: Place } {
  const tieUsd = SAME_LOSS * other.lossUnguardedUsd
  return {
    loss: placeOf((run.lossGuardedUsd ?? 0) + run.causedByUsUsd, other.lossUsd + other.causedUsd, tieUsd),
    honest: placeOf(failedShare(run), failedShare(other), 0),
  }
}

const failedShare = ({ honestOps, honestOpsFailed }: { readonly honestOps: number; readonly honestOpsFailed: number }): number =>
  honestOps === 0 ? 0 : honestOpsFailed / honestOps

/** Less is better. */
function placeOf(ours: number, theirs: number, tie: number): Place {
  if (Math.abs(ours - theirs) <= tie) return 'equal'
  return ours < theirs ? 'ahead' : 'behind'
}

function shareOf(count: number, of: number): Share {
  if (of === 0) return null
  const { low, high } = clopperPearson(count, of)
  return { pct: round((100 * count) / of), lowPct: round(100 * low), highPct: round(100 * high) }
}

/** Linear interpolation between order statistics. */
function quantile(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null
  const at = q * (sorted.length - 1)
  const low = sorted[Math.floor(at)] as number
  const high = sorted[Math.ceil(at)] as number
  return round(low + (high - low) * (at % 1))
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0)
