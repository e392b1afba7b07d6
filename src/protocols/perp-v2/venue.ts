// The exchange's own row: its contracts, its rules, what its vault holds and what its insurance fund can pay.
import { toFloat } from '../../core/exact.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { ask } from './abi.ts'
import type { AllContracts } from './contracts.ts'
import { findVenue, marketsOf, small } from './keys.ts'
import { CONFIG_VIEWS } from './reads.ts'
import { REVISION } from './revision.ts'

const PARTS = [
  'vault',
  'exchange',
  'orderBook',
  'accountBalance',
  'insuranceFund',
  'config',
  'quoteToken',
  'registry',
  'settlementToken',
] as const

export function writeVenue(world: World, contracts: AllContracts, answers: Answers): number {
  const { clearingHouse } = contracts
  const row = findVenue(world, clearingHouse) ?? firstRow(world, contracts)
  const { columns } = world.perpVenues
  for (const view of CONFIG_VIEWS) {
    const word = wordAt(answers.get(ask(contracts.config, view)), 0)
    if (word === undefined) continue
    if (view === 'settlementCap') columns.settlementCap.set(row, word)
    else columns[COLUMN[view]].set(row, small(word))
  }
  for (const [contract, column] of [
    [clearingHouse, 'paused'],
    [contracts.vault, 'vaultPaused'],
  ] as const) {
    const paused = wordAt(answers.get(ask(contract, 'paused')), 0)
    if (paused !== undefined) columns[column].set(row, paused === 0n ? 0 : 1)
  }
  writeMoney(world, contracts, row, answers)
  return row
}

const COLUMN = {
  imRatio: 'imRatioPpm',
  mmRatio: 'mmRatioPpm',
  penaltyRatio: 'penaltyPpm',
  maxFundingRate: 'maxFundingPpm',
  twapInterval: 'twapIntervalS',
} as const

function writeMoney(
  world: World,
  { insuranceFund, settlementToken, vault, settlementDecimals }: AllContracts,
  row: number,
  answers: Answers,
): void {
  const { columns } = world.perpVenues
  const insurance = wordAt(answers.get(ask(insuranceFund, 'capacity')), 0)
  if (insurance !== undefined) {
    columns.insurance.set(row, insurance)
    columns.insuranceUsd.set(row, toFloat(signed(insurance), settlementDecimals))
  }
  const balance = wordAt(answers.get(ask(settlementToken, 'balanceOf', vault)), 0)
  if (balance !== undefined) {
    columns.vaultBalance.set(row, balance)
    columns.vaultUsd.set(row, toFloat(balance, settlementDecimals))
  }
}

function firstRow(world: World, contracts: AllContracts): number {
  const { clearingHouse } = contracts
  const venue = world.venues.rowOf(clearingHouse)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, addressWord(clearingHouse))
  world.venues.columns.revision.set(venue, REVISION)
  const row = world.perpVenues.rowOf(clearingHouse)
  const { columns } = world.perpVenues
  columns.venue.set(row, venue + 1)
  columns.settlementDecimals.set(row, contracts.settlementDecimals)
  for (const part of PARTS) columns[part].set(row, addressWord(contracts[part]))
  return row
}

/** What the shared row says of every kind of venue: bad debt, what could be liquidated, and for how many blocks nobody has. */
export function writeSolvency(world: World, row: number, isAttended: boolean): void {
  const { badDebtUsd, liquidatableUsd, venue } = world.perpVenues.at(row)
  const { columns } = world.venues
  columns.badDebtUsd.set(venue - 1, badDebtUsd)
  columns.liquidatableUsd.set(venue - 1, liquidatableUsd)
  const waits = liquidatableUsd > 0 && !isAttended
  columns.unattendedBlocks.set(venue - 1, waits ? columns.unattendedBlocks.get(venue - 1) + 1 : 0)
  const of = world.perpMarkets.columns
  const openUsd = marketsOf(world, row).reduce((sum, market) => sum + of.longUsd.get(market) + of.shortUsd.get(market), 0)
  world.perpVenues.columns.openInterestUsd.set(row, openUsd)
}
