// Vaults of EIP-4626: what they hold, what a share is worth, and what of it nobody paid in. Run for real: OpenZeppelin 5.7.0, with virtual
// shares and without. It only watches. Views are read in every block: interest and what a strategy earns emit nothing.
import type { Protocol } from '../../state/protocol.ts'
import { vaultFlows, vaultHolders, vaultSteps, vaults } from '../../state/tables.ts'
import { call, TOPIC } from './abi.ts'
import { applyVault } from './apply.ts'
import { type Erc4626Config, specOf } from './spec.ts'
import { stateCalls } from './state.ts'

export function erc4626({ chainId, vaults: list }: Erc4626Config): Protocol {
  const specs = list.map(specOf)
  const watches = specs.map(({ vault }) => ({ address: vault, topics: Object.values(TOPIC) }))
  return {
    id: `erc4626:${chainId}`,
    writes: [vaults, vaultHolders, vaultFlows, vaultSteps],
    watches: () => watches,
    reads: (world, _, sofar) =>
      sofar.missing(
        specs.flatMap((spec) => [...(world.vaults.find(spec.vault) === undefined ? [call.asset(spec.vault)] : []), ...stateCalls(spec)]),
      ),
    apply(world, block, answers) {
      for (const spec of specs) applyVault(world, spec, block, answers)
    },
    actions: {},
    steps: () => [],
  }
}
