// Tables and account values compared with a real Perp v2's own views after each block of random trades, funding, liquidations and liquidity.
import { type Address, encodeFunctionData, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ceilTick } from '../../../lab/deploy/perp.ts'
import { Draws } from '../../../test/support/draws.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { STATUS } from '../../state/account-book.ts'
import { perpStatus } from '../../state/book/perp-margin.ts'
import { PERP_TRADE } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { uniswapV3 } from '../uniswap-v3/index.ts'
import { figuresOf } from './figures.ts'
import { perpV2 } from './index.ts'
import { findAccount, positionsOf } from './keys.ts'
import { E6, e18, type PerpCall, PerpLab } from './perp.builders.ts'

const SPECS = [
  { symbol: 'ETH', priceUsd: 2_000, sideUsd: 400_000 },
  { symbol: 'BTC', priceUsd: 60_000, sideUsd: 400_000 },
]
const SEED = Number(process.env['SEED'] ?? 11)
const CLOSE = parseAbi(['function close()'])
const STEPS = process.env['FIREBREAK_TEST_LONG'] === '1' ? 160 : 50
/** Operations that went through before the second watcher comes. */
const LATE_AFTER = 30
let lab: PerpLab
beforeAll(async () => {
  lab = await PerpLab.start(SPECS)
})
afterAll(() => lab?.anvil.stop())

function protocols() {
  const { d } = lab
  const pools = d.markets.map(({ symbol, pool, baseToken }) => ({
    name: symbol,
    pool,
    base: baseToken,
    baseDecimals: 18,
    quoteDecimals: 18,
    bandBps: 3_000,
  }))
  const markets = d.markets.map(({ symbol, baseToken }) => ({ name: symbol, baseToken, circulatingSupply: 1_000 }))
  return [uniswapV3({ chainId: 31337, pools }), perpV2({ chainId: 31337, clearingHouse: d.clearingHouse, markets })]
}
const watching = (): Fold => new Fold(lab.anvil.rpc, createWorld(31337), protocols())
const low = (address: Address): Hex => address.toLowerCase() as Hex

/** Every account that the tables know against the contracts' own answers. */
async function compareAccounts(world: World, hash: Hex): Promise<{ readonly linear: number; readonly due: readonly Address[] }> {
  const { clearingHouse, accountBalance, vault } = lab.contracts
  const people = [...lab.d.traders, lab.d.maker].filter((who) => findAccount(world, low(clearingHouse.address), low(who)) !== undefined)
  const positions = (row: number) => [...positionsOf(world, row)].map((position) => world.perpPositions.at(position))
  const answers = await lab.askAll(
    people.flatMap((who) => [
      [clearingHouse, 'getAccountValue', [who]] as const,
      [accountBalance, 'getMarginRequirementForLiquidation', [who]] as const,
      [vault, 'getFreeCollateral', [who]] as const,
      ...positions(rowOf(world, who)).flatMap(({ perpMarket }) => {
        const args = [who, lab.market(perpMarket - 1).baseToken]
        return [[accountBalance, 'getTotalPositionSize', args] as const, [accountBalance, 'getTakerPositionSize', args] as const]
      }),
    ]),
    hash,
  )
  let [at, linear] = [0, 0]
  const next = (): bigint => answers[at++] as bigint
  const due: Address[] = []
  for (const who of people) {
    const row = rowOf(world, who)
    const theirs = { valueE18: next(), requirementE18: next(), freeE18: next() * 10n ** 12n }
    const { asked, status, valueE18, requirementE18, freeCollateralE18 } = world.perpAccounts.at(row)
    const ours = asked === 1 ? { valueE18: signed(valueE18), requirementE18, freeE18: freeCollateralE18 } : figuresOf(world, 0, row)
    expect({ who, ...ours, status }).toEqual({ who, ...theirs, status: perpStatus(theirs) })
    if (asked === 0) linear += 1
    if (status !== STATUS.healthy) due.push(who)
    // not over the five days in a few blocks of the closing market
    if (asked === 0 && world.perpMarkets.at(1).status === 0) expectLevel(positions(row), world, ours)
    for (const { totalSizeE18, sizeE18 } of positions(row)) expect([signed(totalSizeE18), signed(sizeE18)]).toEqual([next(), next()])
  }
  return { linear, due }
}
/** At its liquidation price, with nothing else moved, an account with one position is worth its requirement, but for the funding since it was computed. */
function expectLevel(
  positions: readonly Position[],
  world: World,
  { valueE18, requirementE18 }: { readonly valueE18: bigint; readonly requirementE18: bigint },
) {
  const [position, ...more] = positions.filter(({ sizeE18 }) => sizeE18 !== 0n)
  if (!position || more.length > 0 || position.liquidationPrice === 0) return
  const size = Number(signed(position.sizeE18)) / 1e18
  const { mark } = world.perpMarkets.at(position.perpMarket - 1)
  const requirement = Math.abs(size) * position.liquidationPrice * 0.0625
  const value = Number(valueE18) / 1e18 + size * (position.liquidationPrice - mark)
  expect(Math.abs(value - requirement)).toBeLessThan(0.002 * Math.abs(size) * mark + Number(requirementE18) / 1e22)
}
type Position = ReturnType<World['perpPositions']['at']>
const rowOf = (world: World, who: Address): number => findAccount(world, low(lab.d.clearingHouse), low(who)) ?? 9_999

async function compareMarkets(world: World, hash: Hex): Promise<void> {
  const { accountBalance, exchange, insuranceFund, usdc, vault, base } = lab.contracts
  const people = [...lab.d.traders, lab.d.maker].filter((who) => findAccount(world, low(lab.d.clearingHouse), low(who)) !== undefined)
  for (const [n, market] of lab.d.markets.entries()) {
    const { baseToken, pool } = market
    const row = world.perpMarkets.at(n)
    const [mark, index, indexTwap, root, inPool, ...sizes] = await lab.askAll(
      [
        [accountBalance, 'getMarkPrice', [baseToken]],
        [base(market), 'getIndexPrice', [0n]],
        [base(market), 'getIndexPrice', [BigInt(row.twapWindowS)]],
        [exchange, 'getSqrtMarketTwapX96', [baseToken, row.twapWindowS]],
        [base(market), 'balanceOf', [pool]],
        ...people.map((who) => [accountBalance, 'getTakerPositionSize', [who, baseToken]] as const),
      ],
      hash,
    )
    const markTwap = ((((root as bigint) * (root as bigint)) >> 96n) * 10n ** 18n) >> 96n
    const sum = (sign: bigint): bigint => sizes.reduce((all, size) => (size * sign > 0n ? all + size * sign : all), 0n)
    expect([row.markE18, row.indexE18, row.indexTwapE18, row.markTwapE18]).toEqual([mark, index, indexTwap, markTwap])
    expect([row.longE18, row.shortE18, row.reserveBaseE18]).toEqual([sum(1n), sum(-1n), inPool])
    expect(row.marketCapUsd).toBeCloseTo(1_000 * row.index, 6)
    expect(row.depthDownUsd).toBeGreaterThan(1_000)
  }
  const venue = world.perpVenues.at(0)
  expect([signed(venue.insurance), venue.vaultBalance]).toEqual(
    await lab.askAll(
      [
        [insuranceFund, 'getInsuranceFundCapacity', []],
        [usdc, 'balanceOf', [vault.address]],
      ],
      hash,
    ),
  )
}

/** One random operation of somebody, in any market. Trader 0 has money and liquidates, trader 5 makes markets. */
function operation(draws: Draws, due: readonly Address[]): PerpCall {
  const who = lab.trader(draws.integer(1, 5))
  const market = draws.integer(0, 1)
  const middle = Math.round(Math.log(SPECS[market]?.priceUsd ?? 1) / Math.log(1.0001))
  const range = [ceilTick(middle - 3_000), ceilTick(middle + 3_000)] as const
  const kind = draws.next()
  const victim = due.find((account) => account !== lab.trader(0))
  if (victim !== undefined && kind < 0.6) return lab.liquidate(lab.trader(0), victim, market)
  if (kind < 0.12)
    return lab.deposit(who, BigInt(draws.integer(200, 9_000)) * E6, draws.chance(0.2) ? lab.trader(draws.integer(1, 5)) : who)
  if (kind < 0.6) {
    const usd = draws.integer(2_000, 50_000)
    const isShort = draws.chance(0.5)
    return lab.open(who, isShort, isShort ? e18(usd / (lab.prices[market] ?? 1)) : e18(usd), market)
  }
  if (kind < 0.68) return lab.close(who, market)
  if (kind < 0.78) return draws.chance(0.5) ? lab.withdrawAll(who) : lab.withdraw(who, BigInt(draws.integer(1, 2_000)) * E6)
  if (kind < 0.86) return lab.addLiquidity(lab.trader(5), ...range, draws.integer(100, 4_000), market)
  if (kind < 0.94) return lab.removeLiquidity(lab.trader(5), ...range, e18(draws.integer(0, 2)), market)
  return { from: who, contract: lab.contracts.clearingHouse, functionName: 'settleAllFunding', args: [who] }
}

describe('perp v2', () => {
  test('random operations: accounts, markets and funds are what the contracts say after every block; undo; a late start', {
    timeout: 300_000,
  }, async () => {
    const fold = watching()
    const late = watching()
    const { world } = fold
    const draws = new Draws(SEED)
    const before: { readonly mark: ReturnType<World['store']['mark']>; readonly dump: unknown }[] = []
    let [done, linear] = [0, 0]
    let due: readonly Address[] = []
    const seen = new Map<number, number>()
    const feedNew = async (): Promise<void> => {
      const head = await lab.b.head()
      for (let number = (fold.blocks.at(-1)?.number ?? head.number - 1) + 1; number <= head.number; number++) {
        before.push({ mark: world.store.mark(), dump: world.store.dump() })
        const { hash } = await fold.feed(number)
        const { kind } = world.perpTrades.columns
        for (const row of world.perpTrades.touched()) seen.set(kind.get(row), (seen.get(kind.get(row)) ?? 0) + 1)
        const found = await compareAccounts(world, hash)
        linear += found.linear
        due = found.due
        await compareMarkets(world, hash)
        if (done < LATE_AFTER) continue
        await late.feed(number)
        await compareAccounts(late.world, hash)
      }
    }
    await feedNew()
    await lab.block([lab.deposit(lab.trader(0), 800_000n * E6), ...[1, 2, 3, 4, 5].map((n) => lab.deposit(lab.trader(n), 4_000n * E6))])
    for (let step = 0; step < STEPS; step++) {
      const calls = Array.from({ length: draws.integer(1, 3) }, () => operation(draws, due))
      done += (await lab.block(calls)).filter(({ status }) => status === '0x1').length
      for (const market of [0, 1])
        if (draws.chance(0.15)) {
          const mark = world.perpMarkets.columns.mark.get(market)
          await lab.price((mark || 2_000) * draws.between(0.93, 1.07), market)
        }
      if (draws.chance(0.3)) await lab.wait(draws.integer(30, 900))
      await feedNew()
    }
    // a market that is paused, then closed: everybody in it is asked for, until they have quit it
    const { clearingHouse, base } = lab.contracts
    const btc = base(lab.market(1))
    await lab.b.write(btc, 'pause')
    await lab.b.flush()
    await feedNew()
    expect(world.perpMarkets.columns.status.get(1)).toBe(1)
    await lab.block([lab.deposit(lab.trader(1), 100n * E6), lab.open(lab.trader(2), false, e18(2_000), 0)])
    await lab.wait(5 * 86_400 + 60)
    await lab.b.push('close', lab.d.owner, btc.address, encodeFunctionData({ abi: CLOSE, functionName: 'close' }))
    await lab.b.flush()
    await feedNew()
    expect(world.perpMarkets.columns.status.get(1)).toBe(2)
    const quit = (who: Address) => ({ from: who, contract: clearingHouse, functionName: 'quitMarket', args: [who, btc.address] })
    done += (await lab.block(lab.d.traders.map(quit))).filter(({ status }) => status === '0x1').length
    await feedNew()
    expect(seen.get(PERP_TRADE.closed) ?? 0).toBeGreaterThan(0)
    expect(world.perpMarkets.at(1)).toMatchObject({ longE18: 0n, shortE18: 0n })

    expect(world.chains.at(0)).toMatchObject({ mismatches: 0 })
    expect(late.world.chains.at(0)).toMatchObject({ mismatches: 0 })
    expect(world.chains.at(0).checked).toBeGreaterThan(100)
    expect([done > LATE_AFTER * 2, linear > 200, late.world.perpAccounts.count > 3]).toEqual([true, true, true])
    for (const kind of [PERP_TRADE.changed, PERP_TRADE.liquidated, PERP_TRADE.funding]) expect(seen.get(kind) ?? 0).toBeGreaterThan(1)

    const last = world.store.dump()
    for (const { mark, dump } of before.toReversed()) {
      world.store.undoTo(mark)
      expect(world.store.dump()).toEqual(dump)
    }
    for (const block of fold.blocks) applyTo(world, fold.protocols, block)
    expect(world.store.dump()).toEqual(last)
  })
})
