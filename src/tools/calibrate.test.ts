import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAIN_ID, FEED, feed, flow, hashOf, market, marketKey, round, START_S } from '../../test/builders.ts'
import { ASSESS_RULES } from '../assess/assess.ts'
import { calibration } from '../calibration.ts'
import { describe as describeEntry } from '../cli/show.ts'
import { limitOf, thresholdKey } from '../core/calibration.ts'
import { canonical, canonicalHash } from '../core/canonical.ts'
import { PLAYBOOK } from '../decide/playbook.ts'
import { Fold, type FoldRules } from '../fold.ts'
import type { Chunk, History } from '../history/types.ts'
import { seededRandom } from '../models/random.ts'
import { student } from '../models/student.ts'
import type { Protocol } from '../state/protocol.ts'
import { FLOW, feedRounds, feeds, flows, markets, venues } from '../state/tables.ts'
import { calibrate } from './calibrate.ts'
import { testDay } from './calibrate-check.ts'
import { filter } from './calibrate-filter.ts'
import { seriesFromHistory } from './calibrate-history.ts'
import { readPrices, seriesOf } from './calibrate-prices.ts'
import { logReturns, type Series } from './calibrate-series.ts'
import { fitJoint } from './joint-fit.ts'

const HOUR_S = 3_600
const options = { chainId: CHAIN_ID, alarmsPerYear: 1, horizonBlocks: 300, seed: 1, days: [] } as const

/** Hourly returns of 1 % with the tail of a t of four degrees. */
function returns(n: number, seed = 3): Series {
  const random = seededRandom(seed)
  const { quantile } = student(4)
  return {
    measure: 'oracle-jump',
    subject: FEED,
    source: 'drawn',
    timesS: Float64Array.from({ length: n }, (_, t) => START_S + t * HOUR_S),
    values: Float64Array.from({ length: n }, () => (0.01 * quantile(random.uniform())) / Math.sqrt(2)),
    runLength: 0,
  }
}
const year = returns(3 * 8_766)

describe('calibrate', () => {
  const { document } = calibrate([year], [], options)
  const [fitted] = document.series

  test('the threshold is where that many values lie beyond, within its interval', () => {
    // sigma is 1 %, so the size passed once in 8,766 draws is the quantile itself
    const wanted = -student(4).quantile(1 / 8_766 / 2) / Math.sqrt(2)
    const { perSigmaLow = 0, perSigmaHigh } = fitted?.threshold ?? {}
    expect(perSigmaLow).toBeLessThan(1.1 * wanted)
    expect(perSigmaHigh as number).toBeGreaterThan(0.9 * wanted)
    expect(fitted?.tail?.xi).toBeGreaterThan(0.1)
    expect(fitted?.tail?.xi).toBeLessThan(0.4)
    expect(fitted?.tail?.pValue).toBeGreaterThan(0.05)
  })

  test('out of time it keeps its promise on what has no memory', () => {
    expect(fitted?.outOfTime.map((o) => o.alarmsPerYear)).toEqual([1, 12, 52])
    for (const o of fitted?.outOfTime ?? []) {
      expect(o.expected).toBeCloseTo((o.alarmsPerYear * o.observations) / 8_766, 1)
      expect(o.kupiecP).toBeGreaterThan(0.01)
      expect(o.independenceP).toBeGreaterThan(0.01)
    }
  })

  test('volatility: a run of wild hours raises the threshold to its bound and no further', () => {
    const threshold = fitted?.threshold
    if (!threshold) throw new Error('no threshold')
    const wild = Float64Array.from(year.values, (v, t) => (t > year.values.length / 2 ? 5 * v : v))
    const { sigmas, fired } = filter(wild, 200, threshold)
    const last = sigmas.at(-1) as number
    expect(limitOf(threshold, last)).toBe(Math.min(threshold.upper, threshold.perSigma * last))
    expect(threshold.upper).toBeLessThan(threshold.perSigma * 0.03)
    expect(fired.filter(Boolean).length).toBeGreaterThan(10)
  })

  test('too little data: no threshold and why, never a made-up one', () => {
    const of = (n: number, alarmsPerYear = 1) => calibrate([returns(n)], [], { ...options, alarmsPerYear }).document.series[0]
    expect(of(0)).toMatchObject({ threshold: null, why: '0 values', outOfTime: [] })
    expect(of(120)).toMatchObject({ threshold: null, tail: null })
    expect(of(700)).toMatchObject({ threshold: null, why: '29 days; 1 alarms a year need at least 37' })
    expect(of(1_000)?.threshold).not.toBeNull()
    expect(of(1_000, 5_000)).toMatchObject({ threshold: null, why: '5000 alarms a year are more than exceed the threshold' })
    const flat = calibrate([{ ...returns(2_000), values: new Float64Array(2_000) }], [], options)
    expect(flat.document.series[0]).toMatchObject({ threshold: null, ewma: null, garch: null })
  })

  test('the file: its hash is that of what it says, the same each time, and a config reads it', () => {
    const { hash, ...body } = document
    expect(canonicalHash(body)).toBe(hash)
    expect(calibrate([year], [], options).document.hash).toBe(hash)
    const folder = mkdtempSync(join(tmpdir(), 'firebreak-calibrate-'))
    try {
      writeFileSync(join(folder, 'c.json'), canonical(document))
      const read = calibration(join(folder, 'c.json'))
      expect(read.hash).toBe(hash)
      expect(read.thresholds.get(thresholdKey('oracle-jump', FEED))?.perSigma).toBe(fitted?.threshold?.perSigma)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('single days', () => {
  const from = 8_766
  const day = { name: 'd', fromS: START_S + from * HOUR_S, toS: START_S + (from + 24) * HOUR_S }
  const shocked = (move: number): Series => ({ ...year, values: year.values.map((v, t) => (t === from + 5 ? move : v / 2)) })

  test('fires on what was never seen before the day, whatever comes after it', () => {
    const report = testDay(shocked(-0.3), day, 1)
    expect(report).toMatchObject({ kind: 'tested', fires: 1, fittedValues: from, greatest: -0.3, firstFireS: day.fromS + 5 * HOUR_S })
    const later = shocked(-0.3)
    later.values.fill(0.5, from + 24)
    expect(testDay(later, day, 1)).toEqual(report)
  })

  test('quiet on a usual day, and nothing to say where there is no data', () => {
    expect(testDay(shocked(0.01), day, 1)).toMatchObject({ kind: 'tested', fires: 0, firstFireS: null })
    expect(testDay(year, { ...day, fromS: 0, toS: 10 }, 1)).toBeUndefined()
    expect(testDay(year, { ...day, fromS: START_S + 700 * HOUR_S }, 1)).toMatchObject({ kind: 'failed' })
  })
})

test('what is beyond the threshold is not remembered: a jump widens no range', () => {
  const values = Float64Array.from({ length: 400 }, (_, t) => (t === 300 ? 0.5 : t % 2 ? 0.01 : -0.01))
  const threshold = { perSigma: 5, lower: 0, upper: 1 }
  const { sigmas, fired, warmFrom } = filter(values, 200, threshold)
  expect(warmFrom).toBe(100)
  expect(fired.flatMap((is, t) => (is ? [t] : []))).toEqual([300])
  expect(sigmas[301]).toBe(sigmas[300])
  expect(filter(values, 200).sigmas[301]).toBeGreaterThan(0.02)
})

describe('joint tail', () => {
  test('a t-copula that was drawn is found, and too few horizons are refused', () => {
    const random = seededRandom(8)
    const draw = (n: number) => {
      const values = [new Float64Array(n), new Float64Array(n)] as const
      for (let t = 0; t < n; t++) {
        const a = random.normal()
        const b = 0.6 * a + 0.8 * random.normal()
        const w = 0.01 * Math.sqrt(4 / [1, 2, 3, 4].reduce((sum) => sum + random.normal() ** 2, 0))
        values[0][t] = a * w
        values[1][t] = b * w
      }
      return values.map((v, i) => ({ kind: 'price-fall' as const, subject: String(i), values: v }))
    }
    const fit = fitJoint({ market: 'm', horizonBlocks: 300, variables: draw(4_000) }, 1)
    if (fit.kind === 'failed') throw new Error(fit.detail)
    expect(fit.correlation[0]?.[1]).toBeGreaterThan(0.55)
    expect(fit.correlation[0]?.[1]).toBeLessThan(0.65)
    expect(fit.nuLow).toBeLessThan(fit.nu)
    expect(fit.nu).toBeLessThan(8)
    expect(fit.pairs[0]?.tailDependenceLow).toBeLessThan(fit.pairs[0]?.tailDependenceHigh as number)
    expect(fit.table.triple).toBeNull()
    expect(fitJoint({ market: 'm', horizonBlocks: 300, variables: draw(300) }, 1)).toMatchObject({ kind: 'failed', reason: 'too-short' })
  })
})

describe('price files', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-prices-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = (text: string, zip = false, name = 'closes.csv'): string => {
    const path = join(folder, name)
    writeFileSync(path, zip ? gzipSync(text) : text)
    return path
  }
  const rows = ['2024-01-01T00:00:00Z,100,10', '2024-01-01T01:00:00Z,110,', '2024-01-01T02:00:00Z,121,12', '2024-01-01T05:00:00Z,100,13']

  test('columns, plain or gzipped; a gap and an empty cell give no return', () => {
    const text = ['open_time_utc,BTC,ETH', ...rows, ''].join('\n')
    for (const zip of [false, true]) {
      const [btc, eth] = readPrices(file(text, zip))
      expect([btc?.name, eth?.name, btc?.stepS]).toEqual(['BTC', 'ETH', HOUR_S])
      const { values, gaps } = logReturns(btc?.timesS ?? [], btc?.prices ?? [], HOUR_S)
      expect([...values].map((v) => v.toFixed(6))).toEqual([Math.log(1.1), Math.log(1.1)].map((v) => v.toFixed(6)))
      expect(gaps).toBe(1)
    }
    expect(readPrices(file('open_time_utc,close\n2024-01-01T00:00:00Z,1', true, 'BTC_30m.csv.gz'))[0]?.name).toBe('BTC_30m')
  })

  test('a feed that a column stands for makes it a series of the detector', () => {
    const [btc] = readPrices(file(['open_time_utc,BTC,ETH', ...rows].join('\n')))
    if (!btc) throw new Error('no column')
    expect(seriesOf(btc, FEED)).toMatchObject({ measure: 'oracle-jump', subject: FEED })
    expect(seriesOf(btc)).toMatchObject({ measure: 'price-move', subject: 'BTC' })
  })

  test.each([
    ['another header', 'time,BTC\n2024-01-01T00:00:00Z,1', 'a first line "open_time_utc,NAME,..."'],
    ['a price of zero', 'open_time_utc,BTC\n2024-01-01T00:00:00Z,0', 'line 2, BTC is "0"; want a price above 0'],
    ['no number', 'open_time_utc,BTC\n2024-01-01T00:00:00Z,x', 'line 2, BTC is "x"'],
    ['a time that goes back', 'open_time_utc,BTC\n2024-01-02T00:00:00Z,1\n2024-01-01T00:00:00Z,1', 'line 3 is'],
    ['a cell too few', 'open_time_utc,BTC,ETH\n2024-01-01T00:00:00Z,1', 'want a later time and 2 prices'],
  ])('%s is refused by line', (_, text, words) => expect(() => readPrices(file(text))).toThrow(words))
})

describe('history', () => {
  const LAST = 2_000
  /** A round, a withdrawal and the depth of a pool in each block, ten minutes apart. */
  const random = seededRandom(12)
  const moves = Array.from({ length: LAST + 1 }, () => [random.normal(), random.normal(), random.uniform()] as const)
  const protocol: Protocol = {
    id: 'written',
    writes: [feeds, feedRounds, markets, venues, flows],
    watches: () => [],
    reads: () => [],
    actions: {},
    steps: () => [],
    apply(world, { number }) {
      const [a, b, u] = moves[number] as (typeof moves)[number]
      const before = world.feeds.find(FEED)
      const previousPrice = before === undefined ? 2_000 : world.feeds.columns.price.get(before)
      const price = previousPrice * Math.exp(0.002 * a)
      const row = feed(world, { price, secondPrice: price * Math.exp(0.001 * b) })
      round(world, price, { previousPrice })
      feed(world, { price })
      market(world, 'WETH', { feed: row + 1, pools: 1, depthUsd: 9_000_000 * Math.exp(0.05 * b) })
      flow(world, FLOW.withdraw, 10_000 * u, 'WETH')
    },
  }
  const rules: FoldRules = {
    chainId: CHAIN_ID,
    protocols: [protocol],
    venues: [],
    detectors: [],
    assess: ASSESS_RULES,
    playbook: PLAYBOOK,
    rulesHash: hashOf(0),
  }
  const chunk = {
    fromBlock: 1,
    toBlock: LAST,
    blocks: LAST,
    events: [],
    addresses: [],
    block: (n: number) => ({
      chainId: CHAIN_ID,
      number: n + 1,
      hash: hashOf(n + 1),
      parentHash: hashOf(n),
      timeS: START_S + 600 * (n + 1),
      logs: [],
      reads: [],
    }),
  } as unknown as Chunk
  const history = {
    *chunks() {
      yield chunk
    },
  } as unknown as History

  test('gives what the detectors would be judging, and a joint tail of the market', () => {
    const { series, joints } = seriesFromHistory({ rules, history, fromBlock: 1, toBlock: LAST, horizonBlocks: 4 })
    const of = (measure: string) => series.find((s) => s.measure === measure)
    expect(of('oracle-jump')).toMatchObject({ subject: FEED, runLength: 0 })
    expect([...(of('oracle-jump')?.values ?? [])].slice(0, 50).map((v) => v.toFixed(9))).toEqual(
      moves.slice(1, 51).map(([a]) => (0.002 * a).toFixed(9)),
    )
    expect(of('outflow-rate')).toMatchObject({ subject: marketKey('WETH'), runLength: 12 })
    expect(Math.max(...(of('outflow-rate')?.values ?? []))).toBeLessThan((7 * 10_000) / 8_000_000)
    expect(of('liquidity-depth')?.values[0]).toBeCloseTo(8 / 9 / Math.exp(0.05 * (moves[1]?.[1] as number)), 9)
    expect(of('price-move')?.values.length).toBeGreaterThan(300)
    expect(joints).toMatchObject([
      { market: marketKey('WETH'), variables: [{ kind: 'price-fall' }, { kind: 'oracle-deviation' }, { kind: 'depth-loss' }] },
    ])
    expect(new Set(joints[0]?.variables.map((v) => v.values.length)).size).toBe(1)
  })

  test('what was fitted there is told by the fold once a horizon, and people can read it', () => {
    const { joints } = seriesFromHistory({ rules, history, fromBlock: 1, toBlock: LAST, horizonBlocks: 4 })
    const joint = fitJoint({ ...(joints[0] as (typeof joints)[number]), variables: (joints[0]?.variables ?? []).slice(0, 2) }, 1)
    if (joint.kind === 'failed') throw new Error(joint.detail)
    const told = (given?: FoldRules['calibration']) => {
      const fold = new Fold({ ...rules, ...(given && { calibration: given }) })
      return Array.from({ length: 12 }, (_, n) => fold.step({ kind: 'committed', block: chunk.block(n) }).entries)
        .flat()
        .filter(({ kind }) => kind === 'readiness')
    }
    const entries = told({ chainId: CHAIN_ID, hash: hashOf(5), thresholds: new Map(), joint: [joint] })
    expect(entries.map(({ block }) => block)).toEqual([1, 4, 8, 12])
    expect(describeEntry(entries[1] as (typeof entries)[number])[0]).toMatch(
      /^block 4 {2}readiness 0x\S+ within 4 blocks: at least two \S+( %)? \(.*\); price-fall .*, oracle-deviation/,
    )
    expect(told()).toEqual([])
  })
})
