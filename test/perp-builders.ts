// Rows of an exchange of perpetuals with sane values, for tests of what looks at them.
import type { World } from '../src/state/world.ts'
import { assetOf, POOL, put, type Values, venue } from './builders.ts'

type ValuesOf<T extends 'perpVenues' | 'perpMarkets' | 'perpAccounts' | 'perpClusters'> = Values<World[T]['table']['schema']>

export const perpKey = (name: string): string => `${POOL}:${assetOf(name)}`

/** An exchange with a million in its fund, margins of 10 and 6.25 %, funding of 10 % a day at most. */
export function perpVenue(world: World, values: ValuesOf<'perpVenues'> = {}): number {
  const row = venue(world)
  return put(world.perpVenues, POOL, {
    venue: row + 1,
    settlementDecimals: 6,
    imRatioPpm: 100_000,
    mmRatioPpm: 62_500,
    maxFundingPpm: 100_000,
    insuranceUsd: 1_000_000,
    vaultUsd: 20_000_000,
    ...values,
  })
}

/** An open market at 2,000 with a million on each side, and three million of depth within 10 %. */
export function perpMarket(world: World, values: ValuesOf<'perpMarkets'> = {}, name = 'ETH'): number {
  const at = world.perpVenues.find(POOL) ?? perpVenue(world)
  return put(world.perpMarkets, perpKey(name), {
    venue: 1,
    perpVenue: at + 1,
    pool: 1,
    maxFundingPpm: 100_000,
    mark: 2_000,
    spot: 2_000,
    index: 2_000,
    markTwap: 2_000,
    indexTwap: 2_000,
    longUsd: 1_000_000,
    shortUsd: 1_000_000,
    depthDownUsd: 3_000_000,
    depthUpUsd: 3_000_000,
    bandBps: 1_000,
    ...values,
  })
}

export function perpAccount(world: World, values: ValuesOf<'perpAccounts'> = {}, name = 'ann'): number {
  const at = world.perpVenues.find(POOL) ?? perpVenue(world)
  return put(world.perpAccounts, perpKey(name), {
    venue: 1,
    perpVenue: at + 1,
    account: BigInt(assetOf(name)),
    valueUsd: 100_000,
    ...values,
  })
}

export function perpCluster(world: World, values: ValuesOf<'perpClusters'> = {}, name = 'ann'): number {
  const at = world.perpMarkets.find(perpKey('ETH')) ?? perpMarket(world)
  return put(world.perpClusters, `${perpKey(name)}:${assetOf('ETH')}`, { venue: 1, perpMarket: at + 1, accounts: 1, ...values })
}
