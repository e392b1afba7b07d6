// The steps that carry an action out on a board: the Guard's, or the one call that anyone may make.
import { keccak256, toFunctionSelector } from 'viem'
import type { ActionName, GuardStep, Hex } from '../../core/flow.ts'
import { entryId } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'
import { addressOf, callOf } from '../../core/words.ts'
import type { Protocol } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { ACTIONS } from './actions.ts'
import { boardSubject, type LyraGuardEntry, NO_SUBJECT } from './entries.ts'

const UPDATE_BREAKERS = toFunctionSelector('updateCBs()')

/** What can be done with these entries; the breaker needs none. */
export function offered(entries: readonly LyraGuardEntry[]): Protocol['actions'] {
  const names = new Set<string>(['setBreaker', ...entries.map(({ action }) => action)])
  return Object.fromEntries(Object.entries(ACTIONS).filter(([name]) => names.has(name)))
}

/** `board`: a row of `boards`. */
export function stepsOn(
  world: World,
  market: Hex,
  entries: readonly LyraGuardEntry[],
  action: ActionName,
  board: number,
): readonly GuardStep[] {
  const row = world.optionMarkets.find(market)
  if (row === undefined || world.boards.columns.optionMarket.get(board) !== row + 1) return []
  if (action === 'setBreaker') return breakerStep(world, row, board)
  const wanted = [boardSubject(world.boards.columns.boardId.get(board)), addressSubject(market), NO_SUBJECT]
  return entries
    .filter((entry) => entry.action === action)
    .flatMap(({ entry, subjects }) =>
      subjects
        .filter((subject) => wanted.includes(subject))
        .map((subject) => ({ entry: entryId(entry), subject, step: 0, action, market: board })),
    )
}

/** Only while the breaker is due: at any other time the call changes nothing. */
function breakerStep(world: World, row: number, board: number): readonly GuardStep[] {
  const { breakerDue, liquidityPool } = world.optionMarkets.at(row)
  if (breakerDue === 0) return []
  const call = callOf(addressOf(liquidityPool), UPDATE_BREAKERS)
  return [
    { entry: keccak256(call.data), subject: addressSubject(addressOf(liquidityPool)), step: 0, action: 'setBreaker', market: board, call },
  ]
}
