// A pool of the manager made by hand: hostile logs, swaps that take too much, liquidity counted twice, and a manager that holds too little.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapterBench, wordsLog } from '../../../test/support/adapter-bench.ts'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { amountsTo } from '../../core/tick-depth.ts'
import { sqrtPriceAt } from '../../core/tick-math.ts'
import { hex32 } from '../../core/words.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import { unsigned } from '../../store/column.ts'
import { call, poolId, TOPIC } from './abi.ts'
import { decodeV4Log } from './decode.ts'
import { uniswapV4 } from './index.ts'

const MANAGER: Hex = '0x00000000000000000000000000000000000000aa'
const [BASE, QUOTE]: readonly [Hex, Hex] = ['0x00000000000000000000000000000000000000b0', '0x00000000000000000000000000000000000000c0']
const key = { currency0: BASE, currency1: QUOTE, fee: 3_000, tickSpacing: 60, hooks: `0x${'0'.repeat(40)}` } as const
const ID = BigInt(poolId(key))
const LIQUIDITY = 10n ** 21n
const [LOW, HIGH] = [-887_220, 887_220]
const nets = [
  { tick: LOW, net: LIQUIDITY },
  { tick: HIGH, net: -LIQUIDITY },
]
const from = { sqrtPriceX96: sqrtPriceAt(0), tick: 0, liquidity: LIQUIDITY, low: -887_272, high: 887_272, nets }

/** As the manager emits it: what the swapper gets, or gives. */
const swap = (tick: number, amount0: bigint, amount1: bigint, liquidity = LIQUIDITY, price = sqrtPriceAt(tick)): Log =>
  wordsLog(MANAGER, [TOPIC.swap, ID, 1n], [unsigned(amount0), unsigned(amount1), price, liquidity, unsigned(BigInt(tick)), 3_000n])
const modify = (low: number, high: number, amount: bigint, id = ID): Log =>
  wordsLog(MANAGER, [TOPIC.modify, id, 1n], [unsigned(BigInt(low)), unsigned(BigInt(high)), unsigned(amount), 0n])

function pool() {
  const b = adapterBench(
    uniswapV4({
      chainId: 1,
      manager: MANAGER,
      pools: [{ name: 'P', ...key, base: BASE, baseDecimals: 18, quoteDecimals: 18, twapWindowS: 60 }],
    }),
  )
  const id = hex32(ID)
  b.say(call.slot0(MANAGER, id), sqrtPriceAt(0) | (3_000n << 208n))
  b.say(call.liquidity(MANAGER, id), LIQUIDITY)
  for (let word = -200; word <= 200; word++) b.say(call.bitmap(MANAGER, id, word), 0n)
  for (const { tick, net } of nets) b.say(call.tick(MANAGER, id, tick), (BigInt.asUintN(128, net) << 128n) | LIQUIDITY)
  const hold = (base: bigint, quote: bigint): void => {
    b.say(call.held(BASE, MANAGER), base)
    b.say(call.held(QUOTE, MANAGER), quote)
  }
  hold(10n ** 30n, 10n ** 30n)
  const losses = () => Array.from({ length: b.world.poolLosses.count }, (_, n) => b.world.poolLosses.at(n).kind)
  return { ...b, hold, losses }
}

describe('decodeV4Log', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const topic = fc.oneof(fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, MAX_UINT256).map(hex32))
    const data = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 220 })
      .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
    fc.assert(
      fc.property(fc.array(topic, { maxLength: 5 }), data, (topics, d) => {
        const event = decodeV4Log({ topics, data: d })
        if (event?.kind === 'liquidity') expect(event.low).toBeLessThan(event.high)
      }),
      { numRuns: 2_000 },
    )
  })
  test('what no pool can say: nothing', () => {
    expect(decodeV4Log(modify(-60, 60, -5n))).toEqual({ kind: 'liquidity', id: ID, low: -60, high: 60, amount: -5n })
    expect(decodeV4Log(modify(60, -60, 5n))).toBeUndefined()
    expect(decodeV4Log(modify(-60, 60, 2n ** 128n))).toBeUndefined()
    expect(decodeV4Log(swap(0, 0n, 0n, LIQUIDITY, 1n))).toBeUndefined()
  })
})

describe('uniswapV4', () => {
  test('first sight: its price, its depth, and the manager as its venue', () => {
    const b = pool()
    b.block()
    expect(b.world.pools.keyOf(0)).toBe(`${MANAGER}:${hex32(ID)}`)
    expect(b.world.venues.keyOf(0)).toBe(MANAGER)
    expect(b.world.pools.at(0)).toMatchObject({ price: 1, tick: 0, liquidity: LIQUIDITY, twapPrice: 0 })
    expect(b.world.pools.at(0).depthDownUsd).toBeCloseTo(1_000 * (1 - Math.SQRT1_2), 6)
    expect(b.block()).toHaveLength(2)
  })
  test('a swap on its curve, either way: no loss', () => {
    const b = pool()
    b.block()
    const { amount0, amount1 } = amountsTo(from, sqrtPriceAt(600))
    b.block([swap(600, amount0, -amount1 - 5n), swap(0, -amount0 - 1n, amount1)])
    expect(b.losses()).toEqual([])
    expect(b.world.pools.at(0).tick).toBe(0)
  })
  test('a swap that gets a unit too much, or gives one too little', () => {
    const { amount0, amount1 } = amountsTo(from, sqrtPriceAt(600))
    for (const [get, give] of [
      [amount0 + 1n, -amount1],
      [amount0, -amount1 + 1n],
    ] as const) {
      const b = pool()
      b.block()
      b.block([swap(600, get, give)])
      expect(b.losses()).toEqual([POOL_LOSS.swap])
    }
  })
  test('a swap that takes without paying is worth what it takes', () => {
    const b = pool()
    b.block()
    const { amount0, amount1 } = amountsTo(from, sqrtPriceAt(600))
    b.block([swap(600, amount0 + 10n ** 18n, -amount1)])
    expect(b.world.poolLosses.at(0).lostUsd).toBeCloseTo(1, 6)
  })
  test('liquidity that a crossed tick counts twice', () => {
    const b = pool()
    b.block()
    b.block([modify(300, 900, LIQUIDITY)])
    const way = {
      ...from,
      nets: [nets[0] as (typeof nets)[0], { tick: 300, net: LIQUIDITY }, { tick: 900, net: -LIQUIDITY }, nets[1] as (typeof nets)[0]],
    }
    const { amount0, amount1 } = amountsTo(way, sqrtPriceAt(600))
    b.block([swap(600, amount0, -amount1, 3n * LIQUIDITY)])
    expect(b.losses()).toEqual([POOL_LOSS.liquidity])
    const honest = pool()
    honest.block()
    honest.block([modify(300, 900, LIQUIDITY)])
    honest.block([swap(600, amount0, -amount1, 2n * LIQUIDITY)])
    expect(honest.losses()).toEqual([])
  })
  test('a manager that holds less than is owed, by a unit; the same and one more is enough', () => {
    const b = pool()
    b.block()
    const { reserve0, reserve1 } = b.world.pools.at(0)
    b.hold(reserve0, reserve1)
    b.block()
    expect(b.losses()).toEqual([])
    b.hold(reserve0 - 1n, reserve1)
    b.block()
    expect(b.losses()).toEqual([POOL_LOSS.owed])
  })
  test('the mean price of the window, once it is remembered', () => {
    const b = pool()
    for (let n = 0; n < 6; n++) b.block()
    expect(b.world.pools.at(0).twapPrice).toBe(1)
    const { amount0, amount1 } = amountsTo(from, sqrtPriceAt(1_200))
    b.block([swap(1_200, amount0, -amount1)])
    expect(b.world.pools.at(0).twapPrice).toBe(1)
    for (let n = 0; n < 5; n++) b.block()
    expect(b.world.pools.at(0).twapPrice).toBeCloseTo(1.0001 ** 1_200, 6)
  })
  test('logs of other pools, and liquidity that never was: the one is ignored, the other makes all be read again', () => {
    const b = pool()
    b.block()
    const before = b.bytes().filter((line) => line.startsWith('pools.liquidity'))
    expect(b.block([modify(-60, 60, 5n, ID + 1n)])).toHaveLength(2)
    expect(b.bytes().filter((line) => line.startsWith('pools.liquidity'))).toEqual(before)
    b.block([modify(-60, 60, -2n * LIQUIDITY)])
    expect(b.block().length).toBeGreaterThan(2)
  })
  test('undo: a block taken back and applied again gives the same bytes', () => {
    const b = pool()
    b.block()
    const before = b.bytes()
    b.block([modify(300, 900, LIQUIDITY), swap(600, 10n ** 24n, 0n)])
    const after = b.bytes()
    const block = b.undo()
    expect(b.bytes()).toEqual(before)
    b.apply(block)
    expect(b.bytes()).toEqual(after)
  })
})
