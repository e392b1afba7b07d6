// A token made by hand, with hostile logs and answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Call, Hex, Log, ReadResult } from '../../core/flow.ts'
import { addressWord, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld } from '../../state/world.ts'
import { isSure } from './apply.ts'
import { balanceCall, decodeTransfer, NOBODY, supplyCall, TRANSFER } from './calls.ts'
import { erc20 } from './index.ts'

const TOKEN: Hex = '0x00000000000000000000000000000000000000aa'
const [ANN, BOB, EVE]: readonly Hex[] = [
  '0x00000000000000000000000000000000000000a1',
  '0x00000000000000000000000000000000000000b1',
  '0x00000000000000000000000000000000000000e1',
] as const
const holders = [ANN, BOB] as [Hex, Hex]
const moved = (from: Hex | undefined, to: Hex | undefined, amount: bigint, address = TOKEN): Log => ({
  address,
  topics: [TRANSFER, hex32(addressWord(from ?? NOBODY)), hex32(addressWord(to ?? NOBODY))],
  data: hex32(amount),
  txHash: '0x',
  txIndex: 0,
  logIndex: 0,
})

function bench() {
  const world = createWorld(1)
  const adapter = erc20({ chainId: 1, tokens: [{ name: 'X', token: TOKEN, decimals: 2, holders }] })
  let number = 0
  /** What the contract says, by call; what it doesn't say reverts. */
  const says = new Map<string, bigint>()
  const say = (call: Call, value: bigint | undefined): void =>
    void (value === undefined ? says.delete(call.data) : says.set(call.data, value))
  const block = (logs: readonly Log[] = []): readonly Call[] => {
    number += 1
    const at = { number, timeS: number * 12, logs }
    const reads: ReadResult[] = []
    for (let round = 0; ; round++) {
      const wanted = adapter.reads(world, at, new Answers(reads))
      if (wanted.length === 0) break
      expect(round).toBeLessThan(4)
      for (const one of wanted) {
        const value = says.get(one.data)
        reads.push({ ...one, result: value === undefined ? null : hex32(value) })
      }
    }
    world.store.begin()
    adapter.apply(world, { chainId: 1, hash: '0x', parentHash: '0x', ...at, reads }, new Answers(reads))
    return reads
  }
  const back = (mark: number, to: number): void => {
    world.store.undoTo(mark)
    number = to
  }
  const balanceOf = (holder: Hex | undefined): bigint | undefined => {
    const row = world.holdings.find(`${TOKEN}:${holder}`)
    return row === undefined ? undefined : world.holdings.at(row).balance
  }
  const start = (): void => {
    say(supplyCall(TOKEN), 10_000n)
    say(balanceCall(TOKEN, holders[0]), 700n)
    say(balanceCall(TOKEN, holders[1]), 300n)
    block()
  }
  /** From here on the contract doesn't answer: what the tables say comes from events. */
  const mute = (): void => says.clear()
  return { world, adapter, block, back, say, start, mute, balanceOf }
}

describe('decodeTransfer', () => {
  test('whatever anybody emits: a transfer or nothing, never a throw', () => {
    const hex = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 70 })
      .map((bytes): Hex => `0x${bytes.map((n) => n.toString(16).padStart(2, '0')).join('')}`)
    const topics = fc.array(fc.oneof(hex, fc.constant(TRANSFER), fc.bigInt(0n, 2n ** 256n - 1n).map(hex32)), { maxLength: 5 })
    fc.assert(
      fc.property(topics, hex, (t, data) => {
        const transfer = decodeTransfer({ topics: t, data })
        if (transfer) expect([transfer.from.length, transfer.to.length]).toEqual([42, 42])
      }),
      { numRuns: 2_000 },
    )
  })
  test('cut short, of an ERC-721, or between what are no addresses: nothing', () => {
    const whole = moved(ANN, BOB, 7n)
    expect(decodeTransfer(whole)).toEqual({ from: ANN, to: BOB, amount: 7n })
    expect(decodeTransfer({ ...whole, data: whole.data.slice(0, -2) as Hex })).toBeUndefined()
    expect(decodeTransfer({ ...whole, topics: whole.topics.slice(0, 2) })).toBeUndefined()
    expect(decodeTransfer({ ...whole, topics: [...whole.topics, hex32(1n)] })).toBeUndefined()
    expect(decodeTransfer({ ...whole, topics: [TRANSFER, hex32(2n ** 160n + addressWord(holders[0])), hex32(1n)] })).toBeUndefined()
  })
})

describe('a token in the tables', () => {
  test('no contract: no row, one question, asked again; then all of it, and no transfer of that block', () => {
    const { world, block, start, balanceOf } = bench()
    expect(block([moved(NOBODY, ANN, 5n)])).toHaveLength(1)
    expect(world.tokens.count + world.transfers.count).toBe(0)
    start()
    expect(world.tokens.at(0)).toMatchObject({ totalSupply: 10_000n, decimals: 2, minted: 0, changedAtS: 0, chainId: 1 })
    expect([balanceOf(ANN), balanceOf(BOB), balanceOf(EVE)]).toEqual([700n, 300n, undefined])
    expect(block()).toHaveLength(1)
  })

  test('events alone: balances, supply, mints and burns, one row for each that matters, in order', () => {
    const { world, block, start, mute, balanceOf } = bench()
    start()
    mute()
    block([
      moved(NOBODY, EVE, 250n),
      moved(EVE, BOB, 50n),
      moved(EVE, EVE, 10n),
      moved(ANN, BOB, 100n),
      moved(BOB, NOBODY, 450n),
      moved(ANN, ANN, 6_000n),
      moved(EVE, '0x00000000000000000000000000000000000000e2', 1n),
      moved(NOBODY, ANN, 1_000n, EVE),
    ])
    expect([balanceOf(ANN), balanceOf(BOB)]).toEqual([600n, 0n])
    expect(world.tokens.at(0)).toMatchObject({ totalSupply: 9_800n, minted: 2.5, burned: 4.5, changedAtS: 24 })
    const rows = Array.from({ length: world.transfers.count }, (_, n) => world.transfers.at(n)).map(({ from, to, amount, token }) => [
      from,
      to,
      amount,
      token,
    ])
    const word = (a: Hex | undefined): bigint => addressWord(a ?? NOBODY)
    expect(rows).toEqual([
      [0n, word(EVE), 250n, 1],
      [word(EVE), word(BOB), 50n, 1],
      [word(ANN), word(BOB), 100n, 1],
      [word(BOB), 0n, 450n, 1],
      [word(ANN), word(ANN), 6_000n, 1],
    ])
    expect(isSure(world, TOKEN)).toBe(true)
    // a block without any keeps the last figures; the next one's are its own
    block([moved(ANN, BOB, 1n)])
    expect(world.tokens.at(0)).toMatchObject({ minted: 2.5, burned: 4.5, changedAtS: 24 })
    block([moved(NOBODY, ANN, 100n)])
    expect(world.tokens.at(0)).toMatchObject({ minted: 1, burned: 0, changedAtS: 48 })
  })

  test('what moves without an event is put right by a read: each thing within as many blocks as there are', () => {
    const { world, block, start, say, balanceOf } = bench()
    start()
    say(supplyCall(TOKEN), 20_000n)
    say(balanceCall(TOKEN, holders[0]), 1_400n)
    say(balanceCall(TOKEN, holders[1]), 600n)
    for (let n = 0; n < 3; n++) expect(block()).toHaveLength(1)
    expect([world.tokens.at(0).totalSupply, balanceOf(ANN), balanceOf(BOB)]).toEqual([20_000n, 1_400n, 600n])
    // the read is of the block's end, so the block's events are in it already
    const turns = [1, 2, 3].map(() => block([moved(ANN, BOB, 1n)]).map(({ data }) => [data, balanceOf(ANN), balanceOf(BOB)]))
    const said = new Map(turns.flat().map(([data, ann, bob]) => [data, [ann, bob]]))
    expect(said.get(balanceCall(TOKEN, holders[0]).data)?.[0]).toBe(1_400n)
    expect(said.get(balanceCall(TOKEN, holders[1]).data)?.[1]).toBe(600n)
    expect(said.size).toBe(3)
  })

  test('a holder whose balance could not be read has none until it can', () => {
    const { block, say, balanceOf } = bench()
    say(supplyCall(TOKEN), 5n)
    say(balanceCall(TOKEN, holders[0]), 5n)
    block()
    block([moved(ANN, BOB, 2n)])
    expect(balanceOf(BOB)).toBeUndefined()
    say(balanceCall(TOKEN, holders[1]), 2n)
    for (let n = 0; n < 3; n++) block()
    expect(balanceOf(BOB)).toBe(2n)
  })

  test('an event that takes or gives more than there can be changes nothing, and all is read again', () => {
    const most = MAX_UINT256
    const odd = [
      moved(ANN, BOB, 701n),
      moved(BOB, NOBODY, 301n),
      moved(EVE, NOBODY, 10_001n),
      moved(EVE, ANN, most),
      moved(NOBODY, ANN, most),
    ]
    for (const one of odd) {
      const { world, block, start, say, mute, balanceOf } = bench()
      start()
      mute()
      block([one])
      expect([world.tokens.at(0).totalSupply, balanceOf(ANN), balanceOf(BOB)]).toEqual([10_000n, 700n, 300n])
      expect(block()).toHaveLength(1)
      say(supplyCall(TOKEN), 9n)
      say(balanceCall(TOKEN, holders[0]), 8n)
      say(balanceCall(TOKEN, holders[1]), 7n)
      expect(block()).toHaveLength(3)
      expect([world.tokens.at(0).totalSupply, balanceOf(ANN), balanceOf(BOB)]).toEqual([9n, 8n, 7n])
      expect(block()).toHaveLength(1)
    }
  })

  test('undo law: back and forward again, all bytes equal', () => {
    const who = fc.constantFrom(NOBODY, holders[0], holders[1], EVE as Hex)
    const event = fc.tuple(who, who, fc.oneof(fc.bigInt(0n, 900n), fc.bigInt(0n, MAX_UINT256))).map(([a, b, amount]) => moved(a, b, amount))
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 5 }), { minLength: 1, maxLength: 8 }), fc.boolean(), (blocks, fromStart) => {
        const { world, block, back, start, say } = bench()
        if (fromStart) {
          say(supplyCall(TOKEN), 10_000n)
          say(balanceCall(TOKEN, holders[0]), 700n)
        } else start()
        const mark = world.store.mark()
        const before = world.store.dump()
        const forward = (): ReadonlyMap<string, unknown> => {
          for (const logs of blocks) block(logs)
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
