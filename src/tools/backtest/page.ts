// A backtest as one HTML file that needs no network: figures and tables as text, plots drawn from data in the page.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { canonical } from '../../core/canonical.ts'
import type { BacktestDocument, Share } from './document.ts'
import { escapeHtml, escapeJson, table } from './html.ts'
import { SCRIPT, STYLE } from './page-parts.ts'

const require = createRequire(import.meta.url)

/** Detectors with a plot of their own; the table has all. */
const MOST_PLOTS = 24

const whole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
const usd = (value: number): string => `${whole(value)} USD`
const time = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 16).replace('T', ' ')
const day = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 10)
const pct = (share: number): string => `${(100 * share).toFixed(1)} %`
const shareText = (share: Share): string =>
  share ? `${pct(share.share)} (${share.count} of ${share.of}; 95 %: ${pct(share.low)} to ${pct(share.high)})` : 'not applicable'
const range = (from: number, to: number): string => (from === to ? whole(from) : `${whole(from)} to ${whole(to)}`)

/** The same document gives the same bytes. */
export function pageOf(doc: BacktestDocument): string {
  const uplot = asset(require.resolve('uplot/dist/uPlot.iife.min.js'))
  const style = `${asset(require.resolve('uplot/dist/uPlot.min.css'))}\n${STYLE}`
  const script = `${uplot}\n${SCRIPT}`
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`
  const title = `Backtest of chain ${doc.chainId}, blocks ${range(doc.range.from, doc.range.to)}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="dim">${escapeHtml(judgedText(doc))}</p>
<p class="dim">Firebreak ${escapeHtml(doc.firebreak)}, rules ${escapeHtml(doc.rulesHash)}</p>
<p>Nothing was simulated: the analytic bound decided, as live when a simulation is late. Nothing was executed, so that what was proposed changed nothing that came after.</p>
${doc.blind.total + doc.gaps.total > 0 ? `<p class="blind">${escapeHtml(blindText(doc))}</p>` : ''}
</header>
<main>
${cards(doc)}
${timeline(doc)}
${perWeek(doc)}
${detectors(doc)}
${doc.labels ? labels(doc.labels) : ''}
${incidents(doc)}
${proposals(doc)}
${alerts(doc)}
${blind(doc)}
</main>
<script type="application/json" id="data">${escapeJson(canonical(plotData(doc)))}</script>
<script>${script}</script>
</body>
</html>
`
}

function judgedText({ range: { first, last, blocks, warmUpBlocks } }: BacktestDocument): string {
  if (!first || !last) return 'No block of the range is in history.'
  const before = warmUpBlocks > 0 ? `, after ${whole(warmUpBlocks)} blocks before them for the state` : ''
  return `${whole(blocks)} blocks judged, from ${time(first.timeS)} to ${time(last.timeS)} UTC${before}; last block ${last.hash}`
}

const blindText = ({ blind, gaps }: BacktestDocument): string =>
  `Not all of it was seen: ${blind.total} ranges in which a protocol was blind, ${gaps.total} gaps in history. No alert there says nothing.`

function cards({ range: { blocks, logs }, findings, alerts, incidents, proposals, labels }: BacktestDocument): string {
  const rows: (readonly [string, string])[] = [
    ['blocks', whole(blocks)],
    ['logs', whole(logs)],
    ['findings', whole(findings.total)],
    ['alerts', whole(alerts.total)],
    ['incidents', whole(incidents.total)],
    ['most at risk', usd(incidents.mostLossAtRiskUsd)],
    ['actions proposed', whole(proposals.total)],
  ]
  if (labels) rows.push(['precision', shareText(labels.precision)], ['recall', shareText(labels.recall)])
  return `<dl class="cards">${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`
}

function timeline({ timeline: { blocksPerBin, bins }, alerts, incidents }: BacktestDocument): string {
  const each = `each point: ${whole(blocksPerBin)} blocks`
  const rows = bins.filter((b) => b.alerts > 0 || b.lossAtRiskUsd > 0 || b.blindBlocks > 0)
  return `<section aria-labelledby="h-time"><h2 id="h-time">Time line</h2>
<h3>Alerts</h3>
<div class="plot" id="plot-alerts" role="img" aria-label="${whole(alerts.total)} alerts over time, ${each}; the table below has the figures"></div>
<h3>Loss at risk, USD</h3>
<div class="plot" id="plot-loss" role="img" aria-label="Loss at risk over time, at most ${usd(incidents.mostLossAtRiskUsd)}, ${each}; the table below has the figures"></div>
<details><summary>As a table: ${rows.length} of ${bins.length} points in which something was, ${each}</summary>
${table(
  'Time line',
  [
    { head: 'from block', cell: (b) => whole(b.fromBlock), number: true },
    { head: 'time, UTC', cell: (b) => (b.timeS === null ? '' : time(b.timeS)) },
    { head: 'logs', cell: (b) => whole(b.logs), number: true },
    { head: 'findings', cell: (b) => whole(b.findings), number: true },
    { head: 'alerts', cell: (b) => whole(b.alerts), number: true },
    { head: 'most at risk', cell: (b) => usd(b.lossAtRiskUsd), number: true },
    { head: 'blind blocks', cell: (b) => whole(b.blindBlocks), number: true },
  ],
  rows,
)}</details></section>`
}

function perWeek(doc: BacktestDocument): string {
  const ids = loudest(doc)
  const plots = ids.map(
    (id, i) =>
      `<div><h3>${escapeHtml(id)}</h3><div class="plot" id="week-${i}" role="img" aria-label="Alerts of ${escapeHtml(id)} a week; the table below has the figures"></div></div>`,
  )
  const weeks = doc.weeks.filter((week) => Object.keys(week.alerts).length > 0)
  return `<section aria-labelledby="h-week"><h2 id="h-week">Alerts a week</h2>
${plots.length > 0 ? `<div class="multiples">${plots.join('\n')}</div>` : '<p>None.</p>'}
<details><summary>As a table: ${weeks.length} of ${doc.weeks.length} weeks had alerts</summary>
${table(
  'Alerts a week, from Monday',
  [
    { head: 'week of', cell: (w) => day(w.fromTimeS) },
    { head: 'blocks judged', cell: (w) => whole(w.blocks), number: true },
    ...ids.map((id) => ({ head: id, cell: (w: (typeof weeks)[number]) => whole(w.alerts[id] ?? 0), number: true })),
  ],
  weeks,
)}</details></section>`
}

function detectors(doc: BacktestDocument): string {
  return `<section aria-labelledby="h-det"><h2 id="h-det">Detectors</h2>
${table(
  'What each detector found, and where it could not see',
  [
    { head: 'detector', cell: (d) => d.id },
    { head: 'critical', cell: (d) => whole(d.findings.critical), number: true },
    { head: 'high', cell: (d) => whole(d.findings.high), number: true },
    { head: 'medium', cell: (d) => whole(d.findings.medium), number: true },
    { head: 'low, info', cell: (d) => whole(d.findings.low + d.findings.info), number: true },
    { head: 'alerts a week', cell: (d) => (d.alertsPerWeek === null ? 'n/a' : d.alertsPerWeek.toFixed(2)), number: true },
    { head: 'of them in labels', cell: (d) => (d.alertsInLabels === null ? 'n/a' : `${d.alertsInLabels} of ${d.alerts}`), number: true },
    { head: 'blind blocks', cell: (d) => whole(d.blindBlocks), number: true },
    { head: 'fed by', cell: (d) => d.fedBy.join(', ') || (d.table === 'chains' ? 'the node' : 'nothing: it can never fire') },
  ],
  doc.detectors,
)}</section>`
}

function labels(of: NonNullable<BacktestDocument['labels']>): string {
  return `<section aria-labelledby="h-lab"><h2 id="h-lab">Labelled attacks</h2>
<p>Precision ${escapeHtml(shareText(of.precision))}. Recall ${escapeHtml(shareText(of.recall))}.</p>
${table(
  'Attacks as the labels say',
  [
    { head: 'name', cell: (l) => l.name },
    { head: 'blocks', cell: (l) => range(l.from, l.to), number: true },
    { head: 'subject', cell: (l) => l.subject ?? 'any' },
    { head: 'blocks judged', cell: (l) => whole(l.judgedBlocks), number: true },
    { head: 'alerts', cell: (l) => whole(l.alerts), number: true },
    { head: 'blocks to the first', cell: (l) => (l.blocksToFirstAlert === null ? 'n/a' : whole(l.blocksToFirstAlert)), number: true },
  ],
  of.list,
)}</section>`
}

function incidents({ incidents: { list, total, most } }: BacktestDocument): string {
  return `<section aria-labelledby="h-inc"><h2 id="h-inc">Incidents</h2>
${table(
  shown('Incidents', total, most),
  [
    { head: 'opened in', cell: (i) => whole(i.openedBlock), number: true },
    { head: 'time, UTC', cell: (i) => time(i.openedTimeS) },
    { head: 'severity', cell: (i) => i.severity },
    { head: 'sources', cell: (i) => i.sources.join(' + ') },
    { head: 'most at risk', cell: (i) => usd(i.lossAtRiskUsd.most), number: true },
    { head: 'contained in', cell: (i) => (i.containedBlock === null ? '' : whole(i.containedBlock)), number: true },
    { head: 'end', cell: (i) => `${i.end}, block ${whole(i.lastBlock)}` },
    { head: 'first answer', cell: (i) => (i.firstAnswer ? `block ${whole(i.firstAnswer.block)}: ${i.firstAnswer.chosen}` : 'none') },
    { head: 'venue', cell: (i) => i.venue },
  ],
  list,
)}</section>`
}

function proposals({ proposals: { list, total, most }, decisions, errands }: BacktestDocument): string {
  return `<section aria-labelledby="h-prop"><h2 id="h-prop">Actions that would have been proposed</h2>
<p class="dim">${whole(decisions.toAct)} of ${whole(decisions.total)} decisions were to act; ${whole(errands.beginLift + errands.lift)} calls of lifts.</p>
${table(
  shown('Different actions', total, most),
  [
    { head: 'first in', cell: (p) => whole(p.firstBlock), number: true },
    { head: 'time, UTC', cell: (p) => time(p.firstTimeS) },
    { head: 'action', cell: (p) => `${p.operation} ${p.action}` },
    { head: 'market', cell: (p) => p.market },
    { head: 'blocks', cell: (p) => whole(p.times), number: true },
    { head: 'last in', cell: (p) => whole(p.lastBlock), number: true },
    { head: 'entry', cell: (p) => p.entry },
  ],
  list,
)}</section>`
}

function alerts({ alerts: { list, total, most } }: BacktestDocument): string {
  return `<section aria-labelledby="h-al"><h2 id="h-al">Alerts</h2>
${table(
  shown('Alerts', total, most),
  [
    { head: 'block', cell: (a) => whole(a.block), number: true },
    { head: 'time, UTC', cell: (a) => time(a.timeS) },
    { head: 'severity', cell: (a) => a.severity },
    { head: 'detector', cell: (a) => a.detector },
    { head: 'summary', cell: (a) => a.summary },
    { head: 'subject', cell: (a) => `${a.subject.kind} ${a.subject.id}` },
    { head: 'label', cell: (a) => a.label ?? '' },
  ],
  list,
)}</section>`
}

function blind({ blind: ranges, gaps }: BacktestDocument): string {
  return `<section aria-labelledby="h-bl"><h2 id="h-bl">Where it could not see</h2>
${table(
  shown('Ranges with missing reads', ranges.total, ranges.most),
  [
    { head: 'blocks', cell: (b) => range(b.fromBlock, b.toBlock), number: true },
    { head: 'protocol', cell: (b) => b.protocol },
    { head: 'blind detectors', cell: (b) => b.detectors.join(', ') || 'none' },
    { head: 'answers missing', cell: (b) => whole(b.missing), number: true },
    { head: 'for example', cell: (b) => b.example },
  ],
  ranges.list,
)}
${table(
  shown('Gaps in history, after which the state begins anew', gaps.total, gaps.most),
  [
    {
      head: 'blocks',
      cell: (g) => (g.toBlock < g.fromBlock ? `before ${whole(g.fromBlock)}` : range(g.fromBlock, g.toBlock)),
      number: true,
    },
    { head: 'why', cell: (g) => g.why },
  ],
  gaps.list,
)}</section>`
}

function plotData(doc: BacktestDocument) {
  const bins = doc.timeline.bins.filter((b) => b.timeS !== null)
  return {
    bins: { timeS: bins.map((b) => b.timeS), alerts: bins.map((b) => b.alerts), lossAtRiskUsd: bins.map((b) => b.lossAtRiskUsd) },
    weeks: {
      fromTimeS: doc.weeks.map((w) => w.fromTimeS),
      detectors: loudest(doc).map((id) => ({ alerts: doc.weeks.map((w) => w.alerts[id] ?? 0) })),
    },
  }
}

const loudest = ({ detectors }: BacktestDocument): readonly string[] =>
  detectors
    .filter((d) => d.alerts > 0)
    .sort((a, b) => b.alerts - a.alerts || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_PLOTS)
    .map(({ id }) => id)

const shown = (what: string, total: number, most: number): string =>
  `${what}: ${whole(total)}${total > most ? `, the first ${whole(most)} shown` : ''}`

const asset = (file: string): string => readFileSync(file, 'utf8').trim()
const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
