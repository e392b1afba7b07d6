// Traces made by hand, hostile ones too: what the tables say of them, what is remembered, and that all of it undoes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import type { BlockTraces, TraceCall, TxTrace } from '../../core/trace.ts'
import { addressOf, hex32 } from '../../core/words.ts'
import { readDebugTraces } from '../../ingest/traces/debug.ts'
import { normalTraces } from '../../ingest/traces/normal-form.ts'
import { asDebug, header, told } from '../../ingest/traces/traces.builders.ts'
import { Answers } from '../../state/protocol.ts'
import { REENTRY, TRACE_BLINDNESS } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { longestCycle } from './cycles.ts'
import { framesOf } from './frames.ts'
import { see, seenOf, tagOf } from './habits.ts'
import { type TracedSpec, tracedContracts } from './index.ts'
import { DEPOSIT, SWAP_V3, SYNC_V2, TRANSFER } from './topics.ts'

const SEED = 20_261_130
const at = (n: number): Hex => addressOf(BigInt(n))
/** Of one venue: a pool and its share; a token, a pair, a thief, a lender, a person, a library. */
const [POOL, SHARE, TOKEN, DEBT, PAIR, THIEF, LENDER, ANN, LIB] = [0xa1, 0xa2, 0xb0, 0xb1, 0xc0, 0xd0, 0xd1, 0xe0, 0xf0].map(at) as [
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
]
const spec: TracedSpec = {
  chainId: 1,
  contracts: [
    { name: 'pool', address: POOL },
    { name: 'share', address: SHARE, venue: POOL, rates: ['0x99999999'] },
  ],
  tokens: [
    { token: TOKEN, decimals: 6, usd: 1, wrapsNative: true },
    { token: DEBT, decimals: 6, usd: 1, liability: true },
  ],
  native: { usd: 2_000 },
  priceSources: [{ pool: PAIR, kind: 'uniswap-v2' }],
}

type Part = Partial<Omit<TraceCall, 'depth' | 'to'>>
const frame = (depth: number, from: Hex, to: Hex, part: Part = {}): TraceCall => ({
  depth,
  kind: 'call',
  from,
  to,
  selector: '0x11111111',
  value: '0x0',
  gasUsed: 0,
  inputBytes: 4,
  end: 'ok',
  ...part,
})
const txOf = (calls: readonly TraceCall[], values: Partial<TxTrace> = {}): TxTrace => ({
  txHash: hex32(1n),
  txIndex: 0,
  from: calls[0]?.from ?? ANN,
  to: calls[0]?.to ?? POOL,
  status: calls[0]?.end === 'ok' ? 1 : 0,
  gasUsed: 21_000,
  frames: calls.length,
  calls,
  writes: [],
  created: [],
  destroyed: [],
  ...values,
})
const writeTo = (address: Hex, slot: bigint) => ({ address, slot: hex32(slot), before: hex32(0n), after: hex32(1n) })
const seen = (...txs: readonly TxTrace[]): BlockTraces => ({ kind: 'seen', storage: true, txs, shed: 0 })

function watching(given: TracedSpec = spec) {
  const world = createWorld(1)
  const protocol = tracedContracts(given)
  let number = 0
  return {
    world,
    block(traces: BlockTraces | undefined, logs: readonly Log[] = []): World {
      number++
      const block: BlockInput = {
        chainId: 1,
        number,
        hash: hex32(BigInt(number)),
        parentHash: hex32(0n),
        timeS: 12 * number,
        logs,
        reads: [],
        ...(traces && { traces }),
      }
      world.store.begin()
      protocol.apply(world, block, new Answers([]))
      return world
    },
  }
}
const rowsOf = <T>(count: number, of: (row: number) => T): readonly T[] => Array.from({ length: count }, (_, row) => of(row))
const callsOf = ({ traceCalls }: World) => rowsOf(traceCalls.count, (row) => ({ ...pick(traceCalls.at(row)) }))
const pick = (row: ReturnType<World['traceCalls']['at']>) => ({
  call: row.call,
  reentry: row.reentry,
  same: row.same,
  paysOut: row.paysOut,
  between: row.between,
  rate: row.rate,
  stands: row.stands,
})

describe('frames', () => {
  test('borrowed code acts for who borrowed it, and what is under a failure does not stand', () => {
    const frames = framesOf(
      txOf([
        frame(0, ANN, POOL),
        frame(1, POOL, LIB, { kind: 'delegatecall' }),
        frame(2, POOL, LIB, { kind: 'delegatecall' }),
        frame(1, POOL, THIEF, { end: 'reverted' }),
        frame(2, THIEF, POOL, { kind: 'staticcall' }),
        frame(3, POOL, SHARE),
        frame(1, POOL, SHARE),
      ]),
    )
    expect(frames.map(({ actor }) => actor)).toEqual([POOL, POOL, POOL, THIEF, POOL, SHARE, SHARE])
    expect(frames.map(({ stands }) => stands)).toEqual([true, true, true, false, false, false, true])
    expect(frames.map(({ isStatic }) => isStatic)).toEqual([false, false, false, false, true, true, false])
    expect(frames.map(({ until }) => until)).toEqual([7, 3, 3, 6, 6, 6, 7])
  })
})

describe('re-entry', () => {
  const reentries = (calls: readonly TraceCall[]) => callsOf(watching().block(seen(txOf(calls)))).filter(({ reentry }) => reentry > 0)

  test('from outside into any contract of the venue, with what it pays out', () => {
    const open = [frame(0, THIEF, POOL), frame(1, POOL, THIEF, { value: '0x5' })]
    expect(reentries([...open, frame(2, THIEF, POOL), frame(3, POOL, THIEF, { value: '0x5' })])).toMatchObject([
      { call: 2, reentry: REENTRY.call, same: 1, paysOut: 1, stands: 1 },
    ])
    expect(
      reentries([...open, frame(2, THIEF, SHARE, { selector: '0x22222222' }), frame(3, SHARE, TOKEN, { selector: '0xa9059cbb' })]),
    ).toMatchObject([{ call: 2, same: 0, paysOut: 1 }])
    expect(reentries([...open, frame(2, THIEF, POOL, { end: 'reverted' })])).toMatchObject([{ stands: 0 }])
  })
  test('not: within the venue, through borrowed code, one after the other', () => {
    expect(reentries([frame(0, ANN, POOL), frame(1, POOL, SHARE), frame(2, SHARE, POOL)])).toEqual([])
    expect(reentries([frame(0, ANN, POOL), frame(1, POOL, LIB, { kind: 'delegatecall' }), frame(2, POOL, SHARE)])).toEqual([])
    expect(reentries([frame(0, ANN, THIEF), frame(1, THIEF, POOL), frame(1, THIEF, POOL)])).toEqual([])
  })
  test('a read of a rate: who reads for himself is one stranger, a lender that was led there is two; tokens do not count', () => {
    const read = (...between: readonly Hex[]) => {
      const path = [ANN, POOL, ...between]
      const calls = path.slice(1).map((to, n) => frame(n, path[n] as Hex, to))
      return reentries([...calls, frame(calls.length, path.at(-1) as Hex, SHARE, { kind: 'staticcall', selector: '0x99999999' })])
    }
    expect(read(THIEF)).toMatchObject([{ reentry: REENTRY.read, rate: 1, between: 1 }])
    expect(read(TOKEN, THIEF)).toMatchObject([{ between: 1 }])
    expect(read(THIEF, LENDER)).toMatchObject([{ between: 2 }])
  })
  test('what was seen before is older by each block, and counted once a block', () => {
    const w = watching()
    const again = seen(txOf([frame(0, THIEF, POOL), frame(1, POOL, THIEF), frame(2, THIEF, POOL)]))
    const ages: unknown[] = []
    for (let n = 0; n < 4; n++) {
      const { traceCalls } = w.block(again)
      ages.push([traceCalls.at(2).seenAgeBlocks, traceCalls.at(2).seenBlocks])
    }
    expect(ages).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })
})

describe('writes', () => {
  const ways = (calls: readonly TraceCall[], slot = 5n, w = watching()) => {
    const { storageWrites } = w.block(seen(txOf(calls, { writes: [writeTo(POOL, slot)] })))
    return storageWrites.at(0)
  }
  test('a proxy and its implementation are one way; delegated code of another name is a way of its own', () => {
    expect(ways([frame(0, ANN, POOL), frame(1, POOL, LIB, { kind: 'delegatecall' })]).ways).toBe(1)
    expect(ways([frame(0, ANN, POOL), frame(1, POOL, LIB, { kind: 'delegatecall', selector: '0x22222222' })]).ways).toBe(2)
    expect(ways([frame(0, ANN, POOL, { kind: 'staticcall' })]).ways).toBe(0)
  })
  test('the same way through another caller is known; where few may write, through another callee it is not', () => {
    for (const [strict, age] of [
      [false, 1],
      [true, 0],
    ] as const) {
      const w = watching({ ...spec, contracts: [{ name: 'pool', address: POOL, strict }] })
      ways([frame(0, ANN, POOL)], 5n, w)
      expect(ways([frame(0, ANN, THIEF), frame(1, THIEF, POOL)], 5n, w).leastAgeBlocks).toBe(age)
    }
  })
  test('of two ways the least and the best known; variables are told apart, mappings are not', () => {
    const w = watching()
    ways([frame(0, ANN, POOL)], 2n ** 200n, w)
    const both = [frame(0, ANN, THIEF), frame(1, THIEF, POOL), frame(1, THIEF, POOL, { selector: '0x22222222' })]
    expect(ways(both, 2n ** 201n, w)).toMatchObject({ plain: 0, ways: 2, leastAgeBlocks: 0, bestAgeBlocks: 1, bestBlocks: 1 })
    expect(ways(both, 5n, w)).toMatchObject({ plain: 1, bestAgeBlocks: 0 })
    expect(ways(both, 2n ** 32n - 1n, w).plain).toBe(1)
    expect(ways(both, 2n ** 32n, w).plain).toBe(0)
    expect(ways(both, 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn, w).plain).toBe(2)
  })
})

describe('values and prices', () => {
  const log = (address: Hex, topics: readonly (Hex | bigint)[], data: Hex, txIndex = 0): Log => ({
    address,
    topics: topics.map((topic) => (typeof topic === 'bigint' ? hex32(topic) : topic.length === 42 ? hex32(BigInt(topic)) : topic)),
    data,
    txHash: hex32(1n),
    txIndex,
    logIndex: 0,
  })
  const transfer = (token: Hex, from: Hex, to: Hex, units: bigint, txIndex = 0) =>
    log(token, [TRANSFER, from, to], hex32(units * 1_000_000n), txIndex)
  const gains = ({ valueFlows }: World) =>
    Object.fromEntries(rowsOf(valueFlows.count, (row) => [addressOf(valueFlows.at(row).account), valueFlows.at(row).gainUsd]))
  const plainTx = txOf([frame(0, ANN, POOL)])

  test('a borrow makes nobody richer, a theft does; nobody of the venue is told', () => {
    const w = watching()
    expect(gains(w.block(seen(plainTx), [transfer(TOKEN, POOL, ANN, 70n), transfer(DEBT, at(0), ANN, 70n)]))).toEqual({})
    expect(w.world.transactions.at(0)).toMatchObject({ outUsd: 70, throughUsd: 70 })
    expect(gains(w.block(seen(plainTx), [transfer(TOKEN, POOL, ANN, 70n), transfer(TOKEN, ANN, THIEF, 30n)]))).toEqual({
      [ANN]: 40,
      [THIEF]: 30,
    })
  })
  test('native value counts where it stands, and wrapping it is no gain', () => {
    const w = watching()
    const paid = [
      frame(0, ANN, POOL, { value: '0xde0b6b3a7640000' }),
      frame(1, POOL, THIEF, { value: '0xde0b6b3a7640000', end: 'reverted' }),
    ]
    expect(gains(w.block(seen(txOf(paid))))).toEqual({ [ANN]: -2_000 })
    const wrapped = [frame(0, ANN, POOL), frame(1, ANN, TOKEN, { value: '0xde0b6b3a7640000' })]
    const deposit = log(TOKEN, [DEPOSIT, ANN], hex32(2_000_000_000n))
    expect(gains(w.block(seen(txOf(wrapped)), [deposit]))).toEqual({ [TOKEN]: 2_000 })
  })
  test('a price of a feed counts as it stands; without an answer the token moves nothing', () => {
    const feed = at(0xfe)
    const w = watching({ ...spec, tokens: [{ token: TOKEN, decimals: 6, feed }] })
    const moved = () => gains(w.block(seen(plainTx), [transfer(TOKEN, POOL, ANN, 70n)]))
    expect(moved()).toEqual({})
    const { feeds } = w.world
    feeds.columns.price.set(feeds.rowOf(feed), 3)
    expect(moved()).toEqual({ [ANN]: 210 })
    feeds.columns.price.set(feeds.rowOf(feed), Number.NaN)
    expect(moved()).toEqual({})
  })
  test('logs of a transaction that failed, of other tokens, and malformed ones move nothing', () => {
    const w = watching()
    const failed = txOf([frame(0, ANN, POOL, { end: 'failed' })])
    expect(gains(w.block(seen(failed), [transfer(TOKEN, POOL, ANN, 70n)]))).toEqual({})
    expect(
      gains(w.block(seen(plainTx), [transfer(LIB, POOL, ANN, 70n), log(TOKEN, [TRANSFER, POOL], '0x'), log(TOKEN, [], '0x')])),
    ).toEqual({})
  })
  test('the farthest that a price was from where it stood, each transaction by itself', () => {
    const w = watching({ ...spec, priceSources: [...spec.priceSources, { pool: LIB, kind: 'uniswap-v3' }] })
    const sync = (a: bigint, b: bigint, txIndex = 0) => log(PAIR, [SYNC_V2], `0x${hex32(a).slice(2)}${hex32(b).slice(2)}`, txIndex)
    const moved = () => rowsOf(w.world.transactions.count, (row) => Math.round(w.world.transactions.at(row).priceMoveBps))
    w.block(seen(plainTx), [sync(100n, 100n)])
    expect(moved()).toEqual([0])
    w.block(seen(plainTx, { ...plainTx, txIndex: 1 }), [sync(100n, 150n), sync(100n, 100n), sync(100n, 80n, 1)])
    expect(moved()).toEqual([5_000, 2_500])
    const swap = (root: bigint) => log(LIB, [SWAP_V3, ANN, ANN], `0x${[1n, 1n, root, 1n, 1n].map((word) => hex32(word).slice(2)).join('')}`)
    w.block(seen(plainTx), [swap(2n ** 96n), sync(0n, 5n), swap(2n ** 97n)])
    expect(moved()).toEqual([0]) // where nothing is known of it, nothing has moved
    w.block(seen(plainTx), [swap(2n ** 96n)])
    expect(moved()).toEqual([30_000])
  })
})

test('the youngest contract that called, made here or seen being made; never one of the venue', () => {
  const w = watching()
  w.block(
    seen(
      txOf([frame(0, ANN, LENDER, { kind: 'create' })], {
        created: [
          { address: THIEF, creator: ANN, codeBytes: 9 },
          { address: POOL, creator: ANN, codeBytes: 9 },
        ],
      }),
    ),
  )
  w.block(seen())
  const { transactions } = w.block(seen(txOf([frame(0, ANN, THIEF), frame(1, THIEF, POOL)]), txOf([frame(0, ANN, POOL)], { txIndex: 1 })))
  expect(transactions.at(0)).toMatchObject({ callerKnown: 1, caller: BigInt(THIEF), callerAgeBlocks: 2, callerCreator: BigInt(ANN) })
  expect(transactions.at(1).callerKnown).toBe(0)
})

test('gaps are counted, in a row and ever, and end with the first whole block', () => {
  const w = watching()
  const gap = (traces: BlockTraces | undefined) => {
    const { traceGaps } = w.block(traces)
    return rowsOf(traceGaps.count, (row) => {
      const { reason, inARow, blocks, shed } = traceGaps.at(row)
      return [TRACE_BLINDNESS[reason], inARow, blocks, shed]
    })
  }
  expect(gap(undefined)).toEqual([['not-asked', 1, 1, 0]])
  expect(gap({ kind: 'missing', why: 'late' })).toEqual([['late', 2, 2, 0]])
  expect(gap(seen())).toEqual([])
  expect(gap({ kind: 'seen', storage: false, txs: [], shed: 0 })).toEqual([['no-storage', 1, 3, 0]])
  expect(gap({ kind: 'seen', storage: true, txs: [], shed: 7 })).toEqual([['shed', 2, 4, 7]])
})

describe('what is remembered', () => {
  test('is bounded: a full set forgets what it saw longest ago, and the rest stays', () => {
    const { writerPaths, store } = createWorld(1)
    const tags = Array.from({ length: 9 }, (_, n) => BigInt(n + 1) * 4_096n)
    for (const [n, tag] of tags.entries()) see(writerPaths, tag, 10 + n)
    expect(writerPaths.count).toBe(8)
    expect(tags.map((tag) => seenOf(writerPaths, tag, 100).ageBlocks)).toEqual([0, 89, 88, 87, 86, 85, 84, 83, 82])
    const mark = store.mark()
    const before = store.dump()
    see(writerPaths, tags[0] as bigint, 100)
    expect(seenOf(writerPaths, tags[1] as bigint, 101).ageBlocks).toBe(0)
    store.undoTo(mark)
    expect(store.dump()).toEqual(before)
  })
  test('never more rows than there are places', () => {
    const { callHabits } = createWorld(1)
    for (let n = 0; n < 40_000; n++) see(callHabits, tagOf(n), n)
    expect(callHabits.count).toBeLessThanOrEqual(32_768)
    expect(seenOf(callHabits, tagOf(39_999), 40_009)).toEqual({ ageBlocks: 10, blocks: 1 })
  })
})

test('the longest cycle, as a slow search finds it', () => {
  expect(longestCycle([])).toEqual({ repeats: 0, length: 1, first: undefined })
  expect(longestCycle(['a', 'b', 'a', 'b', 'a', 'b', 'c'])).toEqual({ repeats: 3, length: 2, first: 'a' })
  expect(longestCycle(['x', 'a', 'a', 'a', 'b'])).toEqual({ repeats: 3, length: 1, first: 'a' })
  const slow = (list: readonly number[]): number => {
    let most = Math.min(1, list.length)
    for (let length = 1; length <= 6; length++)
      for (let from = 0; from + length <= list.length; from++) {
        let repeats = 1
        while (list.slice(from, from + length).join() === list.slice(from + repeats * length, from + (repeats + 1) * length).join())
          repeats++
        most = Math.max(most, repeats)
      }
    return most
  }
  fc.assert(
    fc.property(fc.array(fc.nat(2), { maxLength: 30 }), (list) => {
      expect(longestCycle(list).repeats).toBe(slow(list))
    }),
    { seed: SEED },
  )
})

describe('too much', () => {
  test('ways that are not looked up any more are unknown, never usual; the next block has them again', () => {
    const w = watching()
    const calls = Array.from({ length: 200 }, (_, n) =>
      frame(n === 0 ? 0 : 1, n === 0 ? ANN : THIEF, n === 0 ? THIEF : POOL, { selector: `0x${(n + 1).toString(16).padStart(8, '0')}` }),
    )
    const slots = (count: number) => Array.from({ length: count }, (_, n) => writeTo(POOL, BigInt(n)))
    const ways = (count: number) => {
      const { storageWrites } = w.block(seen(txOf(calls, { writes: slots(count) })))
      return rowsOf(storageWrites.count, (row) => storageWrites.at(row).ways)
    }
    const found = ways(60)
    expect(new Set(found.slice(0, 41))).toEqual(new Set([199])) // 41 slots of 199 ways are 8,159 of 8,192
    expect(new Set(found.slice(41))).toEqual(new Set([0]))
    expect(ways(41).every((count) => count === 199)).toBe(true)
  })
  test('a thousand frames deep and as many side by side', () => {
    const w = watching()
    const deep = Array.from({ length: 2_000 }, (_, n) => frame(Math.min(n, 1_000), n % 2 ? POOL : THIEF, n % 2 ? THIEF : POOL))
    w.block(seen(txOf(deep)))
    expect(w.world.traceCalls.count).toBe(2_000)
    expect(w.world.transactions.at(0)).toMatchObject({ depth: 1_000, calls: 2_000 })
  })
})

test('any traces at all: no throw, the same bytes twice, and undone none of them', () => {
  const watched = new Set([0xa1, 0xa2].map(at))
  const blocks = fc.array(fc.array(told, { maxLength: 3 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(blocks, (of) => {
      const traces = of.map((txs) => {
        const { calls, diffs } = asDebug(txs)
        return normalTraces(
          { endpoint: '', method: '' },
          readDebugTraces({ endpoint: '', method: '' }, calls, diffs),
          header(txs.length),
          undefined,
          { watched, storage: true },
        )
      })
      const [one, other] = [watching(), watching()]
      for (const each of traces) one.block(each)
      for (const each of traces) other.block(each)
      const end = one.world.store.dump()
      expect(other.world.store.dump()).toEqual(end)
      const mark = one.world.store.mark()
      for (const each of traces) one.block(each)
      one.world.store.undoTo(mark)
      expect(one.world.store.dump()).toEqual(end)
    }),
    { seed: SEED, numRuns: 150 },
  )
})
