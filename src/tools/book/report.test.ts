import { describe, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import type { Hex } from '../../core/flow.ts'
import { POOL, SyntheticPool } from '../../protocols/aave-v3/synthetic.builders.ts'
import { STATUS } from '../../state/account-book.ts'
import { marketNamed, nameOfMarket, namesOf } from './market-names.ts'
import { cascadeIn, poolsIn, supposedIn } from './report.ts'

const NAMES = namesOf([
  { chainlink: { feeds: [{ name: 'BTC / USD', proxy: '0xFEED' }] } },
  { aaveV3: { pool: POOL, guard: { assets: [{ address: asset(1), symbol: 'WETH' }] } } },
  'nothing that says what it is',
])
function asset(n: number): Hex {
  return `0x${n.toString(16).padStart(40, '0')}`
}

function pool(): SyntheticPool {
  const made = new SyntheticPool(new Draws(77), 900)
  made.settle(Array.from({ length: 900 }, (_, n) => n))
  const { world } = made
  world.feeds.rowOf('0xfeed')
  world.markets.columns.feed.set(1, 1)
  world.store.journal.on = true
  made.movePrice(0, 0.95)
  made.settle()
  return made
}

describe('what the book says', () => {
  test('who is under water, by debt, and who would be: the status of each as computed one by one', () => {
    const made = pool()
    const { world, timeS } = made
    const under = (): readonly string[] =>
      Array.from({ length: 900 }, (_, row) => row)
        .filter((row) => made.health.account(row).healthE18 < 10n ** 18n)
        .map((row) => `0x${world.accounts.columns.account.get(row).toString(16).padStart(40, '0')}`)
    const [found] = poolsIn(world, timeS, NAMES)
    expect(found).toMatchObject({ pool: POOL, accounts: 900 })
    expect(found?.underWater.map(({ account }) => account).toSorted()).toEqual(under().toSorted())
    expect(found?.underWater.length).toBeGreaterThan(3)
    const debts = found?.underWater.map(({ debtUsd }) => debtUsd) ?? []
    expect(debts).toEqual(debts.toSorted((a, b) => b - a))

    const answer = supposedIn(world, timeS, NAMES, { market: 0, priceUsd: 1_100 })
    expect(answer).toMatchObject({ name: 'WETH', priceNowUsd: 1_900, priceUsd: 1_100 })
    expect(answer.computed).toBeLessThan(900)
    world.markets.columns.priceE8.set(0, 1_100n * 10n ** 8n)
    made.settle()
    expect(answer.underWater.map(({ account }) => account).toSorted()).toEqual(under().toSorted())
    const bad = Array.from({ length: 900 }, (_, row) => row).filter((row) => world.accounts.columns.status.get(row) === STATUS.badDebt)
    expect(answer.underWater.filter(({ status }) => status === 'bad debt')).toHaveLength(bad.length)
  })

  test('edge: a price of nothing counts as the least there is', () => {
    const made = pool()
    expect(supposedIn(made.world, made.timeS, NAMES, { market: 0, priceUsd: 1e-12 }).underWater.length).toBeGreaterThan(300)
  })

  test('the cascade is as deep as is said, or as the watched pools: they pay what they say until their band', async () => {
    const { world, timeS } = pool()
    const ask = (depthUnits?: number) => cascadeIn(world, timeS, NAMES, { market: 0, priceUsd: 950 }, 50, depthUnits)
    expect(await ask()).toBe('no depth')
    const given = await ask(2_000)
    expect(given).toMatchObject({ name: 'WETH', depthFrom: 'given', question: { untilShare: 0.5, bonus: 0.05 } })
    expect(given === 'no depth' ? 0 : given.points.at(-1)?.liquidations).toBeGreaterThan(10)
    // a constant-product pool with 1,000 units at 1,900 pays 1,900,000 x (1 - sqrt(1 - 0.75)) for a fall by 75 %
    const row = world.pools.rowOf('0x01')
    world.pools.columns.base.set(row, 1n)
    world.pools.columns.bandBps.set(row, 7_500)
    world.pools.columns.depthDownUsd.set(row, 950_000)
    const watched = await ask()
    expect(watched === 'no depth' ? 0 : watched.question.depth).toEqual({ kind: 'constant-product', reserveUnits: 1_000 })
  })
})

describe('what a market is called', () => {
  const { world } = pool()
  test('its symbol, else its feed, else its address', () => {
    expect([0, 1, 2].map((row) => nameOfMarket(world, row, NAMES))).toEqual(['WETH', 'BTC / USD', asset(3)])
  })
  test.each([
    ['weth', 0],
    ['BTC / USD', 1],
    ['btc', 1],
    [asset(1), 0],
    [asset(3), 2],
    [`${POOL}:DAI`, 3],
  ])('%s is market %i', (asked, row) => expect(marketNamed(world, asked, NAMES)).toBe(row))
  test('none and several are refused with what there is', () => {
    expect(() => marketNamed(world, 'eth', NAMES)).toThrow(
      `--market: got "eth"; want a market that is there: WETH, BTC / USD, ${asset(3)}, ${asset(4)}`,
    )
    const twice = namesOf([
      { chainlink: { feeds: [{ name: 'WETH / USD', proxy: '0xfeed' }] } },
      ...[{ aaveV3: { guard: { assets: [{ address: asset(1), symbol: 'WETH' }] } } }],
    ])
    expect(() => marketNamed(world, 'weth', twice)).toThrow(`one of these that it may mean: ${POOL}:WETH, ${POOL}:WBTC`)
  })
})
