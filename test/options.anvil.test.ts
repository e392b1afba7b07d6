// The detectors of options on the real Lyra: each attack that can be made there is told, and its honest twin is not.
import { encodeAbiParameters, keccak256, parseEther, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ASSESS_RULES, assess } from '../src/assess/assess.ts'
import type { Finding, Hex } from '../src/core/flow.ts'
import { Engine } from '../src/detect/engine.ts'
import { detectors } from '../src/detect/index.ts'
import { lyra } from '../src/protocols/lyra/index.ts'
import { optionsRisk } from '../src/state/options-risk.ts'
import type { Protocol, Venue } from '../src/state/protocol.ts'
import { feeds, OPTION } from '../src/state/tables.ts'
import { createWorld } from '../src/state/world.ts'
import { finding, put } from './builders.ts'
import { Fold } from './support/fold.ts'
import { LyraLab, type LyraSend } from './support/lyra-lab.ts'

const FEED: Hex = `0x${'fe'.repeat(20)}`
const CHAIN_ID = 31337
let lab: LyraLab
beforeAll(async () => {
  lab = await LyraLab.start()
})
afterAll(() => lab?.stop())

/** A node's middle over this chain, with an independent feed that says what it is told to. */
function watcher() {
  const world = createWorld(CHAIN_ID)
  const truth = { usd: 1_800 }
  const independent: Protocol = {
    id: 'independent',
    writes: [feeds],
    watches: () => [],
    reads: () => [],
    apply: (of, { timeS }) => put(of.feeds, FEED, { price: truth.usd, updatedAtS: timeS }),
    actions: {},
    steps: () => [],
  }
  const market = lab.contracts.optionMarket.address
  const fold = new Fold(lab.anvil.rpc, world, [independent, lyra({ chainId: CHAIN_ID, market, feed: FEED })])
  const { putCallParity, deltaLimit, vegaLimit, optionsUtilisation, staleOptionPrice, expiryPrice, payoutBound } = detectors
  const engine = new Engine(world, [
    putCallParity(),
    deltaLimit(),
    vegaLimit(),
    optionsUtilisation(),
    staleOptionPrice(),
    expiryPrice(),
    payoutBound(),
  ])
  const venue: Venue = {
    protocol: fold.protocols[1] as Protocol,
    pool: market.toLowerCase() as Hex,
    guard: undefined,
    risk: optionsRisk,
    probes: () => [],
  }
  return {
    world,
    venue,
    truth,
    /** Mines one block; all of it must go through. What the detectors say of it. */
    async block(sends: readonly LyraSend[] = [], afterS = 12): Promise<readonly Finding[]> {
      const { number, ok } = await lab.mine(sends, afterS)
      expect(ok).not.toContain(false)
      const { hash, timeS } = await fold.feed(number)
      return engine.run({ chainId: CHAIN_ID, number, hash, timeS, pending: false, provisional: false })
    },
  }
}

const names = (found: readonly Finding[]): readonly string[] => [...new Set(found.map(({ detector }) => detector))].sort()
const buy = (strike: number, type: number, amount: string): LyraSend =>
  lab.trade('openPosition', lab.lyra.traders[0] as Hex, { strike, type, amount: parseEther(amount) })
const AT_THE_MONEY = 2
const MONTHLY = 5

describe('on the real contracts', () => {
  test('stale-option-price: the true price has moved and the pool’s spot has not', () =>
    lab.aside(async () => {
      const w = watcher()
      expect(await w.block()).toEqual([])
      expect(await w.block([buy(AT_THE_MONEY, OPTION.longCall, '5')])).toEqual([])
      w.truth.usd = 1_900
      expect(await w.block()).toEqual([])
      const found = await w.block([buy(AT_THE_MONEY, OPTION.longCall, '20')])
      expect(names(found)).toEqual(['stale-option-price'])
      expect(found[0]).toMatchObject({
        severity: 'high',
        subject: { kind: 'market', id: `${lab.contracts.optionMarket.address.toLowerCase()}:board-1` },
      })
      // the incident is its market's; who says that the feed is right makes every board priced by it a suspect
      const place = { number: found[0]?.block ?? 0, timeS: lab.timeS }
      const [told] = assess(w.world, found, place, ASSESS_RULES, [w.venue])
      expect(told).toMatchObject({ venueId: w.venue.pool, status: 'open', severity: 'high', sources: ['second-feed'], suspects: [] })
      const jump = finding({
        chainId: CHAIN_ID,
        block: place.number,
        timeS: place.timeS,
        subject: { kind: 'feed', chainId: CHAIN_ID, id: FEED },
      })
      const [joined] = assess(w.world, [...found, jump], place, ASSESS_RULES, [w.venue])
      expect(joined).toMatchObject({ suspects: [0, 1], sources: ['reporters', 'second-feed'] })
      const { free, usedCollateral } = w.world.optionMarkets.at(0)
      expect(joined?.lossAtRiskUsd).toBeCloseTo((1 - 1_800 / 1_900) * (free + usedCollateral), 4)
      // the wrong side of the same gap gains nothing
      expect(await w.block([buy(AT_THE_MONEY, OPTION.longPut, '5')])).toEqual([])
    }))

  test('its twin: spot follows in the same block', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block()
      w.truth.usd = 1_900
      expect(await w.block([lab.price(1_900), buy(AT_THE_MONEY, OPTION.longCall, '20')])).toEqual([])
    }))

  test('vega-limit: the pool buys volatility until its money is gone', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block()
      const seller = lab.lyra.traders[1] as Hex
      // as many calls as puts, so that there is little to hedge and all goes into premiums
      const sell = (type: number, collateral: string): LyraSend =>
        lab.trade('openPosition', seller, { strike: MONTHLY, type, amount: parseEther('60'), collateral: parseEther(collateral) })
      const both = [sell(OPTION.shortPut, '108000'), sell(OPTION.shortCallBase, '60')]
      const found: Finding[] = []
      for (let n = 0; n < 20; n++) for (const one of both) if ((await lab.tries(one)) === 'yes') found.push(...(await w.block([one])))
      expect(names(found)).toContain('vega-limit')
    }))

  test('options-utilisation: one buyer takes all of it', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block()
      const found: Finding[] = []
      for (let n = 0; n < 10 && (await lab.tries(buy(MONTHLY, OPTION.longPut, '25'))) === 'yes'; n++)
        found.push(...(await w.block([buy(MONTHLY, OPTION.longPut, '25')])))
      expect(names(found)).toEqual(['options-utilisation'])
    }))

  test('delta-limit: nobody hedges what was sold to the pool', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block()
      const seller = lab.lyra.traders[1] as Hex
      const sell = lab.trade('openPosition', seller, {
        strike: MONTHLY,
        type: OPTION.shortCallBase,
        amount: parseEther('180'),
        collateral: parseEther('180'),
      })
      expect(names(await w.block([sell]))).not.toContain('delta-limit')
      const found: Finding[] = []
      for (let n = 0; n < 30; n++) found.push(...(await w.block()))
      expect(names(found)).toContain('delta-limit')
    }))

  test('expiry-price: spot is forged for the settlement', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block([buy(AT_THE_MONEY, OPTION.longCall, '5')])
      const [board] = lab.lyra.boards
      if (!board) throw new Error('no board')
      await w.block([], board.expiryS - lab.timeS)
      const settle = lab.send('optionMarket', lab.lyra.provider, 'settleExpiredBoard', 1n)
      const forged = await lab.aside(() => w.block([lab.price(2_500), settle]))
      expect(names(forged)).toEqual(['expiry-price'])
      expect(forged[0]).toMatchObject({
        severity: 'critical',
        evidence: { settlementPrice: 2_500, feedAtExpiry: 1_800, spotAtExpiry: 1_800 },
      })
    }))

  test('its twin: settled at spot; payout-bound: then more is paid than was settled', () =>
    lab.aside(async () => {
      const w = watcher()
      await w.block([buy(1, OPTION.longCall, '5')])
      const [board] = lab.lyra.boards
      if (!board) throw new Error('no board')
      await w.block([], board.expiryS - lab.timeS)
      const pay = lab.send('shortCollateral', lab.lyra.provider, 'settleOptions', [1n])
      expect(await w.block([lab.send('optionMarket', lab.lyra.provider, 'settleExpiredBoard', 1n)])).toEqual([])
      expect(await lab.aside(async () => (await lab.mine([pay])).ok)).toEqual([true])
      // the contract's price is changed under its hands: it pays 400 a call where 200 are due, as far as its reserve goes
      const slot = keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [1n, PRICE_AT_EXPIRY_SLOT]))
      await lab.anvil.rpc.call('anvil_setStorageAt', [lab.contracts.optionMarket.address, slot, toHex(parseEther('2000'), { size: 32 })])
      const found = await w.block([pay])
      expect(names(found)).toEqual(['payout-bound'])
      expect(found[0]).toMatchObject({ severity: 'critical', evidence: { boundE18: parseEther('1000'), paidE18: parseEther('2000') } })
    }))
})

/** Of OptionMarket: boardToPriceAtExpiry. */
const PRICE_AT_EXPIRY_SLOT = 20n
