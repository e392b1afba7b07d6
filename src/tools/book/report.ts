// What the account book says of one block, as one document: who is under water, who would be, net exposures, the cascade.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { AaveQuestions, type AccountAt } from '../../protocols/aave-v3/book-questions.ts'
import { cascadeAccounts } from '../../protocols/aave-v3/cascade-accounts.ts'
import { HealthAt } from '../../protocols/aave-v3/health.ts'
import { marketsOf } from '../../protocols/aave-v3/keys.ts'
import { knownShares, netDelta } from '../../protocols/aave-v3/net-delta.ts'
import { STATUS } from '../../state/account-book.ts'
import type { CascadeCurve, CascadeQuestion } from '../../state/book/cascade.ts'
import type { World } from '../../state/world.ts'
import { cascadeInWorker } from '../cascade.ts'
import { nameOfMarket } from './market-names.ts'

/** What a price is supposed to be. */
export interface Supposed {
  readonly market: number
  readonly priceUsd: number
}

export interface BookAccount {
  readonly account: Hex
  readonly collateralUsd: number
  readonly debtUsd: number
  /** As the contract says it; 1 is the threshold. */
  readonly health: number
  readonly status: 'under its threshold' | 'bad debt'
}

export interface BookMarket {
  readonly asset: Hex
  readonly name: string
  readonly priceUsd: number
  /** Whole tokens; net is supplied less borrowed. */
  readonly supplied: number
  readonly borrowed: number
  readonly net: number
  readonly netUsd: number
  /** Share of the supply that accounts hold which are known; below 1: some were opened before the first block watched. */
  readonly knownShare: number
}

export interface BookPool {
  readonly pool: Hex
  readonly accounts: number
  readonly markets: readonly BookMarket[]
  /** Largest debt first. */
  readonly underWater: readonly BookAccount[]
}

export interface BookAnswer extends Supposed {
  readonly name: string
  readonly priceNowUsd: number
  readonly underWater: readonly BookAccount[]
  /** Accounts that were computed for it; all others were known to stay as they are. */
  readonly computed: number
}

export interface BookCascade extends CascadeCurve {
  readonly name: string
  readonly question: CascadeQuestion
  readonly depthFrom: 'given' | 'watched pools'
  /** Accounts that owe against the asset. */
  readonly accounts: number
}

export function poolsIn(world: World, timeS: number, names: ReadonlyMap<Hex, string>): readonly BookPool[] {
  const health = new HealthAt(world, timeS)
  const shares = knownShares(world)
  return Array.from({ length: world.venues.count }, (_, venue) => ({
    pool: world.venues.keyOf(venue) as Hex,
    accounts: accountsOf(world, venue),
    markets: marketsOf(world, venue).map((row) => {
      const decimals = world.markets.columns.decimals.get(row)
      const { supplied, borrowed, net, netE8 } = netDelta(world, health, row)
      return {
        asset: addressOf(world.markets.columns.asset.get(row)),
        name: nameOfMarket(world, row, names),
        priceUsd: toFloat(health.market(row).priceE8, 8),
        supplied: toFloat(supplied, decimals),
        borrowed: toFloat(borrowed, decimals),
        net: toFloat(net, decimals),
        netUsd: toFloat(netE8, 8),
        knownShare: shares[row] ?? 1,
      }
    }),
    underWater: shown(new AaveQuestions(world, venue, timeS).underWater()),
  }))
}

export function supposedIn(world: World, timeS: number, names: ReadonlyMap<Hex, string>, { market, priceUsd }: Supposed): BookAnswer {
  const venue = world.markets.columns.venue.get(market) - 1
  const priceE8 = BigInt(Math.max(1, Math.round(priceUsd * 1e8)))
  const { accounts, computed } = new AaveQuestions(world, venue, timeS).underWaterAt(market, priceE8)
  const priceNowUsd = priceNow(world, market)
  return { market, priceUsd, name: nameOfMarket(world, market, names), priceNowUsd, underWater: shown(accounts), computed }
}

/** @param depthUnits reserves of a constant-product pool; undefined: as deep as the exchange pools that are watched for the asset */
export async function cascadeIn(
  world: World,
  timeS: number,
  names: ReadonlyMap<Hex, string>,
  { market, priceUsd: untilUsd }: Supposed,
  steps: number,
  depthUnits: number | undefined,
): Promise<BookCascade | 'no depth'> {
  const reserveUnits = depthUnits ?? watchedReserves(world, market)
  if (reserveUnits === 0) return 'no depth'
  const priceUsd = priceNow(world, market)
  const bonusBps = world.markets.columns.bonusBps.get(market)
  const question: CascadeQuestion = {
    priceUsd,
    untilShare: untilUsd / priceUsd,
    steps,
    bonus: Math.max(0, bonusBps - 10_000) / 10_000,
    depth: { kind: 'constant-product', reserveUnits },
  }
  const accounts = cascadeAccounts(world, market, timeS)
  const { count } = accounts
  const curve = await cascadeInWorker(accounts, question)
  const depthFrom = depthUnits === undefined ? 'watched pools' : 'given'
  return { name: nameOfMarket(world, market, names), question, depthFrom, accounts: count, ...curve }
}

export const priceNow = (world: World, market: number): number => toFloat(world.markets.columns.priceE8.get(market), 8)

/**
 * Reserves of the constant-product pool that pays as much until the price has fallen by the band. With x units at price p it pays
 * x p (1 - sqrt(1 - band)) for that.
 */
function watchedReserves(world: World, market: number): number {
  const asset = world.markets.columns.asset.get(market)
  const { base, depthDownUsd, bandBps } = world.pools.columns
  let reserves = 0
  for (let row = 0; row < world.pools.count; row++)
    if (base.get(row) === asset)
      reserves += depthDownUsd.get(row) / (priceNow(world, market) * (1 - Math.sqrt(1 - bandBps.get(row) / 10_000)))
  return reserves
}

function accountsOf(world: World, venue: number): number {
  let count = 0
  for (let row = 0; row < world.accounts.count; row++) if (world.accounts.columns.venue.get(row) === venue + 1) count += 1
  return count
}

const shown = (accounts: readonly AccountAt[]): readonly BookAccount[] =>
  accounts
    .map(({ account, collateralE8, debtE8, healthE18, status }) => ({
      account,
      collateralUsd: toFloat(collateralE8, 8),
      debtUsd: toFloat(debtE8, 8),
      health: toFloat(healthE18, 18),
      status: status === STATUS.badDebt ? ('bad debt' as const) : ('under its threshold' as const),
    }))
    .sort((a, b) => b.debtUsd - a.debtUsd)
