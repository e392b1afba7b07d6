// What an option would cost: loss left, loss that it induces, disruption of honest people; and whether it may be taken at all.
import type { GuardStep, Incident, Option, Outcome, Probe, Source, Weighed } from '../core/flow.ts'
import { subjectAddress } from '../core/subject.ts'
import { ROLE } from '../state/authority.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'
import { analyticLossUsd, OBSERVE, stressedAfterUsd } from './options.ts'
import { isGentle, type Playbook } from './playbook.ts'

/** What was asked and what came back; no outcome for an option means that it was late or not worth asking: the analytic bound decides. */
export interface Evaluated {
  readonly incident: Incident
  readonly options: readonly Option[]
  readonly probes: readonly Probe[]
  readonly outcomes: readonly Outcome[]
}

export function weigh(world: World, venue: Venue, evaluated: Evaluated, option: Option, playbook: Playbook): Weighed {
  const { incident, probes, outcomes } = evaluated
  const outcome = outcomes.find((o) => o.option === option.id)
  const analytic = analyticLossUsd(world, venue, incident, option)
  const takenUsd = outcome ? probes.filter((p) => outcome.succeeded.includes(p.name)).reduce((sum, p) => sum + p.usd, 0) : 0
  const fromMarketsUsd = Math.max(analytic, takenUsd)
  const uncoveredUsd = stressedAfterUsd(world, venue, incident, option)
  let inducedUsd = 0
  let disruptionUsd = 0
  for (const step of option.steps) {
    const effect = venue.protocol.actions[step.action]?.effect
    if (!effect) continue
    const hours = expiryHours(world, step.entry)
    disruptionUsd += venue.risk.disruptionUsdPerHour(world, step.market, effect, playbook.costUsdPerHour) * hours
    if (effect.liquidates === 'no') inducedUsd += playbook.liquidationGapPerHour * hours * venue.risk.liquidatedUsd(world, step.market)
    const relief = step.call && venue.relief?.(world, accountOf(world, venue, step))
    if (relief) inducedUsd += relief.seizedUsd - relief.repaidUsd
  }
  const why = forbidden(world, venue, incident, option, outcome, playbook)
  return {
    option: option.id,
    class: option.class,
    allowed: why === '',
    why:
      why ||
      (outcome
        ? 'simulated'
        : worthSimulating(world, venue, incident, option, playbook)
          ? 'late: analytic bound'
          : 'no better than watching'),
    lossLeftUsd: fromMarketsUsd + uncoveredUsd,
    inducedUsd,
    disruptionUsd,
    harmUsd: incident.probability * fromMarketsUsd + incident.unattendedProbability * uncoveredUsd + inducedUsd + disruptionUsd,
    simulated: outcome !== undefined,
  }
}

/** Large withdrawals and thin exchange pools are conditions of an attack, and of ordinary days too. */
const CIRCUMSTANTIAL: readonly Source[] = ['pool', 'exchange']

const accountOf = (world: World, venue: Venue, step: GuardStep): number =>
  world.accounts.find(`${venue.pool}:${subjectAddress(step.subject)}`) ?? -1

/** Hard constraints, not weights. Empty: allowed. */
function forbidden(
  world: World,
  venue: Venue,
  incident: Incident,
  option: Option,
  outcome: Outcome | undefined,
  playbook: Playbook,
): string {
  if (option.steps.length === 0) return ''
  const humans = humansForbid(world, venue, option)
  if (humans !== '') return humans
  if (outcome && !outcome.executed) return `the Guard refuses: ${outcome.why}`
  const effects = option.steps.map((step) => venue.protocol.actions[step.action]?.effect)
  if (effects.some((e) => !e?.reversible && e?.role !== 'anyone')) return 'irreversible: never automatic'
  if (option.steps.every((step) => step.call)) {
    if (!outcome) return 'a liquidation must be simulated first'
    return unlikely(incident.unattendedProbability, option, playbook)
  }
  const undoer = Object.entries(ROLE).find(
    ([name, hash]) => incident.compromised.includes(hash) && effects.some((e) => e?.undoneBy.includes(name)),
  )?.[0]
  if (undoer) return `whoever took ${undoer} can undo it at once`
  if (incident.sources.length > 0 && incident.sources.every((source) => CIRCUMSTANTIAL.includes(source)))
    return 'what flows, or could, proves nothing by itself: needs another source'
  const tooUnlikely = unlikely(incident.probability, option, playbook)
  if (tooUnlikely !== '') return tooUnlikely
  const gentle = effects.every((e) => e !== undefined && isGentle(e))
  if (!gentle && incident.sources.length < 2) return 'closes exits or liquidations: needs two independent sources'
  return ''
}

function unlikely(probability: number, option: Option, playbook: Playbook): string {
  const least = playbook.minProbability[option.class]
  return probability < least ? `probability ${probability} under ${least} for class ${option.class}` : ''
}

/** What the guardian has said counts without asking the Guard: simulations can be late, and a refused action costs a whole block. */
function humansForbid(world: World, venue: Venue, option: Option): string {
  const steps = option.steps.filter((step) => !step.call)
  const guard = venue.guard === undefined ? undefined : world.guards.find(venue.guard)
  if (steps.length > 0 && guard !== undefined && world.guards.columns.armed.get(guard) === 0) return 'the Guard is disarmed'
  const nowS = world.chains.columns.timeS.get(0)
  for (const { entry, subject } of steps) {
    const action = world.guardActions.find(`${entry}:${subject}`)
    const untilS = action === undefined ? 0 : world.guardActions.columns.vetoUntilS.get(action)
    if (untilS > nowS) return `the guardian has vetoed it until ${untilS}`
  }
  return ''
}

/**
 * Time between a block and its decision is short: what is forbidden anyway, or leaves as much to lose as watching does by the
 * tables alone, is not simulated. If the tables see no loss at all and the attack goes on, everything is.
 */
export function worthSimulating(world: World, venue: Venue, incident: Incident, option: Option, playbook: Playbook): boolean {
  if (option.steps.length === 0) return true
  if (option.steps.every((step) => step.call)) return true
  if (forbidden(world, venue, incident, option, undefined, playbook) !== '') return false
  const watching = analyticLossUsd(world, venue, incident, OBSERVE)
  return watching <= playbook.dustUsd || analyticLossUsd(world, venue, incident, option) < watching - playbook.dustUsd
}

function expiryHours(world: World, entry: string): number {
  const row = world.guardEntries.find(entry)
  return row === undefined ? 1 : world.guardEntries.columns.expiryS.get(row) / 3_600
}
