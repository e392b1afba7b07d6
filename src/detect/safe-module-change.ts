// What stands beside or under a Safe's signatures changed: a module acts without them, a guard stops them, and another singleton is another Safe.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf } from '../core/words.ts'
import { contracts, GOVERNANCE, governanceChanges } from '../state/tables.ts'
import { defineDetector } from './define.ts'

export const safeModuleChange = defineDetector({
  id: 'safe-module-change',
  title: 'Module, guard, handler or code of a Safe changed',
  maturity: 'test',
  threat:
    'At Bybit (2025-02-21) three owners signed one delegate call that replaced the code of their Safe; the next transaction emptied it. A module takes what it likes without any signature.',
  catches:
    'Another singleton: critical, though it was signed for. A module enabled, a guard set or taken away, another fallback handler: medium with signatures, high without. A module that acts within `freshS` of being enabled: high; one that was never seen enabled: critical.',
  misses: 'What a guard or module does; a module of long standing whose own owner is in the wrong hands; Safes that are not named.',
  falsePositives: [
    'an upgrade to a newer Safe release: name its singleton in `knownSingletons` beforehand',
    'a module that a team sets up and uses on the same day',
  ],
  runbook: 'docs/runbooks/safe-module-change.md',
  source: 'authority',
  basis: 'chain',
  on: governanceChanges,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({
    /** A day: what a team needs to see that a module was enabled, and to disable it. */
    freshS: z.number().nonnegative().default(86_400),
    /** Singletons that were reviewed: a change to one of them is only told. */
    knownSingletons: z
      .array(z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'want an address: 0x and 40 hex digits'))
      .default([])
      .transform((all) => all.map((one) => one.toLowerCase())),
  }),
  memory: {},
  check({ change, governed, before, after, ageS, contract }, _memory, { freshS, knownSingletons }, _block, view) {
    const words = WORDS[change]
    if (words === undefined) return undefined
    const severity =
      change === GOVERNANCE.moduleActed
        ? ofActing(ageS, freshS)
        : change === GOVERNANCE.singleton
          ? knownSingletons.includes(addressOf(after)) && governed === 1
            ? 'low'
            : 'critical'
          : ofChange(change, governed === 1)
    if (severity === undefined) return undefined
    const safe = contract > 0 ? addressOf(view.at(contracts, contract - 1).address) : 'a Safe'
    const path = governed === 1 ? 'with signatures' : 'without signatures'
    const how =
      change === GOVERNANCE.moduleActed ? (ageS >= 0 ? `${ageS} s after it was enabled` : 'though it was never seen enabled') : path
    return {
      severity,
      summary: `${safe}: ${words} ${addressOf(after === 0n ? before : after)}, ${how}`,
      evidence: { safe, change: NAMES[change] ?? 'unknown', before: addressOf(before), after: addressOf(after), governed, ageS },
    }
  },
})

/** undefined: a module of long standing does what it is there for. */
function ofActing(ageS: number, freshS: number): Severity | undefined {
  if (Number.isNaN(ageS)) return 'critical'
  return ageS < freshS ? 'high' : undefined
}

function ofChange(change: number, governed: boolean): Severity {
  if (change === GOVERNANCE.moduleDisabled) return governed ? 'info' : 'medium'
  return governed ? 'medium' : 'high'
}

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(GOVERNANCE).map(([name, code]) => [code, name]))
const WORDS: Readonly<Record<number, string>> = {
  [GOVERNANCE.moduleEnabled]: 'a module may act without signatures:',
  [GOVERNANCE.moduleDisabled]: 'a module was disabled:',
  [GOVERNANCE.moduleActed]: 'a module acted as the Safe:',
  [GOVERNANCE.safeGuard]: 'the guard of its transactions changed:',
  [GOVERNANCE.fallbackHandler]: 'its fallback handler changed:',
  [GOVERNANCE.singleton]: 'it runs other code:',
}
