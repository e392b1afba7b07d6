// Sold options that may be liquidated: those whose collateral is near our estimate or under it, with the question that the contract decides.
import { toFloat } from '../../core/exact.ts'
import type { Call, Hex } from '../../core/flow.ts'
import { isPutOption, isShortOption, OPTION } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { type CollateralRules, type Need, needed, needOf, rulesOf } from './collateral.ts'
import { findStrike, rowsOf } from './keys.ts'
import type { Parts } from './parts.ts'
import type { Position } from './structs.ts'

/** A thousand times what the estimate is off at most: a millionth (lyra.anvil.test.ts). */
const MARGIN = 1.001
const ACTIVE = 1

export interface Short {
  readonly position: Position
  readonly strike: number
  /** What it must have by our estimate, in its collateral's asset. */
  readonly need: number
  /** Undefined: far from it, so that nobody needs to be asked. */
  readonly question: Call | undefined
}

/** Active sold options; `changed`: positions as this block's logs leave them, where the tables don't have them yet. */
export function shortsOf(
  world: World,
  market: Hex,
  row: number,
  parts: Parts,
  spotE18: bigint,
  timeS: number,
  changed: ReadonlyMap<number, Position> = new Map(),
): readonly Short[] {
  const rules = rulesOf(world, row)
  const needs = new Map<string, Need>()
  const shorts: Short[] = []
  const add = (position: Position): void => {
    if (position.state !== ACTIVE || !isShortOption(position.type)) return
    const strike = findStrike(world, market, position.strikeId)
    if (strike === undefined) return // new in this block, so it was just found well covered
    const short = shortOf(world, parts, rules, needs, strike, position, spotE18, timeS)
    if (short) shorts.push(short)
  }
  for (const at of rowsOf(world.optionPositions, row)) {
    const id = world.optionPositions.columns.positionId.get(at)
    if (!changed.has(id) && world.optionPositions.columns.state.get(at) === ACTIVE) add(positionAt(world, at))
  }
  for (const position of changed.values()) add(position)
  return shorts
}

function shortOf(
  world: World,
  { optionToken }: Parts,
  rules: CollateralRules,
  needs: Map<string, Need>,
  strike: number,
  position: Position,
  spotE18: bigint,
  timeS: number,
): Short | undefined {
  const { columns } = world.strikes
  const board = columns.board.get(strike) - 1
  if (world.boards.columns.settled.get(board) === 1) return undefined
  const expiryS = columns.expiryS.get(strike)
  const key = `${strike}:${position.type}`
  let need = needs.get(key)
  if (need === undefined) {
    need = needOf(rules, position.type, { strike: columns.strikePrice.get(strike), expiryS, timeS, spot: toFloat(spotE18, 18) })
    needs.set(key, need)
  }
  const least = needed(need, toFloat(position.amount, 18))
  const isNear = !(toFloat(position.collateral, 18) >= least * MARGIN) // not a number: ask
  const { id, strikeId, type, amount, collateral, state } = position
  const words = [BigInt(id), BigInt(strikeId), BigInt(type), amount, collateral, BigInt(state), BigInt(expiryS)]
  const question = isNear ? call.canLiquidate(optionToken, ...words, columns.strikePriceE18.get(strike), spotE18) : undefined
  return { position, strike, need: least, question }
}

/** As the tables have it. */
export function positionAt(world: World, row: number): Position {
  const { columns } = world.optionPositions
  const strike = columns.strike.get(row)
  return {
    id: columns.positionId.get(row),
    strikeId: strike > 0 ? world.strikes.columns.strikeId.get(strike - 1) : 0,
    type: columns.type.get(row),
    amount: columns.amountE18.get(row),
    collateral: columns.collateralE18.get(row),
    state: columns.state.get(row),
  }
}

/** Worth less, at present prices, than what it owes at the cached price of the option. */
export function isBad(world: World, strike: number, { type, amount, collateral }: Position, spotE18: bigint): boolean {
  const { callPriceE18, putPriceE18 } = world.strikes.columns
  const price = (isPutOption(type) ? putPriceE18 : callPriceE18).get(strike)
  return (type === OPTION.shortCallBase ? collateral * spotE18 : collateral * 10n ** 18n) < amount * price
}
