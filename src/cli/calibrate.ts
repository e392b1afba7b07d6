// `firebreak calibrate`: thresholds and joint tails from history or from price files, with what they promised and what came.
import { writeFileSync } from 'node:fs'
import { canonical } from '../core/canonical.ts'
import { UserError } from '../core/errors.ts'
import { openHistory } from '../history/history.ts'
import { profileOf } from '../ingest/profiles.ts'
import { rulesOf } from '../rules.ts'
import { type CalibratedSeries, type CalibrateResult, calibrate as fit } from '../tools/calibrate.ts'
import type { Day } from '../tools/calibrate-check.ts'
import { seriesFromHistory } from '../tools/calibrate-history.ts'
import { type Prices, readPrices, seriesOf } from '../tools/calibrate-prices.ts'
import { type Series, utc } from '../tools/calibrate-series.ts'
import type { JointInput } from '../tools/joint-fit.ts'
import { loadConfig } from './load-config.ts'
import { align } from './show.ts'

export interface CalibrateOptions {
  readonly config?: string
  readonly folder?: string
  readonly from?: number
  readonly to?: number
  readonly prices?: readonly string[]
  readonly feed?: readonly string[]
  readonly joint?: string
  readonly days?: string
  readonly out: string
  readonly falseAlarmsPerYear: number
  readonly horizonBlocks?: number
  readonly seed: number
  readonly json: boolean
}

export async function calibrate(options: CalibrateOptions): Promise<void> {
  const { prices: files = [], folder, falseAlarmsPerYear: alarmsPerYear, seed } = options
  if (!(alarmsPerYear > 0)) throw new UserError('--false-alarms-per-year', alarmsPerYear, 'a number above 0')
  if (files.length === 0 && !folder)
    throw new UserError('--prices and --folder', undefined, 'history to calibrate from: a price file or a folder')
  const config = options.config ? await loadConfig(options.config) : undefined
  const days = daysOf(options.days)
  const prices = files.flatMap((file) => readPrices(file))
  const feeds = feedsOf(options.feed ?? [], prices)
  const blockTimeS = config
    ? profileOf(config.chain.id, config.chain.blockTimeS ? { blockTimeS: config.chain.blockTimeS } : {}).blockTimeS
    : 12
  const horizonBlocks = options.horizonBlocks ?? Math.max(1, Math.round(3_600 / blockTimeS))

  const series: Series[] = prices.map((one) => seriesOf(one, feeds.get(one.name)))
  const joints: JointInput[] = options.joint ? [jointOf(options.joint, prices, feeds, horizonBlocks, blockTimeS)] : []
  if (folder) {
    if (!config || !options.config) throw new UserError('--folder', folder, '--config FILE with it: it says what the history is of')
    const history = openHistory(folder, config.chain.id)
    const ranges = history.ranges()
    const fromBlock = options.from ?? ranges[0]?.fromBlock
    const toBlock = options.to ?? ranges.at(-1)?.toBlock
    if (fromBlock === undefined || toBlock === undefined)
      throw new UserError('--folder', folder, `blocks of chain ${config.chain.id} in it`)
    const gaps = history.gaps(fromBlock, toBlock)
    if (gaps[0])
      throw new UserError(
        '--from and --to',
        `${fromBlock} to ${toBlock}`,
        `a range without gaps; ${gaps[0].fromBlock} to ${gaps[0].toBlock} is missing`,
      )
    const onBlock = (block: number): void => {
      if (block % 10_000 === 0) console.error(`reading block ${block} of ${toBlock}`)
    }
    const found = seriesFromHistory({ rules: rulesOf(config), history, fromBlock, toBlock, horizonBlocks, onBlock })
    series.push(...found.series)
    joints.push(...found.joints)
  }
  if (series.length === 0)
    throw new UserError(
      '--folder',
      folder,
      'blocks in which the detectors see something: `firebreak history` says whether their reads were asked for',
    )
  const result = fit(series, joints, {
    chainId: config?.chain.id ?? null,
    alarmsPerYear,
    horizonBlocks,
    seed,
    days,
    progress: (text) => console.error(text),
  })
  writeFileSync(options.out, `${canonical(result.document)}\n`)
  console.error(`wrote ${options.out}, hash ${result.document.hash}`)
  if (options.json) console.log(JSON.stringify(result, null, 2))
  else for (const line of lines(result)) console.log(line)
}

/** `2021-05-19` or `2022-05-09..2022-05-12`, several by commas; UTC, both ends included. */
function daysOf(text: string | undefined): readonly Day[] {
  return (text ?? '')
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const [first = '', last = first] = name.split('..')
      const [fromS, toS] = [Date.parse(first) / 1_000, Date.parse(last) / 1_000 + 86_400]
      if (!(toS > fromS)) throw new UserError('--days', name, 'days as 2021-05-19 or 2022-05-09..2022-05-12')
      return { name, fromS, toS }
    })
}

function feedsOf(given: readonly string[], prices: readonly Prices[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [name = '', feed = ''] = text.split('=')
      if (!prices.some((p) => p.name === name) || !/^0x[0-9a-fA-F]{40}$/.test(feed))
        throw new UserError('--feed', text, `COLUMN=ADDRESS, the column one of ${prices.map((p) => p.name).join(', ') || 'a price file'}`)
      return [name, feed.toLowerCase()]
    }),
  )
}

function jointOf(
  text: string,
  prices: readonly Prices[],
  feeds: ReadonlyMap<string, string>,
  horizonBlocks: number,
  blockTimeS: number,
): JointInput {
  const names = text.split(',')
  const chosen = names.flatMap((name) => prices.find((p) => p.name === name) ?? [])
  if (chosen.length !== names.length || chosen.length < 2 || chosen.length > 3)
    throw new UserError('--joint', text, `two or three of ${prices.map((p) => p.name).join(', ')}`)
  const stepS = chosen[0]?.stepS as number
  const every = Math.round((horizonBlocks * blockTimeS) / stepS)
  if (every < 1 || chosen.some((p) => p.stepS !== stepS))
    throw new UserError('--horizon-blocks', horizonBlocks, `at least one step of the price files, ${stepS} s, the same in all of them`)
  const at = chosen.map((p) => new Map(Array.from(p.timesS, (t, i) => [t, p.prices[i] as number])))
  const horizonS = every * stepS
  const times = Array.from(chosen[0]?.timesS ?? []).filter((t) => t % horizonS === 0 && at.every((m) => m.has(t) && m.has(t - horizonS)))
  const variables = chosen.map((p, i) => ({
    kind: 'price-fall' as const,
    subject: feeds.get(p.name) ?? p.name,
    values: Float64Array.from(times, (t) => Math.log((at[i]?.get(t - horizonS) as number) / (at[i]?.get(t) as number))),
  }))
  return { market: names.join(' and '), horizonBlocks, variables }
}

function lines({ document, days }: CalibrateResult): readonly string[] {
  const { wanted, series, joint, jointMissing } = document
  const n = (value: number, digits = 3): string => (Number.isFinite(value) ? value.toFixed(digits) : String(value))
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`
  const name = (s: { readonly measure?: string; readonly subject: string }): string =>
    s.measure && s.measure !== 'price-move' ? `${s.measure} ${s.subject}` : s.subject
  const amount = (s: CalibratedSeries, value: number): string => (s.measure === 'liquidity-depth' ? n(value, 2) : percent(value))
  const rows = series.map((s) => [
    name(s),
    `${utc(s.fromS).slice(0, 10)} to ${utc(s.toS).slice(0, 10)}`,
    String(s.values),
    s.garch ? `${n(s.garch.alpha)}/${n(s.garch.beta)}` : '-',
    s.ewma ? n(s.ewma.lambda) : '-',
    s.tail ? `${n(s.tail.xi, 2)} (${n(s.tail.xiError, 2)})` : '-',
    s.tail ? `${s.tail.excesses} over ${n(100 * s.tail.quantile, 1)} %` : '-',
    s.tail ? n(s.tail.pValue, 2) : '-',
    s.tail ? n(s.tail.extremalIndex, 2) : '-',
    s.threshold
      ? `${n(s.threshold.perSigma, 1)} (${n(s.threshold.perSigmaLow, 1)} to ${s.threshold.perSigmaHigh === null ? 'any' : n(s.threshold.perSigmaHigh, 1)})`
      : 'none',
    s.threshold ? `${amount(s, s.threshold.lower)} to ${amount(s, s.threshold.upper)}` : (s.why ?? ''),
  ])
  const head = ['series', 'data', 'values', 'GARCH a/b', 'EWMA', 'xi (se)', 'tail', 'AD p', 'theta', 'sigmas (95 %)', 'threshold within']
  const checks = series.flatMap((s) =>
    s.outOfTime.map((o) => [
      name(s),
      utc(o.fromS).slice(0, 10),
      `${o.alarmsPerYear} a year`,
      n(o.expected, 1),
      String(o.observed),
      n(o.kupiecP),
      n(o.independenceP),
      n(o.conditionalP),
    ]),
  )
  return [
    `thresholds for ${wanted.alarmsPerYear} false alarms a year and series`,
    ...align([head, ...rows]),
    ...(checks.length === 0
      ? []
      : [
          '',
          'out of time: fitted on the first 70 %, counted on the rest',
          ...align([['series', 'from', 'rate', 'expected', 'observed', 'Kupiec p', 'independence p', 'both p'], ...checks]),
        ]),
    ...(days.length === 0
      ? []
      : ['', 'single days: fitted only on what was before', ...align([DAYS, ...days.map((d) => dayRow(d, n, percent))])]),
    ...joint.flatMap((j) => [
      '',
      `joint tail of ${j.market} in ${j.horizonBlocks} blocks: ${j.observations} horizons, nu ${n(j.nu, 2)} (${n(j.nuLow, 2)} to ${n(j.nuHigh, 2)}), standard error of the table at most ${percent(j.relativeError)} (seed ${j.seed})`,
      ...j.pairs.map(({ of: [a, b], tau, tailDependence, tailDependenceLow, tailDependenceHigh }) => {
        const [x, y] = [j.variables[a], j.variables[b]]
        return `  ${x?.kind} ${x?.subject} with ${y?.kind} ${y?.subject}: tau ${n(tau)}, tail dependence ${n(tailDependence)} (${n(tailDependenceLow)} to ${n(tailDependenceHigh)})`
      }),
    ]),
    ...jointMissing.map((m) => `no joint tail of ${m.market}: ${m.why}`),
  ]
}

const DAYS = ['day', 'series', 'greatest move', 'in sigmas', 'limit', 'expected', 'fires', 'first', 'fall from the day before']

function dayRow(
  day: CalibrateResult['days'][number],
  n: (value: number, digits?: number) => string,
  percent: (value: number) => string,
): readonly string[] {
  if (day.kind === 'failed') return [day.name, day.subject, day.detail]
  const first = day.firstFireS === null ? '-' : utc(day.firstFireS).slice(5)
  const sigmas = `${n(day.greatestSigmas, 1)} of ${n(day.perSigma, 1)}`
  return [
    day.name,
    day.subject,
    percent(day.greatest),
    sigmas,
    percent(day.limit),
    n(day.expected, 4),
    String(day.fires),
    first,
    percent(day.fall),
  ]
}
