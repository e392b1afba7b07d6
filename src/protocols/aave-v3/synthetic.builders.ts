// A made-up Aave market with as many accounts as wanted, two collaterals and one debt each: for tests and benches of the account book.
import type { Draws } from '../../../test/support/draws.ts'
import { RAY } from '../../core/exact.ts'
import { AccountBook } from '../../state/account-book.ts'
import { createWorld, type World } from '../../state/world.ts'
import { AaveMargin, linesInCategory, linesOf, linesOfMarket } from './book.ts'
import { HealthAt } from './health.ts'
import { marketsOf, positionRow, SIDE, type Side } from './keys.ts'

export const POOL = '0x00000000000000000000000000000000000000aa'
const YEAR_S = 31_536_000
export const START_S = 1_700_000_000

/** Two volatile assets, and two dollars that form e-mode category 1. */
const ASSETS = [
  { name: 'WETH', decimals: 18, priceE8: 2_000n * 10n ** 8n, thresholdBps: 8_250, bonusBps: 10_500, eMode: 0 },
  { name: 'WBTC', decimals: 8, priceE8: 40_000n * 10n ** 8n, thresholdBps: 7_500, bonusBps: 10_650, eMode: 0 },
  { name: 'USDC', decimals: 6, priceE8: 10n ** 8n, thresholdBps: 8_800, bonusBps: 10_500, eMode: 1 },
  { name: 'DAI', decimals: 18, priceE8: 10n ** 8n, thresholdBps: 8_600, bonusBps: 10_500, eMode: 1 },
] as const
export const CATEGORY = 1
/** Collateral, collateral, debt; the last is an e-mode account. `upTo`: cumulated share of 100. */
const KINDS = [
  { upTo: 55, collateral: [0, 1], debt: 2, eMode: 0 },
  { upTo: 75, collateral: [0, 2], debt: 3, eMode: 0 },
  { upTo: 90, collateral: [1, 3], debt: 0, eMode: 0 },
  { upTo: 100, collateral: [2, 3], debt: 3, eMode: CATEGORY },
] as const

export class SyntheticPool {
  readonly world: World
  readonly book: AccountBook
  readonly venue: number
  readonly markets: readonly number[]
  timeS = START_S

  constructor(
    private readonly draws: Draws,
    readonly count: number,
  ) {
    this.world = createWorld(1)
    this.world.store.journal.on = false
    this.venue = this.world.venues.rowOf(POOL)
    this.book = new AccountBook(this.world.store, `book.${POOL}`)
    for (const asset of ASSETS) this.market(asset)
    this.markets = marketsOf(this.world, this.venue)
    const mode = this.world.eModes.rowOf(`${POOL}:${CATEGORY}`)
    this.world.eModes.columns.venue.set(mode, this.venue + 1)
    this.world.eModes.columns.category.set(mode, CATEGORY)
    this.world.eModes.columns.ltvBps.set(mode, 9_300)
    this.world.eModes.columns.thresholdBps.set(mode, 9_500)
    for (let n = 0; n < count; n++) this.account(n)
  }

  private market({ name, decimals, priceE8, thresholdBps, bonusBps, eMode }: (typeof ASSETS)[number]): void {
    const row = this.world.markets.rowOf(`${POOL}:${name}`)
    const { columns } = this.world.markets
    columns.venue.set(row, this.venue + 1)
    columns.asset.set(row, BigInt(row + 1))
    columns.decimals.set(row, decimals)
    columns.priceE8.set(row, priceE8)
    columns.thresholdBps.set(row, thresholdBps)
    columns.ltvBps.set(row, thresholdBps - 500)
    columns.bonusBps.set(row, bonusBps)
    columns.eMode.set(row, eMode)
    columns.liquidityIndex.set(row, RAY + RAY / 50n)
    columns.variableIndex.set(row, RAY + RAY / 20n)
    columns.liquidityRate.set(row, RAY / 40n)
    columns.variableRate.set(row, RAY / 25n)
    columns.updatedAtS.set(row, START_S - YEAR_S / 365)
  }

  /** Health from just over 1 upwards, most between 1.2 and 2.5. */
  private account(n: number): void {
    const { draws } = this
    const { columns } = this.world.accounts
    const pick = draws.integer(0, 99)
    const kind = KINDS.find(({ upTo }) => pick < upTo) ?? KINDS[0]
    const row = this.world.accounts.append()
    columns.venue.set(row, this.venue + 1)
    columns.account.set(row, (BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn) & ((1n << 160n) - 1n))
    columns.firstSeenS.set(row, START_S)
    columns.eMode.set(row, kind.eMode)
    const usd = 100 * 10_000 ** draws.next()
    const share = draws.between(0.1, 0.9)
    let canOwe = 0
    for (const [at, asset] of kind.collateral.entries()) {
      const worth = usd * (at === 0 ? share : 1 - share)
      this.put(row, asset, SIDE.collateral, worth)
      canOwe += (worth * (kind.eMode === CATEGORY ? 9_500 : ASSETS[asset].thresholdBps)) / 10_000
    }
    const health = 1.001 + 1.6 * draws.next() ** 1.3 + (draws.chance(0.05) ? 20 * draws.next() : 0)
    this.put(row, kind.debt, SIDE.variable, canOwe / health / 1.06)
  }

  private put(account: number, asset: number, side: Side, usd: number): void {
    const { decimals, priceE8 } = ASSETS[asset] as (typeof ASSETS)[number]
    const units = BigInt(Math.floor((usd / (Number(priceE8) / 1e8)) * 1e8))
    const row = positionRow(this.world, account, asset, side)
    this.world.positions.columns.amount.set(row, decimals < 8 ? units / 10n ** BigInt(8 - decimals) : units * 10n ** BigInt(decimals - 8))
  }

  get health(): HealthAt {
    return new HealthAt(this.world, this.timeS)
  }

  /** What `applyBlock` does once the tables are written. Returns who was computed. */
  settle(dirty: Iterable<number> = []): readonly number[] {
    const { health, world, timeS } = this
    return this.book.settle(linesOf(health, this.venue, this.markets), timeS, dirty, new AaveMargin(world, health, timeS))
  }

  holdersOf(market: number): readonly number[] {
    return linesOfMarket(market).flatMap((line) => this.book.holders(line))
  }
  holdersInCategory(): readonly number[] {
    const lines = this.markets.filter((m) => this.world.markets.columns.eMode.get(m) === CATEGORY).flatMap(linesInCategory)
    return lines.flatMap((line) => this.book.holders(line))
  }

  /** The price of a market times `factor`, to a unit of its eight decimals. */
  movePrice(market: number, factor: number): void {
    const { priceE8 } = this.world.markets.columns
    priceE8.set(market, BigInt(Math.max(1, Math.round(Number(priceE8.get(market)) * factor))))
  }
}
