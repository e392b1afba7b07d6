// What may be done on the evidence of a transaction that only waits: gentle things of narrow classes, tried before it, few in an hour.
import type { Decision, Option, Outcome, Proposal } from '../core/flow.ts'
import type { Venue } from '../state/protocol.ts'
import { isGentle, type Playbook, width } from './playbook.ts'

/** Exits, repayments and liquidations stay open whatever is pretended; what anyone may call is no race against a thief. */
export function pendingOptions(options: readonly Option[], venue: Venue, playbook: Playbook): readonly Option[] {
  return options.filter(
    ({ class: of, steps }) =>
      width(of) <= width(playbook.pending.widest) &&
      steps.every((step) => {
        const effect = venue.protocol.actions[step.action]?.effect
        return step.call === undefined && effect !== undefined && isGentle(effect)
      }),
  )
}

/** Nothing is done that wasn't tried with the transaction after it: no analytic bound speaks for a pretence. */
export const tried = (options: readonly Option[], outcomes: readonly Outcome[]): readonly Option[] =>
  options.filter(({ id, steps }) => steps.length === 0 || outcomes.some((o) => o.option === id && o.executed))

/** The same action for the budget, whoever proposes it on whatever head. */
export const actionKey = ({ guard, entry, subject, round }: Proposal): string => `${guard}:${entry}:${subject}:${round}`

/** The decision not to act, when the bounds of pending evidence say so. */
export const withheld = (decision: Decision, reason: string): Decision => ({
  ...decision,
  chosen: 'observe',
  reason,
  acceptable: [],
  proposals: [],
})
