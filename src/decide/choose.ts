// The choice among simulated candidates: least expected harm within hard constraints. Pure: it sees outcomes, never a network.
import type { Decision, Incident, Option, Proposal, Weighed } from '../core/flow.ts'
import { subjectAddress } from '../core/subject.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'
import { type Playbook, width } from './playbook.ts'
import { type Evaluated, weigh } from './weigh.ts'

interface Candidate {
  readonly option: Option
  readonly weighed: Weighed
}

/** The Guard's refusal of an action that is in force. We don't offer those, so the chain has moved on beyond the block we judge. */
const IN_FORCE = 'AlreadyActive'
const REASON_BEHIND =
  'an action that this block does not show yet is in force already: the next block decides, nothing wider is done meanwhile'

export function choose(
  world: World,
  venue: Venue,
  evaluated: Evaluated,
  playbook: Playbook,
  block: { readonly number: number; readonly hash: Decision['blockHash']; readonly timeS: number },
): Decision {
  const { incident, options } = evaluated
  const behind = evaluated.outcomes.some((o) => o.why === IN_FORCE)
  const candidates = options.map((option): Candidate => ({ option, weighed: weigh(world, venue, evaluated, option, playbook) }))
  const allowed = candidates.filter((c) => c.weighed.allowed).sort((a, b) => a.weighed.harmUsd - b.weighed.harmUsd)
  const best = narrowest(allowed, playbook)
  const base = { chainId: world.chainId, block: block.number, blockHash: block.hash, timeS: block.timeS, incident: incident.id }
  const weighed = candidates.map((c) => c.weighed)
  if (behind) return { ...base, chosen: 'observe', reason: REASON_BEHIND, weighed, acceptable: [], proposals: [] }
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
  return option.steps.map(({ entry, subject, step, action, market, call }) => {
    const common = { chainId: world.chainId, entry, subject, step, incident: incident.id, action, market }
    if (call) {
      const account = world.accounts.find(`${venue.pool}:${subjectAddress(subject)}`)
      const round = account === undefined ? 0 : world.accounts.columns.liquidations.get(account)
      return { ...common, guard: call.to, operation: 'call', round, data: call.data }
    }
    const row = world.guardActions.find(`${entry}:${subject}`)
    const round = row === undefined ? 0 : world.guardActions.columns.round.get(row)
    return { ...common, guard, operation: 'execute', round }
  })
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
