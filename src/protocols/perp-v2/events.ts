// A block's trades and flows as rows, and what they leave in the accounts: when it opened, took out, was liquidated, and who pays for it.
import { toFloat } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import { PERP_FLOW, PERP_TRADE } from '../../state/tables.ts'
import { signed, unsigned } from '../../store/column.ts'
import { paidBy, rootOf } from './clusters.ts'
import { decodeFlow, decodeTrade, decodeTransfer, type PerpEvent } from './decode.ts'
import { accountRow, findAccount, findMarket, findPosition } from './keys.ts'
import type { Scope } from './market.ts'

type Trade = Extract<PerpEvent, { readonly base: Hex }>
type Flow = Exclude<PerpEvent, Trade>
const KIND = {
  changed: PERP_TRADE.changed,
  closed: PERP_TRADE.closed,
  liquidated: PERP_TRADE.liquidated,
  funding: PERP_TRADE.funding,
} as const
const FLOW_KIND = {
  deposit: PERP_FLOW.deposit,
  withdrawal: PERP_FLOW.withdrawal,
  badDebt: PERP_FLOW.badDebt,
  seized: PERP_FLOW.seized,
} as const

/** Before the accounts are read: sizes in the tables are those of the block before. Returns accounts whose payer is new. */
export function writeEvents(scope: Scope, logs: readonly Log[]): readonly number[] {
  const { contracts } = scope
  const running = new Map<string, bigint>()
  for (const log of logsOf(logs, contracts.clearingHouse)) {
    const event = decodeTrade(log)
    if (event && 'base' in event) writeTrade(scope, event, running)
  }
  const regrouped: number[] = []
  for (const log of logsOf(logs, contracts.vault)) {
    const event = decodeFlow(log)
    if (event && !('base' in event) && event.trader !== contracts.insuranceFund) regrouped.push(...writeFlow(scope, event, log, logs))
  }
  return [...regrouped, ...linkPayments(scope, logs)]
}

function writeTrade(scope: Scope, event: Trade, running: Map<string, bigint>): void {
  const { world, contracts, venue, timeS } = scope
  const { clearingHouse } = contracts
  const market = findMarket(world, clearingHouse, event.base)
  const account = accountRow(world, clearingHouse, venue, event.trader, timeS)
  const notional = event.kind === 'funding' ? event.payment : event.notional
  const usd = Math.abs(toFloat(notional, 18))
  const { perpTrades } = world
  const row = perpTrades.append()
  const { columns } = perpTrades
  columns.venue.set(row, world.perpVenues.columns.venue.get(venue))
  columns.perpMarket.set(row, market === undefined ? 0 : market + 1)
  columns.perpAccount.set(row, account + 1)
  columns.kind.set(row, KIND[event.kind])
  columns.notionalE18.set(row, unsigned(notional))
  columns.usd.set(row, usd)
  if (event.kind === 'funding') return
  columns.sizeE18.set(row, unsigned(event.size))
  columns.feeE18.set(row, event.fee)
  if (event.kind === 'liquidated') {
    columns.liquidator.set(row, addressWord(event.liquidator))
    markLiquidated(scope, account, event.trader, event.liquidator, usd)
    return
  }
  columns.realisedE18.set(row, unsigned(event.realised))
  if (market !== undefined) markOpened(scope, account, market, event, running, usd)
}

/** A position that grew in any of the block's events was opened in it, also if it is gone when the block ends. */
function markOpened(
  { world, timeS }: Scope,
  account: number,
  market: number,
  event: Trade,
  running: Map<string, bigint>,
  usd: number,
): void {
  if (event.kind === 'funding') return
  const key = `${account}:${market}`
  const position = findPosition(world, account, market)
  const before = running.get(key) ?? (position === undefined ? 0n : signed(world.perpPositions.columns.sizeE18.get(position)))
  const after = before + event.size
  running.set(key, after)
  const [had, has] = [before < 0n ? -before : before, after < 0n ? -after : after]
  if (has <= had || event.size === 0n) return
  // of a trade that turned the position round, only what is beyond zero
  const part = toFloat(before * after < 0n ? has : has - had, 18) / Math.abs(toFloat(event.size, 18))
  addAt(world.perpAccounts.columns.openedAtS, world.perpAccounts.columns.openedUsd, account, timeS, usd * part)
}

function markLiquidated({ world, contracts, timeS }: Scope, account: number, trader: Hex, liquidator: Hex, usd: number): void {
  const { columns } = world.perpAccounts
  columns.liquidations.set(account, columns.liquidations.get(account) + 1)
  const root = (who: Hex): Hex => rootOf(world, contracts.clearingHouse, who)
  columns.ownLiquidator.set(account, root(trader) === root(liquidator) ? 1 : 0)
  addAt(columns.liquidatedAtS, columns.liquidatedUsd, account, timeS, usd)
}

/** What happened within an hour of the last time adds up; what came later begins anew. */
const TOGETHER_S = 3_600
function addAt(
  at: Scope['world']['perpAccounts']['columns']['openedAtS'],
  usd: Scope['world']['perpAccounts']['columns']['openedUsd'],
  row: number,
  timeS: number,
  amount: number,
): void {
  const before = timeS - at.get(row) <= TOGETHER_S ? usd.get(row) : 0
  usd.set(row, before + amount)
  at.set(row, timeS)
}

function writeFlow(scope: Scope, event: Flow, log: Log, logs: readonly Log[]): readonly number[] {
  const { world, contracts, venue, timeS } = scope
  const account = accountRow(world, contracts.clearingHouse, venue, event.trader, timeS)
  const settles = event.kind === 'badDebt' || event.token === contracts.settlementToken
  const usd = settles ? toFloat(event.amount, contracts.settlementDecimals) : 0
  const payer = event.kind === 'deposit' && settles ? payerOf(scope, event.amount, log, logs) : undefined
  const { perpFlows } = world
  const row = perpFlows.append()
  const { columns } = perpFlows
  columns.venue.set(row, world.perpVenues.columns.venue.get(venue))
  columns.perpAccount.set(row, account + 1)
  columns.kind.set(row, FLOW_KIND[event.kind])
  columns.token.set(row, addressWord(event.kind === 'badDebt' ? contracts.settlementToken : event.token))
  columns.amount.set(row, event.amount)
  columns.usd.set(row, usd)
  columns.payer.set(row, payer === undefined ? 0n : addressWord(payer))
  const of = world.perpAccounts.columns
  if (event.kind === 'withdrawal') addAt(of.withdrewAtS, of.withdrawnUsd, account, timeS, usd)
  if (event.kind === 'badDebt') {
    addAt(of.leftAtS, of.leftUsd, account, timeS, usd)
    const settled = world.perpVenues.columns.settledBadDebtUsd
    settled.set(venue, settled.get(venue) + usd)
  }
  return payer !== undefined && paidBy(world, contracts.clearingHouse, account, payer) ? [account] : []
}

/** Whose tokens the vault took for a deposit: the transfer of the same amount just before it, in its transaction. */
function payerOf(
  { contracts: { settlementToken, vault } }: Scope,
  amount: bigint,
  { txIndex, logIndex }: Log,
  logs: readonly Log[],
): Hex | undefined {
  let found: Hex | undefined
  for (const log of logsOf(logs, settlementToken)) {
    if (log.txIndex !== txIndex || log.logIndex >= logIndex) continue
    const transfer = decodeTransfer(log)
    if (transfer && transfer.to === vault && transfer.amount === amount) found = transfer.from
  }
  return found
}

/** Settlement tokens that went from one account of the exchange to another. */
function linkPayments({ world, contracts }: Scope, logs: readonly Log[]): readonly number[] {
  const linked: number[] = []
  const { clearingHouse, settlementToken } = contracts
  for (const log of logsOf(logs, settlementToken)) {
    const transfer = decodeTransfer(log)
    if (!transfer || transfer.amount === 0n || findAccount(world, clearingHouse, transfer.from) === undefined) continue
    const to = findAccount(world, clearingHouse, transfer.to)
    if (to !== undefined && paidBy(world, clearingHouse, to, transfer.from)) linked.push(to)
  }
  return linked
}
