// The Guard is disarmed: nothing can be tightened until the timelock arms it again. During an open incident that is part of the attack until shown otherwise.
import { z } from 'zod'
import { addressOf, hex32 } from '../core/words.ts'
import { guards, venues } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector, type View } from './define.ts'

/** What was told last of a Guard. Each step up is told once. */
const STATE = { armed: 0, disarmed: 1, disarmedInIncident: 2 } as const

export const guardDisarmed = defineDetector({
  id: 'guard-disarmed',
  title: 'Guard disarmed',
  maturity: 'test',
  threat: 'Who holds the guardian can switch the answer off first and attack then, or while the attack goes on.',
  catches:
    'A Guard that is disarmed, or found so: medium, told once. Critical, once more, when an incident is open on its chain then or opens meanwhile.',
  misses:
    'A guardian that vetoes, lifts or keeps one action after the other; other signers; a disarm in the very block of the first finding is critical a block later.',
  falsePositives: [
    'a guardian that disarms on purpose, since the incident is a false alarm',
    'an incident of a venue on the same chain that has another Guard',
  ],
  runbook: 'docs/runbooks/guard-disarmed.md',
  source: 'authority',
  basis: 'chain',
  on: guards,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({}),
  memory: { told: ring({ size: 1 }) },
  check({ guard, armed }, { told }, _params, _block, view) {
    const incident = armed === 0 ? openIncident(view) : undefined
    const state = armed !== 0 ? STATE.armed : incident === undefined ? STATE.disarmed : STATE.disarmedInIncident
    const before = told.get(0) ?? STATE.armed
    if (state !== before) told.push(state)
    if (state <= before) return undefined
    return {
      severity: state === STATE.disarmedInIncident ? 'critical' : 'medium',
      summary: `the Guard at ${addressOf(guard)} is disarmed${incident === undefined ? '' : ' while an incident is open'}: nothing can be executed or renewed until the admin arms it`,
      evidence: { guard: addressOf(guard), incident: incident === undefined ? 'none' : hex32(incident) },
    }
  },
})

/** The first there is: as of the block before, since incidents are made of findings. */
function openIncident(view: View): bigint | undefined {
  for (let row = 0; row < view.count(venues); row++) {
    const { incident } = view.at(venues, row)
    if (incident !== 0n) return incident
  }
  return undefined
}
