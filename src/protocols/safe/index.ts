// Safes in full: owners, threshold, modules, guard, fallback handler and the code they run. Run for real: 1.4.1; 1.3 says the same in
// other places of its logs. Stands after `governance`, which says whose transaction it was.
import type { Hex } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { contracts, governanceChanges, safeModules, safeOwners, safes, signerChanges } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'
import { applySafe } from './apply.ts'
import { safeReads } from './reads.ts'

export interface SafesConfig {
  readonly chainId: number
  readonly safes: readonly Hex[]
}

/** Known limit: of a Safe with more than 64 modules only the first 64 in its list are read; events tell of the others. */
export function safesOf(config: SafesConfig): Protocol {
  const all = [...new Set(config.safes.map((safe) => safe.toLowerCase() as Hex))]
  return {
    id: `safe:${config.chainId}`,
    writes: [safes, safeOwners, safeModules, signerChanges, governanceChanges, contracts],
    watches: () => all.map((address) => ({ address, topics: Object.values(TOPIC) })),
    reads: (world, block, sofar) => sofar.missing(safeReads(world, all, block)),
    apply(world, block, answers) {
      for (const safe of all) applySafe(world, safe, block, answers)
    },
    actions: {},
    steps: () => [],
  }
}
