// Tokens that promise a backing which lies with known holders: supply against it, from views alone. Run for real: OpenZeppelin ERC-20s.
import { toFunctionSelector } from 'viem'
import { toFloat } from '../../core/exact.ts'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf, wordAt } from '../../core/words.ts'
import type { Answers, Protocol } from '../../state/protocol.ts'
import { backings } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'

export interface BackedTokenConfig {
  readonly chainId: number
  readonly tokens: readonly BackedToken[]
}

export interface BackedToken {
  readonly name: string
  readonly token: Hex
  readonly decimals: number
  /** What a whole token promises to be worth, USD. */
  readonly usd: number
  readonly reserves: readonly { readonly asset: Hex; readonly holder: Hex; readonly decimals: number; readonly usd: number }[]
}

const TOTAL_SUPPLY = toFunctionSelector('totalSupply()')
const BALANCE_OF = toFunctionSelector('balanceOf(address)')

export const supplyCall = (token: Hex): Call => callOf(token, TOTAL_SUPPLY)
export const reserveCall = (asset: Hex, holder: Hex): Call => callOf(asset, BALANCE_OF, addressWord(holder))

export function backedToken({ chainId, tokens }: BackedTokenConfig): Protocol {
  return {
    id: `backed-token:${chainId}`,
    writes: [backings],
    watches: () => [], // its views say all of it
    reads: (_world, _block, sofar) =>
      sofar.missing(tokens.flatMap(({ token, reserves }) => [supplyCall(token), ...reserves.map((r) => reserveCall(r.asset, r.holder))])),
    apply(world, { timeS }, answers) {
      for (const token of tokens) applyToken(world, token, timeS, answers)
    },
    actions: {},
    steps: () => [],
  }
}

/** A view without an answer: the row stays as it is, rather than to show a backing that is gone. */
function applyToken(world: World, { token, decimals, usd, reserves }: BackedToken, timeS: number, answers: Answers): void {
  const supply = wordAt(answers.get(supplyCall(token)), 0)
  if (supply === undefined) return
  let backingUsd = 0
  for (const { asset, holder, decimals: places, usd: each } of reserves) {
    const balance = wordAt(answers.get(reserveCall(asset, holder)), 0)
    if (balance === undefined) return
    backingUsd += toFloat(balance, places) * each
  }
  const known = world.backings.find(token)
  const row = known ?? firstRow(world, token)
  const { columns } = world.backings
  const supplyUsd = toFloat(supply, decimals) * usd
  columns.mintedUsd.set(row, known === undefined ? 0 : supplyUsd - columns.supplyUsd.get(row))
  columns.addedUsd.set(row, known === undefined ? 0 : backingUsd - columns.backingUsd.get(row))
  const moved = columns.supply.get(row) !== supply || columns.backingUsd.get(row) !== backingUsd
  columns.supply.set(row, supply)
  columns.supplyUsd.set(row, supplyUsd)
  columns.backingUsd.set(row, backingUsd)
  if (moved) columns.updatedAtS.set(row, timeS)
}

function firstRow(world: World, token: Hex): number {
  const venue = world.venues.rowOf(token)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, addressWord(token))
  const row = world.backings.rowOf(token)
  world.backings.columns.venue.set(row, venue + 1)
  world.backings.columns.token.set(row, addressWord(token))
  return row
}
