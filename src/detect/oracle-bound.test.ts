import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { unsigned } from '../store/column.ts'
import { oracleBound } from './oracle-bound.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>
const E8 = 100_000_000n
/** LUNA's feed: a floor of 0.10 USD. */
const luna =
  (answer: bigint, values: Values = {}) =>
  (w: World) =>
    feed(w, {
      answer: unsigned(answer),
      price: Number(answer) / 1e8,
      minAnswer: E8 / 10n,
      maxAnswer: 10_000n * E8,
      updatedAtS: START_S,
      ...values,
    })
const found = (answer: bigint, values: Values = {}) => bench(oracleBound()).block(luna(answer, values))

describe('oracle-bound', () => {
  test('fires: LUNA at 0.107 over a floor of 0.10 while the market is at 0.01', () => {
    expect(found(10_700_000n, { secondPrice: 0.01, secondUpdatedAtS: START_S })).toMatchObject([
      {
        detector: 'oracle-bound',
        severity: 'critical',
        source: 'reporters',
        subject: { kind: 'feed', id: FEED },
        summary: 'the answer 0.107 is close to the lowest that the aggregator can give; another source says 0.01',
        evidence: { answer: 10_700_000n, minAnswer: 10_000_000n, witness: 0.01 },
      },
    ])
  })
  test('fires: at the bound high, close to it medium, at the upper one just the same', () => {
    expect(found(E8 / 10n)).toMatchObject([{ severity: 'high' }])
    expect(found(10_500_000n)).toMatchObject([{ severity: 'medium' }])
    expect(found(10_000n * E8)).toMatchObject([{ severity: 'high' }])
    expect(found(9_500n * E8, { twapPrice: 12_000 })).toMatchObject([{ severity: 'critical' }])
  })
  test('fires: in every block for as long as it stands, and not after', () => {
    const b = bench(oracleBound())
    expect(b.blocks(5, luna(10_700_000n))).toHaveLength(5)
    expect(b.block(luna(2n * E8))).toEqual([])
  })

  test('quiet: far from both bounds; bounds not told; no answer yet', () => {
    expect(found(80n * E8)).toEqual([])
    expect(found(10_000_000n, { minAnswer: 0n, maxAnswer: 0n })).toEqual([])
    expect(found(0n, { updatedAtS: 0 })).toEqual([])
  })
  test('quiet: bounds of an eight-decimals feed that nobody set, one unit and 2^191', () => {
    expect(found(2_000n * E8, { minAnswer: 1n, maxAnswer: 2n ** 191n - 1n })).toEqual([])
  })
  test('a second source on the other side of the answer is no witness of a breach', () => {
    expect(found(10_700_000n, { secondPrice: 0.2, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'medium' }])
    expect(found(10_700_000n, { secondPrice: 0.01, secondUpdatedAtS: START_S - 93_700 })).toMatchObject([{ severity: 'medium' }])
  })

  test('edge: one unit above a tenth over the floor is quiet, at it it fires; the same below the ceiling', () => {
    expect([found(11_000_001n).length, found(11_000_000n).length]).toEqual([0, 1])
    expect([found(9_000n * E8 - 1n).length, found(9_000n * E8).length]).toEqual([0, 1])
  })
  test('edge: negative answers, a floor of zero, values out of this world', () => {
    expect(found(-5n * E8, { minAnswer: unsigned(-5n * E8) })).toMatchObject([{ severity: 'high' }])
    expect(found(1n, { minAnswer: 0n })).toEqual([])
    expect(found(0n, { minAnswer: 0n })).toMatchObject([{ severity: 'high' }])
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1]) found(10_700_000n, { price: odd, twapPrice: odd, updatedAtS: odd })
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(oracleBound())
    b.block(luna(80n * E8))
    const first = b.block(luna(10_000_000n))
    b.undo()
    expect(b.block(luna(80n * E8))).toEqual([])
    b.undo()
    expect(b.block(luna(10_000_000n))).toEqual(first)
    expect(() => oracleBound({ nearBps: 10_000 })).toThrow()
  })
})
