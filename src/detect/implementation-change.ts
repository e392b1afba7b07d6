// A proxy or beacon runs other code: told with the path it came by and how long people could look at it before.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf } from '../core/words.ts'
import { authorityChanges, CHANGE, DANGER } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { waitedS } from './powers.ts'

export const implementationChange = defineDetector({
  id: 'implementation-change',
  title: 'Code behind a proxy changed',
  maturity: 'test',
  threat:
    'With new code the contract does anything. Aevo/Ribbon (2025-12-12) ran a changed pricer for six days before it was used; nobody compared.',
  catches:
    'Each change of an EIP-1967 implementation or of a beacon, by its event or by its slot. Critical outside the governed path. Through it: medium if nobody saw it wait in a timelock for at least `minQueuedS`, else low.',
  misses:
    'What the new code does: that is for queued-harm, before it runs, and for the other detectors after. Proxies of other kinds; code changed in place is code-changed.',
  falsePositives: [
    'an executor (timelock, Safe) that the config does not name',
    'a Safe that upgrades by itself, without a timelock, as some teams do: medium each time',
    'an upgrade that was queued before the first block watched',
  ],
  runbook: 'docs/runbooks/implementation-change.md',
  source: 'authority',
  basis: 'chain',
  on: authorityChanges,
  wake: 'touched',
  subject: 'place',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({
    /** A day: the shortest delay that timelocks of lending markets use. Less is no time to read code in. */
    minQueuedS: z.number().nonnegative().default(86_400),
  }),
  memory: {},
  check({ change, governed, contract, before, after }, _memory, { minQueuedS }, { timeS }, view) {
    if (change !== CHANGE.implementation) return undefined
    const queued = waitedS(view, timeS, DANGER.upgrade, after)
    const waited = queued === undefined ? 'it was never seen to wait in a timelock' : `it waited ${queued} s in a timelock`
    const path = governed === 1 ? 'through governance' : 'outside the governed path'
    return {
      severity: severityOf(governed === 1, queued, minQueuedS),
      summary: `${addressOf(contract)} runs the code of ${addressOf(after)} in place of ${addressOf(before)}, ${path}; ${waited}`,
      evidence: {
        contract: addressOf(contract),
        before: addressOf(before),
        after: addressOf(after),
        governed,
        queuedForS: queued ?? 'not seen queued',
      },
    }
  },
})

function severityOf(governed: boolean, queuedS: number | undefined, minQueuedS: number): Severity {
  if (!governed) return 'critical'
  return queuedS !== undefined && queuedS >= minQueuedS ? 'low' : 'medium'
}
