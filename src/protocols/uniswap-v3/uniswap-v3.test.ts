// Pools made by hand, with hostile logs and answers: what no real pool would say, and what a real one says at its limits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Call, Hex, Log, ReadResult } from '../../core/flow.ts'
import { isqrt, MAX_SQRT_PRICE_X96, MAX_TICK, MIN_SQRT_PRICE_X96, priceAtTick, sqrtPriceAt } from '../../core/tick-math.ts'
import { addressWord, callOf, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld, type World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import { call, TOPIC, VIEW } from './abi.ts'
import { decodePoolLog } from './decode.ts'
import { amountsTo, bandEnds, type Liquidity } from './depth.ts'
import { uniswapV3 } from './index.ts'
import type { UniswapV3Config } from './spec.ts'

const POOL: Hex = '0x00000000000000000000000000000000000000aa'
const [TOKEN0, TOKEN1]: [Hex, Hex] = ['0x00000000000000000000000000000000000000b0', '0x00000000000000000000000000000000000000b1']
const FEED: Hex = '0x00000000000000000000000000000000000000fe'
const E18 = 10n ** 18n
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(unsigned(v)).slice(2)).join('')}`
const topic = (value: number): Hex => words(BigInt(value))

const log = (topics: readonly Hex[], data: Hex, address = POOL): Log => ({ address, topics, data, txHash: '0x', txIndex: 0, logIndex: 0 })
const swapTo = (tick: number, liquidity: bigint, root = sqrtPriceAt(tick)): Log =>
  log([TOPIC.swap, topic(1), topic(2)], words(1n, -1n, root, liquidity, BigInt(tick)))
const minted = (low: number, high: number, amount: bigint): Log =>
  log([TOPIC.mint, topic(1), topic(low), topic(high)], words(1n, amount, 1n, 1n))
const burned = (low: number, high: number, amount: bigint): Log =>
  log([TOPIC.burn, topic(1), topic(low), topic(high)], words(amount, 1n, 1n))

/** A pool as a contract answers, made of positions. */
interface Made {
  readonly tick: number
  readonly spacing: number
  readonly positions: readonly { readonly low: number; readonly high: number; readonly amount: bigint }[]
  readonly token0?: Hex
  /** Seconds that it remembers. */
  readonly memoryS?: number
}
const netsOf = ({ positions }: Made): ReadonlyMap<number, bigint> => {
  const nets = new Map<number, bigint>()
  for (const { low, high, amount } of positions) {
    nets.set(low, (nets.get(low) ?? 0n) + amount)
    nets.set(high, (nets.get(high) ?? 0n) - amount)
  }
  return nets
}
const liquidityIn = ({ positions, tick }: Made): bigint =>
  positions.reduce((sum, { low, high, amount }) => (low <= tick && tick < high ? sum + amount : sum), 0n)

function answer(made: Made, { to, data }: Call): Hex | null {
  if (to !== POOL) return '0x'
  const selector = data.slice(0, 10)
  const arg = data.length > 10 ? Number(signed(BigInt(`0x${data.slice(10, 74)}`))) : 0
  const nets = netsOf(made)
  switch (selector) {
    case VIEW.slot0:
      return words(sqrtPriceAt(made.tick), BigInt(made.tick), 0n, 1n, 1n, 0n, 1n)
    case VIEW.liquidity:
      return words(liquidityIn(made))
    case VIEW.tickSpacing:
      return words(BigInt(made.spacing))
    case VIEW.token0:
      return words(addressWord(made.token0 ?? TOKEN0))
    case VIEW.token1:
      return words(addressWord(TOKEN1))
    case VIEW.tickBitmap: {
      let bits = 0n
      for (const tick of nets.keys()) {
        const place = tick / made.spacing - arg * 256
        if (place >= 0 && place < 256) bits |= 1n << BigInt(place)
      }
      return words(bits)
    }
    case VIEW.ticks:
      return words(1n, nets.get(arg) ?? 0n, 0n, 0n, 0n, 0n, 0n, 1n)
    case VIEW.observe:
      return (made.memoryS ?? 0) < Number(BigInt(`0x${data.slice(138, 202)}`))
        ? null
        : words(64n, 160n, 2n, -50n, BigInt(made.tick) * 1800n - 50n)
    default:
      return null
  }
}

type Spec = Omit<UniswapV3Config['pools'][number], 'name' | 'pool'>
function bench(over: Partial<Spec> = {}) {
  const world = createWorld(1)
  const spec = { name: 'X', pool: POOL, base: TOKEN0, baseDecimals: 18, quoteDecimals: 18, ...over }
  const adapter = uniswapV3({ chainId: 1, pools: [spec] })
  let number = 0
  /** A block that ends with the pool as made; the calls that it asked for. */
  const block = (made: Made | undefined, logs: readonly Log[] = [], ask = answer): readonly Call[] => {
    number += 1
    const at = { number, timeS: number * 12, logs }
    const reads: ReadResult[] = []
    for (let round = 0; ; round++) {
      const wanted = adapter.reads(world, at, new Answers(reads))
      if (wanted.length === 0) break
      expect(round).toBeLessThan(4)
      for (const one of wanted) reads.push({ ...one, result: made ? ask(made, one) : '0x' })
    }
    world.store.begin()
    adapter.apply(world, { chainId: 1, hash: '0x', parentHash: '0x', ...at, reads }, new Answers(reads))
    return reads
  }
  /** Undoes what came after a mark, and counts blocks from there again. */
  const back = (mark: number, to: number): void => {
    world.store.undoTo(mark)
    number = to
  }
  return { world, block, back }
}
const tickRows = (world: World): Readonly<Record<number, bigint>> =>
  Object.fromEntries(Array.from({ length: world.ticks.count }, (_, n) => [world.ticks.at(n).tick, signed(world.ticks.at(n).liquidityNet)]))

const plain: Made = {
  tick: 5,
  spacing: 10,
  positions: [
    { low: -887_270, high: 887_270, amount: 1_000n * E18 },
    { low: -1_000, high: 1_000, amount: 500n * E18 },
  ],
}

describe('tick arithmetic', () => {
  test('ends where pools end, doubles where it must, and never goes back', () => {
    expect([MIN_SQRT_PRICE_X96, MAX_SQRT_PRICE_X96]).toEqual([4295128739n, 1461446703485210103287273052203988822378723970342n])
    expect(sqrtPriceAt(0)).toBe(2n ** 96n)
    const tick = fc.integer({ min: -MAX_TICK, max: MAX_TICK - 1 })
    fc.assert(fc.property(tick, (t) => sqrtPriceAt(t) < sqrtPriceAt(t + 1)))
    fc.assert(
      fc.property(tick, fc.double({ min: 0, max: 1, noNaN: true }), (t, rest) => {
        expect(Math.abs(priceAtTick(t + rest) / 1.0001 ** (t + rest) - 1)).toBeLessThan(1e-9)
      }),
    )
  })
  test('whole square roots', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 400n), (n) => {
        const root = isqrt(n)
        expect(root * root <= n && (root + 1n) * (root + 1n) > n).toBe(true)
      }),
    )
  })
})

describe('decodePoolLog', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const hex = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 })
      .map((bytes): Hex => `0x${bytes.map((n) => n.toString(16).padStart(2, '0')).join('')}`)
    const topics = fc.array(fc.oneof(hex, fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, 2n ** 256n - 1n).map(hex32)), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(topics, hex, (t, data) => {
        decodePoolLog({ topics: t, data })
      }),
      { numRuns: 2_000 },
    )
  })
  test('cut short, or what no pool can say, is no event', () => {
    for (const whole of [swapTo(0, 1n), minted(-10, 10, 1n), burned(-10, 10, 1n)]) {
      expect(decodePoolLog(whole)).toBeDefined()
      expect(decodePoolLog({ ...whole, data: whole.data.slice(0, -2) as Hex })).toBeUndefined()
      expect(decodePoolLog({ ...whole, topics: whole.topics.slice(1) })).toBeUndefined()
    }
    expect(decodePoolLog({ ...minted(-10, 10, 1n), topics: minted(-10, 10, 1n).topics.slice(0, 3) })).toBeUndefined()
    for (const odd of [
      swapTo(0, 2n ** 128n),
      swapTo(0, 1n, 0n),
      swapTo(0, 1n, MAX_SQRT_PRICE_X96),
      swapTo(MAX_TICK + 1, 1n, 2n ** 96n),
      minted(10, 10, 1n),
      minted(10, -10, 1n),
      burned(-MAX_TICK - 1, 0, 1n),
      minted(-10, 10, 2n ** 128n),
    ])
      expect(decodePoolLog(odd)).toBeUndefined()
  })
})

describe('depth', () => {
  const at = (over: Partial<Liquidity> = {}): Liquidity => ({
    sqrtPriceX96: 2n ** 96n,
    tick: 0,
    liquidity: 1_000n,
    low: -MAX_TICK,
    high: MAX_TICK,
    nets: [],
    ...over,
  })
  test('one range: L times the difference of roots of token1, of their inverses of token0', () => {
    const { down, up } = bandEnds(2n ** 96n, 7_500, true)
    expect(down).toBe(2n ** 95n)
    expect(amountsTo(at(), down)).toEqual({ amount0: 1_000n, amount1: 500n })
    expect(amountsTo(at(), 2n ** 97n)).toEqual({ amount0: 500n, amount1: 1_000n })
    expect(up).toBe(isqrt((2n ** 192n * 7n) / 4n))
    expect(bandEnds(2n ** 96n, 7_500, false).down).toBe(2n ** 97n)
    expect(amountsTo(at(), 2n ** 96n)).toEqual({ amount0: 0n, amount1: 0n })
  })
  test('a tick at the price belongs below it, and counts only on the way down', () => {
    const nets = [{ tick: 0, net: 1_000n }]
    expect(amountsTo(at({ nets }), 2n ** 95n)).toEqual({ amount0: 0n, amount1: 0n })
    expect(amountsTo(at({ nets }), 2n ** 97n)).toEqual({ amount0: 500n, amount1: 1_000n })
  })
  test('ends at the ends of the world stay inside it', () => {
    for (const root of [MIN_SQRT_PRICE_X96, MAX_SQRT_PRICE_X96 - 1n])
      for (const isFirst of [true, false])
        for (const end of Object.values(bandEnds(root, 9_999, isFirst)))
          expect(end > MIN_SQRT_PRICE_X96 && end < MAX_SQRT_PRICE_X96).toBe(true)
  })
  test('law: knowing less never gives more, and going further never gives less', () => {
    const position = fc.record({
      low: fc.integer({ min: -3_000, max: 2_999 }),
      width: fc.integer({ min: 1, max: 3_000 }),
      amount: fc.bigInt(1n, 10n ** 24n),
    })
    fc.assert(
      fc.property(
        fc.array(position, { maxLength: 12 }),
        fc.integer({ min: -2_000, max: 2_000 }),
        fc.integer({ min: -4_000, max: 4_000 }),
        fc.integer({ min: -3_000, max: 3_000 }),
        fc.integer({ min: -3_000, max: 3_000 }),
        (positions, tick, target, a, b) => {
          const made: Made = {
            tick,
            spacing: 1,
            positions: positions.map(({ low, width, amount }) => ({ low, high: low + width, amount })),
          }
          const nets = [...netsOf(made)].map(([t, net]) => ({ tick: t, net })).sort((x, y) => x.tick - y.tick)
          const all = at({ tick, sqrtPriceX96: sqrtPriceAt(tick), liquidity: liquidityIn(made), nets })
          const [low, high] = [Math.min(tick, a), Math.max(tick, b)]
          const part = { ...all, low, high, nets: nets.filter((n) => n.tick >= low && n.tick <= high) }
          const whole = amountsTo(all, sqrtPriceAt(target))
          const known = amountsTo(part, sqrtPriceAt(target))
          expect(known.amount0 <= whole.amount0 && known.amount1 <= whole.amount1).toBe(true)
          const further = amountsTo(all, sqrtPriceAt(target < tick ? target - 100 : target + 100))
          expect(further.amount0 >= whole.amount0 && further.amount1 >= whole.amount1).toBe(true)
        },
      ),
    )
  })
})

describe('a pool in the tables', () => {
  test('no contract, no pool or another pair: no row, few questions, asked again', () => {
    const { world, block } = bench()
    expect(block(undefined)).toEqual([expect.objectContaining(call.tickSpacing(POOL))])
    block({ ...plain, spacing: 0 })
    expect(block({ ...plain, token0: '0x00000000000000000000000000000000000000a1' })).toHaveLength(6)
    block(plain, [], (made, one) => (one.data === VIEW.slot0 ? words(0n, 0n, 0n, 1n, 1n, 0n, 1n) : answer(made, one)))
    block(plain, [], (made, one) => (one.data === VIEW.liquidity ? null : answer(made, one)))
    expect(world.pools.count + world.ticks.count).toBe(0)
    block(plain)
    expect(world.pools.at(0)).toMatchObject({ tick: 5, liquidity: 1_500n * E18, updatedAtS: 72, bandBps: 5_000, twapWindowS: 1_800 })
    expect(tickRows(world)).toEqual({ [-887_270]: 1_000n * E18, [-1_000]: 500n * E18, 1000: -500n * E18, 887270: -1_000n * E18 })
  })

  test('logs of the block in which it is first seen are in what was read', () => {
    const { world, block } = bench()
    block(plain, [swapTo(3, 7n), minted(-1_000, 1_000, 500n * E18)])
    expect(world.pools.at(0)).toMatchObject({ tick: 5, liquidity: 1_500n * E18 })
  })

  test('events: in range at its lower end, out of it at its upper; a quiet block asks for the mean price alone', () => {
    const { world, block } = bench()
    block(plain)
    const before = world.pools.at(0).depthDownUsd
    expect(block(plain)).toHaveLength(1)
    block(plain, [swapTo(10, 1_500n * E18), minted(10, 20, 7n), minted(0, 10, 3n), burned(0, 10, 0n)])
    expect(world.pools.at(0)).toMatchObject({ tick: 10, liquidity: 1_500n * E18 + 7n })
    block(plain, [minted(20, 30, 9n), burned(10, 20, 7n), burned(-1_000, 1_000, 200n * E18)])
    expect(world.pools.at(0).liquidity).toBe(1_300n * E18)
    expect(tickRows(world)).toMatchObject({ 0: 3n, 10: -3n, 20: 9n, 30: -9n, [-1_000]: 300n * E18, 1000: -300n * E18 })
    expect(world.pools.at(0).depthDownUsd).toBeLessThan(before)
  })

  test('USD: decimals and the worth of the quote, either way round', () => {
    const made = { ...plain, tick: 23_027 } // a root of 1.0001^23027 is 3.1623: ten of token1 for one of token0
    const first = bench({ baseDecimals: 18, quoteDecimals: 6, quoteUsd: 2 })
    first.block(made)
    expect(first.world.pools.at(0).price).toBeCloseTo(2e13, -9)
    const second = bench({ base: TOKEN1, baseDecimals: 18, quoteDecimals: 18, quoteUsd: 2 })
    second.block(made)
    expect(second.world.pools.at(0)).toMatchObject({ base: addressWord(TOKEN1), quote: addressWord(TOKEN0) })
    expect(second.world.pools.at(0).price).toBeCloseTo(0.2, 4)
    // 1,000 of liquidity, root 3.1623: token0 in it 316.2, until its root is 4.472 223.6 is left; two USD each
    expect(second.world.pools.at(0).depthDownUsd).toBeCloseTo(2 * 1_000 * (10 ** -0.5 - 20 ** -0.5), 1)
  })

  test('ticks outside of what was read count nothing, and are read when the price comes near', () => {
    const far = { low: 20_000, high: 20_010, amount: 10n ** 6n * E18 }
    const { world, block } = bench({ bandBps: 2_000 })
    block(plain)
    const { depthUpUsd } = world.pools.at(0)
    block(plain, [minted(far.low, far.high, far.amount)])
    expect(tickRows(world)).not.toHaveProperty(`${far.low}`)
    expect(world.pools.at(0).depthUpUsd).toBe(depthUpUsd)
    // the band is 2,232 ticks, a quarter of it 558
    const moved = { ...plain, tick: 5 + 558, positions: [...plain.positions, far] }
    expect(block(moved, [swapTo(moved.tick, 1_500n * E18)])).toHaveLength(1)
    const near = { ...moved, tick: 19_000 }
    expect(block(near, [swapTo(near.tick, 1_000n * E18)]).length).toBeGreaterThan(1)
    expect(tickRows(world)).toMatchObject({ [far.low]: far.amount, [far.high]: -far.amount, [-1_000]: 0n, 1000: 0n, 887270: -1_000n * E18 })
    // away and back: what happened to the old ticks meanwhile is read, not remembered
    const back = { ...near, tick: 5, positions: near.positions.filter((_, n) => n !== 1) }
    block({ ...near, positions: back.positions }, [burned(-1_000, 1_000, 500n * E18)])
    block(back, [swapTo(5, 1_000n * E18)])
    expect(world.pools.at(0).liquidity).toBe(1_000n * E18)
    expect(tickRows(world)).toMatchObject({ [-1_000]: 0n, 1000: 0n, [far.low]: 0n })
  })

  test('a scan that fails in part changes nothing and is asked for again', () => {
    const { world, block } = bench()
    block(plain)
    const moved = { ...plain, tick: 3_000 }
    const broken = (made: Made, one: Call): Hex | null => (one.data === call.bitmap(POOL, 1).data ? null : answer(made, one))
    block(moved, [swapTo(3_000, 1_000n * E18)], broken)
    expect(world.pools.at(0).tick).toBe(3_000)
    expect(tickRows(world)[1_000]).toBe(-500n * E18)
    expect(block(moved).length).toBeGreaterThan(5)
    expect(block(moved)).toHaveLength(1)
  })

  test('as many ticks as anybody may open, and the widest band at the least spacing: bounded questions, never too much depth', () => {
    const positions = Array.from({ length: 6_000 }, (_, n) => ({ low: n - 3_000, high: n - 2_999, amount: E18 }))
    const nets = netsOf({ ...plain, positions })
    const quick = (made: Made, one: Call): Hex | null => {
      const selector = one.data.slice(0, 10)
      const arg = one.data.length > 10 ? Number(signed(BigInt(`0x${one.data.slice(10, 74)}`))) : 0
      if (selector === VIEW.tickBitmap) return words(arg >= -12 && arg < 11 ? -1n : 0n)
      return selector === VIEW.ticks ? words(1n, nets.get(arg) ?? 0n) : answer(made, one)
    }
    const { world, block } = bench({ bandBps: 9_999 })
    const asked = block({ tick: 0, spacing: 1, positions }, [], quick)
    expect(asked.filter(({ data }) => data.startsWith(VIEW.ticks)).length).toBeLessThanOrEqual(2_050)
    expect(asked.filter(({ data }) => data.startsWith(VIEW.tickBitmap)).length).toBeLessThanOrEqual(128)
    // every tick of it has a token's worth of liquidity, so what is counted shows how far was known: about 1,024 ticks each way
    const { depthDownUsd, depthUpUsd } = world.pools.at(0)
    expect(depthDownUsd).toBeCloseTo(1 - 1.0001 ** (-1_023 / 2), 2)
    expect(depthUpUsd).toBeCloseTo(1.0001 ** (1_023 / 2) - 1, 2)
  })

  test('an event that takes more than there is changes nothing, and all is read again', () => {
    for (const odd of [burned(-1_000, 1_000, 2_000n * E18), minted(0, 10, 2n ** 128n - 1n), burned(-20, -10, 2n ** 128n - 1n)]) {
      const { world, block } = bench()
      block(plain)
      block(plain, [odd, odd])
      const whole = odd.topics[2] === topic(-20) ? 1 : 0 // out of range: the first of them is possible
      expect(world.pools.at(0).liquidity).toBe(1_500n * E18)
      expect(world.ticks.count).toBe(4 + 2 * whole)
      expect(block(plain).length).toBeGreaterThan(5)
      expect(tickRows(world)).toMatchObject({ [-1_000]: 500n * E18, 1000: -500n * E18 })
      expect(block(plain)).toHaveLength(1)
    }
  })

  test('logs of other contracts with our topics are not ours', () => {
    const { world, block } = bench()
    block(plain)
    block(plain, [{ ...swapTo(90, 1n), address: TOKEN0 }])
    expect(world.pools.at(0).tick).toBe(5)
  })

  test('the mean price stands beside the feed’s own, whenever the feed comes, and goes when the pool forgets', () => {
    const { world, block } = bench({ feed: FEED })
    block({ ...plain, memoryS: 1_799 })
    expect(world.pools.at(0)).toMatchObject({ twapPrice: 0, feed: 0 })
    world.feeds.rowOf('0xother')
    const feed = world.feeds.rowOf(FEED)
    block({ ...plain, memoryS: 1_800 })
    expect(world.pools.at(0).feed).toBe(feed + 1)
    expect(world.pools.at(0).twapPrice).toBeCloseTo(1.0001 ** 5, 12)
    expect(world.feeds.at(feed).twapPrice).toBe(world.pools.at(0).twapPrice)
    block(plain, [], (made, one) => (one.data.startsWith(VIEW.observe) ? words(64n, 160n, 2n, 0n, 2n ** 250n) : answer(made, one)))
    expect(world.pools.at(0).twapPrice).toBe(0)
    block({ ...plain, memoryS: 1_800 })
    block(plain)
    expect([world.pools.at(0).twapPrice, world.feeds.at(feed).twapPrice, world.feeds.at(0).twapPrice]).toEqual([0, 0, 0])
  })

  test('of several pools of a feed the first counts that remembers its window', () => {
    const world = createWorld(1)
    const other: Hex = '0x00000000000000000000000000000000000000ab'
    const common = { base: TOKEN0, baseDecimals: 18, quoteDecimals: 18, feed: FEED }
    const { reads, apply } = uniswapV3({
      chainId: 1,
      pools: [
        { ...common, name: 'first', pool: POOL },
        { ...common, name: 'second', pool: other },
      ],
    })
    const feed = world.feeds.rowOf(FEED)
    const block = (memoryS: number, otherMemoryS: number): number => {
      const at = { number: 1, timeS: 12, logs: [] }
      const answers: ReadResult[] = []
      for (let round = 0; round < 4; round++)
        for (const one of reads(world, at, new Answers(answers))) {
          const made = one.to === POOL ? { ...plain, memoryS } : { ...plain, tick: 500, memoryS: otherMemoryS }
          answers.push({ ...one, result: answer(made, { ...one, to: POOL }) })
        }
      apply(world, { chainId: 1, hash: '0x', parentHash: '0x', ...at, reads: answers }, new Answers(answers))
      return world.feeds.at(feed).twapPrice
    }
    expect(block(0, 0)).toBe(0)
    expect(block(0, 9_999)).toBeCloseTo(1.0001 ** 500, 10)
    expect(block(9_999, 9_999)).toBeCloseTo(1.0001 ** 5, 10)
  })

  test('whatever a contract answers: never a throw, never a figure that is none', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
    const any = fc.oneof(
      bytes,
      fc.constant(null),
      fc.array(fc.bigInt(0n, 2n ** 256n - 1n), { minLength: 1, maxLength: 8 }).map((w) => words(...w)),
    )
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), fc.boolean(), (answers, isPool) => {
        const { world, block } = bench()
        if (isPool) block(plain)
        let n = 0
        for (let times = 0; times < 3; times++)
          block(plain, [swapTo(50_000 * times, 5n)], () => answers[n++ % answers.length] as Hex | null)
        const { price, depthDownUsd, depthUpUsd, twapPrice } = world.pools.at(0)
        for (const figure of [price, depthDownUsd, depthUpUsd, twapPrice]) expect(figure >= 0 && Number.isFinite(figure)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('undo law: back and forward again, all bytes equal', () => {
    const tick = fc.integer({ min: -2_000, max: 2_000 }).map((t) => t * 10)
    const event = fc.oneof(
      fc.tuple(tick, fc.bigInt(0n, 10n ** 22n)).map(([t, liquidity]) => swapTo(t, liquidity)),
      fc
        .tuple(tick, fc.integer({ min: 1, max: 300 }), fc.bigInt(0n, 10n ** 21n))
        .map(([t, wide, amount]) => minted(t, t + wide * 10, amount)),
      fc
        .tuple(tick, fc.integer({ min: 1, max: 300 }), fc.bigInt(0n, 10n ** 21n))
        .map(([t, wide, amount]) => burned(t, t + wide * 10, amount)),
    )
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 5 }), { minLength: 1, maxLength: 6 }), fc.boolean(), (blocks, fromStart) => {
        const { world, block, back } = bench({ feed: FEED })
        world.feeds.rowOf(FEED)
        if (!fromStart) block({ ...plain, memoryS: 9_999 })
        const mark = world.store.mark()
        const before = world.store.dump()
        const forward = (): ReadonlyMap<string, unknown> => {
          for (const logs of blocks) block({ ...plain, memoryS: 9_999 }, logs)
          return world.store.dump()
        }
        const after = forward()
        back(mark, fromStart ? 0 : 1)
        expect(world.store.dump()).toEqual(before)
        expect(forward()).toEqual(after)
      }),
      { numRuns: 60 },
    )
  })
})

test('calls are encoded as the contract takes them', () => {
  expect(call.bitmap(POOL, -1)).toEqual(callOf(POOL, VIEW.tickBitmap, 2n ** 256n - 1n))
  expect(call.observe(POOL, 1_800).data).toBe(`${VIEW.observe}${[32n, 2n, 1_800n, 0n].map((w) => hex32(w).slice(2)).join('')}`)
})
