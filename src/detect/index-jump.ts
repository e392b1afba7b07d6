// A market's index moved beyond what its rate and the time explain: somebody pushed it, and every balance with it.
import { z } from 'zod'
import { markets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const SECONDS_PER_YEAR = 31_536_000
const RAY = 1e27

const params = z.strictObject({
  /** Unexplained moves above this many times their usual size fire. */
  maxSigmas: z.number().positive().default(8),
  /** And above this: flash loan premiums of the whole liquidity are 5 to 9 bps each. */
  floorBps: z.number().positive().default(20),
  /** Past this it is critical: more than a month of interest at 10 %. */
  grossBps: z.number().positive().default(100),
})

export const indexJump = defineDetector({
  id: 'index-jump',
  title: 'Index moved beyond its rate',
  maturity: 'test',
  threat: 'An index is what balances are multiplied by: pushed by donations, looped premiums or a bug, it makes collateral of nothing.',
  catches:
    "A liquidity or debt index that grew by more than the rate of its last update explains, beyond maxSigmas of the market's own and floorBps; one that fell at all. Radiant 2024-01-02, Lodestar 2022-12-10 and LlamaLend 2026-03-02 in their share prices.",
  misses: 'An index that is pushed slowly within its rate, by a rate that was pushed; markets that have no index.',
  falsePositives: ['many flash loans of the whole liquidity in one block', 'a rate that changed between two updates that we saw as one'],
  runbook: 'docs/runbooks/index-jump.md',
  source: 'pool',
  basis: 'chain',
  on: markets,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {
    /** Liquidity index, its rate, debt index, its rate, and when they were updated. */
    last: ring({ size: 5 }),
    usual: ewmaVolatility({ halfLifeRows: 500 }),
  },
  check(market, { last, usual }, { maxSigmas, floorBps, grossBps }) {
    const { updatedAtS } = market
    const now = [
      Number(market.liquidityIndex) / RAY,
      Number(market.liquidityRate) / RAY,
      Number(market.variableIndex) / RAY,
      Number(market.variableRate) / RAY,
    ]
    const [index = 0, , debtIndex = 0] = now
    if (!(index > 0) || !(debtIndex > 0) || !Number.isFinite(updatedAtS)) return undefined
    const [was = 0, rate = 0, debtWas = 0, debtRate = 0, wasAtS = 0] = [4, 3, 2, 1, 0].map((ago) => last.get(ago))
    const isFirst = last.length === 0
    if (!isFirst && was === index && debtWas === debtIndex && wasAtS === updatedAtS) return undefined
    for (const value of [...now, updatedAtS]) last.push(value)
    if (isFirst) return undefined
    const years = Math.max(updatedAtS - wasAtS, 0) / SECONDS_PER_YEAR
    const extra = index / (was * (1 + rate * years)) - 1
    // compounded, by the first terms of the exponential function, as the contract does
    const x = debtRate * years
    const debtExtra = debtIndex / (debtWas * (1 + x + (x * x) / 2 + (x * x * x) / 6)) - 1
    const unexplained = Math.max(extra, debtExtra)
    const fell = index < was * (1 - ROUNDING) || debtIndex < debtWas * (1 - ROUNDING)
    const limit = Math.max(usual.ready ? maxSigmas * usual.sigma : 0, floorBps / 10_000)
    if (!fell && !(unexplained > limit)) {
      usual.push(unexplained)
      return undefined
    }
    return {
      severity: fell || unexplained > grossBps / 10_000 ? 'critical' : 'high',
      summary: fell
        ? `an index fell: ${was} to ${index} for suppliers, ${debtWas} to ${debtIndex} for borrowers`
        : `an index grew by ${(unexplained * 100).toFixed(3)} % more than its rate explains (limit ${(limit * 100).toFixed(3)} %)`,
      evidence: { index, was, debtIndex, debtWas, extra, debtExtra, limit, usual: usual.sigma, scaledSupply: market.scaledSupply },
    }
  },
})

/** Relative precision of what floats say of a ray, with a margin. */
const ROUNDING = 1e-12
