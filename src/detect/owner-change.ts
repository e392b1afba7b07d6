// A contract got another owner or proxy admin: whoever that is can do with it what they like, so the question is who, and by which path.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { authorityChanges, CHANGE, DANGER } from '../state/tables.ts'
import { defineDetector } from './define.ts'
import { isExecutor, waitedS } from './powers.ts'

export const ownerChange = defineDetector({
  id: 'owner-change',
  title: 'Owner or proxy admin changed',
  maturity: 'test',
  threat: 'An owner needs no bug. Radiant (2024-10-16) lost its pools to a new owner, set with keys of its own signers.',
  catches:
    'Each change of the owner or proxy admin of a watched contract. Critical around timelock and Safe. High through them if the new owner is neither timelock nor Safe, so that all later changes leave the governed path.',
  misses:
    'Owners that emit no event and have no owner() or admin slot; a handover in two steps is told at its second; a new owner that is a Safe in the wrong hands and named in the config.',
  falsePositives: [
    'a new timelock or Safe that the config does not name yet',
    'a deployment that hands over after the first block watched',
    'a proxy admin contract of its own (ProxyAdmin), which is no executor itself',
  ],
  runbook: 'docs/runbooks/owner-change.md',
  source: 'authority',
  basis: 'chain',
  on: authorityChanges,
  wake: 'touched',
  subject: 'place',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({}),
  memory: {},
  check({ change, governed, contract, before, after }, _memory, _params, { timeS }, view) {
    if (change !== CHANGE.owner && change !== CHANGE.proxyAdmin) return undefined
    const what = change === CHANGE.owner ? 'owner' : 'proxy admin'
    const gone = after === 0n
    const leaves = !gone && !isExecutor(view, after)
    const queued = waitedS(view, timeS, DANGER.owner, after)
    const path = governed === 1 ? 'through governance' : 'outside the governed path'
    const to = gone ? 'nobody' : `${addressOf(after)}${leaves ? ', which is neither timelock nor Safe' : ''}`
    return {
      severity: gone ? 'low' : governed === 0 ? 'critical' : leaves ? 'high' : 'low',
      summary: `the ${what} of ${addressOf(contract)} became ${to}, ${path}${queued === undefined ? '' : `, after ${queued} s in the queue`}`,
      evidence: {
        what,
        contract: addressOf(contract),
        before: addressOf(before),
        after: addressOf(after),
        governed,
        leavesGovernance: leaves ? 1 : 0,
        queuedForS: queued ?? 'not seen queued',
      },
    }
  },
})
