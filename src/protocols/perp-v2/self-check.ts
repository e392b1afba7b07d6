// Our account values equal the contract's, and that is checked in every block: on a rotating sample and on every account an event named.
import type { BlockInput, Call } from '../../core/flow.ts'
import { addressOf, wordAt } from '../../core/words.ts'
import type { PerpBook } from '../../state/book/perp-margin.ts'
import type { Answers } from '../../state/protocol.ts'
import { BLIND_REASONS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { figureCalls, VIEW } from './abi.ts'
import { askedOf } from './asked.ts'
import type { AllContracts } from './contracts.ts'
import { figuresOf, stepOf } from './figures.ts'
import { findAccount, findVenue } from './keys.ts'
import type { Scope } from './market.ts'

const SAMPLE = 2

/** The accounts whose turn it is in a block. */
export function sampleOf(world: World, venue: number, number: number): readonly number[] {
  const { columns, count } = world.perpAccounts
  if (count === 0) return []
  const rows = new Set(Array.from({ length: SAMPLE }, (_, n) => (number * SAMPLE + n) % count))
  return [...rows].filter((row) => columns.perpVenue.get(row) === venue + 1)
}

export function checkReads(world: World, contracts: AllContracts, number: number): readonly Call[] {
  const venue = findVenue(world, contracts.clearingHouse)
  if (venue === undefined) return []
  const { account } = world.perpAccounts.columns
  return sampleOf(world, venue, number).flatMap((row) => figureCalls(contracts, addressOf(account.get(row))))
}

/** Compares every answered account that the book watches; a difference means that we are blind, whatever the reason. */
export function selfCheck({ world, contracts, venue, answers }: Scope, perp: PerpBook, block: BlockInput): void {
  let [checked, mismatches] = [0, 0]
  const asked = askedOf(world, contracts.clearingHouse)
  for (const row of namedIn(world, contracts, answers)) {
    if (asked.has(row)) continue
    const calls = figureCalls(contracts, addressOf(world.perpAccounts.columns.account.get(row)))
    const [value, requirement, free] = calls.map((call) => wordAt(answers.get(call), 0))
    // a revert is the contract's answer while a feed has no price: then there is nothing to compare
    if (value === undefined || requirement === undefined || free === undefined) continue
    const step = stepOf(world, venue)
    checked += 1
    const theirs = { valueE18: signed(value) * step, requirementE18: signed(requirement) }
    const ours = figuresOf(world, venue, row)
    const same = [ours, perp.figures(row)].every((f) => f.valueE18 === theirs.valueE18 && f.requirementE18 === theirs.requirementE18)
    if (!same || ours.freeE18 !== free * step) mismatches += 1
  }
  if (checked === 0) return
  const { columns } = world.chains
  const chain = world.chains.rowOf(String(world.chainId))
  columns.chainId.set(chain, world.chainId)
  columns.checked.set(chain, columns.checked.get(chain) + checked)
  if (mismatches === 0) return
  columns.mismatches.set(chain, columns.mismatches.get(chain) + mismatches)
  goBlind(world, block.number)
}

function namedIn(world: World, { clearingHouse, vault }: AllContracts, { all }: Answers): readonly number[] {
  const rows = new Set<number>()
  for (const { to, data } of all) {
    if (to !== vault || !data.startsWith(VIEW.accountValue)) continue
    const row = findAccount(world, clearingHouse, `0x${data.slice(-40)}`)
    if (row !== undefined) rows.add(row)
  }
  return [...rows]
}

/** What the tables say is not what the chain says. */
export function goBlind(world: World, number: number): void {
  const { columns } = world.chains
  const chain = world.chains.rowOf(String(world.chainId))
  columns.chainId.set(chain, world.chainId)
  columns.blindReason.set(chain, BLIND_REASONS.indexOf('state-mismatch'))
  if (columns.blindSince.get(chain) === 0) columns.blindSince.set(chain, number)
}
