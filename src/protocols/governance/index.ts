// Who governs what we watch: roles, owners, implementations and delays, and which transactions went through a timelock, a Safe or our Guard.
import type { Protocol } from '../../state/protocol.ts'
import { authorityChanges, contracts as emitters, executions, governed, grants, roles } from '../../state/tables.ts'
import { applyGovernance } from './apply.ts'
import { contractsOf, type GovernanceConfig } from './contracts.ts'
import { governanceReads } from './reads.ts'

export type { GovernanceConfig } from './contracts.ts'

/**
 * Stands before adapters that ask whether a transaction was governed. Known limit: whoever carries a signed call of a Safe or timelock
 * may put other calls into the same transaction; of those only grants and revokes say who sent them, and are told apart.
 */
export function governance(config: GovernanceConfig): Protocol {
  const contracts = contractsOf(config)
  return {
    id: `governance:${config.chainId}`,
    writes: [governed, roles, grants, executions, authorityChanges, emitters],
    watches: () => contracts.filter(({ topics }) => topics.length > 0).map(({ address, topics }) => ({ address, topics })),
    reads: (world, block, sofar) => governanceReads(world, contracts, block, sofar),
    apply: (world, block, answers) => applyGovernance(world, contracts, block, answers, block.number < (config.sinceBlock ?? 0)),
    actions: {},
    steps: () => [],
  }
}
