// Who may change what is watched: holders of roles, owners, reporters. What they send is looked at before what strangers send.
import type { Hex } from '../core/flow.ts'
import { addressOf } from '../core/words.ts'
import type { World } from './world.ts'

export function privilegedAccounts({ grants, governed, reporters }: World): ReadonlySet<Hex> {
  const found = new Set<Hex>()
  const add = (word: bigint): void => {
    if (word !== 0n) found.add(addressOf(word))
  }
  for (let row = 0; row < grants.count; row++) if (grants.columns.active.get(row) === 1) add(grants.columns.holder.get(row))
  for (let row = 0; row < reporters.count; row++) if (reporters.columns.active.get(row) === 1) add(reporters.columns.reporter.get(row))
  for (let row = 0; row < governed.count; row++) {
    add(governed.columns.owner.get(row))
    add(governed.columns.proxyAdmin.get(row))
  }
  return found
}
