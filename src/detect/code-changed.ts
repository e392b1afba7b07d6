// Code under a watched address is other than it was: no upgrade does that, only destruction, a second deployment in its place, or the chain itself.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { CODE_AS, contracts, GOVERNANCE, governanceChanges } from '../state/tables.ts'
import { defineDetector } from './define.ts'

export const codeChanged = defineDetector({
  id: 'code-changed',
  title: 'Code under an address changed',
  maturity: 'test',
  threat:
    'What was reviewed is not what runs. A contract that destroys itself and is deployed again at its address (Tornado governance, 2023-05-20) needs no upgrade; a proxy whose implementation is gone does nothing any more (Parity, 2017-11-06).',
  catches:
    'Another code hash, or none, at a contract, an implementation or an account with power: critical. A proxy that runs an address without code: high. A contract that appears on a key with power: medium.',
  misses:
    'Up to some blocks of delay, since code is read in turn; what changes and changes back between two turns; proxies, whose own code stays (implementation-change); contracts that are called but not named.',
  falsePositives: [
    'a smart account that is deployed where its counterfactual address already had a role',
    'a deployment that names an implementation before it is there',
  ],
  runbook: 'docs/runbooks/code-changed.md',
  source: 'authority',
  basis: 'chain',
  on: governanceChanges,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({}),
  memory: {},
  check({ change, before, after, as, firstSight, contract }, _memory, _params, _block, view) {
    const severity = severityOf(change, firstSight === 1)
    if (severity === undefined) return undefined
    const address = contract > 0 ? addressOf(view.at(contracts, contract - 1).address) : 'an address'
    const what =
      change === GOVERNANCE.codeChanged
        ? 'is other than it was'
        : change === GOVERNANCE.codeAppeared
          ? 'appeared where a key was'
          : firstSight === 1
            ? 'is not there, and a proxy runs it'
            : 'is gone'
    return {
      severity,
      summary: `the code of ${address} (${asText(as)}) ${what}`,
      evidence: { address, as: asText(as), hashBefore: hex32(before), hashAfter: hex32(after) },
    }
  },
})

function severityOf(change: number, firstSight: boolean): Severity | undefined {
  switch (change) {
    case GOVERNANCE.codeChanged:
      return 'critical'
    case GOVERNANCE.codeGone:
      return firstSight ? 'high' : 'critical'
    case GOVERNANCE.codeAppeared:
      return 'medium'
    default:
      return undefined
  }
}

function asText(as: number): string {
  const parts = [
    (as & CODE_AS.contract) !== 0 ? 'a watched contract' : undefined,
    (as & CODE_AS.implementation) !== 0 ? 'what a proxy runs' : undefined,
    (as & CODE_AS.privileged) !== 0 ? 'an account with power' : undefined,
  ].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(', ') : 'unknown'
}
