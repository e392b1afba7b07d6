// How the logs of a block change positions, reserves and flows: exact scaled balances, in log order.
import { MAX_UINT128, MAX_UINT256, powerOfTen, rayDiv } from '../../core/exact.ts'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { f64At, LANES } from '../../decode/lanes.ts'
import { topic0Of } from '../../decode/word-log.ts'
import { FLOW } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { U128Column, WordColumn } from '../../store/column.ts'
import {
  type AmountMoved,
  decodePoolLog,
  decodeScaledLog,
  decodeStableLog,
  decodeTransferIndex,
  decodeTransferLog,
  type Place,
  type PoolEvent,
} from './decode.ts'
import type { Kept } from './kept.ts'
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

export function applyEvents(world: World, pool: Hex, venue: number, kept: Kept, block: BlockInput, changes: Changes): void {
  const tokens = new Map<Hex, Token>()
  for (const market of marketsOf(world, venue)) {
    const { aToken, variableDebtToken, stableDebtToken } = world.markets.columns
    tokens.set(aToken.address(market), { market, kind: 'aToken' })
    tokens.set(variableDebtToken.address(market), { market, kind: 'variable' })
    tokens.set(stableDebtToken.address(market), { market, kind: 'stable' })
  }
  const scope: Scope = { world, pool, venue, kept, timeS: block.timeS, changes, moving: new Map() }
  for (const log of block.logs) {
    const address = log.address.toLowerCase() as Hex
    if (address === pool) {
      poolLog(scope, log)
      continue
    }
    const token = tokens.get(address)
    if (token === undefined) continue
    if (token.kind === 'stable') stableLog(scope, token.market, log)
    else scaledLog(scope, token, log)
  }
}

interface Scope {
  readonly world: World
  readonly pool: Hex
  readonly venue: number
  readonly kept: Kept
  readonly timeS: number
  readonly changes: Changes
  /** Last Transfer of each market's aToken, until its BalanceTransfer tells the index. */
  readonly moving: Map<number, AmountMoved>
}

const holder = ({ world, pool, venue, timeS }: Scope, account: Hex): number => accountRow(world, pool, venue, account, timeS)

/** The same by the account's place in the log. */
function holderAt(scope: Scope, account: Place): number {
  const { words, accounts } = scope.kept
  return accounts.find(scope.venue + 1, words.lanes, account) ?? holder(scope, addressOf(words.bigint(account)))
}

function marketAt({ world, pool, venue, kept: { words, markets } }: Scope, asset: Place): number | undefined {
  return markets.find(venue + 1, words.lanes, asset) ?? findMarket(world, pool, addressOf(words.bigint(asset)))
}

function poolLog(scope: Scope, log: Log): void {
  const { world, changes, kept } = scope
  const event = decodePoolLog(topic0Of(log), kept.words.look(log))
  if (!event) return
  if (event.kind === 'eMode') {
    const account = holderAt(scope, event.account)
    world.accounts.columns.eMode.set(account, event.category)
    changes.accounts.add(account)
    return
  }
  const market = marketAt(scope, event.asset)
  if (market === undefined) return
  switch (event.kind) {
    case 'flow': {
      const account = holderAt(scope, event.account)
      const row = flow(scope, market, event.flow, account, log.txIndex)
      world.flows.columns.amount.copy(row, kept.words.lanes, event.amount)
      if (event.flow === FLOW.liquidation) {
        const { liquidations } = world.accounts.columns
        liquidations.set(account, liquidations.get(account) + 1)
      }
      return
    }
    case 'collateral': {
      const account = holderAt(scope, event.account)
      setCollateral(world, account, market, event.on)
      changes.accounts.add(account)
      return
    }
    case 'reserve':
      reserve(scope, market, event)
      return
  }
}

function reserve({ world, kept, timeS, changes }: Scope, market: number, event: Extract<PoolEvent, { kind: 'reserve' }>): void {
  const { columns } = world.markets
  const { lanes } = kept.words
  columns.liquidityRate.copy(market, lanes, event.liquidityRate)
  columns.variableRate.copy(market, lanes, event.variableRate)
  columns.liquidityIndex.copy(market, lanes, event.liquidityIndex)
  columns.variableIndex.copy(market, lanes, event.variableIndex)
  columns.updatedAtS.set(market, timeS)
  changes.markets.add(market)
}

/** A row of flows, but for its amount. */
function flow({ world, venue }: Scope, market: number, kind: number, account: number, txIndex: number): number {
  const { flows } = world
  const row = flows.extend()
  flows.columns.venue.set(row, venue + 1)
  flows.columns.market.set(row, market + 1)
  flows.columns.account.set(row, account + 1)
  flows.columns.kind.set(row, kind)
  flows.columns.txIndex.set(row, txIndex)
  flows.columns.usd.set(row, 0) // until prices are known
  return row
}

function scaledLog(scope: Scope, { market, kind }: Token, log: Log): void {
  const topic0 = topic0Of(log)
  const words = scope.kept.words.look(log)
  const supplied = kind === 'aToken'
  const transfer = supplied ? decodeTransferLog(topic0, words) : undefined
  if (transfer) {
    scope.moving.set(market, transfer)
    return
  }
  const index = supplied ? decodeTransferIndex(topic0, words) : undefined
  const moved = scope.moving.get(market)
  if (index !== undefined && moved) {
    scope.moving.delete(market)
    const scaled = rayDiv(moved.amount, index)
    const [from, to] = [holder(scope, moved.from), holder(scope, moved.to)]
    move(scope, market, SIDE.supply, from, -scaled)
    move(scope, market, SIDE.supply, to, scaled)
    if (from !== to) scope.world.flows.columns.amount.set(flow(scope, market, FLOW.transfer, from, log.txIndex), moved.amount)
    return
  }
  const change = decodeScaledLog(topic0, words)
  if (!change) return
  move(scope, market, supplied ? SIDE.supply : SIDE.variable, holderAt(scope, change.account), change.scaled)
  add(scope, scope.world.markets.columns[supplied ? 'scaledSupply' : 'scaledDebt'], market, change.scaled)
}

function move(scope: Scope, market: number, side: Side, account: number, by: bigint): number {
  const position = positionRow(scope.world, account, market, side)
  add(scope, scope.world.positions.columns.amount, position, by)
  scope.changes.accounts.add(account)
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
  const position = move(scope, market, SIDE.stable, holder(scope, change.account), change.principal)
  const gone = columns.amount.get(position) === 0n
  if (gone) columns.stableRate.set(position, 0n)
  else if (change.rate !== undefined && change.rate <= MAX_UINT128) columns.stableRate.set(position, change.rate)
  columns.stableAtS.set(position, gone ? 0 : scope.timeS)
  writeStableTotal(scope.world, market, change.total, change.averageRate)
}

/** Dollars of this block's flows, at its last prices. */
export function valueFlows(world: World, venue: number): void {
  const { columns, count } = world.flows
  const { decimals, price } = world.markets.columns
  for (let row = 0; row < count; row++) {
    if (columns.venue.get(row) !== venue + 1) continue
    const market = columns.market.get(row) - 1
    columns.usd.set(row, (f64At(columns.amount.raw, row * LANES) / powerOfTen(decimals.get(market))) * price.get(market))
  }
}
