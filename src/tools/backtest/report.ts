// From what was counted to the document.
import type { Severity } from '../../core/flow.ts'
import type { FoldRules } from '../../fold.ts'
import { VERSION } from '../../version.ts'
import { clopperPearson } from '../clopper-pearson.ts'
import { type BacktestDocument, type DetectorRow, type LabelRow, MOST, type Share } from './document.ts'
import type { Label } from './labels.ts'
import type { Tally, TallyState } from './tally.ts'

const WEEK_S = 604_800
const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical']

export interface ReportSetup {
  readonly rules: FoldRules
  readonly from: number
  readonly to: number
  readonly labels: readonly Label[] | undefined
}

export function reportOf(setup: ReportSetup, tally: Tally): BacktestDocument {
  const { rules, from, to } = setup
  const { state } = tally
  const { incidents } = state
  const { first, last, blocks, warmUpBlocks, logs, reads, judgedS } = state
  const detectors = rules.detectors.map((_, i) => detectorRow(setup, state, i))
  const openAtEnd = [...incidents.open.values()]
  return {
    format: 'firebreak-backtest',
    version: 1,
    firebreak: VERSION,
    chainId: rules.chainId,
    rulesHash: rules.rulesHash,
    simulated: false,
    range: { from, to, first, last, blocks, warmUpBlocks, logs, reads, judgedS },
    detectors,
    findings: {
      total: detectors.reduce((sum, d) => sum + SEVERITIES.reduce((n, s) => n + d.findings[s], 0), 0),
      bySeverity: severityCounts((s) => detectors.reduce((sum, d) => sum + d.findings[SEVERITIES[s] as Severity], 0)),
      subjects: bounded([...state.subjects.values()], MOST.subjects, state.subjects.size),
    },
    alerts: bounded(state.firstAlerts, MOST.alerts, state.alerts),
    weeks: [...state.weeks]
      .filter(([, week]) => week.blocks > 0 || week.alerts.size > 0)
      .sort(([a], [b]) => a - b)
      .map(([fromTimeS, week]) => ({ fromTimeS, blocks: week.blocks, alerts: Object.fromEntries(week.alerts) })),
    incidents: {
      ...bounded(
        [...incidents.ended, ...openAtEnd].sort((a, b) => a.openedBlock - b.openedBlock || (a.id < b.id ? -1 : 1)),
        MOST.incidents,
        incidents.total,
      ),
      contained: incidents.contained,
      closed: incidents.closed,
      openAtEnd: openAtEnd.length,
      brokenOff: incidents.brokenOff,
      mostLossAtRiskUsd: incidents.mostLossAtRiskUsd,
    },
    decisions: { total: state.decisions, toAct: state.toAct },
    proposals: bounded([...state.proposals.values()], MOST.proposals, state.proposals.size),
    errands: { beginLift: state.beginLifts, lift: state.lifts },
    timeline: {
      blocksPerBin: tally.blocksPerBin,
      bins: [...state.bins].sort(([a], [b]) => a - b).map(([at, bin]) => ({ fromBlock: from + at * tally.blocksPerBin, ...bin })),
    },
    blind: bounded(state.firstBlind, MOST.blindRanges, state.blindRanges),
    gaps: bounded(state.firstGaps, MOST.gaps, state.gaps),
    labels: setup.labels ? labelsOf(setup.labels, state) : null,
  }
}

function detectorRow({ rules, labels }: ReportSetup, state: TallyState, i: number): DetectorRow {
  const bound = rules.detectors[i]
  const counts = state.detectors[i]
  if (!bound || !counts) throw new RangeError(`detector ${i} of ${rules.detectors.length}`)
  const table = bound.detector.on.name
  return {
    id: bound.detector.id,
    table,
    fedBy: rules.protocols.filter(({ writes }) => writes.some(({ name }) => name === table)).map(({ id }) => id),
    findings: severityCounts((s) => counts.findings[s] ?? 0),
    alerts: counts.alerts,
    alertsInLabels: labels === undefined || table === 'chains' ? null : counts.inLabels,
    blindBlocks: counts.blindBlocks,
    seenS: counts.seenS,
    alertsPerWeek: counts.seenS > 0 ? (counts.alerts * WEEK_S) / counts.seenS : null,
  }
}

function labelsOf(labels: readonly Label[], state: TallyState): NonNullable<BacktestDocument['labels']> {
  const list = labels.map(({ name, from, to, subject }, i): LabelRow => {
    const seen = state.labels[i]
    const firstBlock = seen?.firstAlertBlock ?? null
    return {
      name,
      from,
      to,
      subject: subject ?? null,
      judgedBlocks: seen?.judgedBlocks ?? 0,
      alerts: seen?.alerts ?? 0,
      blocksToFirstAlert: firstBlock === null ? null : firstBlock - from,
    }
  })
  const judged = list.filter((l) => l.judgedBlocks > 0)
  return {
    judged: judged.length,
    precision: shareOf(state.measuredInLabels, state.measured),
    recall: shareOf(judged.filter((l) => l.alerts > 0).length, judged.length),
    list,
  }
}

function shareOf(count: number, of: number): Share {
  return of === 0 ? null : { count, of, share: count / of, ...clopperPearson(count, of) }
}

const severityCounts = (count: (rank: number) => number) => ({
  info: count(0),
  low: count(1),
  medium: count(2),
  high: count(3),
  critical: count(4),
})

const bounded = <T>(all: readonly T[], most: number, total: number) => ({ total, most, list: all.slice(0, most) })
