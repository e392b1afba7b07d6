// How the logs of a block change positions, reserves and flows: exact scaled balances, in log order.
import { MAX_UINT128, MAX_UINT256, rayDiv } from '../../core/exact.ts'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { FLOW } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { U128Column, WordColumn } from '../../store/column.ts'
import { type AmountMoved, decodePoolLog, decodeScaledLog, decodeStableLog, decodeTransferIndex, decodeTransferLog } from './decode.ts'
import { accountRow, findMarket, marketsOf, positionRow, SIDE, type Side, setCollateral } from './keys.ts'
import { writeStableTotal } from './venue.ts'

export interface Changes {
  /** Accounts whose position, e-mode or collateral changed. */
  readonly accounts: Set<number>
  /** Markets whose size changed. */
  readonly markets: Set<number>
  /** A balance would have gone below zero: we don't know all of it. */
  short: boolean
}

type Token = { readonly market: number; readonly kind: 'aToken' | 'variable' | 'stable' }

export function applyEvents(world: World, pool: Hex, venue: number, block: BlockInput, changes: Changes): void {
  const tokens = new Map<Hex, Token>()
  for (const market of marketsOf(world, venue)) {
    const { aToken, variableDebtToken, stableDebtToken } = world.markets.columns
    tokens.set(addressOf(aToken.get(market)), { market, kind: 'aToken' })
    tokens.set(addressOf(variableDebtToken.get(market)), { market, kind: 'variable' })
    tokens.set(addressOf(stableDebtToken.get(market)), { market, kind: 'stable' })
  }
  const scope: Scope = { world, pool, venue, timeS: block.timeS, changes, moving: new Map() }
  for (const log of block.logs) {
    const address = log.address.toLowerCase() as Hex
    const token = tokens.get(address)
    if (address === pool) poolLog(scope, log)
    else if (token?.kind === 'stable') stableLog(scope, token.market, log)
    else if (token) scaledLog(scope, token, log)
  }
}

interface Scope {
  readonly world: World
  readonly pool: Hex
  readonly venue: number
  readonly timeS: number
  readonly changes: Changes
  /** Last Transfer of each market's aToken, until its BalanceTransfer tells the index. */
  readonly moving: Map<number, AmountMoved>
}

const holder = ({ world, pool, venue, timeS }: Scope, account: Hex): number => accountRow(world, pool, venue, account, timeS)

function poolLog(scope: Scope, log: Log): void {
  const { world, pool, changes, timeS } = scope
  const event = decodePoolLog(log)
  if (!event) return
  if (event.kind === 'eMode') {
    const account = holder(scope, event.account)
    world.accounts.columns.eMode.set(account, event.category)
    changes.accounts.add(account)
    return
  }
  const market = findMarket(world, pool, event.asset)
  if (market === undefined) return
  switch (event.kind) {
    case 'flow':
      flow(scope, market, event.flow, event.account, event.amount, log.txIndex)
      if (event.flow === FLOW.liquidation) {
        const { liquidations } = world.accounts.columns
        const account = holder(scope, event.account)
        liquidations.set(account, liquidations.get(account) + 1)
      }
      return
    case 'collateral': {
      const account = holder(scope, event.account)
      setCollateral(world, account, market, event.on)
      changes.accounts.add(account)
      return
    }
    case 'reserve': {
      const { columns } = world.markets
      columns.liquidityRate.set(market, event.liquidityRate)
      columns.variableRate.set(market, event.variableRate)
      columns.liquidityIndex.set(market, event.liquidityIndex)
      columns.variableIndex.set(market, event.variableIndex)
      columns.updatedAtS.set(market, timeS)
      changes.markets.add(market)
      return
    }
  }
}

function flow(scope: Scope, market: number, kind: number, account: Hex, amount: bigint, txIndex: number): void {
  const { flows } = scope.world
  const row = flows.append()
  flows.columns.venue.set(row, scope.venue + 1)
  flows.columns.market.set(row, market + 1)
  flows.columns.account.set(row, holder(scope, account) + 1)
  flows.columns.kind.set(row, kind)
  flows.columns.amount.set(row, amount)
  flows.columns.txIndex.set(row, txIndex)
}

function scaledLog(scope: Scope, { market, kind }: Token, log: Log): void {
  const transfer = kind === 'aToken' ? decodeTransferLog(log) : undefined
  if (transfer) {
    scope.moving.set(market, transfer)
    return
  }
  const index = kind === 'aToken' ? decodeTransferIndex(log) : undefined
  const moved = scope.moving.get(market)
  if (index !== undefined && moved) {
    scope.moving.delete(market)
    const scaled = rayDiv(moved.amount, index)
    move(scope, market, SIDE.supply, moved.from, -scaled)
    move(scope, market, SIDE.supply, moved.to, scaled)
    if (moved.from !== moved.to) flow(scope, market, FLOW.transfer, moved.from, moved.amount, log.txIndex)
    return
  }
  const change = decodeScaledLog(log)
  if (!change) return
  const supplied = kind === 'aToken'
  move(scope, market, supplied ? SIDE.supply : SIDE.variable, change.account, change.scaled)
  add(scope, scope.world.markets.columns[supplied ? 'scaledSupply' : 'scaledDebt'], market, change.scaled)
}

function move(scope: Scope, market: number, side: Side, account: Hex, by: bigint): number {
  const row = holder(scope, account)
  const position = positionRow(scope.world, row, market, side)
  add(scope, scope.world.positions.columns.amount, position, by)
  scope.changes.accounts.add(row)
  scope.changes.markets.add(market)
  return position
}

/** Below zero is unknown, not negative: accounts opened before the first block watched. Beyond the contract's own uint128 nothing is true. */
function add({ changes }: Scope, column: WordColumn | U128Column, row: number, by: bigint): void {
  const sum = column.get(row) + by
  const most = column.kind === 'u128' ? MAX_UINT128 : MAX_UINT256
  if (sum < 0n || sum > most) changes.short = true
  column.set(row, sum < 0n ? 0n : sum > most ? most : sum)
}

function stableLog(scope: Scope, market: number, log: Log): void {
  const change = decodeStableLog(log)
  if (!change) return
  const { columns } = scope.world.positions
  const position = move(scope, market, SIDE.stable, change.account, change.principal)
  const gone = columns.amount.get(position) === 0n
  if (gone) columns.stableRate.set(position, 0n)
  else if (change.rate !== undefined && change.rate <= MAX_UINT128) columns.stableRate.set(position, change.rate)
  columns.stableAtS.set(position, gone ? 0 : scope.timeS)
  writeStableTotal(scope.world, market, change.total, change.averageRate)
}

/** Dollars of this block's flows, at its last prices. */
export function valueFlows(world: World, venue: number): void {
  const { columns, count } = world.flows
  for (let row = 0; row < count; row++) {
    if (columns.venue.get(row) !== venue + 1) continue
    const market = columns.market.get(row) - 1
    const unit = Number(10n ** BigInt(world.markets.columns.decimals.get(market)))
    columns.usd.set(row, (Number(columns.amount.get(row)) / unit) * world.markets.columns.price.get(market))
  }
}
