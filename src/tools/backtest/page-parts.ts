// What is the same in every page: its style, and the script that draws the plots from the data beside it.

export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2128; --dim: #57606a; --line: #d0d7de; --card: #f6f8fa; --alert: #b4331f; --loss: #0a5fb4; --blind: #7a5200; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0f1419; --text: #e3e8ee; --dim: #9aa5b1; --line: #313a44; --card: #182029; --alert: #ff8a70; --loss: #6cb2ff; --blind: #e0b050; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: .95rem; margin: .5rem 0 0; }
p { margin: .25rem 0; }
.dim, caption { color: var(--dim); font-size: .9rem; }
.blind { color: var(--blind); font-weight: 600; }
dl.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .5rem; margin: 1rem 0; }
dl.cards > div { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; }
dt { color: var(--dim); font-size: .85rem; }
dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
.plot { min-height: 2rem; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: .5rem 1rem; }
.scroll { overflow-x: auto; max-height: 32rem; overflow-y: auto; border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }
.scroll table { border-collapse: collapse; width: 100%; font-size: .85rem; }
caption { text-align: left; padding: .3rem .6rem; }
.scroll th, .scroll td { text-align: left; padding: .3rem .6rem; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.scroll th { overflow-wrap: normal; }
.scroll td { min-width: 5rem; }
.scroll .number { text-align: right; min-width: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
summary { cursor: pointer; padding: .25rem 0; }
:focus-visible { outline: 2px solid var(--loss); outline-offset: 2px; }
.u-legend { color: var(--text); }
`

/** Runs after uPlot, which it finds as a global. Draws again when the window or the colours of the system change. */
export const SCRIPT = `
(() => {
  'use strict'
  const { bins, weeks } = JSON.parse(document.getElementById('data').textContent)
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const count = new Intl.NumberFormat('en-US')
  const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
  const utc = (s) => uPlot.tzDate(new Date(s * 1000), 'Etc/UTC')
  const iso = (s) => new Date(s * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const sync = uPlot.sync('time')
  const WEEK_S = 604800
  const bars = uPlot.paths.bars({ size: [0.8, 40] })
  const weekBars = uPlot.paths.bars({ size: [0.8, 60], align: 1 })
  const steps = uPlot.paths.stepped({ align: 1 })
  let drawn = []

  const draw = (id, height, x, y, { label, color, paths, fill, synced, afterS = 0 }) => {
    const place = document.getElementById(id)
    if (!place || x.length === 0) return
    const axis = { stroke: css('--dim'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui, sans-serif' }
    const most = Math.max(1, ...y.map((value) => value ?? 0))
    const plot = new uPlot({
      width: place.clientWidth, height, tzDate: utc,
      cursor: { sync: synced ? { key: sync.key } : undefined, drag: { x: true, y: false } },
      scales: { x: { time: true, range: (_, from, to) => [from, to + afterS] }, y: { range: [0, most * 1.05] } },
      axes: [{ ...axis, space: 90, values: (_, ticks, __, ___, stepS) => ticks.map((tick) => stepS < 86400 ? iso(tick).slice(5) : iso(tick).slice(0, 10)) }, { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => Number.isInteger(tick) || most < 1 ? short.format(tick) : '') }],
      series: [
        { label: 'time, UTC', value: (_, s) => s == null ? '' : iso(s) },
        { label, stroke: css(color), fill: fill ? css(color) : undefined, width: 2, paths, points: { show: !fill && x.length < 3 }, value: (_, value) => value == null ? '' : count.format(Math.round(value)) },
      ],
    }, [x, y], place)
    drawn.push({ plot, place, height })
  }

  const all = () => {
    for (const { plot } of drawn) plot.destroy()
    drawn = []
    draw('plot-alerts', 200, bins.timeS, bins.alerts, { label: 'alerts', color: '--alert', paths: bars, fill: true, synced: true })
    draw('plot-loss', 200, bins.timeS, bins.lossAtRiskUsd, { label: 'loss at risk, USD', color: '--loss', paths: steps, synced: true })
    for (const [i, { alerts }] of weeks.detectors.entries())
      draw('week-' + i, 130, weeks.fromTimeS, alerts, { label: 'alerts', color: '--alert', paths: weekBars, fill: true, afterS: WEEK_S })
  }
  all()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all)
  new ResizeObserver(() => { for (const { plot, place, height } of drawn) plot.setSize({ width: place.clientWidth, height }) }).observe(document.body)
})()
`
