// The choice among simulated candidates: least expected harm within hard constraints. Pure: it sees outcomes, never a network.
import type { Decision, Incident, Option, Outcome, Probe, Proposal, Weighed } from '../core/flow.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'
import { analyticLossUsd } from './options.ts'
import { isGentle, type Playbook, width } from './playbook.ts'

/** What was asked and what came back; no outcome for an option means it was late: the analytic bound decides. */
export interface Evaluated {
  readonly incident: Incident
  readonly options: readonly Option[]
  readonly probes: readonly Probe[]
  readonly outcomes: readonly Outcome[]
}

interface Candidate {
  readonly option: Option
  readonly weighed: Weighed
}

export function choose(
  world: World,
  venue: Venue,
  evaluated: Evaluated,
  playbook: Playbook,
  block: { readonly number: number; readonly hash: Decision['blockHash']; readonly timeS: number },
): Decision {
  const { incident, options } = evaluated
  const candidates = options.map((option): Candidate => ({ option, weighed: weigh(world, venue, evaluated, option, playbook) }))
  const allowed = candidates.filter((c) => c.weighed.allowed).sort((a, b) => a.weighed.harmUsd - b.weighed.harmUsd)
  const best = narrowest(allowed, playbook)
  const base = { chainId: world.chainId, block: block.number, blockHash: block.hash, timeS: block.timeS, incident: incident.id }
  const weighed = candidates.map((c) => c.weighed)
  if (!best || best.option.steps.length === 0)
    return { ...base, chosen: 'observe', reason: reasonToObserve(incident, allowed, candidates), weighed, acceptable: [], proposals: [] }
  const others = allowed.filter(
    (c) => c !== best && c.option.steps.length > 0 && isAsGood(c, best, playbook) && !narrowerServes(c, allowed, playbook),
  )
  return {
    ...base,
    chosen: best.option.id,
    reason: reasonToAct(best, allowed),
    weighed,
    acceptable: [best, ...others].flatMap((c) => proposalsFor(world, venue, incident, c.option)),
    proposals: proposalsFor(world, venue, incident, best.option),
  }
}

function weigh(world: World, venue: Venue, evaluated: Evaluated, option: Option, playbook: Playbook): Weighed {
  const { incident, probes, outcomes } = evaluated
  const outcome = outcomes.find((o) => o.option === option.id)
  const analytic = analyticLossUsd(world, venue, incident, option)
  const takenUsd = outcome ? probes.filter((p) => outcome.succeeded.includes(p.name)).reduce((sum, p) => sum + p.usd, 0) : 0
  const lossLeftUsd = Math.max(analytic, takenUsd)
  let inducedUsd = 0
  let disruptionUsd = 0
  for (const step of option.steps) {
    const effect = venue.protocol.actions[step.action]?.effect
    if (!effect) continue
    const m = world.markets.at(step.market)
    const hours = expiryHours(world, step.entry)
    const cost = playbook.costUsdPerHour
    const perHour =
      (effect.supplies === 'no' ? m.agedSuppliers * cost.supplies : 0) +
      (effect.borrowsAgainst === 'no' ? m.agedSuppliers * cost.borrows : 0) +
      (effect.borrowsOf === 'no' ? m.agedBorrowers * cost.borrows : 0) +
      (effect.withdraws === 'no' ? m.agedSuppliers * cost.withdraws : effect.withdrawsOther === 'no' ? m.agedMixed * cost.withdraws : 0) +
      (effect.repays === 'no' ? m.agedBorrowers * cost.repays : 0)
    disruptionUsd += perHour * hours
    if (effect.liquidates === 'no') inducedUsd += playbook.liquidationGapPerHour * hours * m.suppliedUsd
  }
  const why = forbidden(venue, incident, option, outcome, playbook)
  return {
    option: option.id,
    class: option.class,
    allowed: why === '',
    why: why || (outcome ? 'simulated' : 'late: analytic bound'),
    lossLeftUsd,
    inducedUsd,
    disruptionUsd,
    harmUsd: incident.probability * lossLeftUsd + inducedUsd + disruptionUsd,
    simulated: outcome !== undefined,
  }
}

/** Hard constraints, not weights. Empty: allowed. */
function forbidden(venue: Venue, incident: Incident, option: Option, outcome: Outcome | undefined, playbook: Playbook): string {
  if (option.steps.length === 0) return ''
  if (outcome && !outcome.executed) return `the Guard refuses: ${outcome.why}`
  const effects = option.steps.map((step) => venue.protocol.actions[step.action]?.effect)
  if (effects.some((e) => !e?.reversible)) return 'irreversible: never automatic'
  const least = playbook.minProbability[option.class]
  if (incident.probability < least) return `probability ${incident.probability} under ${least} for class ${option.class}`
  const gentle = effects.every((e) => e !== undefined && isGentle(e))
  if (!gentle && incident.sources.length < 2) return 'closes exits or liquidations: needs two independent sources'
  return ''
}

/** Of those whose harm is the least: what touches the fewest markets, then the narrowest class. */
function narrowest(byHarm: readonly Candidate[], playbook: Playbook): Candidate | undefined {
  const least = byHarm[0]?.weighed.harmUsd ?? 0
  return byHarm
    .filter((c) => c.weighed.harmUsd <= least + playbook.tieUsd)
    .sort((a, b) => a.option.steps.length - b.option.steps.length || width(a.option.class) - width(b.option.class))[0]
}

const isAsGood = (c: Candidate, best: Candidate, playbook: Playbook): boolean =>
  c.weighed.harmUsd <= best.weighed.harmUsd * (1 + playbook.epsilon) + playbook.dustUsd

/** Is there a narrower allowed option that leaves no more to lose? */
function narrowerServes(c: Candidate, allowed: readonly Candidate[], playbook: Playbook): boolean {
  return allowed.some((o) => isNarrower(o.option, c.option) && o.weighed.lossLeftUsd <= c.weighed.lossLeftUsd + playbook.dustUsd)
}

const isNarrower = (a: Option, b: Option): boolean =>
  a.steps.length <= b.steps.length && width(a.class) <= width(b.class) && (a.steps.length < b.steps.length || a.class !== b.class)

function proposalsFor(world: World, venue: Venue, incident: Incident, option: Option): readonly Proposal[] {
  if (!venue.guard) return []
  const { guard } = venue
  return option.steps.map(({ entry, subject, step, action, market }) => {
    const row = world.guardActions.find(`${entry}:${subject}`)
    const round = row === undefined ? 0 : world.guardActions.columns.round.get(row)
    return { chainId: world.chainId, guard, operation: 'execute', entry, subject, step, round, incident: incident.id, action, market }
  })
}

function expiryHours(world: World, entry: string): number {
  const row = world.guardEntries.find(entry)
  return row === undefined ? 1 : world.guardEntries.columns.expiryS.get(row) / 3_600
}

function reasonToAct(best: Candidate, allowed: readonly Candidate[]): string {
  const observe = allowed.find((c) => c.option.steps.length === 0)
  const next = allowed.find((c) => c !== best && c.option.steps.length > 0)
  const gain = observe
    ? `harm ${usd(best.weighed.harmUsd)} USD against ${usd(observe.weighed.harmUsd)} by watching`
    : `harm ${usd(best.weighed.harmUsd)} USD`
  return next ? `${gain}; next best ${next.option.id} with ${usd(next.weighed.harmUsd)}` : gain
}

function reasonToObserve(incident: Incident, allowed: readonly Candidate[], all: readonly Candidate[]): string {
  if (incident.lossAtRiskUsd <= 0) return 'nothing is left to lose in the present state'
  if (allowed.length <= 1 && all.length > 1) return 'no action is allowed on this evidence'
  return all.length <= 1 ? 'the venue offers no action here' : 'every action would harm more than it saves'
}

/** Whole USD with thousands marks, the same on every machine. */
const usd = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
