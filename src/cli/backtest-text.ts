// A backtest's document as text for a terminal: what matters first, at most some lines of each kind.
import type { BacktestDocument, Share } from '../tools/backtest/document.ts'
import { blocks, fit, shortUsd } from './drill-format.ts'
import { align, duration, paint, plain } from './show.ts'

/** Lines of each kind. */
const MOST = 10

export function backtestLines(doc: BacktestDocument): readonly string[] {
  const { range } = doc
  const { first, last } = range
  if (!first || !last) return [`no block of ${range.from} to ${range.to} is in history`]
  const warm = range.warmUpBlocks > 0 ? `, after ${range.warmUpBlocks} before them for the state` : ''
  return [
    `${paint('bold', `chain ${doc.chainId}, blocks ${first.number} to ${last.number}`)}: ${day(first.timeS)} to ${day(last.timeS)}`,
    `  ${range.blocks} blocks judged${warm}, ${range.logs} logs, ${range.reads} reads, ${duration(range.judgedS)} of chain time`,
    `  ${doc.findings.total} findings, ${doc.alerts.total} alerts, ${doc.incidents.total} incidents, ${doc.proposals.total} different actions proposed`,
    '  nothing was simulated: the analytic bound decided',
    ...detectorLines(doc),
    ...labelLines(doc),
    ...alertLines(doc),
    ...incidentLines(doc),
    ...proposalLines(doc),
    ...blindLines(doc),
  ].map((line) => fit(line))
}

function detectorLines({ detectors }: BacktestDocument): readonly string[] {
  const rows = detectors.map((d) => [
    `  ${d.id}`,
    String(d.findings.critical),
    String(d.findings.high),
    String(d.findings.medium),
    String(d.findings.low + d.findings.info),
    d.alertsPerWeek === null ? 'n/a' : d.alertsPerWeek.toFixed(2),
    d.fedBy.length === 0 && d.table !== 'chains' ? 'nothing feeds it' : d.blindBlocks > 0 ? `blind in ${blocks(d.blindBlocks)}` : '',
  ])
  return ['', ...align([['  detector', 'critical', 'high', 'medium', 'less', 'alerts a week', ''], ...rows])]
}

function labelLines({ labels }: BacktestDocument): readonly string[] {
  if (!labels) return []
  const rows = labels.list.map((l) => [
    `  ${plain(l.name)}`,
    `blocks ${l.from} to ${l.to}`,
    l.judgedBlocks === 0
      ? 'not in the range'
      : l.blocksToFirstAlert === null
        ? paint('red', 'no alert')
        : `${l.alerts} alerts, the first after ${blocks(l.blocksToFirstAlert)}`,
  ])
  return ['', `precision ${share(labels.precision)}, recall ${share(labels.recall)}`, ...some(align(rows), labels.list.length)]
}

function alertLines({ alerts }: BacktestDocument): readonly string[] {
  if (alerts.total === 0) return []
  const lines = alerts.list.map((a) => `  block ${a.block}  ${paint('red', a.severity)} ${a.detector}: ${plain(a.summary)}`)
  return ['', 'alerts', ...some(lines, alerts.total)]
}

function incidentLines({ incidents }: BacktestDocument): readonly string[] {
  if (incidents.total === 0) return []
  const lines = incidents.list.map((i) => {
    const answer = i.firstAnswer ? `block ${i.firstAnswer.block}: ${i.firstAnswer.chosen}` : 'none'
    return `  block ${i.openedBlock} to ${i.lastBlock}  ${i.severity}, ${i.sources.join(' + ')}, at most ${shortUsd(i.lossAtRiskUsd.most)} USD at risk, ${i.end}; first answer: ${answer}`
  })
  const { closed, contained, openAtEnd, brokenOff } = incidents
  return [
    '',
    `incidents: ${closed} closed, ${contained} contained, ${openAtEnd} open at the end, ${brokenOff} cut by gaps`,
    ...some(lines, incidents.total),
  ]
}

function proposalLines({ proposals, decisions }: BacktestDocument): readonly string[] {
  if (proposals.total === 0) return []
  const lines = proposals.list.map(
    (p) => `  block ${p.firstBlock}  ${p.operation} ${p.action} on ${p.market.split(':').at(-1)}, in ${blocks(p.times)}`,
  )
  return ['', `proposed in ${decisions.toAct} of ${decisions.total} decisions`, ...some(lines, proposals.total)]
}

function blindLines({ blind, gaps }: BacktestDocument): readonly string[] {
  if (blind.total + gaps.total === 0) return []
  const lines = [
    ...gaps.list.map((g) => `  blocks ${g.fromBlock} to ${g.toBlock}  ${plain(g.why)}`),
    ...blind.list.map(
      (b) =>
        `  blocks ${b.fromBlock} to ${b.toBlock}  ${b.protocol}: ${b.missing} reads missing; blind: ${b.detectors.join(', ') || 'no detector'}`,
    ),
  ]
  return ['', paint('yellow', 'blind: no alert there says nothing'), ...some(lines, blind.total + gaps.total)]
}

const some = (lines: readonly string[], total: number): readonly string[] =>
  total > MOST ? [...lines.slice(0, MOST), `  and ${total - MOST} more`] : lines

const share = (of: Share): string => (of ? `${pct(of.share)} (${of.count} of ${of.of}; 95 %: ${pct(of.low)} to ${pct(of.high)})` : 'n/a')
const pct = (of: number): string => `${(100 * of).toFixed(1)} %`
const day = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 10)
