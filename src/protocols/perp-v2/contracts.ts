// Which contracts an exchange is made of: as the tables have them, or as the first block's answers do.
import type { Hex } from '../../core/flow.ts'
import { addressOf, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { ask } from './abi.ts'
import { findVenue } from './keys.ts'

export interface Contracts {
  readonly clearingHouse: Hex
  readonly vault: Hex
  readonly exchange: Hex
  readonly orderBook: Hex
  readonly accountBalance: Hex
  readonly insuranceFund: Hex
  readonly config: Hex
  readonly quoteToken: Hex
}
export interface AllContracts extends Contracts {
  readonly registry: Hex
  readonly settlementToken: Hex
  readonly settlementDecimals: number
}

export const CORE_VIEWS = ['vault', 'exchange', 'orderBook', 'accountBalance', 'insuranceFund', 'config', 'quoteToken'] as const
const COLUMNS = [...CORE_VIEWS, 'registry', 'settlementToken'] as const

/** From the first round of the first block on; nothing while there is no clearing house. */
export function coreOf(world: World, clearingHouse: Hex, answers: Answers): Contracts | undefined {
  const known = allOf(world, clearingHouse)
  if (known) return known
  const found: Record<string, Hex> = { clearingHouse }
  for (const view of CORE_VIEWS) {
    const word = wordAt(answers.get(ask(clearingHouse, view)), 0)
    if (word === undefined || word === 0n) return undefined
    found[view] = addressOf(word)
  }
  return found as unknown as Contracts
}

/** All of them, from the second round on. */
export function contractsOf(world: World, clearingHouse: Hex, answers: Answers): AllContracts | undefined {
  const known = allOf(world, clearingHouse)
  if (known) return known
  const core = coreOf(world, clearingHouse, answers)
  if (!core) return undefined
  const registry = wordAt(answers.get(ask(core.exchange, 'registry')), 0)
  const token = wordAt(answers.get(ask(core.vault, 'settlementToken')), 0)
  const decimals = wordAt(answers.get(ask(core.vault, 'decimals')), 0)
  if (registry === undefined || token === undefined || decimals === undefined || decimals > 18n) return undefined
  return { ...core, registry: addressOf(registry), settlementToken: addressOf(token), settlementDecimals: Number(decimals) }
}

function allOf(world: World, clearingHouse: Hex): AllContracts | undefined {
  const row = findVenue(world, clearingHouse)
  if (row === undefined) return undefined
  const { columns } = world.perpVenues
  const found: Record<string, Hex | number> = { clearingHouse, settlementDecimals: columns.settlementDecimals.get(row) }
  for (const name of COLUMNS) found[name] = addressOf(columns[name].get(row))
  return found as unknown as AllContracts
}
