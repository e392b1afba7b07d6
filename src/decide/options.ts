// The candidates for an incident, narrow to wide, each with what the tables say it would leave to lose.

import { toFloat } from '../core/exact.ts'
import type { GuardStep, Incident, Option } from '../core/flow.ts'
import { subjectAddress } from '../core/subject.ts'
import { hex32 } from '../core/words.ts'
import { stressedBadDebtUsd } from '../state/loss.ts'
import type { Venue } from '../state/protocol.ts'
import type { Candidate } from '../state/risk.ts'
import type { World } from '../state/world.ts'

export const OBSERVE: Option = { id: 'observe', class: 'observe', steps: [] }

/** Accounts that one decision relieves at most: each is a transaction, and all are simulated together. */
const MOST_RELIEFS = 4

/** Only what the venue offers, what is not active already, and what its Guard has live. */
export function optionsFor(world: World, venue: Venue, incident: Incident): readonly Option[] {
  const offered = ({ id, action, on }: Candidate): readonly Option[] => {
    const known = venue.protocol.actions[action]
    if (!known || on.length === 0) return []
    const steps = on.flatMap((market) => venue.protocol.steps(world, action, market))
    if (steps.length < on.length || steps.some((step) => !usable(world, step))) return []
    return [{ id, class: known.class, steps }]
  }
  return [
    OBSERVE,
    ...venue.risk.narrow(world, incident.venue, incident).flatMap(offered),
    ...reliefOptions(world, venue, incident),
    ...venue.risk.wide(world, incident.venue, incident).flatMap(offered),
  ]
}

/** Liquidating those accounts alone whose bad debt after a further fall would be the largest; or the first of them only. */
function reliefOptions(world: World, venue: Venue, incident: Incident): readonly Option[] {
  const atStake = (account: number): number => {
    const { collateralE8, debtE8 } = world.accounts.at(account)
    return stressedBadDebtUsd(toFloat(collateralE8, 8), toFloat(debtE8, 8))
  }
  const soldUsd = new Map<number, number>()
  const steps: GuardStep[] = []
  const worst = [...incident.unattended].filter((account) => atStake(account) > 0).sort((a, b) => atStake(b) - atStake(a) || a - b)
  for (const account of worst) {
    const relief = venue.relief?.(world, account)
    if (!relief || steps.length === MOST_RELIEFS) continue
    // together they must not sell more than the pools can take: the last one would find no price worth it
    const sum = (soldUsd.get(relief.collateral) ?? 0) + relief.seizedUsd
    if (soldUsd.has(relief.collateral) && sum > relief.roomUsd) continue
    soldUsd.set(relief.collateral, sum)
    steps.push(relief.step)
  }
  const [first] = steps
  if (!first) return []
  const one: Option = { id: `liquidate(${subjectAddress(first.subject)})`, class: 'account', steps: [first] }
  return steps.length === 1 ? [one] : [one, { id: `liquidate(${steps.length} accounts)`, class: 'account', steps }]
}

function usable(world: World, step: GuardStep): boolean {
  const entry = world.guardEntries.find(step.entry)
  if (entry === undefined || world.guardEntries.columns.live.get(entry) === 0) return false
  const action = world.guardActions.find(`${step.entry}:${step.subject}`)
  return action === undefined || world.guardActions.columns.active.get(action) === 0
}

/** Loss at risk as it would be with the option in force: the same bound over figures that its effect rows change. */
export const analyticLossUsd = (world: World, venue: Venue, incident: Incident, option: Option): number =>
  venue.risk.lossUsd(world, incident.venue, incident, option.steps, venue.protocol.actions)

/** What the unattended accounts would leave uncovered after a further fall, those that the option relieves counted after that. */
export function stressedAfterUsd(world: World, venue: Venue, incident: Incident, option: Option): number {
  return incident.unattended.reduce((sum, account) => {
    const { collateralE8, debtE8 } = world.accounts.at(account)
    const relief = option.steps.some((step) => step.call && step.subject === subjectOf(world, account))
      ? venue.relief?.(world, account)
      : undefined
    return sum + stressedBadDebtUsd(toFloat(collateralE8, 8) - (relief?.seizedUsd ?? 0), toFloat(debtE8, 8) - (relief?.repaidUsd ?? 0))
  }, 0)
}

const subjectOf = (world: World, account: number): string => hex32(world.accounts.columns.account.get(account))
