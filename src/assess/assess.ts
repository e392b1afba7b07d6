// From findings to incidents: what is going on at a venue, how bad, how likely, and what is at stake. Computed again at each block.
import type { Finding, Hex, Incident, Source, Subject } from '../core/flow.ts'
import { atLeast, worst } from '../core/severity.ts'
import { subjectAddress } from '../core/subject.ts'
import { hex32 } from '../core/words.ts'
import { displaced, figuresOf, lossAtRiskUsd, marketsOf } from '../state/loss.ts'
import type { World } from '../state/world.ts'
import { assumedProbability } from './probability.ts'

export interface AssessRules {
  /** Findings of the last so many seconds of chain time make an incident. */
  readonly windowS: number
  /** An alert that nothing repeats goes on firing for so long. */
  readonly alertHoldS: number
  /** Below this a venue counts as contained, USD. */
  readonly dustUsd: number
}
export const ASSESS_RULES: AssessRules = { windowS: 3_600, alertHoldS: 120, dustUsd: 1_000 }

/**
 * One incident a venue at most: its markets share collateral, so that any of them can drain any other. Its id is the hash of
 * its earliest finding, kept in the venue's row (journaled), so that it outlives that finding's window.
 */
export function assess(
  world: World,
  findings: readonly Finding[],
  block: { readonly number: number; readonly timeS: number },
  rules: AssessRules,
): readonly Incident[] {
  const recent = findings.filter((f) => f.timeS > block.timeS - rules.windowS && atLeast(f.severity, 'medium'))
  const incidents: Incident[] = []
  for (let venue = 0; venue < world.venues.count; venue++) {
    const closedS = world.venues.columns.closedS.get(venue)
    const open = recent.filter((f) => f.timeS > closedS && touches(world, venue, f.subject))
    const incident = assessVenue(world, venue, open, block, rules)
    if (incident) incidents.push(incident)
  }
  return incidents
}

function assessVenue(
  world: World,
  venue: number,
  findings: readonly Finding[],
  block: { readonly number: number; readonly timeS: number },
  rules: AssessRules,
): Incident | undefined {
  const { columns } = world.venues
  const actions = openActions(world, venue)
  const known = columns.incident.get(venue)
  const first = findings[0]
  if (known === 0n) {
    if (!first) return undefined
    columns.incident.set(venue, BigInt(first.id))
    columns.incidentBlock.set(venue, first.block)
    columns.incidentTimeS.set(venue, first.timeS)
  }
  const markets = marketsOf(world, venue)
  // a market that we act on stays in doubt while its price is, also when the finding has left the window
  const suspects = markets.filter(
    (m) => findings.some((f) => isSuspect(world, m, f.subject)) || (actions.includes(m) && displaced(figuresOf(world, m))),
  )
  const drained = markets.filter((m) =>
    findings.some((f) => f.subject.kind === 'market' && f.source === 'pool' && f.subject.id === world.markets.keyOf(m)),
  )
  const figures = markets.map((m) => figuresOf(world, m))
  const lossUsd = lossAtRiskUsd(figures, suspects, drained)

  const fresh = findings.reduce((latest, f) => Math.max(latest, f.timeS), 0)
  const stillDisplaced = figures.some((m) => suspects.includes(m.market) && displaced(m))
  if (fresh > columns.lastFiringS.get(venue)) columns.lastFiringS.set(venue, fresh)
  if (stillDisplaced) columns.lastFiringS.set(venue, block.timeS)
  const lastFiringTimeS = columns.lastFiringS.get(venue)
  const firing = block.timeS - lastFiringTimeS < rules.alertHoldS
  if (!firing && actions.length === 0) {
    columns.incident.set(venue, 0n)
    columns.closedS.set(venue, block.timeS)
    return undefined
  }
  const sources = [...new Set(findings.filter((f) => !f.provisional).map((f) => f.source))].sort() as Source[]
  const severity = findings.reduce((s, f) => worst(s, f.severity), 'info' as Incident['severity'])
  return {
    id: hex32(columns.incident.get(venue)),
    chainId: world.chainId,
    venue,
    venueId: world.venues.keyOf(venue) as Hex,
    status: !firing ? 'resolved' : actions.length > 0 && lossUsd < rules.dustUsd ? 'contained' : 'open',
    severity,
    openedBlock: columns.incidentBlock.get(venue),
    openedTimeS: columns.incidentTimeS.get(venue),
    lastFiringTimeS,
    sources,
    findings: findings.map((f) => f.id),
    suspects,
    drained,
    probability: assumedProbability(severity, sources.length),
    probabilityFrom: 'assumed',
    lossAtRiskUsd: lossUsd,
  }
}

/** Market rows of the venue on which a Guard action of ours is active. */
function openActions(world: World, venue: number): readonly number[] {
  const open: number[] = []
  for (let row = 0; row < world.guardActions.count; row++) {
    const { columns } = world.guardActions
    if (columns.active.get(row) === 0) continue
    const market = world.markets.find(`${world.venues.keyOf(venue)}:${subjectAddress(hex32(columns.subject.get(row)))}`)
    if (market !== undefined) open.push(market)
  }
  return open
}

function touches(world: World, venue: number, subject: Subject): boolean {
  const id = world.venues.keyOf(venue)
  switch (subject.kind) {
    case 'feed':
      return marketsOf(world, venue).some((market) => isSuspect(world, market, subject))
    case 'market':
    case 'account':
      return subject.id.startsWith(`${id}:`)
    case 'venue':
      return subject.id === id
    case 'chain':
      return false
  }
}

/** Is the market priced by the feed that the finding is about? */
function isSuspect(world: World, market: number, subject: Subject): boolean {
  if (subject.kind !== 'feed') return false
  const feed = world.markets.columns.feed.get(market)
  return feed > 0 && world.feeds.keyOf(feed - 1) === subject.id
}
