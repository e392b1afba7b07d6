// All runs of a drill as tables for people: a line a run, what others would have done, the figures of all together.
import type { DrillBaseline, DrillFailure, DrillRun, DrillSummary, Share } from '../tools/drill-document.ts'
import { compare } from '../tools/drill-summary.ts'
import { after, failedOf, fit, percent, shortUsd, yes } from './drill-format.ts'
import { align, paint, plain } from './show.ts'

/** A longer name would push the figures out of sight. */
const NAME_WIDTH = 28

/** One line a preventable attack. */
export function attackTable(runs: readonly DrillRun[]): readonly string[] {
  const head = ['attack', 'order', 'seed', 'seen', 'acted', 'loss', 'guarded', 'saved', 'contained', 'failed', 'actions']
  const rows = runs
    .filter((r) => r.preventable === true)
    .map((r) => [
      fit(r.scenario, NAME_WIDTH),
      r.ordering ?? 'n/a',
      String(r.seed),
      after(r.timeToDetectBlocks),
      after(r.timeToContainBlocks),
      shortUsd(r.lossUnguardedUsd),
      shortUsd(r.lossGuardedUsd),
      percent(r.savedOfPreventablePct),
      yes(r.contained),
      failedOf(r),
      actionsOf(r),
    ])
  const legend = 'seen, acted: blocks after the evidence; saved: of the preventable, less what we caused; failed: honest operations'
  return table('preventable attacks', head, rows, legend)
}

/** One line an attack that is over in a block. */
export function unpreventableTable(runs: readonly DrillRun[]): readonly string[] {
  const rows = runs
    .filter((r) => r.preventable === false)
    .map((r) => [
      r.scenario,
      String(r.seed),
      yes(r.detected),
      shortUsd(r.lossUnguardedUsd),
      shortUsd(r.lossGuardedUsd),
      failedOf(r),
      actionsOf(r),
    ])
  return table(
    'not preventable off-chain: over in one block, outside all means',
    ['attack', 'seed', 'detected', 'loss', 'with us', 'failed', 'actions'],
    rows,
  )
}

/** One line a run without an attacker. */
export function quietTable(runs: readonly DrillRun[]): readonly string[] {
  const rows = runs
    .filter((r) => r.kind !== 'attack')
    .map((r) => [
      r.scenario,
      String(r.seed),
      r.twinOf ? `twin of ${r.twinOf}` : 'quiet',
      String(r.blocks),
      String(r.alerts),
      String(r.falseActions),
      failedOf(r),
      actionsOf(r),
    ])
  return table('quiet runs', ['run', 'seed', 'kind', 'blocks', 'alerts', 'false actions', 'failed', 'actions'], rows)
}

/** What others would have done, beside each of our runs of the same scenario and seed. */
export function baselineTable(runs: readonly DrillRun[], baselines: readonly DrillBaseline[]): readonly string[] {
  const cases = [...new Map(baselines.map((b) => [`${b.scenario} ${b.seed}`, b])).values()]
  const rows = cases.flatMap(({ scenario, seed }) => {
    const ours = runs.filter((r) => r.scenario === scenario && r.seed === seed && r.preventable)
    const others = baselines.filter((b) => b.scenario === scenario && b.seed === seed)
    return [
      [`${scenario}, seed ${seed}`],
      ...ours.map((r) => [
        `  Firebreak, ordering ${r.ordering}`,
        shortUsd(r.lossGuardedUsd),
        shortUsd(r.causedByUsUsd),
        percent(r.savedOfPreventablePct),
        failedOf(r),
        '',
      ]),
      ...others.map((b) => [
        `  ${b.name}`,
        shortUsd(b.lossUsd),
        shortUsd(b.causedUsd),
        percent(b.savedOfPreventablePct),
        failedOf(b),
        placesOf(ours, b),
      ]),
    ]
  })
  return table('beside us', ['', 'loss', 'caused', 'saved', 'failed', 'where Firebreak is ahead of it'], rows)
}

function placesOf(ours: readonly DrillRun[], other: DrillBaseline): string {
  return ours
    .map((r) => {
      const { loss, honest } = compare(r, other)
      const ahead = [...(loss === 'ahead' ? ['loss'] : []), ...(honest === 'ahead' ? ['honest'] : [])]
      return `${r.ordering}: ${ahead.join(' + ') || (loss === 'behind' || honest === 'behind' ? 'NOWHERE' : 'equal')}`
    })
    .join('; ')
}

/** The figures of all runs, a column an ordering. */
export function summaryTable(summary: DrillSummary): readonly string[] {
  const columns = summary.byOrdering.length > 1 ? [summary, ...summary.byOrdering] : [summary]
  const row = (name: string, of: (c: (typeof columns)[number]) => string) => [name, ...columns.map(of)]
  const attacks = [
    ['preventable attacks', 'all', ...summary.byOrdering.map((o) => o.ordering)].slice(0, columns.length + 1),
    row('detected', (c) => `${c.attacksDetected}/${c.attacks}${bounds(c.detectedPct)}`),
    row('contained', (c) => `${c.attacksContained}/${c.attacks}${bounds(c.containedPct)}`),
    row('saved, mean', (c) => percent(c.savedMeanPct)),
    row('saved, median', (c) => percent(c.savedMedianPct)),
    row('saved, 10 % quantile', (c) => percent(c.savedP10Pct)),
    row('saved, worst', (c) => percent(c.savedWorstPct)),
    row('saved, weighted by USD', (c) => percent(c.savedUsdWeightedPct)),
  ]
  const { aheadOf, unpreventable } = summary
  return [
    '',
    ...(summary.attacks > 0 ? align(attacks) : []),
    `honest operations failed   ${failedOf(summary)}, ${summary.honestFailedPct === null ? 'n/a' : `${summary.honestFailedPct.pct.toFixed(2)} %`}${bounds(summary.honestFailedPct)}, all runs`,
    ...(summary.quietRuns > 0 ? quietLines(summary) : []),
    ...(unpreventable.runs > 0 ? [`not preventable off-chain  ${unpreventable.detected}/${unpreventable.runs} detected`] : []),
    ...aheadOf.map(
      (a) =>
        `ahead of "${a.baseline}"  in ${a.ahead} of ${a.attacks} attacks (loss ${a.aheadInLoss}, honest operations ${a.aheadInHonest}); behind in both in ${a.behindInBoth}`,
    ),
  ].map((line) => line.trimEnd())
}

const quietLines = (s: DrillSummary): readonly string[] => [
  `quiet runs                 ${s.quietRuns} with ${s.quietBlocks} blocks (${s.quietDays.toFixed(2)} days): ${s.falseActions} false actions, ${s.quietAlerts} alerts (${s.quietAlertsPerDay?.toFixed(1) ?? 'n/a'} a day)`,
  `false actions a year       at most ${s.falseActionsYearUpper?.toLocaleString('en-US') ?? 'n/a'} (95 % upper bound of so short an exposure)`,
]

const bounds = (share: Share): string => (share === null ? '' : ` (${share.lowPct.toFixed(1)} to ${share.highPct.toFixed(1)} %)`)

export function failureLines(failures: readonly DrillFailure[]): readonly string[] {
  if (failures.length === 0) return []
  return [
    '',
    paint('red', 'failed runs'),
    ...failures.map((f) =>
      fit(`  ${f.scenario} seed ${f.seed}${f.ordering ? ` ordering ${f.ordering}` : ''}, ${f.stage}: ${plain(f.error)}`),
    ),
  ]
}

/** Count and widest class, or nothing. */
function actionsOf({ actions }: DrillRun): string {
  if (actions.length === 0) return 'none'
  const names = [...new Set(actions.map((a) => a.action))]
  return `${actions.length}: ${names.join(', ')}`
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[], legend?: string): readonly string[] {
  if (rows.length === 0) return []
  return ['', paint('bold', title), ...align([head, ...rows]).map((line) => fit(line)), ...(legend ? [paint('dim', legend)] : [])]
}
