// From findings to incidents: what is going on at a venue, how bad, how likely, and what is at stake. Computed again at each block.
import { toFloat } from '../core/exact.ts'
import type { Finding, Hex, Incident, Source, Subject } from '../core/flow.ts'
import { atLeast, worst } from '../core/severity.ts'
import { subjectAddress } from '../core/subject.ts'
import { hex32 } from '../core/words.ts'
import { STATUS } from '../state/account-book.ts'
import { ungovernedHolders } from '../state/authority.ts'
import { stressedBadDebtUsd } from '../state/loss.ts'
import type { Venue } from '../state/protocol.ts'
import { type Actions, type Risk, watchedOnly } from '../state/risk.ts'
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

/** A venue under assessment: its row, and how its kind is judged. */
interface Place {
  readonly venue: number
  readonly risk: Risk
  readonly actions: Actions
}

export interface AssessedBlock {
  readonly number: number
  readonly timeS: number
  /** Behind a gap: what provisional findings say counts as long as such a block is the newest. Without it they count for nothing. */
  readonly provisional?: boolean
}

/**
 * One incident a venue at most: its markets share collateral, so that any of them can drain any other. Its id is the hash of
 * its earliest finding, kept in the venue's row (journaled), so that it outlives that finding's window.
 */
export function assess(
  world: World,
  findings: readonly Finding[],
  block: AssessedBlock,
  rules: AssessRules,
  venues: readonly Venue[],
): readonly Incident[] {
  const recent = findings.filter((f) => f.timeS > block.timeS - rules.windowS && atLeast(f.severity, 'medium'))
  const incidents: Incident[] = []
  for (let venue = 0; venue < world.venues.count; venue++) {
    const closedS = world.venues.columns.closedS.get(venue)
    const of = venues.find(({ pool }) => pool === world.venues.keyOf(venue))
    const place: Place = { venue, risk: of?.risk ?? watchedOnly, actions: of?.protocol.actions ?? {} }
    const open = recent.filter((f) => f.timeS > closedS && touches(world, place, f.subject))
    const incident = assessVenue(world, place, open, block, rules)
    if (incident) incidents.push(incident)
  }
  return incidents
}

function assessVenue(
  world: World,
  place: Place,
  findings: readonly Finding[],
  block: AssessedBlock,
  rules: AssessRules,
): Incident | undefined {
  const { columns } = world.venues
  const { venue, risk } = place
  const acted = openActions(world, place)
  const known = columns.incident.get(venue)
  const first = findings[0]
  if (known === 0n) {
    if (!first) return undefined
    columns.incident.set(venue, BigInt(first.id))
    columns.incidentBlock.set(venue, first.block)
    columns.incidentTimeS.set(venue, first.timeS)
  }
  const markets = risk.marketsOf(world, venue)
  // a market stays in doubt while its parameters are not what governance left, or (if we act on it) while its price isn't, also
  // when the finding has left the window
  const suspects = markets.filter(
    (m) =>
      findings.some((f) => isSuspect(world, risk, m, f)) || (acted.includes(m) && risk.isDisplaced(world, m)) || risk.isLoosened(world, m),
  )
  const drained = markets.filter((m) =>
    findings.some((f) => f.subject.kind === 'market' && f.source === 'pool' && f.subject.id === risk.marketKey(world, m)),
  )
  const unattended = unattendedAccounts(world, venue, findings, block.timeS, rules)
  const lossUsd = risk.lossUsd(world, venue, { suspects, drained }, [], place.actions) + stressedUsd(world, unattended)

  const fresh = findings.reduce((latest, f) => Math.max(latest, f.timeS), 0)
  const stillWrong = suspects.some((m) => risk.isDisplaced(world, m) || risk.isLoosened(world, m))
  if (fresh > columns.lastFiringS.get(venue)) columns.lastFiringS.set(venue, fresh)
  if (stillWrong) columns.lastFiringS.set(venue, block.timeS)
  const lastFiringTimeS = columns.lastFiringS.get(venue)
  const firing = block.timeS - lastFiringTimeS < rules.alertHoldS
  if (!firing && acted.length === 0) {
    columns.incident.set(venue, 0n)
    columns.closedS.set(venue, block.timeS)
    return undefined
  }
  const counting = findings.filter((f) => !f.provisional || block.provisional)
  const bearing = counting.filter((f) => bearsOnMarkets(world, risk, suspects, f))
  const sources = sourcesOf(bearing.length > 0 ? bearing : counting)
  const missed = counting.filter(isMissed)
  const severity = findings.reduce((s, f) => worst(s, f.severity), 'info' as Incident['severity'])
  return {
    id: hex32(columns.incident.get(venue)),
    chainId: world.chainId,
    venue,
    venueId: world.venues.keyOf(venue) as Hex,
    status: !firing ? 'resolved' : acted.length > 0 && lossUsd < rules.dustUsd ? 'contained' : 'open',
    severity,
    openedBlock: columns.incidentBlock.get(venue),
    openedTimeS: columns.incidentTimeS.get(venue),
    lastFiringTimeS,
    sources,
    findings: findings.map((f) => f.id),
    suspects,
    drained,
    unattended,
    compromised: compromisedRoles(world, findings),
    probability: assumedProbability(worstOf(bearing.length > 0 ? bearing : counting), sources.length),
    unattendedProbability: unattended.length > 0 ? assumedProbability(worstOf(missed), sourcesOf(missed).length) : 0,
    probabilityFrom: 'assumed',
    lossAtRiskUsd: lossUsd,
  }
}

const sourcesOf = (findings: readonly Finding[]): readonly Source[] => [...new Set(findings.map((f) => f.source))].sort()
const worstOf = (findings: readonly Finding[]): Incident['severity'] =>
  findings.reduce((s, f) => worst(s, f.severity), 'info' as Incident['severity'])

/** Does it say that accounts could be liquidated and nobody does it? */
const isMissed = ({ source, subject, evidence }: Finding): boolean =>
  source === 'accounts' && subject.kind === 'venue' && Number(evidence['missedBlocks'] ?? 0) > 0

/**
 * Whether a finding makes it likelier that the suspects are what is wrong. Accounts that fall are what a falling price does, true or
 * false, so they say nothing of it. Value that leaves elsewhere goes with a price that is too high, or with parameters too wide: with
 * a price that is too low it leaves the suspect itself.
 */
function bearsOnMarkets(world: World, risk: Risk, suspects: readonly number[], finding: Finding): boolean {
  if (suspects.length === 0) return !isMissed(finding)
  if (finding.source === 'accounts') return false
  if (suspects.some((market) => isSuspect(world, risk, market, finding) || finding.subject.id === risk.marketKey(world, market)))
    return true
  const givesAway = suspects.some((market) => risk.givesAway(world, market))
  return finding.subject.kind !== 'feed' && finding.source !== 'exchange' && givesAway
}

/** While a finding says that nobody liquidates: the accounts under their threshold that have more than they owe. */
function unattendedAccounts(
  world: World,
  venue: number,
  findings: readonly Finding[],
  timeS: number,
  rules: AssessRules,
): readonly number[] {
  const told = findings.some((f) => isMissed(f) && timeS - f.timeS < rules.alertHoldS)
  if (!told) return []
  const { columns, count } = world.accounts
  const rows: number[] = []
  for (let row = 0; row < count; row++) if (columns.status.get(row) === STATUS.under && columns.venue.get(row) === venue + 1) rows.push(row)
  return rows
}

const stressedUsd = (world: World, accounts: readonly number[]): number =>
  accounts.reduce((sum, row) => {
    const { collateralE8, debtE8 } = world.accounts.at(row)
    return sum + stressedBadDebtUsd(toFloat(collateralE8, 8), toFloat(debtE8, 8))
  }, 0)

/** Roles that findings say were used outside the governed path, as long as somebody outside it holds them. */
function compromisedRoles(world: World, findings: readonly Finding[]): readonly Hex[] {
  const used = new Set<string>()
  for (const { source, severity, evidence } of findings) {
    const { role, change } = evidence
    if (source !== 'authority' || !atLeast(severity, 'high') || typeof role !== 'string') continue
    // zero is the default admin's role where roles are what changed, and unknown elsewhere
    if (BigInt(role) !== 0n || String(change).startsWith('role')) used.add(role)
  }
  return [...used].filter((role) => ungovernedHolders(world, role as Hex).length > 0).sort() as Hex[]
}

/** Market rows of the venue on which a Guard action of ours is active. */
function openActions(world: World, { venue, risk }: Place): readonly number[] {
  const open: number[] = []
  for (let row = 0; row < world.guardActions.count; row++) {
    const { columns } = world.guardActions
    if (columns.active.get(row) === 0) continue
    const market = risk.marketNamed(world, venue, subjectAddress(hex32(columns.subject.get(row))))
    if (market !== undefined) open.push(market)
  }
  return open
}

function touches(world: World, { venue, risk }: Place, subject: Subject): boolean {
  const id = world.venues.keyOf(venue)
  switch (subject.kind) {
    case 'feed':
      return risk.marketsOf(world, venue).some((market) => risk.isPricedBy(world, market, subject.id))
    case 'market':
    case 'account':
      return subject.id.startsWith(`${id}:`)
    case 'venue':
    case 'contract':
      return subject.id === id || subject.id.startsWith(`${id}:`)
    case 'chain':
      return false
  }
}

/** Is its price in doubt, or were its parameters changed by somebody outside the governed path? */
function isSuspect(world: World, risk: Risk, market: number, { subject, source }: Finding): boolean {
  if (source === 'authority' && subject.kind === 'market') return subject.id === risk.marketKey(world, market)
  return subject.kind === 'feed' && risk.isPricedBy(world, market, subject.id)
}
