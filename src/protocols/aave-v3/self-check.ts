// Our health factor equals the contract's, and that is checked in every block: on a rotating sample, and on every account a finding named.
import type { BlockInput, Call, Hex } from '../../core/flow.ts'
import { addressOf, wordsOf } from '../../core/words.ts'
import { namedAccounts } from '../../state/named-accounts.ts'
import type { Answers } from '../../state/protocol.ts'
import { BLIND_REASONS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { VIEW } from './abi.ts'
import type { HealthAt } from './health.ts'
import { call } from './reads.ts'

const SAMPLE = 2

export function checkReads(world: World, pool: Hex, number: number): readonly Call[] {
  const venue = world.venues.find(pool)
  const { columns, count } = world.accounts
  if (venue === undefined || count === 0) return []
  const rows = new Set<number>()
  for (let n = 0; n < SAMPLE; n++) rows.add((number * SAMPLE + n) % count)
  for (const row of namedAccounts(world, number - 1)) rows.add(row)
  return [...rows]
    .filter((row) => columns.venue.get(row) === venue + 1)
    .map((row) => call.accountData(pool, addressOf(columns.account.get(row))))
}

/** Compares every answered account with ours; a difference means that we are blind, whatever the reason. */
export function selfCheck(world: World, pool: Hex, block: BlockInput, answers: Answers, health: HealthAt): void {
  let checked = 0
  let mismatches = 0
  const asked = new Set<string>()
  for (const { to, data } of answers.all) {
    if (to !== pool || !data.startsWith(VIEW.accountData) || asked.has(data)) continue
    asked.add(data)
    const row = world.accounts.find(`${pool}:0x${data.slice(-40)}`)
    // a revert is the contract's answer when an asset has no price: then there is nothing to compare
    const theirs = wordsOf(answers.get({ to, data }), 6)
    if (row === undefined || !theirs) continue
    const ours = health.account(row)
    const same = [ours.collateralE8, ours.debtE8, ours.availableE8, ours.thresholdBps, ours.ltvBps, ours.healthE18].every(
      (v, n) => v === theirs[n],
    )
    checked += 1
    if (!same) mismatches += 1
  }
  if (checked === 0) return
  const { columns } = world.chains
  const chain = world.chains.rowOf(String(world.chainId))
  columns.chainId.set(chain, world.chainId)
  columns.checked.set(chain, columns.checked.get(chain) + checked)
  if (mismatches > 0) {
    columns.mismatches.set(chain, columns.mismatches.get(chain) + mismatches)
    goBlind(world, block.number)
  }
}

/** What the tables say is not what the chain says. */
export function goBlind(world: World, number: number): void {
  const { columns } = world.chains
  const chain = world.chains.rowOf(String(world.chainId))
  columns.chainId.set(chain, world.chainId)
  columns.blindReason.set(chain, BLIND_REASONS.indexOf('state-mismatch'))
  if (columns.blindSince.get(chain) === 0) columns.blindSince.set(chain, number)
}
