// Who rules a pool: the holders of its roles and the owners of its contracts, sorted into timelocks, Safes and what we don't know.
import type { Hex } from '../core/flow.ts'
import type { Look } from './look.ts'
import { type PoolContracts, providerOwners } from './look-aave.ts'
import { holderOf } from './look-holder.ts'
import { grantedTo, hasRoles } from './look-roles.ts'

export interface Authorities {
  readonly timelocks: readonly Hex[]
  readonly safes: readonly Hex[]
  /** With what they are, as far as can be told. */
  readonly others: readonly { readonly address: Hex; readonly what: string }[]
}

/** @param also the Guard's admin and guardian; @param except the Guard itself */
export async function readAuthorities(
  look: Look,
  { aclManager, provider }: PoolContracts,
  also: readonly Hex[],
  except: Hex | undefined,
  say: (text: string) => void,
): Promise<Authorities> {
  const owners = provider ? (await providerOwners(look, provider)).map(([, who]) => who) : []
  // one question only: `check` asks longer
  const granted = aclManager && (await grantedTo(look, aclManager, 0, 0, say))
  const held = aclManager && granted ? await hasRoles(look, aclManager, granted.accounts) : []
  const holders = granted ? granted.accounts.filter((_, i) => held[i]).map(([, who]) => who) : []
  const found = { timelocks: [] as Hex[], safes: [] as Hex[], others: [] as { address: Hex; what: string }[] }
  for (const who of new Set([...owners, ...holders, ...also])) {
    if (who === except) continue
    const { kind, what } = await holderOf(look, who)
    if (kind === 'timelock') found.timelocks.push(who)
    else if (kind === 'safe') found.safes.push(who)
    else found.others.push({ address: who, what })
  }
  say(`ruled by ${found.timelocks.length} timelocks, ${found.safes.length} Safes and ${found.others.length} others`)
  return found
}
