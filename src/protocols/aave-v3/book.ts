// Aave's side of the account book: which effective prices an account depends on, and how far the contract's rounding reaches.
import { RAY, SECONDS_PER_YEAR } from '../../core/exact.ts'
import { Legs, type Margin, STATUS, statusOf, type Weighed } from '../../state/account-book.ts'
import { slackOf } from '../../state/book/slack.ts'
import type { Line } from '../../state/book/triggers.ts'
import type { World } from '../../state/world.ts'
import type { U128Column } from '../../store/column.ts'
import type { AccountData, HealthAt } from './health.ts'
import { marketOfLeg, SIDE, sideOfLeg } from './keys.ts'

/** Lines of a market: its aToken, its variable debt, its bare price (stable debt), and the same for accounts in its e-mode category. */
const LINES = 6
const LINE = { supply: 0, debt: 1, price: 2 } as const
const IN_CATEGORY = 3

const RAY_FLOAT = Number(RAY)
const YEAR_S = Number(SECONDS_PER_YEAR)
const MOST = 2n ** 128n - 1n

/** Every market's lines now. */
export function linesOf(health: HealthAt, venue: number, markets: readonly number[]): readonly Line[] {
  return markets.flatMap((row) => {
    const market = health.market(row)
    const income = Number(market.income) / RAY_FLOAT
    const debtIndex = Number(market.debtIndex) / RAY_FLOAT
    const lines = (price: number, from: number): readonly Line[] => [
      { id: row * LINES + from + LINE.supply, value: price * income },
      { id: row * LINES + from + LINE.debt, value: price * debtIndex },
      { id: row * LINES + from + LINE.price, value: price },
    ]
    const price = Number(market.priceE8)
    if (market.eMode === 0) return lines(price, 0)
    const inCategory = health.eMode(venue, market.eMode).priceE8
    return [...lines(price, 0), ...lines(inCategory === 0n ? price : Number(inCategory), IN_CATEGORY)]
  })
}

/** Lines on which all accounts are that a change of a market's parameters, or of its category's, concerns. */
export const linesOfMarket = (market: number): readonly number[] => Array.from({ length: LINES }, (_, n) => market * LINES + n)
export const linesInCategory = (market: number): readonly number[] => linesOfMarket(market).slice(IN_CATEGORY)

/** What a market's legs are worth, for accounts in its category or not. */
interface Worth {
  /** USD E8 of one raw unit of scaled balance, scaled debt, stable principal. */
  readonly supplyE8: number
  readonly debtE8: number
  readonly stableE8: number
  /** One raw unit of the token, and one of the base currency for the division. */
  readonly grainE8: number
  /** 0 to 1; 0: no collateral. */
  readonly threshold: number
}

/** Accounts of the pool at one moment. */
export class AaveMargin implements Margin {
  private readonly worths: Worth[] = []
  private readonly legs = new Legs()
  constructor(
    private readonly world: World,
    private readonly health: HealthAt,
    private readonly timeS: number,
  ) {}

  weigh(account: number, dirty: boolean): Weighed {
    const { positions, accounts } = this.world
    const { leg, next, amount, stableRate } = positions.columns
    const category = accounts.columns.eMode.get(account)
    const venue = accounts.columns.venue.get(account) - 1
    const legs = this.legs.clear()
    let owes = false
    let collateralE8 = 0
    let debtE8 = 0
    let weighted = 0
    let collateralGrainE8 = 1
    let debtGrainE8 = 1
    let lowestThreshold = 1
    let collaterals = 0
    let growthPerS = 0
    for (let at = accounts.columns.firstPosition.get(account); at !== 0; at = next.get(at - 1)) {
      const slot = at - 1
      const has = leg.get(slot)
      const side = sideOfLeg(has)
      const scaled = floatAt(amount, slot)
      const market = marketOfLeg(has)
      const inCategory = category !== 0 && this.health.market(market).eMode === category
      const line = market * LINES + (inCategory ? IN_CATEGORY : 0)
      if (side === SIDE.supply || scaled === 0) {
        legs.add(slot, line, 'none')
        continue
      }
      const worth = this.worth(venue, market, inCategory)
      if (side === SIDE.collateral) {
        // of no use as collateral, but a change of the market's threshold may make it so
        legs.add(slot, line + LINE.supply, worth.threshold === 0 ? 'idle' : 'fall')
        if (worth.threshold === 0) continue
        const valueE8 = scaled * worth.supplyE8
        collateralE8 += valueE8
        weighted += valueE8 * worth.threshold
        collateralGrainE8 += worth.grainE8
        lowestThreshold = Math.min(lowestThreshold, worth.threshold)
        collaterals += 1
        continue
      }
      const stable = side === SIDE.stable
      legs.add(slot, line + (stable ? LINE.price : LINE.debt), 'rise')
      owes = true
      debtE8 += scaled * (stable ? worth.stableE8 : worth.debtE8)
      debtGrainE8 += worth.grainE8
      if (stable) growthPerS = Math.max(growthPerS, Number(stableRate.get(slot)) / RAY_FLOAT / YEAR_S)
    }
    const thresholdGrain = collaterals > 1 ? 1 / (lowestThreshold * 10_000) : 0
    // woken too early, as slack often does: floats with their error taken off say that nothing has changed
    if (!dirty && owes && growthPerS === 0 && accounts.columns.status.get(account) === STATUS.healthy) {
      const threshold = collateralE8 === 0 ? 0 : weighted / collateralE8
      const slack = slackOf({ collateralE8, debtE8, threshold, collateralGrainE8, debtGrainE8, thresholdGrain }, STATUS.healthy)
      if (slack > 0) return { status: STATUS.healthy, slack, growthPerS, legs }
    }
    const exact = this.health.account(account)
    const status = statusOf(exact)
    write(this.world, account, exact, status, this.timeS)
    if (!owes) legs.against.fill('none')
    const threshold = Number(exact.thresholdBps) / 10_000
    const [collateral, debt] = [Number(exact.collateralE8), Number(exact.debtE8)]
    const sums = { collateralE8: collateral, debtE8: debt, threshold, collateralGrainE8, debtGrainE8, thresholdGrain }
    return { status, slack: slackOf(sums, status), growthPerS, legs }
  }

  worth(venue: number, row: number, inCategory: boolean): Worth {
    const line = row * LINES + (inCategory ? IN_CATEGORY : 0)
    const known = this.worths[line]
    if (known) return known
    const market = this.health.market(row)
    const mode = this.health.eMode(venue, inCategory ? market.eMode : 0)
    const priceE8 = Number(inCategory && mode.priceE8 !== 0n ? mode.priceE8 : market.priceE8)
    const unit = Number(market.unit)
    const each = (index: bigint): number => ((Number(index) / RAY_FLOAT) * priceE8) / unit
    const worth = {
      supplyE8: each(market.income),
      debtE8: each(market.debtIndex),
      stableE8: each(RAY),
      grainE8: priceE8 / unit + 1,
      threshold: market.thresholdBps === 0n ? 0 : Number(inCategory ? mode.thresholdBps : market.thresholdBps) / 10_000,
    }
    this.worths[line] = worth
    return worth
  }
}

/** A uint128 as the nearest floats add up, without making a bigint of it. */
export function floatAt({ raw }: U128Column, row: number): number {
  const at = row * 4
  if (at >= raw.length) return 0
  return (raw[at] as number) + (raw[at + 1] as number) * 2 ** 32 + ((raw[at + 2] as number) * 2 ** 64 + (raw[at + 3] as number) * 2 ** 96)
}

const capped = (value: bigint): bigint => (value > MOST ? MOST : value)

function write(world: World, account: number, exact: AccountData, status: number, timeS: number): void {
  const { columns } = world.accounts
  columns.collateralE8.set(account, capped(exact.collateralE8))
  columns.debtE8.set(account, capped(exact.debtE8))
  columns.thresholdBps.set(account, Number(exact.thresholdBps))
  columns.healthE18.set(account, capped(exact.healthE18))
  columns.healthAtS.set(account, timeS)
  columns.status.set(account, status)
}
