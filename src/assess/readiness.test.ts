import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHAIN_ID, FEED, feed, hashOf, market, marketKey } from '../../test/builders.ts'
import type { Calibration, JointTail, TailVariable } from '../core/calibration.ts'
import { buildJointTable } from '../models/joint-table.ts'
import { createWorld, type World } from '../state/world.ts'
import { stateHash } from '../store/checkpoint.ts'
import { type Readiness, readiness, tailOf } from './readiness.ts'
import { distanceOf } from './readiness-levels.ts'
import { trackReadiness } from './readiness-track.ts'

const variable = (kind: TailVariable['kind'], subject: string): TailVariable => ({
  kind,
  subject,
  sigma: 0.01,
  sigmaLow: 0.005,
  sigmaHigh: 0.05,
  threshold: 2,
  share: 0.02,
  values: 10_000,
  xi: 0.2,
  scale: 0.7,
  excesses: 200,
  quantiles: [
    [0.5, 0],
    [0.1, 1],
  ],
})
const correlation = [
  [1, 0.6, 0.5],
  [0.6, 1, 0.4],
  [0.5, 0.4, 1],
]
const built = buildJointTable(correlation, [8, 4, 3], 1, 8)
if (built.kind === 'failed') throw new Error(built.detail)
const joint: JointTail = {
  market: marketKey('WETH'),
  horizonBlocks: 100,
  variables: [variable('price-fall', FEED), variable('oracle-deviation', FEED), variable('depth-loss', marketKey('WETH'))],
  table: built.table,
}
const calibration: Calibration = { chainId: CHAIN_ID, hash: hashOf(9), thresholds: new Map(), joint: [joint] }
const at = (...distances: readonly number[]): Readiness =>
  readiness(
    joint,
    distances.map((distance) => ({ distance, sigma: 0.01 })),
    hashOf(9),
  )

describe('readiness', () => {
  const distance = fc.double({ min: -0.05, max: 0.4, noNaN: true })

  test('laws: probabilities in order, intervals around them, all three rarer than two, nearer is likelier', () => {
    fc.assert(
      fc.property(distance, distance, distance, (a, b, c) => {
        const { allThree, atLeastTwo, boundaries } = at(a, b, c)
        for (const e of [...boundaries, atLeastTwo, allThree as NonNullable<typeof allThree>]) {
          expect(e.low).toBeLessThanOrEqual(e.probability)
          expect(e.probability).toBeLessThanOrEqual(e.high)
          expect(e.low).toBeGreaterThanOrEqual(0)
          expect(e.high).toBeLessThanOrEqual(1)
        }
        expect(allThree?.probability).toBeLessThanOrEqual(atLeastTwo.probability)
        expect(atLeastTwo.probability).toBeLessThanOrEqual(
          ([...boundaries.map((x) => x.probability)].sort((p, q) => q - p)[1] as number) +
            (boundaries.map((x) => x.probability).sort((p, q) => q - p)[2] as number),
        )
        expect(at(a - 0.01, b, c).boundaries[0]?.probability).toBeGreaterThanOrEqual(boundaries[0]?.probability as number)
      }),
    )
  })

  test('a boundary that is crossed counts as certain; the other two decide', () => {
    const crossed = at(0, 0.05, 0.05)
    expect(crossed.boundaries[0]).toMatchObject({ probability: 1, low: 1, high: 1 })
    const [, b, c] = crossed.boundaries.map((x) => x.probability) as [number, number, number]
    expect(crossed.atLeastTwo.probability).toBeGreaterThanOrEqual(Math.max(b, c) * 0.99)
    expect(at(-1, -1, -1)).toMatchObject({ allThree: { probability: 1 }, atLeastTwo: { probability: 1 } })
  })

  test('the margin: by the GPD beyond its threshold, by the quantiles below, one value at the threshold', () => {
    const v = variable('price-fall', FEED)
    const beyond = tailOf(v, 0.04, 0.01) // 4 sigmas: 2 over the threshold
    expect(beyond.probability).toBeCloseTo(0.02 * (1 + (0.2 * 2) / 0.7) ** (-1 / 0.2), 10)
    expect(tailOf(v, 0.02, 0.01).probability).toBeCloseTo(0.02, 12)
    expect(tailOf(v, 0.01, 0.01).probability).toBeCloseTo(0.1, 12)
    expect(tailOf(v, 0.02 + 1e-9, 0.01).probability).toBeCloseTo(0.02, 6)
    expect(tailOf({ ...v, xi: -0.5 }, 1, 0.01)).toMatchObject({ probability: 0, low: 0 }) // beyond the end of a bounded tail
  })

  test('volatility stays within what history had, and is that of the calibration until enough is seen', () => {
    const of = (sigma: number | undefined) =>
      readiness(
        joint,
        [0.1, 0.1, 0.1].map((d) => ({ distance: d, sigma })),
        hashOf(9),
      ).boundaries[0]?.sigma
    expect([of(1), of(0.0001), of(0.02), of(undefined)]).toEqual([0.05, 0.005, 0.02, 0.01])
  })
})

/** A market at 80 % LTV, threshold 85 %, bonus 5 %, with a second feed and a pool. */
const write = (world: World, price = 2_000, depthUsd = 9_000_000): void => {
  const row = feed(world, { price, secondPrice: 2_000 })
  market(world, 'WETH', { feed: row + 1, bonusBps: 10_500, pools: 1, depthUsd })
}

describe('boundaries of a market', () => {
  test('gap into bad debt, a price worth borrowing at, pools thinner than what can be borrowed', () => {
    const world = createWorld(CHAIN_ID)
    world.store.begin()
    write(world, 2_020)
    const [price, oracle, depth] = joint.variables.map((v) => distanceOf(world, v))
    expect(price).toBeCloseTo(-Math.log(0.85 * 1.05), 12)
    expect(oracle).toBeCloseTo(-Math.log(0.8) - Math.log(1.01), 12)
    expect(depth).toBeCloseTo(Math.log(9 / 8), 12) // 8 m can be borrowed: supply times LTV, and the cash
    expect(distanceOf(world, { kind: 'price-fall', subject: `0x${'00'.repeat(20)}` })).toBeUndefined()
  })
})

describe('tracking', () => {
  const run = (world: World, block: number, price?: number) => {
    world.store.begin()
    write(world, price)
    return trackReadiness(world, calibration, block)
  }

  test('once a horizon; nothing while a variable is unknown', () => {
    const world = createWorld(CHAIN_ID)
    expect(trackReadiness(world, calibration, 99)).toEqual([])
    expect(run(world, 100)).toHaveLength(1)
    expect(run(world, 150)).toEqual([])
    expect(run(world, 200)).toMatchObject([{ market: joint.market, calibrationHash: calibration.hash, atLeastTwo: {} }])
  })

  test('a wilder price makes it likelier', () => {
    const after = (move: number) => {
      const world = createWorld(CHAIN_ID)
      let last: readonly Readiness[] = []
      for (let n = 1; n <= 150; n++) last = run(world, 100 * n, n % 2 ? 2_000 : 2_000 * (1 + move))
      return last[0]?.boundaries[0] as Readiness['boundaries'][number]
    }
    expect(after(0.03).probability).toBeGreaterThan(2 * after(0.01).probability)
    expect(after(0.03).sigma).toBeCloseTo(Math.log(1.03), 3)
  })

  test('undo: back and again gives the same bytes and the same words', () => {
    const world = createWorld(CHAIN_ID)
    for (let n = 1; n <= 5; n++) run(world, 100 * n, 2_000 + n)
    const before = stateHash(world.store.dump())
    const mark = world.store.mark()
    const said = run(world, 600, 2_100)
    world.store.undoTo(mark)
    expect(stateHash(world.store.dump())).toBe(before)
    expect(run(world, 600, 2_100)).toEqual(said)
  })
})
