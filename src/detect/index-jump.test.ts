import { describe, expect, test } from 'vitest'
import { bench, market, marketKey, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { indexJump } from './index-jump.ts'

const YEAR_S = 31_536_000
const ray = (value: number): bigint => BigInt(Math.round(value * 1e15)) * 10n ** 12n
const RATE = 0.1
interface At {
  readonly index?: number
  readonly debt?: number
  readonly timeS?: number
}
const write =
  ({ index = 1, debt = 1, timeS = START_S }: At) =>
  (w: World) =>
    market(w, 'WETH', {
      liquidityIndex: ray(index),
      variableIndex: ray(debt),
      liquidityRate: ray(RATE),
      variableRate: ray(RATE),
      updatedAtS: timeS,
    })
/** A day of interest at 10 %, then a block. */
const grown = (days: number) => ({ index: 1 + (RATE * days) / 365, debt: Math.exp((RATE * days) / 365), timeS: START_S + days * 86_400 })
function calm(days = 60) {
  const b = bench(indexJump())
  for (let n = 0; n <= days; n++) {
    // each update begins a new linear step, as on the chain
    const index = (1 + RATE / 365) ** n
    expect(b.block(write({ ...grown(n), index }))).toEqual([])
  }
  return { ...b, index: (1 + RATE / 365) ** days, debt: grown(days).debt, timeS: grown(days).timeS }
}
const after = (times: number, debtTimes = 1) => {
  const b = calm()
  return b.block(write({ index: b.index * times, debt: b.debt * debtTimes, timeS: b.timeS }))
}

describe('index-jump', () => {
  test('fires: an index that grew by half within a block', () => {
    expect(after(1.5)).toMatchObject([
      {
        severity: 'critical',
        source: 'pool',
        subject: { kind: 'market', id: marketKey('WETH') },
        summary: 'an index grew by 50.000 % more than its rate explains (limit 0.200 %)',
      },
    ])
    expect(after(1, 1.005)).toMatchObject([{ severity: 'high' }])
  })
  test('fires: an index that fell', () => {
    expect(after(0.999999)).toMatchObject([{ severity: 'critical' }])
    expect(after(1, 0.999999)).toMatchObject([{ severity: 'critical' }])
  })
  test('quiet: a year of interest at its rate; a flash loan premium of all there is; first sight', () => {
    const b = calm()
    expect(b.block(write({ index: b.index * (1 + RATE), debt: b.debt * Math.exp(RATE), timeS: b.timeS + YEAR_S }))).toEqual([])
    expect(after(1.0009)).toEqual([])
    expect(bench(indexJump()).block(write({ index: 271 }))).toEqual([])
  })
  test('quiet: touched without an update', () => {
    const b = calm()
    expect(b.block((w) => market(w, 'WETH', { price: 5 }))).toEqual([])
  })
  test('edge: 20 bps are quiet, a little more fires; 100 bps are high, a little more critical', () => {
    expect([after(1.0019999).length, after(1.0020001).length]).toEqual([0, 1])
    expect([after(1.0099999)[0]?.severity, after(1.0100001)[0]?.severity]).toEqual(['high', 'critical'])
  })
  test('edge: indexes out of this world never throw', () => {
    const b = bench(indexJump())
    for (const index of [0n, 2n ** 256n - 1n, 1n])
      for (const updatedAtS of [Number.NaN, -1, Number.POSITIVE_INFINITY, 5])
        b.block((w) =>
          market(w, 'WETH', { liquidityIndex: index, variableIndex: index, liquidityRate: index, variableRate: index, updatedAtS }),
        )
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const jump = write({ index: b.index * 1.5, debt: b.debt, timeS: b.timeS })
    const first = b.block(jump)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write({ index: b.index, debt: b.debt, timeS: b.timeS + 1 }))).toEqual([])
    b.undo()
    expect(b.block(jump)).toEqual(first)
  })
})
