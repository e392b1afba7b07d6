import { describe, expect, test } from 'vitest'
import { calibratedBench, FEED, flow, market, marketKey, round } from '../../test/builders.ts'
import { type CalibratedThreshold, type Calibration, type Measure, thresholdKey } from '../core/calibration.ts'
import { FLOW } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { oracleJump } from './oracle-jump.ts'
import { outflowRate } from './outflow-rate.ts'

const HASH = `0x${'ca'.repeat(32)}` as const

const said = (measure: Measure, subject: string, threshold: CalibratedThreshold): Calibration => ({
  chainId: 1,
  hash: HASH,
  thresholds: new Map([[thresholdKey(measure, subject), threshold]]),
  joint: [],
})

/** Rounds that go to and fro by `step` of 2,000, then one to `price`. */
function jump(price: number, threshold: CalibratedThreshold | undefined, step = 2, subject: string = FEED) {
  const b = calibratedBench(threshold && said('oracle-jump', subject, threshold), oracleJump())
  b.blocks(300, (w, i) => (i % 2 ? round(w, 2_000, { previousPrice: 2_000 + step }) : round(w, 2_000 + step)))
  return b.block((w) => round(w, price))
}

describe('oracle-jump with a calibration', () => {
  // 2 of 2,000: sigma is 0.001, so 30 of them are 0.03 and within the bounds
  const threshold = { perSigma: 30, lower: 0.02, upper: 0.05 }

  test('fires: beyond the calibrated threshold, and names the calibration', () => {
    const [found] = jump(2_000 * 1.031, threshold)
    expect(found).toMatchObject({ detector: 'oracle-jump', severity: 'high', calibrationHash: HASH, evidence: { maxSigmas: 30 } })
  })

  test('quiet: beyond the default of 8 sigmas, within the calibrated threshold', () => {
    expect(jump(2_000 * 1.029, undefined)).toHaveLength(1)
    expect(jump(2_000 * 1.029, threshold)).toEqual([])
  })

  test('edge: a volatility under or over what history had moves the threshold to its bound, no further', () => {
    const [calm, wild] = [0.02, 400] // sigma 0.00001 and 0.18: unbounded, the thresholds were 0.0003 and 5.5
    const e = Math.E
    expect(jump(2_000 * e ** 0.0199, threshold, calm)).toEqual([])
    expect(jump(2_000 * e ** 0.0201, threshold, calm)).toHaveLength(1)
    expect(jump(2_000 * e ** 0.0499, { ...threshold, lower: 0.01 }, wild)).toEqual([])
    expect(jump(2_000 * e ** 0.0501, { ...threshold, lower: 0.01 }, 4)).toHaveLength(1)
  })

  test('edge: a calibration of another feed changes nothing, not even the bytes', () => {
    const plain = jump(2_240, undefined)
    expect(jump(2_240, threshold, 2, `0x${'ff'.repeat(20)}`)).toEqual(plain)
    expect(plain[0]).not.toHaveProperty('calibrationHash')
  })
})

describe('outflow-rate with a calibration', () => {
  /** Withdrawals of 1 % of the cash an hour for long, then one of `usd`. */
  function drain(usd: number, threshold?: CalibratedThreshold) {
    const b = calibratedBench(threshold && said('outflow-rate', marketKey('USDC'), threshold), outflowRate())
    const withdraw = (usd: number) => (w: World) => {
      market(w, 'USDC', { cashUsd: 10_000_000 })
      flow(w, FLOW.withdraw, usd)
    }
    for (let i = 0; i < 300; i++) expect(b.block(withdraw(100_000), { timeS: 1_700_000_000 + i * 4_200 })).toEqual([])
    return b.block(withdraw(usd), { timeS: 1_700_000_000 + 300 * 4_200 })
  }
  const threshold = { perSigma: 3, lower: 0.02, upper: 0.2 }

  test('fires under the floor of the default, and names the calibration', () => {
    expect(drain(500_000)).toEqual([])
    expect(drain(500_000, threshold)[0]).toMatchObject({ severity: 'medium', calibrationHash: HASH })
  })

  test('quiet within it', () => expect(drain(250_000, threshold)).toEqual([]))
})

describe('liquidity-depth with a calibration', () => {
  /** Depth that has always been half of what can be borrowed, then a third of that. */
  function thin(threshold?: CalibratedThreshold) {
    const b = calibratedBench(threshold && said('liquidity-depth', marketKey('WETH'), threshold), liquidityDepth())
    const at = (i: number) => ({ timeS: 1_700_000_000 + i * 300 })
    for (let i = 0; i < 300; i++) b.block((w) => market(w, 'WETH', { pools: 1, depthUsd: 4_000_000 }), at(i))
    b.block((w) => market(w, 'WETH', { pools: 1, depthUsd: 1_600_000 }), at(300))
    return b.block((w) => market(w, 'WETH', { pools: 1, depthUsd: 1_600_000 }), at(301))
  }

  test('strange by the default is told again, and is not where history was wilder', () => {
    expect(thin()).toHaveLength(1)
    expect(thin({ perSigma: 4, lower: 3, upper: 10 })).toEqual([])
    expect(thin({ perSigma: 1.2, lower: 1, upper: 4.5 })[0]).toMatchObject({ calibrationHash: HASH })
  })
})
