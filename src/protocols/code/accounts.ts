// Whose code is watched: contracts that govern or are governed, what proxies and Safes run, and whoever has power over them.
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { CODE_AS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'

export interface CodeConfig {
  readonly chainId: number
  /** Contracts whose code must stay what it is, besides those of `governed`. */
  readonly contracts: readonly Hex[]
  /** Accounts with power that no table shows. */
  readonly privileged: readonly Hex[]
}

/** Address and CODE_AS bits, in the order in which the tables have them: the same for everybody. */
export function watchedCode(world: World, config: CodeConfig): ReadonlyMap<Hex, number> {
  const found = new Map<Hex, number>()
  const add = (address: Hex, as: number): void => void found.set(address, (found.get(address) ?? 0) | as)
  const addWord = (word: bigint, as: number): void => {
    if (word !== 0n) add(addressOf(word), as)
  }
  for (const address of config.contracts) add(address, CODE_AS.contract)
  for (const address of config.privileged) add(address, CODE_AS.privileged)
  const { governed, safes, safeOwners, grants } = world
  for (let row = 0; row < governed.count; row++) {
    const { contract, owner, implementation, proxyAdmin } = governed.columns
    addWord(contract.get(row), CODE_AS.contract)
    addWord(implementation.get(row), CODE_AS.implementation)
    addWord(owner.get(row), CODE_AS.privileged)
    addWord(proxyAdmin.get(row), CODE_AS.privileged)
  }
  for (let row = 0; row < safes.count; row++) addWord(safes.columns.singleton.get(row), CODE_AS.implementation)
  for (let row = 0; row < safeOwners.count; row++)
    if (safeOwners.columns.active.get(row) === 1) addWord(safeOwners.columns.owner.get(row), CODE_AS.privileged)
  for (let row = 0; row < grants.count; row++)
    if (grants.columns.active.get(row) === 1) addWord(grants.columns.holder.get(row), CODE_AS.privileged)
  return found
}
