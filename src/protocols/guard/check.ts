// What a config says of a Guard against what the chain says: whoever signs for another quorum or for entries that aren't there acts never.
import type { Hex } from '../../core/flow.ts'
import type { World } from '../../state/world.ts'
import { signersOf } from './signers.ts'

export interface GuardExpected {
  readonly guard: Hex
  /** In the Guard's order, which is ascending. */
  readonly signers: readonly Hex[]
  readonly k: number
  readonly windowS: number
  readonly entries: readonly { readonly id: Hex; readonly name: string }[]
}

/** One sentence a difference, naming both sides; none: they agree. As of the block that the world stands at. */
export function guardMismatches(world: World, expected: GuardExpected): readonly string[] {
  const guard = expected.guard.toLowerCase() as Hex
  const row = world.guards.find(guard)
  if (row === undefined) return [`the config acts through the Guard at ${guard}; on the chain there is none`]
  const { columns } = world.guards
  const said: string[] = []
  const compare = (what: string, ours: string | number, theirs: string | number): void => {
    if (ours !== theirs) said.push(`${what} is ${ours} in the config and ${theirs} on the Guard at ${guard}`)
  }
  compare('quorum.k', expected.k, columns.quorum.get(row))
  compare('quorum.windowS', expected.windowS, columns.windowS.get(row))
  compare('quorum.signers', expected.signers.map((s) => s.toLowerCase()).join(', '), signersOf(world, row).join(', '))
  for (const { id, name } of expected.entries) {
    const entry = world.guardEntries.find(id)
    if (entry !== undefined && world.guardEntries.columns.live.get(entry) === 1) continue
    said.push(`entry ${name} (${id}) is in the config and ${entry === undefined ? 'not' : 'retired'} on the Guard at ${guard}`)
  }
  return said
}
