// An account that events named is read whole when the block ends: its collateral, its positions, and whether the book can watch it.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf, arrayOf, wordAt, wordsOf } from '../../core/words.ts'
import { STATUS } from '../../state/account-book.ts'
import { type PerpBook, perpStatus } from '../../state/book/perp-margin.ts'
import type { World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import { ask, figureCalls } from './abi.ts'
import { askedOf } from './asked.ts'
import { fits, fundingBase } from './book.ts'
import { figuresOf, stepOf } from './figures.ts'
import { accountRow, findMarket, holdersOf, positionRow, positionsOf } from './keys.ts'
import { keepLevels } from './levels.ts'
import { type Scope, STATUS_OF_MARKET } from './market.ts'

/** The account's row; undefined if it could not be read. */
export function writeAccount(scope: Scope, perp: PerpBook, account: Hex): number | undefined {
  const { world, contracts, venue, timeS, answers } = scope
  const { clearingHouse, vault, accountBalance } = contracts
  const balance = wordAt(answers.get(ask(vault, 'balance', account)), 0)
  const tokens = arrayOf(answers.get(ask(vault, 'collateralTokens', account)))
  const owed = wordAt(answers.get(ask(accountBalance, 'pnl', account)), 0)
  const bases = arrayOf(answers.get(ask(accountBalance, 'baseTokens', account)))
  const hasOrder = wordAt(answers.get(ask(accountBalance, 'hasOrder', account)), 0)
  if (balance === undefined || !tokens || owed === undefined || !bases || hasOrder === undefined) return undefined
  const row = accountRow(world, clearingHouse, venue, account, timeS)
  const { perpAccounts, perpPositions } = world
  const collateral = signed(balance) * stepOf(world, venue) + signed(owed)
  let isLinear = hasOrder === 0n && tokens.length === 0 && fits(collateral)
  perpAccounts.columns.collateralE18.set(row, unsigned(isLinear ? collateral : 0n))
  const held = new Set<number>()
  for (const word of bases) {
    const base = addressOf(word)
    const market = findMarket(world, clearingHouse, base)
    const info = wordsOf(answers.get(ask(accountBalance, 'accountInfo', account, base)), 3)
    if (market === undefined || !info) {
      isLinear = false
      continue
    }
    held.add(market)
    const [size, quote, fundingThen] = info as readonly [bigint, bigint, bigint]
    const position = positionRow(world, row, market)
    // no position is that large; sums of them must stay words
    perpPositions.columns.sizeE18.set(position, fits(signed(size)) ? size : 0n)
    perpPositions.columns.openNotionalE18.set(position, quote)
    perpPositions.columns.fundingThenX96.set(position, fundingThen)
    const total = wordAt(answers.get(ask(accountBalance, 'totalSize', account, base)), 0)
    perpPositions.columns.totalSizeE18.set(position, total ?? size)
    const isOpen = world.perpMarkets.columns.status.get(market) === STATUS_OF_MARKET.open
    isLinear &&= isOpen && fits(signed(size)) && fits(signed(quote)) && fits(signed(fundingThen) - signed(fundingBase(world).get(market)))
  }
  for (const position of positionsOf(world, row)) {
    if (held.has(perpPositions.columns.perpMarket.get(position) - 1)) continue
    for (const column of ['sizeE18', 'totalSizeE18', 'openNotionalE18'] as const) perpPositions.columns[column].set(position, 0n)
  }
  setAsked(scope, row, !isLinear)
  bookAccount(scope, perp, row, isLinear)
  return row
}

export function setAsked({ world, contracts }: Scope, row: number, isAsked: boolean): void {
  world.perpAccounts.columns.asked.set(row, isAsked ? 1 : 0)
  askedOf(world, contracts.clearingHouse).set(row, isAsked)
}

/** Tells the book what the tables say; of an account that it does not watch, nothing that it could not hold. */
function bookAccount({ world }: Scope, perp: PerpBook, row: number, isLinear: boolean): void {
  const { perpAccounts, perpPositions, perpMarkets } = world
  perp.setCollateral(row, isLinear ? signed(perpAccounts.columns.collateralE18.get(row)) : 0n)
  for (const position of positionsOf(world, row)) {
    const market = perpPositions.columns.perpMarket.get(position) - 1
    const of = (column: 'sizeE18' | 'openNotionalE18' | 'fundingThenX96'): bigint =>
      isLinear ? signed(perpPositions.columns[column].get(position)) : 0n
    const size = of('sizeE18')
    const then = size === 0n ? 0n : of('fundingThenX96') - signed(fundingBase(world).get(market))
    perp.setPosition(row, perpMarkets.columns.ordinal.get(market), size, of('openNotionalE18'), then)
  }
}

/** Figures of accounts that the book computed anew in this block. */
export function writeFigures(scope: Scope, perp: PerpBook, row: number): void {
  const { world, venue } = scope
  const { valueE18, requirementE18 } = perp.figures(row)
  write(scope, row, valueE18, requirementE18, figuresOf(world, venue, row).freeE18, true)
}

/** Figures of an account that is asked for, and its sizes where somebody traded. */
export function writeAsked(scope: Scope, row: number): void {
  const { world, contracts, venue, answers } = scope
  const account = addressOf(world.perpAccounts.columns.account.get(row))
  const [value, requirement, free] = figureCalls(contracts, account).map((call) => wordAt(answers.get(call), 0))
  for (const position of positionsOf(world, row)) {
    const base = addressOf(world.perpMarkets.columns.baseToken.get(world.perpPositions.columns.perpMarket.get(position) - 1))
    const total = wordAt(answers.get(ask(contracts.accountBalance, 'totalSize', account, base)), 0)
    if (total !== undefined) world.perpPositions.columns.totalSizeE18.set(position, total)
  }
  if (value === undefined || requirement === undefined || free === undefined) return
  const step = stepOf(world, venue)
  const inBounds = (word: bigint): bigint => (fits(signed(word)) ? signed(word) : 0n)
  write(scope, row, inBounds(value) * step, inBounds(requirement), fits(free) ? free * step : 0n, false)
}

function write(
  { world, venue, timeS }: Scope,
  row: number,
  valueE18: bigint,
  requirementE18: bigint,
  freeE18: bigint,
  isLinear: boolean,
): void {
  const { columns } = world.perpAccounts
  const mmRatio = world.perpVenues.columns.mmRatioPpm.get(venue) / 1e6
  const before = sums(world, row)
  columns.valueE18.set(row, unsigned(valueE18))
  columns.requirementE18.set(row, unsigned(requirementE18))
  columns.freeCollateralE18.set(row, freeE18)
  columns.computedAtS.set(row, timeS)
  columns.status.set(row, perpStatus({ valueE18, requirementE18 }))
  const valueUsd = toFloat(valueE18, 18)
  const notionalUsd = mmRatio > 0 ? toFloat(requirementE18, 18) / mmRatio : 0
  columns.valueUsd.set(row, valueUsd)
  columns.notionalUsd.set(row, notionalUsd)
  columns.marginRatio.set(row, notionalUsd > 0 ? valueUsd / notionalUsd : 0)
  keepLevels(world, row, mmRatio, isLinear)
  const after = sums(world, row)
  const of = world.perpVenues.columns
  of.badDebtUsd.set(venue, Math.max(0, of.badDebtUsd.get(venue) + after.badUsd - before.badUsd))
  of.liquidatableUsd.set(venue, Math.max(0, of.liquidatableUsd.get(venue) + after.dueUsd - before.dueUsd))
}

/** What the account adds to its venue's sums. */
function sums({ perpAccounts: { columns } }: World, row: number): { readonly badUsd: number; readonly dueUsd: number } {
  const status = columns.status.get(row)
  return {
    badUsd: status === STATUS.badDebt ? -columns.valueUsd.get(row) : 0,
    dueUsd: status === STATUS.under ? columns.notionalUsd.get(row) : 0,
  }
}

/** Whoever holds something in a market that opened, paused or closed is asked for, until an event names the account and it is read whole. */
export function askHolders(scope: Scope, perp: PerpBook, market: number): readonly number[] {
  const holders = holdersOf(scope.world, market)
  for (const row of holders) {
    setAsked(scope, row, true)
    bookAccount(scope, perp, row, false)
  }
  return holders
}
