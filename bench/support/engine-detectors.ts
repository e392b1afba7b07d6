// Small detectors of events as somebody would write them, for the engine's bench; engine-hand-loops.ts does the same by hand.
import { z } from 'zod'
import { ln } from '../../src/core/math.ts'
import { type BoundDetector, defineDetector, type Finds } from '../../src/detect/define.ts'
import { cusum, ewmaVolatility, garchVolatility, quantile, rateInWindow, ring } from '../../src/store/windows.ts'
import { answer, borrow, reserve, supply, swap, transfer } from './engine-history.ts'

/** All limits are multiples of it, so that the same detector can stand in the list several times. */
const params = z.strictObject({ scale: z.number().default(1) })

const common = {
  title: 'bench',
  maturity: 'experimental',
  threat: 'none',
  catches: 'what the bench makes',
  misses: 'all else',
  falsePositives: ['all of it'],
  runbook: 'docs/performance.md',
  source: 'pool',
  basis: 'chain',
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
} as const
const says = (value: number): Finds => ({ severity: 'low', summary: 'over its limit', evidence: { value } })

type Make = (id: string, scale: number) => BoundDetector

/** By name, in the order of engine-hand-loops.ts. */
export const MAKERS: Readonly<Record<string, Make>> = {
  'transfer-large': (id, scale) => {
    const limit = BigInt(Math.round(3_000 * scale)) * 10n ** 20n
    const screen = Number(limit) * 0.999_999
    return defineDetector({
      ...common,
      id,
      on: transfer,
      memory: {},
      // screened in float, decided exactly
      check: (row) => (row.valueF64 >= screen && row.value >= limit ? says(row.valueF64) : undefined),
    })({ scale })
  },
  'transfer-rate': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: transfer,
      memory: { hour: rateInWindow({ windowS: 3_600 }) },
      check(row, { hour }, { scale }, { timeS }) {
        hour.push(timeS, row.valueF64)
        const sum = hour.sum(timeS)
        return sum > 4e24 * scale ? says(sum) : undefined
      },
    })({ scale }),
  'transfer-unusual': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: transfer,
      memory: { sizes: ewmaVolatility({ halfLifeRows: 500 }) },
      check({ valueF64 }, { sizes }, { scale }) {
        const limit = 55 * scale * sizes.sigma
        const warm = sizes.ready
        sizes.push(valueF64)
        return warm && valueF64 > limit ? says(valueF64) : undefined
      },
    })({ scale }),
  'transfer-tail': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: transfer,
      memory: { sizes: quantile({ share: 0.99, least: 1e12, most: 1e30 }) },
      check({ valueF64 }, { sizes }, { scale }) {
        const over = sizes.ready && valueF64 > 12 * scale * sizes.value
        sizes.push(valueF64)
        return over ? says(valueF64) : undefined
      },
    })({ scale }),
  'swap-jump': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: swap,
      memory: { last: ring({ size: 1 }) },
      check({ tickF64 }, { last }, { scale }) {
        const moved = Math.abs(tickF64 - (last.get(0) ?? tickF64))
        last.push(tickF64)
        return moved > 300 * scale ? says(moved) : undefined
      },
    })({ scale }),
  'swap-sigmas': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: swap,
      memory: { last: ring({ size: 1 }), moves: ewmaVolatility({ halfLifeRows: 200 }) },
      check({ tickF64 }, { last, moves }, { scale }) {
        const moved = tickF64 - (last.get(0) ?? tickF64)
        last.push(tickF64)
        const sigmas = Math.abs(moved) / moves.sigma
        const over = moves.ready && sigmas > 12 * scale
        if (!over) moves.push(moved)
        return over ? says(sigmas) : undefined
      },
    })({ scale }),
  'swap-liquidity': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: swap,
      memory: { last: ring({ size: 1 }) },
      check({ liquidityF64 }, { last }, { scale }) {
        const before = last.get(0) ?? 0
        last.push(liquidityF64)
        return liquidityF64 * 2 * scale < before ? says(liquidityF64) : undefined
      },
    })({ scale }),
  'swap-rate': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: swap,
      memory: { window: rateInWindow({ windowS: 600 }) },
      check(row, { window }, { scale }, { timeS }) {
        window.push(timeS, Math.abs(row.amount0F64))
        const sum = window.sum(timeS)
        return sum > 1.4e22 * scale ? says(sum) : undefined
      },
    })({ scale }),
  'reserve-rate': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: reserve,
      memory: { last: ring({ size: 1 }) },
      check({ variableBorrowRateF64: rate }, { last }, { scale }) {
        const before = last.get(0) ?? rate
        last.push(rate)
        return rate > 3 * scale * before ? says(rate) : undefined
      },
    })({ scale }),
  'reserve-index': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: reserve,
      memory: { last: ring({ size: 1 }) },
      check({ liquidityIndexF64: index }, { last }, { scale }) {
        const before = last.get(0) ?? 0
        last.push(index)
        return index < (before / scale) * 0.99 ? says(index) : undefined
      },
    })({ scale }),
  'reserve-shift': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: reserve,
      memory: { drift: cusum({ target: 1, slack: 0.02, limit: 0.5 * scale }) },
      check({ variableBorrowRateF64: rate }, { drift }) {
        drift.push(rate / 3e25)
        if (drift.shift === 0) return undefined
        drift.reset()
        return says(rate)
      },
    })({ scale }),
  'supply-large': (id, scale) => {
    const limit = BigInt(Math.round(3_000 * scale)) * 10n ** 20n
    const screen = Number(limit) * 0.999_999
    return defineDetector({
      ...common,
      id,
      on: supply,
      memory: {},
      check: (row) => (row.amountF64 >= screen && row.amount >= limit ? says(row.amountF64) : undefined),
    })({ scale })
  },
  'supply-rate': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: supply,
      memory: { hour: rateInWindow({ windowS: 3_600 }) },
      check(row, { hour }, { scale }, { timeS }) {
        hour.push(timeS, row.amountF64)
        const sum = hour.sum(timeS)
        return sum > 9e24 * scale ? says(sum) : undefined
      },
    })({ scale }),
  'supply-unusual': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: supply,
      memory: { sizes: ewmaVolatility({ halfLifeRows: 500 }) },
      check({ amountF64 }, { sizes }, { scale }) {
        const limit = 55 * scale * sizes.sigma
        const warm = sizes.ready
        sizes.push(amountF64)
        return warm && amountF64 > limit ? says(amountF64) : undefined
      },
    })({ scale }),
  'borrow-rate': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: borrow,
      memory: { hour: rateInWindow({ windowS: 3_600 }) },
      check(row, { hour }, { scale }, { timeS }) {
        hour.push(timeS, row.amountF64)
        const sum = hour.sum(timeS)
        return sum > 8e24 * scale ? says(sum) : undefined
      },
    })({ scale }),
  'borrow-price': (id, scale) => {
    const limit = BigInt(Math.round(150 * scale)) * 10n ** 27n
    const screen = Number(limit) * 0.999_999
    return defineDetector({
      ...common,
      id,
      on: borrow,
      memory: {},
      check: (row) => (row.borrowRateF64 >= screen && row.borrowRate >= limit ? says(row.borrowRateF64) : undefined),
    })({ scale })
  },
  'borrow-tail': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: borrow,
      memory: { sizes: quantile({ share: 0.99, least: 1e12, most: 1e30 }) },
      check({ amountF64 }, { sizes }, { scale }) {
        const over = sizes.ready && amountF64 > 12 * scale * sizes.value
        sizes.push(amountF64)
        return over ? says(amountF64) : undefined
      },
    })({ scale }),
  'answer-jump': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: answer,
      memory: { last: ring({ size: 1 }), returns: ewmaVolatility({ halfLifeRows: 200 }) },
      check({ currentF64: price }, { last, returns }, { scale }) {
        const move = ln(price / (last.get(0) ?? price))
        last.push(price)
        const sigmas = Math.abs(move) / returns.sigma
        const over = returns.ready && sigmas > 12 * scale
        if (!over) returns.push(move)
        return over ? says(sigmas) : undefined
      },
    })({ scale }),
  'answer-garch': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: answer,
      memory: { last: ring({ size: 1 }), returns: garchVolatility({ omega: 2e-8, alpha: 0.05, beta: 0.9 }) },
      check({ currentF64: price }, { last, returns }, { scale }) {
        const move = price / (last.get(0) ?? price) - 1
        last.push(price)
        const sigmas = Math.abs(move) / returns.sigma
        returns.push(move)
        return sigmas > 12 * scale ? says(sigmas) : undefined
      },
    })({ scale }),
  'answer-shift': (id, scale) =>
    defineDetector({
      ...common,
      id,
      on: answer,
      memory: { last: ring({ size: 1 }), drift: cusum({ slack: 0.001, limit: 0.05 * scale }) },
      check({ currentF64: price }, { last, drift }) {
        drift.push(price / (last.get(0) ?? price) - 1)
        last.push(price)
        if (drift.shift === 0) return undefined
        drift.reset()
        return says(price)
      },
    })({ scale }),
}
