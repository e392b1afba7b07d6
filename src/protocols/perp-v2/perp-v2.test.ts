// Perp v2 by hand-made logs and answers: what is well formed is read, what is hostile is nothing, and never a throw.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnknownRevisionError } from '../../core/errors.ts'
import type { BlockInput, Call, Hex, Log, ReadResult } from '../../core/flow.ts'
import { addressWord, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { PERP_FLOW, PERP_TRADE } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import { ask, firstTradedCall, layoutCalls, settledCalls, TOPIC, type VIEW } from './abi.ts'
import { decodeFlow, decodeTrade } from './decode.ts'
import { perpV2 } from './index.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, 'c')}`
const [CH, VAULT, EXCHANGE, BOOK, BALANCE, FUND, CONFIG, QUOTE, REGISTRY, USDC, BASE, POOL] = Array.from({ length: 12 }, (_, n) =>
  at(n + 1),
) as [Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex]
const [ANN, BOB, PAYER] = [at(0xa1), at(0xb2), at(0xe3)]
const E18 = 10n ** 18n
const MOST = 2n ** 256n - 1n
const START_S = 1_700_000_000
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(unsigned(v)).slice(2)).join('')}`
const list = (...values: readonly bigint[]): Hex => words(32n, BigInt(values.length), ...values)
const topic = (address: Hex): Hex => hex32(addressWord(address))
const key = ({ to, data }: Call): string => `${to}${data}`

/** A chain that answers what it is told to; all else reverts. */
class Said {
  readonly answers = new Map<string, Hex>()
  say(call: Call, ...values: readonly bigint[]): this {
    this.answers.set(key(call), words(...values))
    return this
  }
  static honest(): Said {
    const said = new Said()
    const contracts = {
      vault: VAULT,
      exchange: EXCHANGE,
      orderBook: BOOK,
      accountBalance: BALANCE,
      insuranceFund: FUND,
      config: CONFIG,
      quoteToken: QUOTE,
    } as const
    for (const [view, address] of Object.entries(contracts)) said.say(ask(CH, view as keyof typeof VIEW), addressWord(address))
    said.say(ask(CH, 'paused'), 0n).say(ask(VAULT, 'paused'), 0n)
    said
      .say(ask(EXCHANGE, 'registry'), addressWord(REGISTRY))
      .say(ask(VAULT, 'settlementToken'), addressWord(USDC))
      .say(ask(VAULT, 'decimals'), 6n)
    said.say(ask(CONFIG, 'markPriceConfig'), 1_800n, 900n)
    for (const [n, call] of layoutCalls(EXCHANGE).entries()) said.say(call, addressWord([BOOK, BALANCE, CONFIG][n] as Hex))
    said.say(ask(CONFIG, 'imRatio'), 100_000n).say(ask(CONFIG, 'mmRatio'), 62_500n).say(ask(CONFIG, 'penaltyRatio'), 25_000n)
    said
      .say(ask(CONFIG, 'maxFundingRate'), 100_000n)
      .say(ask(CONFIG, 'twapInterval'), 900n)
      .say(ask(CONFIG, 'settlementCap'), 10n ** 15n)
    said.say(ask(FUND, 'capacity'), 10n ** 12n).say(ask(USDC, 'balanceOf', VAULT), 10n ** 13n)
    said
      .say(ask(REGISTRY, 'pool', BASE), addressWord(POOL))
      .say(ask(BASE, 'isOpen'), 1n)
      .say(ask(BASE, 'isClosed'), 0n)
    said.say(ask(REGISTRY, 'maxSpread', BASE), 100_000n).say(ask(EXCHANGE, 'maxTicks', BASE), 1_000n)
    said.say(ask(BALANCE, 'markPrice', BASE), 2_000n * E18).say(ask(BASE, 'indexPrice', 0), 2_000n * E18)
    said.say(firstTradedCall(EXCHANGE, BASE), BigInt(START_S - 1_000))
    for (const call of settledCalls(EXCHANGE, BASE)) said.say(call, BigInt(START_S))
    // the pool's average stands at 2,020, one percent over the index
    said
      .say(ask(EXCHANGE, 'sqrtTwap', BASE, 900), BigInt(Math.floor(Math.sqrt(2_020) * 2 ** 48)) << 48n)
      .say(ask(BASE, 'indexPrice', 900), 2_000n * E18)
    return said
  }
  /** An account with 1,000 USDC and a long of 2 opened at 2,000. */
  trader(account: Hex, size = 2n * E18): this {
    this.say(ask(VAULT, 'balance', account), 1_000n * 10n ** 6n)
      .say(ask(BALANCE, 'pnl', account), 0n, 0n, 0n)
      .say(ask(BALANCE, 'hasOrder', account), 0n)
    this.answers.set(key(ask(VAULT, 'collateralTokens', account)), list())
    this.answers.set(key(ask(BALANCE, 'baseTokens', account)), list(addressWord(BASE)))
    return this.say(ask(BALANCE, 'accountInfo', account, BASE), size, -(size * 2_000n), BigInt(START_S)).say(
      ask(BALANCE, 'totalSize', account, BASE),
      size,
    )
  }
}

class Chain {
  readonly world: World = createWorld(1)
  readonly protocol = perpV2({ chainId: 1, clearingHouse: CH, markets: [{ name: 'ETH', baseToken: BASE, circulatingSupply: 100 }] })
  number = 0
  constructor(readonly said: Said) {}
  block(logs: readonly Log[] = [], answer = (call: Call): Hex | null => this.said.answers.get(key(call)) ?? null): void {
    this.number += 1
    const block = { number: this.number, timeS: START_S + 12 * this.number, logs }
    const reads: ReadResult[] = []
    for (let round = 0; ; round++) {
      const wanted = this.protocol.reads(this.world, block, new Answers(reads))
      if (wanted.length === 0) break
      expect(round).toBeLessThan(4)
      const asked = new Map(wanted.map((call) => [key(call), call]))
      reads.push(...[...asked.values()].map((call) => ({ ...call, result: answer(call) })))
    }
    this.world.store.begin()
    const input: BlockInput = { ...block, chainId: 1, hash: hex32(BigInt(this.number)), parentHash: hex32(0n), reads }
    this.protocol.apply(this.world, input, new Answers(reads))
  }
}

let logIndex = 0
const log = (address: Hex, topics: readonly Hex[], data: Hex, values: Partial<Log> = {}): Log => ({
  address,
  topics,
  data,
  txHash: hex32(1n),
  txIndex: 0,
  logIndex: logIndex++,
  ...values,
})
const changed = (trader: Hex, size: bigint, notional: bigint): Log =>
  log(CH, [TOPIC.positionChanged, topic(trader), topic(BASE)], words(size, notional, 1n, notional, 0n, 1n))

describe('decoding', () => {
  test('what is well formed is read, with its signs', () => {
    expect(decodeTrade(changed(ANN, -5n, 7n))).toEqual({
      kind: 'changed',
      trader: ANN,
      base: BASE,
      size: -5n,
      notional: 7n,
      fee: 1n,
      realised: 0n,
    })
    expect(decodeTrade(log(CH, [TOPIC.positionLiquidated, topic(ANN), topic(BASE)], words(9n, 3n, 2n, addressWord(BOB))))).toEqual({
      kind: 'liquidated',
      trader: ANN,
      base: BASE,
      notional: 9n,
      size: 3n,
      fee: 2n,
      liquidator: BOB,
    })
    expect(decodeTrade(log(CH, [TOPIC.fundingPaid, topic(ANN), topic(BASE)], words(-4n)))).toMatchObject({ kind: 'funding', payment: -4n })
    expect(decodeFlow(log(VAULT, [TOPIC.deposited, topic(USDC), topic(ANN)], words(6n)))).toEqual({
      kind: 'deposit',
      token: USDC,
      trader: ANN,
      amount: 6n,
    })
    expect(decodeFlow(log(VAULT, [TOPIC.badDebtSettled, topic(ANN)], words(6n)))).toEqual({ kind: 'badDebt', trader: ANN, amount: 6n })
  })
  test('what is short, dirty or foreign is none', () => {
    const good = changed(ANN, 1n, 1n)
    const dirty = hex32(addressWord(ANN) + (1n << 200n))
    const bad: readonly Log[] = [
      { ...good, data: '0x' },
      { ...good, data: good.data.slice(0, -2) as Hex },
      { ...good, topics: good.topics.slice(0, 2) },
      { ...good, topics: [] },
      { ...good, topics: [TOPIC.positionChanged, dirty, topic(BASE)] },
      { ...good, topics: [TOPIC.transfer, topic(ANN), topic(BASE)] },
      log(CH, [TOPIC.positionLiquidated, topic(ANN), topic(BASE)], words(1n, 1n, 1n, MOST)),
    ]
    for (const one of bad) expect([decodeTrade(one), decodeFlow(one)]).toEqual([undefined, undefined])
  })
})

describe('first sight', () => {
  test('the exchange, its market and funding at the block’s time', () => {
    const chain = new Chain(Said.honest())
    chain.block()
    expect(chain.world.venues.at(0)).toMatchObject({ chainId: 1, pool: addressWord(CH), revision: 28 })
    expect(chain.world.perpVenues.at(0)).toMatchObject({ mmRatioPpm: 62_500, insuranceUsd: 1_000_000, vaultUsd: 10_000_000, paused: 0 })
    const market = chain.world.perpMarkets.at(0)
    expect(market).toMatchObject({
      mark: 2_000,
      index: 2_000,
      marketCapUsd: 200_000,
      maxTicksABlock: 1_000,
      maxSpreadPpm: 100_000,
      twapWindowS: 900,
    })
    expect(market.fundingPerDay).toBeCloseTo(0.01, 9)
    // a premium of 20 for 12 seconds, in units of 2^-96
    expect(Number(signed(market.fundingX96) - BigInt(START_S)) / 2 ** 96).toBeCloseTo(240, 3)
  })
  test('nothing is there yet: asked again, no row, no throw', () => {
    const chain = new Chain(new Said())
    chain.block()
    expect(chain.world.perpVenues.count).toBe(0)
    for (const [call, answer] of Said.honest().answers) chain.said.answers.set(call, answer)
    chain.block()
    expect(chain.world.perpVenues.count).toBe(1)
  })
  test.each([
    ['a view is missing', (said: Said) => said.answers.delete(key(ask(CONFIG, 'markPriceConfig')))],
    ['storage lies elsewhere', (said: Said) => said.say(layoutCalls(EXCHANGE)[1] as Call, 7n)],
  ])('another version is refused by name: %s', (_, spoil) => {
    const said = Said.honest()
    spoil(said)
    expect(() => new Chain(said).block()).toThrow(UnknownRevisionError)
  })
  test('a base token that the registry does not know is no market', () => {
    const chain = new Chain(Said.honest().say(ask(REGISTRY, 'pool', BASE), 0n))
    chain.block()
    expect([chain.world.perpVenues.count, chain.world.perpMarkets.count]).toEqual([1, 0])
  })
})

describe('events', () => {
  const start = (): Chain => {
    const chain = new Chain(
      Said.honest()
        .trader(ANN)
        .trader(BOB, -2n * E18),
    )
    chain.block()
    return chain
  }
  const deposit = (who: Hex, payer: Hex): readonly Log[] => [
    log(USDC, [TOPIC.transfer, topic(payer), topic(VAULT)], words(500n)),
    log(VAULT, [TOPIC.deposited, topic(USDC), topic(who)], words(500n)),
  ]

  test('a trade makes rows, an account, open interest and a cluster', () => {
    const chain = start()
    chain.block([changed(ANN, 2n * E18, -4_000n * E18), changed(BOB, -2n * E18, 4_000n * E18)])
    const { world } = chain
    expect(world.perpTrades.touched().map((row) => world.perpTrades.at(row).kind)).toEqual([PERP_TRADE.changed, PERP_TRADE.changed])
    expect(world.perpMarkets.at(0)).toMatchObject({ longE18: 2n * E18, shortE18: 2n * E18, longUsd: 4_000, skew: 0 })
    expect(world.perpAccounts.at(0)).toMatchObject({ account: addressWord(ANN), openedUsd: 4_000, status: 0, notionalUsd: 4_000 })
    expect(world.perpClusters.at(0)).toMatchObject({ funder: addressWord(ANN), accounts: 1, longShare: 1, longUsd: 4_000 })
    // 4,000 of notional with 1,000: under its requirement once it has lost 750
    expect(world.perpPositions.at(0).liquidationPrice).toBeCloseTo(2_000 - 750 / (2 * 0.9375), 1)
    expect(world.perpMarkets.at(0)).toMatchObject({ down1000Usd: 0, down2000Usd: 4_000, down4000Usd: 4_000, up2000Usd: 4_000 })
  })
  test('accounts that one address pays for are one cluster, also when it is found out later; a ring of payers has an end', () => {
    const chain = start()
    chain.block([changed(ANN, 2n * E18, -4_000n * E18), changed(BOB, -2n * E18, 4_000n * E18)])
    chain.block([...deposit(ANN, PAYER), ...deposit(BOB, PAYER), ...deposit(BOB, ANN)])
    const { world } = chain
    const cluster = world.perpClusters.at(world.perpClusters.find(`${CH}:${PAYER}:${BASE}`) ?? 99)
    expect(cluster).toMatchObject({ accounts: 2, longE18: 2n * E18, shortE18: 2n * E18 })
    expect(world.perpClusters.at(0)).toMatchObject({ accounts: 0, longE18: 0n })
    expect(world.perpFlows.at(0)).toMatchObject({ kind: PERP_FLOW.deposit, payer: addressWord(PAYER), usd: 0.0005 })
    const ring = start()
    ring.block([...deposit(ANN, BOB), ...deposit(BOB, ANN)])
    expect([ring.world.perpAccounts.at(0).funder, ring.world.perpAccounts.at(1).funder]).toEqual([addressWord(BOB), 0n])
  })
  test('opened and liquidated in one block by the other half of its cluster', () => {
    const chain = start()
    chain.block([...deposit(ANN, PAYER), ...deposit(BOB, PAYER)])
    const liquidated = log(CH, [TOPIC.positionLiquidated, topic(ANN), topic(BASE)], words(4_000n * E18, 2n * E18, 1n, addressWord(BOB)))
    chain.block([changed(ANN, 2n * E18, -4_000n * E18), changed(ANN, -2n * E18, 4_000n * E18), liquidated])
    expect(chain.world.perpAccounts.at(0)).toMatchObject({ liquidations: 1, liquidatedUsd: 4_000, ownLiquidator: 1, openedUsd: 4_000 })
  })
  test('an account with orders is asked for in every block, and leaves the book', () => {
    const chain = start()
    chain.said
      .say(ask(BALANCE, 'hasOrder', ANN), 1n)
      .say(ask(VAULT, 'accountValue', ANN), 77n)
      .say(ask(BALANCE, 'requirement', ANN), 5n)
      .say(ask(VAULT, 'freeCollateral', ANN), 3n)
    chain.block([changed(ANN, 2n * E18, -4_000n * E18)])
    const read = () => chain.world.perpAccounts.at(0)
    expect(read()).toMatchObject({
      asked: 1,
      valueE18: 77n * 10n ** 12n,
      requirementE18: 5n,
      freeCollateralE18: 3n * 10n ** 12n,
      status: 0,
    })
    chain.said.say(ask(VAULT, 'accountValue', ANN), -1n)
    chain.block()
    expect(read()).toMatchObject({ valueE18: unsigned(-(10n ** 12n)), status: 2 })
    expect(chain.world.venues.at(0).badDebtUsd).toBeCloseTo(1e-6, 12)
  })
  test('a contract that says otherwise than the book makes us blind', () => {
    const chain = start()
    chain.said
      .say(ask(VAULT, 'accountValue', ANN), 1n)
      .say(ask(BALANCE, 'requirement', ANN), 1n)
      .say(ask(VAULT, 'freeCollateral', ANN), 1n)
    chain.block([changed(ANN, 2n * E18, -4_000n * E18)])
    expect(chain.world.chains.at(0)).toMatchObject({ checked: 1, mismatches: 1, blindSince: 2 })
  })
  test('an account that can’t be read makes us blind, and changes nothing', () => {
    const chain = start()
    chain.block([changed(PAYER, 2n * E18, -4_000n * E18)])
    expect(chain.world.chains.at(0).blindSince).toBe(2)
    expect(chain.world.perpMarkets.at(0).longE18).toBe(0n)
  })
  test('events of others under our topics are nothing', () => {
    const chain = start()
    const before = chain.world.perpAccounts.count
    chain.block([{ ...changed(ANN, 5n, 5n), address: at(0xbad) }, log(at(0xbad), [TOPIC.deposited, topic(USDC), topic(ANN)], words(MOST))])
    expect([chain.world.perpAccounts.count, chain.world.perpTrades.count]).toEqual([before, 0])
  })
})

describe('hostile data', () => {
  const contracts = [CH, VAULT, EXCHANGE, BALANCE, REGISTRY, CONFIG, USDC, BASE]
  const anyWord = fc.oneof(
    fc.constantFrom(0n, 1n, 32n, MOST, 2n ** 255n, 2n ** 127n, 2n ** 160n - 1n, addressWord(ANN), addressWord(BASE), addressWord(USDC)),
    fc.bigInt(0n, MOST),
  )
  const anyData = fc.array(anyWord, { maxLength: 7 }).map((values) => words(...values.map(signed)))
  const anyLog = fc.record({
    address: fc.constantFrom(...contracts),
    topics: fc
      .tuple(
        fc.constantFrom(...Object.values(TOPIC)),
        fc.array(fc.oneof(fc.constantFrom(topic(ANN), topic(BASE), topic(USDC)), anyWord.map(hex32)), { maxLength: 3 }),
      )
      .map(([first, rest]): readonly Hex[] => [first, ...rest]),
    data: fc.oneof(anyData, fc.constantFrom<Hex>('0x', '0x00')),
  })
  const anyBlock = fc.record({
    logs: fc.array(anyLog, { maxLength: 6 }),
    lies: fc.array(fc.option(anyData), { minLength: 1, maxLength: 30 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  test('whatever the first answers say: another version at worst, never another error', () => {
    fc.assert(
      fc.property(anyBlock, fc.nat(40), ({ logs, lies }, every) => {
        const chain = new Chain(Said.honest().trader(ANN))
        let n = 0
        const answer = (call: Call): Hex | null => {
          n += 1
          return n % (every + 1) === 0 ? (lies[n % lies.length] ?? null) : (chain.said.answers.get(key(call)) ?? null)
        }
        try {
          chain.block(
            logs.map((one) => log(one.address, one.topics, one.data)),
            answer,
          )
          chain.block([changed(ANN, 1n, 1n)])
        } catch (error) {
          if (!(error instanceof UnknownRevisionError)) throw error
        }
      }),
      { numRuns: 300 },
    )
  })

  test('whatever logs and answers say: no throw, at most four rounds, and an undo leaves every byte as it was', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { minLength: 1, maxLength: 5 }), (blocks) => {
        const chain = new Chain(Said.honest().trader(ANN))
        chain.block()
        for (const { logs, lies, share } of blocks) {
          const before = chain.world.store.dump()
          const mark = chain.world.store.mark()
          let n = 0
          const answer = (call: Call): Hex | null => {
            const isLie = (n * 0.618) % 1 < share
            const lie = lies[n++ % lies.length]
            return isLie ? (lie ?? null) : (chain.said.answers.get(key(call)) ?? null)
          }
          const given = logs.map((one) => log(one.address, one.topics, one.data))
          chain.block(given, answer)
          const after = chain.world.store.dump()
          chain.world.store.undoTo(mark)
          expect(chain.world.store.dump()).toEqual(before)
          chain.number -= 1
          n = 0
          chain.block(given, answer)
          expect(chain.world.store.dump()).toEqual(after)
        }
      }),
      { numRuns: 150 },
    )
  })
})
