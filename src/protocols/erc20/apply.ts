// How a block changes a token: its transfers in order, then whatever was read of it when the block ended, which has the last word.
import { MAX_UINT256, toFloat } from '../../core/exact.ts'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import { LogWords, NONE } from '../../decode/log-words.ts'
import { topic0Of } from '../../decode/word-log.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import type { ColumnOf } from '../../store/table.ts'
import { balanceCall, decodeTransfer, NOBODY, supplyCall, TRANSFER, type Transfer } from './calls.ts'

export interface TokenSpec {
  readonly token: Hex
  readonly decimals: number
  readonly holders: ReadonlySet<Hex>
  /** Lowest 32 bits of the addresses of holders, and of nobody: most transfers are between others, and are told by these alone. */
  readonly lows: ReadonlySet<number>
}

export const lowOf = (address: Hex): number => Number.parseInt(address.slice(-8), 16)

/** By the token's row, 1: an event took more than there was, so all of the token is read again. */
const doubted = (world: World) => world.store.column('erc20.doubt', 'u32')

/** Do events suffice to go on from what we have? */
export function isSure(world: World, token: Hex): boolean {
  const row = world.tokens.find(token)
  return row !== undefined && doubted(world).get(row) === 0
}

export function applyToken(world: World, spec: TokenSpec, block: BlockInput, answers: Answers): void {
  const { token, holders } = spec
  const supply = wordAt(answers.get(supplyCall(token)), 0)
  const known = world.tokens.find(token)
  if (known !== undefined) applyLogs(world, known, spec, block)
  else if (supply === undefined) return // no token there: asked again in the next block
  const row = known ?? firstRow(world, spec)
  if (supply !== undefined) world.tokens.columns.totalSupply.set(row, supply)
  let all = supply !== undefined
  for (const holder of holders) {
    const balance = wordAt(answers.get(balanceCall(token, holder)), 0)
    if (balance === undefined) all = false
    else writeBalance(world, row, token, holder, balance)
  }
  if (all) doubted(world).set(row, 0)
}

function firstRow(world: World, { token, decimals }: TokenSpec): number {
  const row = world.tokens.rowOf(token)
  const { columns } = world.tokens
  columns.chainId.set(row, world.chainId)
  columns.token.set(row, addressWord(token))
  columns.decimals.set(row, decimals)
  return row
}

function applyLogs(world: World, row: number, spec: TokenSpec, block: BlockInput): void {
  let minted = 0n
  let burned = 0n
  const words = new LogWords()
  for (const log of logsOf(block.logs, spec.token)) {
    const transfer = topic0Of(log) === TRANSFER && mayMatter(words.look(log), spec) ? decodeTransfer(log) : undefined
    if (!transfer) continue
    const { from, to, amount } = transfer
    const supplyChanges = from === NOBODY || to === NOBODY
    if (from === NOBODY) minted += amount
    if (to === NOBODY) burned += amount
    if (supplyChanges || spec.holders.has(from) || spec.holders.has(to)) appendTransfer(world, row, transfer)
    applyTransfer(world, row, spec, transfer)
  }
  if (minted === 0n && burned === 0n) return
  const { columns } = world.tokens
  columns.minted.set(row, toFloat(minted, spec.decimals))
  columns.burned.set(row, toFloat(burned, spec.decimals))
  columns.changedAtS.set(row, block.timeS)
}

function mayMatter(words: LogWords, { lows }: TokenSpec): boolean {
  const [from, to] = [words.topic(1), words.topic(2)]
  return from !== NONE && to !== NONE && (lows.has(words.lanes[from] as number) || lows.has(words.lanes[to] as number))
}

function appendTransfer(world: World, row: number, { from, to, amount }: Transfer): void {
  const { transfers } = world
  const at = transfers.append()
  transfers.columns.token.set(at, row + 1)
  transfers.columns.from.set(at, addressWord(from))
  transfers.columns.to.set(at, addressWord(to))
  transfers.columns.amount.set(at, amount)
}

/** All that it changes or nothing: a debit that can't be makes the credit doubtful too. */
function applyTransfer(world: World, row: number, { token }: TokenSpec, { from, to, amount }: Transfer): void {
  if (from === to) return
  const { tokens, holdings } = world
  const changes: { readonly cell: ColumnOf<'word'>; readonly at: number; readonly after: bigint }[] = []
  for (const { who, gets } of [
    { who: from, gets: -amount },
    { who: to, gets: amount },
  ]) {
    const cell = who === NOBODY ? tokens.columns.totalSupply : holdings.columns.balance
    const at = who === NOBODY ? row : holdings.find(`${token}:${who}`)
    // a holder without a row isn't watched, or has not been read yet; what nobody gives is new, what nobody gets is gone
    if (at !== undefined) changes.push({ cell, at, after: cell.get(at) + (who === NOBODY ? -gets : gets) })
  }
  if (changes.some(({ after }) => after < 0n || after > MAX_UINT256)) doubted(world).set(row, 1)
  else for (const { cell, at, after } of changes) cell.set(at, after)
}

function writeBalance(world: World, row: number, token: Hex, holder: Hex, value: bigint): void {
  const { holdings } = world
  const at = holdings.rowOf(`${token}:${holder}`)
  holdings.columns.token.set(at, row + 1)
  holdings.columns.holder.set(at, addressWord(holder))
  holdings.columns.balance.set(at, value)
}
