// A key with power runs code (EIP-7702): whoever wrote that code, or can make it act, has the key's power without its signature.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { CODE_AS, contracts, GOVERNANCE, governanceChanges } from '../state/tables.ts'
import { defineDetector } from './define.ts'

export const delegatedKey = defineDetector({
  id: 'delegated-key',
  title: 'A key with power is delegated to code',
  maturity: 'test',
  threat:
    'One signed authorisation, asked for by any page, lets a contract act as the key for good. Most delegations on mainnet since Pectra were to code that sweeps what the account holds.',
  catches:
    'EIP-7702 delegation of an owner, a role holder, a Safe owner or an account named as privileged: high when it begins or goes to other code, medium when it stood so at first sight; told when it ends.',
  misses:
    'What the delegate does; up to some blocks of delay, since code is read in turn; a delegation that is set and cleared between two turns.',
  falsePositives: [
    'a signer whose wallet made a smart account of its key on purpose: name its delegate in `knownDelegates` once it was reviewed',
  ],
  runbook: 'docs/runbooks/delegated-key.md',
  source: 'authority',
  basis: 'chain',
  on: governanceChanges,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({
    /** Delegates that were reviewed: only told. */
    knownDelegates: z
      .array(z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'want an address: 0x and 40 hex digits'))
      .default([])
      .transform((all) => all.map((one) => one.toLowerCase())),
  }),
  memory: {},
  check({ change, before, after, as, firstSight, contract }, _memory, { knownDelegates }, _block, view) {
    if (change !== GOVERNANCE.delegated && change !== GOVERNANCE.undelegated) return undefined
    const key = contract > 0 ? addressOf(view.at(contracts, contract - 1).address) : 'a key'
    const ended = change === GOVERNANCE.undelegated
    const known = knownDelegates.includes(addressOf(after))
    return {
      severity: ended || known ? 'info' : firstSight === 1 ? 'medium' : 'high',
      summary: ended
        ? `the key ${key} runs no code any more, before that of ${addressOf(before)}`
        : `the key ${key}, which has power, runs the code of ${addressOf(after)}${before === 0n ? '' : ` in place of ${addressOf(before)}`}`,
      evidence: { key, before: addressOf(before), after: addressOf(after), privileged: (as & CODE_AS.privileged) !== 0 ? 1 : 0 },
    }
  },
})
