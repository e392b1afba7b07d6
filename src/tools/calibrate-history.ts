// Folds stored blocks with probes in the detectors' places, which judge nothing and note what the detectors would be judging.
import { levelOf } from '../assess/readiness-levels.ts'
import type { Measure, TailVariable } from '../core/calibration.ts'
import { defineDetector } from '../detect/define.ts'
import { OUTFLOW_SIGN } from '../detect/outflow-rate.ts'
import { venueSums } from '../detect/venue-sums.ts'
import { Fold, type FoldRules } from '../fold.ts'
import type { History } from '../history/types.ts'
import { feedRounds, feeds, flows, markets } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { rateInWindow } from '../store/windows.ts'
import { logReturns, type Series } from './calibrate-series.ts'
import type { JointInput } from './joint-fit.ts'

const SAMPLE_S = 300
/** Sums of an hour, sampled each five minutes, see one event twelve times. */
const HOUR_RUN = 12
const STEP_S = 3_600
const LEAST_HORIZONS = 400

export interface HistoryOptions {
  readonly rules: FoldRules
  readonly history: History
  readonly fromBlock: number
  readonly toBlock: number
  readonly horizonBlocks: number
  readonly onBlock?: (block: number) => void
}

interface Samples {
  readonly timesS: number[]
  readonly values: number[]
}

export function seriesFromHistory(options: HistoryOptions): { readonly series: readonly Series[]; readonly joints: readonly JointInput[] } {
  const { rules, history, fromBlock, toBlock, horizonBlocks, onBlock } = options
  const kept = new Map<string, Samples>()
  const samples = (name: string): Samples => {
    let found = kept.get(name)
    if (!found) {
      found = { timesS: [], values: [] }
      kept.set(name, found)
    }
    return found
  }
  const { calibration: _, ...plain } = rules
  const fold = new Fold({ ...plain, detectors: probes(samples) })
  fold.world.store.journal.on = false
  const levels = new Map<string, Map<number, number>>()
  let slot = -1
  for (const chunk of history.chunks(fromBlock, toBlock))
    for (let n = 0; n < chunk.blocks; n++) {
      const block = chunk.block(n)
      fold.step({ kind: 'committed', block })
      fold.step({ kind: 'finalized', chainId: block.chainId, number: block.number, hash: block.hash })
      const now = Math.floor(block.number / horizonBlocks)
      if (now !== slot) noteLevels(fold.world, levels, now)
      slot = now
      onBlock?.(block.number)
    }
  const series = [...kept].flatMap(([name, { timesS, values }]): Series[] => {
    const [kind, subject] = name.split(' ') as [string, string]
    const range = `blocks ${fromBlock} to ${toBlock}`
    const of = { subject, timesS: Float64Array.from(timesS), values: Float64Array.from(values) }
    if (kind === 'price' || kind === 'depth') {
      const steps = logReturns(of.timesS, of.values, STEP_S)
      return [{ subject, ...steps, measure: kind === 'price' ? 'price-move' : 'depth-move', source: `${range}, ${STEP_S} s`, runLength: 0 }]
    }
    const measure = kind as Measure
    return [{ ...of, measure, source: range, runLength: measure === 'oracle-jump' ? 0 : HOUR_RUN }]
  })
  return { series, joints: jointsOf(fold.world, levels, horizonBlocks) }
}

/** The same rows, windows and formulas as the detectors of these names. */
function probes(samples: (name: string) => Samples): FoldRules['detectors'] {
  const about = {
    title: 'probe',
    maturity: 'test',
    threat: '',
    catches: '',
    misses: '',
    falsePositives: [],
    runbook: '',
    basis: 'local',
    holdBlocks: 0,
    pending: false,
    params: { parse: () => ({}) },
  } as const
  /** One value a slot: the greatest, or the last. */
  const note = (name: string, timeS: number, stepS: number, value: number, keep: 'greatest' | 'last'): void => {
    if (!Number.isFinite(value)) return
    const { timesS, values } = samples(name)
    const slotS = Math.floor(timeS / stepS) * stepS
    if (timesS.at(-1) !== slotS) {
      timesS.push(slotS)
      values.push(value)
    } else if (keep === 'last' || value > (values.at(-1) as number)) values[values.length - 1] = value
  }
  const jumps = defineDetector({
    ...about,
    id: 'calibrate-jumps',
    source: 'reporters',
    on: feedRounds,
    wake: 'touched',
    subject: 'feed',
    memory: {},
    check(round, _memory, _params, block, view) {
      if (!(round.price > 0 && round.previousPrice > 0)) return undefined
      const feed = view.name(feeds, round.feed - 1)
      const { timesS, values } = samples(`oracle-jump ${feed}`)
      timesS.push(block.timeS)
      values.push(Math.log(round.price / round.previousPrice))
      note(`price ${feed}`, block.timeS, STEP_S, round.price, 'last')
      return undefined
    },
  })
  const outflows = defineDetector({
    ...about,
    id: 'calibrate-outflows',
    source: 'pool',
    on: flows,
    wake: 'touched',
    subject: 'market',
    memory: { net: rateInWindow({ windowS: 3_600, buckets: 12 }) },
    check(flow, { net }, _params, block, view) {
      const sign = OUTFLOW_SIGN[flow.kind] ?? 0
      if (sign === 0 || flow.market === 0) return undefined
      net.push(block.timeS, sign * flow.usd)
      const outUsd = net.sum(block.timeS)
      const share = outUsd / (view.at(markets, flow.market - 1).cashUsd + outUsd)
      if (sign > 0 && outUsd > 0 && share > 0)
        note(`outflow-rate ${view.name(markets, flow.market - 1)}`, block.timeS, SAMPLE_S, share, 'greatest')
      return undefined
    },
  })
  const depths = defineDetector({
    ...about,
    id: 'calibrate-depths',
    source: 'exchange',
    on: markets,
    wake: 'block',
    subject: 'row',
    memory: {},
    check({ row, pools, venue, suppliedUsd, ltvBps, depthUsd }, _memory, _params, block, view) {
      if (pools === 0 || venue === 0 || !(depthUsd > 0)) return undefined
      const borrowableUsd = Math.min((suppliedUsd * ltvBps) / 10_000, venueSums(view, venue).lendableUsd)
      const market = view.name(markets, row)
      note(`liquidity-depth ${market}`, block.timeS, SAMPLE_S, borrowableUsd / depthUsd, 'greatest')
      note(`depth ${market}`, block.timeS, STEP_S, depthUsd, 'last')
      return undefined
    },
  })
  return [jumps(), outflows(), depths()]
}

const variableKey = ({ kind, subject }: Pick<TailVariable, 'kind' | 'subject'>): string => `${kind} ${subject}`

function noteLevels(world: World, levels: Map<string, Map<number, number>>, slot: number): void {
  const note = (kind: TailVariable['kind'], subject: string): void => {
    const level = levelOf(world, { kind, subject })
    if (level === undefined) return
    const of = levels.get(variableKey({ kind, subject })) ?? new Map<number, number>()
    of.set(slot, level)
    levels.set(variableKey({ kind, subject }), of)
  }
  for (let row = 0; row < world.feeds.count; row++) {
    note('price-fall', world.feeds.keyOf(row))
    note('oracle-deviation', world.feeds.keyOf(row))
  }
  for (let row = 0; row < world.markets.count; row++) note('depth-loss', world.markets.keyOf(row))
}

/** A joint tail for each market that is collateral: its price, its oracle (else the next greatest collateral's price), its depth. */
function jointsOf(world: World, levels: ReadonlyMap<string, ReadonlyMap<number, number>>, horizonBlocks: number): readonly JointInput[] {
  const known = (v: Pick<TailVariable, 'kind' | 'subject'>): boolean => (levels.get(variableKey(v))?.size ?? 0) > LEAST_HORIZONS
  const rows = Array.from({ length: world.markets.count }, (_, row) => world.markets.at(row)).filter((m) => m.feed > 0 && m.ltvBps > 0)
  const feedOf = (m: { readonly feed: number }): string => world.feeds.keyOf(m.feed - 1)
  return rows.flatMap((market): JointInput[] => {
    const feed = feedOf(market)
    const own = { kind: 'price-fall', subject: feed } as const
    const gap = { kind: 'oracle-deviation', subject: feed } as const
    const other = rows.filter((m) => feedOf(m) !== feed).sort((a, b) => b.suppliedUsd - a.suppliedUsd || a.row - b.row)[0]
    const second = known(gap) ? gap : other && ({ kind: 'price-fall', subject: feedOf(other) } as const)
    const depth = { kind: 'depth-loss', subject: world.markets.keyOf(market.row) } as const
    const wanted = [own, ...(second ? [second] : []), depth].filter(known)
    if (wanted.length < 2) return []
    const of = wanted.map((v) => levels.get(variableKey(v)) as ReadonlyMap<number, number>)
    const [lead, ...rest] = of as [ReadonlyMap<number, number>, ...ReadonlyMap<number, number>[]]
    const slots = [...lead.keys()].filter((s) => [lead, ...rest].every((m) => m.has(s) && m.has(s - 1)))
    const variables = wanted.map((v, i) => ({
      ...v,
      values: Float64Array.from(slots, (s) => (of[i]?.get(s) as number) - (of[i]?.get(s - 1) as number)),
    }))
    return [{ market: world.markets.keyOf(market.row), horizonBlocks, variables }]
  })
}
