// How a block changes a Safe: what its events say, in order, then what it answers; whatever they differ in changed without an event.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressOf, addressWord, arrayOf, wordAt } from '../../core/words.ts'
import { isGovernedTx } from '../../state/authority.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import { GOVERNANCE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { MOST_MODULES } from './abi.ts'
import { decodeSafeLog, type SafeEvent, thresholdOf } from './decode.ts'
import { isMember, membersOf, setMember } from './members.ts'
import { call, isKnown } from './reads.ts'

const LOW_ADDRESS = (1n << 160n) - 1n

interface Now {
  readonly owners: readonly bigint[]
  readonly threshold: number
  readonly modules: readonly bigint[]
  readonly singleton: bigint
  readonly guard: bigint
  readonly fallbackHandler: bigint
}

/** undefined: not asked, or nobody there. */
function answered(safe: Hex, answers: Answers): Now | undefined {
  const owners = arrayOf(answers.get(call.owners(safe)))
  const threshold = thresholdOf(wordAt(answers.get(call.threshold(safe)), 0))
  const modules = arrayOf(answers.get(call.modules(safe)))
  const slot = (of: Hex | null | undefined) => (wordAt(of, 0) ?? 0n) & LOW_ADDRESS
  if (owners === undefined || threshold === undefined || modules === undefined) return undefined
  return {
    owners: owners.map((word) => word & LOW_ADDRESS),
    threshold,
    modules: modules.map((word) => word & LOW_ADDRESS),
    singleton: slot(answers.get(call.singleton(safe))),
    guard: slot(answers.get(call.guard(safe))),
    fallbackHandler: slot(answers.get(call.fallbackHandler(safe))),
  }
}

export function applySafe(world: World, safe: Hex, block: BlockInput, answers: Answers): void {
  const now = answered(safe, answers)
  if (!isKnown(world, safe)) {
    if (now) meet(world, safe, now)
    return
  }
  const change = new SafeChange(world, safe, block.timeS)
  for (const log of logsOf(block.logs, safe)) {
    const event = decodeSafeLog(log)
    if (event) change.event(event, isGovernedTx(world, log.txIndex) === 'human')
  }
  if (now) change.silent(now, silently(world))
  change.tell()
}

/** Without an event the transaction isn't known: any execution of people's in the block may be it. */
function silently(world: World): boolean {
  const { columns, count } = world.executions
  for (let row = 0; row < count; row++) if (columns.own.get(row) === 0) return true
  return false
}

function meet(world: World, safe: Hex, now: Now): void {
  const { columns } = world.safes
  const row = world.safes.rowOf(safe)
  const contract = world.contracts.rowOf(safe)
  world.contracts.columns.address.set(contract, addressWord(safe))
  columns.contract.set(row, contract + 1)
  columns.known.set(row, 1)
  columns.threshold.set(row, now.threshold)
  for (const part of ['singleton', 'guard', 'fallbackHandler'] as const) columns[part].set(row, now[part])
  for (const owner of now.owners) setMember(world, 'safeOwners', row, owner, true, 0)
  for (const module of now.modules) setMember(world, 'safeModules', row, module, true, 0)
  columns.owners.set(row, now.owners.length)
  columns.modules.set(row, now.modules.length)
}

/** What happens to one Safe in one block; its owners and threshold are told together. */
class SafeChange {
  private readonly row: number
  private readonly contract: number
  private readonly before: { readonly threshold: number; readonly owners: number }
  private readonly added = new Set<bigint>()
  private readonly removed = new Set<bigint>()
  private governed = true

  constructor(
    private readonly world: World,
    safe: Hex,
    private readonly timeS: number,
  ) {
    this.row = world.safes.rowOf(safe)
    const { contract, threshold, owners } = world.safes.at(this.row)
    this.contract = contract
    this.before = { threshold, owners }
  }

  event(event: SafeEvent, governed: boolean): void {
    switch (event.kind) {
      case 'ownerAdded':
      case 'ownerRemoved':
        this.owner(event.who, event.kind === 'ownerAdded', governed)
        return
      case 'moduleEnabled':
      case 'moduleDisabled':
        this.module(event.who, event.kind === 'moduleEnabled', governed)
        return
      case 'moduleActed':
        this.write(GOVERNANCE.moduleActed, governed, 0n, event.who, this.timeS - (this.sinceOf(event.who) ?? Number.NaN))
        return
      case 'threshold':
        this.threshold(event.threshold, governed)
        return
      case 'guard':
      case 'fallbackHandler':
        this.part(event.kind, event.address, governed)
        return
    }
  }

  /** What it answers now goes before what the events made us think. */
  silent(now: Now, governed: boolean): void {
    this.reconcile('safeOwners', now.owners, (who, active) => this.owner(who, active, governed))
    // a list that was cut shows nothing of who isn't in it
    const isWhole = BigInt(now.modules.length) < MOST_MODULES
    this.reconcile('safeModules', now.modules, (who, active) => (active || isWhole) && this.module(who, active, governed))
    this.threshold(now.threshold, governed)
    for (const part of ['singleton', 'guard', 'fallbackHandler'] as const) this.part(part, now[part], governed)
  }

  tell(): void {
    const { world, before } = this
    const { columns } = world.safes
    const threshold = columns.threshold.get(this.row)
    if (this.added.size === 0 && this.removed.size === 0 && threshold === before.threshold) return
    const at = world.signerChanges.append()
    const cells = world.signerChanges.columns
    cells.contract.set(at, this.contract)
    cells.safe.set(at, this.row + 1)
    cells.added.set(at, this.added.size)
    cells.removed.set(at, this.removed.size)
    cells.thresholdBefore.set(at, before.threshold)
    cells.thresholdAfter.set(at, threshold)
    cells.ownersBefore.set(at, before.owners)
    cells.ownersAfter.set(at, columns.owners.get(this.row))
    cells.governed.set(at, this.governed ? 1 : 0)
  }

  private reconcile(table: 'safeOwners' | 'safeModules', now: readonly bigint[], change: (who: bigint, active: boolean) => unknown): void {
    const known = membersOf(this.world, table, this.row)
    for (const who of now) if (!known.includes(who)) change(who, true)
    for (const who of known) if (!now.includes(who)) change(who, false)
  }

  private owner(who: bigint, active: boolean, governed: boolean): void {
    if (!setMember(this.world, 'safeOwners', this.row, who, active, this.timeS)) return
    const { owners } = this.world.safes.columns
    owners.set(this.row, owners.get(this.row) + (active ? 1 : -1))
    const [into, outOf] = active ? [this.added, this.removed] : [this.removed, this.added]
    if (!outOf.delete(who)) into.add(who)
    this.governed &&= governed
  }

  private module(who: bigint, active: boolean, governed: boolean): void {
    if (!setMember(this.world, 'safeModules', this.row, who, active, this.timeS)) return
    const { modules } = this.world.safes.columns
    modules.set(this.row, modules.get(this.row) + (active ? 1 : -1))
    this.write(active ? GOVERNANCE.moduleEnabled : GOVERNANCE.moduleDisabled, governed, active ? 0n : who, active ? who : 0n)
  }

  private threshold(now: number, governed: boolean): void {
    const { threshold } = this.world.safes.columns
    if (threshold.get(this.row) === now) return
    threshold.set(this.row, now)
    this.governed &&= governed
  }

  private part(part: 'singleton' | 'guard' | 'fallbackHandler', now: bigint, governed: boolean): void {
    const column = this.world.safes.columns[part]
    const before = column.get(this.row)
    if (before === now) return
    column.set(this.row, now)
    this.write(GOVERNANCE[part === 'guard' ? 'safeGuard' : part], governed, before, now)
  }

  private sinceOf(module: bigint): number | undefined {
    const row = this.world.safeModules.find(`${this.world.safes.keyOf(this.row)}:${addressOf(module)}`)
    return row !== undefined && isMember(this.world, 'safeModules', row) ? this.world.safeModules.columns.sinceS.get(row) : undefined
  }

  private write(change: number, governed: boolean, before: bigint, after: bigint, ageS = 0): void {
    const { columns } = this.world.governanceChanges
    const at = this.world.governanceChanges.append()
    columns.contract.set(at, this.contract)
    columns.change.set(at, change)
    columns.governed.set(at, governed ? 1 : 0)
    columns.before.set(at, before)
    columns.after.set(at, after)
    columns.ageS.set(at, ageS)
  }
}
