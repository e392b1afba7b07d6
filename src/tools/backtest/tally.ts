// What a backtest has counted so far: plain data of bounded size, so that it can be saved after any block and gone on from.
import type { BlockInput, Decision, Errand, Finding, Hex, Incident, Proposal } from '../../core/flow.ts'
import { atLeast, severityRank } from '../../core/severity.ts'
import type { FoldRules } from '../../fold.ts'
import { ALERT_FLOOR } from '../../record/outbox.ts'
import type { World } from '../../state/world.ts'
import { fedDetectors, type Missing } from './blindness.ts'
import { type AlertRow, type BlindRange, type Gap, MOST, type ProposalRow, type SubjectRow } from './document.ts'
import { IncidentBook, type IncidentState, newIncidentState } from './incident-book.ts'
import { isOf, type Label } from './labels.ts'

const WEEK_S = 604_800
/** 1970-01-05 was a Monday. */
const MONDAY_S = 4 * 86_400
/** More different subjects or proposals than this are not told apart: memory is bounded. */
const MOST_KEYS = 20_000

type Counts = [number, number, number, number, number]
type Writable<T> = { -readonly [K in keyof T]: T[K] }

interface DetectorCount {
  findings: Counts
  alerts: number
  inLabels: number
  blindBlocks: number
  seenS: number
}

interface Stamp {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
}

interface BinCount {
  timeS: number | null
  blocks: number
  logs: number
  findings: number
  alerts: number
  lossAtRiskUsd: number
  blindBlocks: number
}

export interface TallyState {
  first: Stamp | null
  last: Stamp | null
  /** Time of the block before in this stretch; null: the stretch begins. */
  beforeS: number | null
  blocks: number
  warmUpBlocks: number
  logs: number
  reads: number
  judgedS: number
  readonly detectors: DetectorCount[]
  /** By detector, severity and subject: the first ones. */
  readonly subjects: Map<string, Writable<SubjectRow>>
  alerts: number
  readonly firstAlerts: AlertRow[]
  /** By first second of the week. */
  readonly weeks: Map<number, { blocks: number; readonly alerts: Map<string, number> }>
  readonly bins: Map<number, BinCount>
  decisions: number
  toAct: number
  readonly proposals: Map<string, Writable<ProposalRow>>
  beginLifts: number
  lifts: number
  /** By protocol: the range that goes on, if it was blind in the last block. */
  readonly openBlind: Map<number, Writable<BlindRange>>
  blindRanges: number
  readonly firstBlind: BlindRange[]
  gaps: number
  readonly firstGaps: Gap[]
  /** By label. */
  readonly labels: { judgedBlocks: number; alerts: number; firstAlertBlock: number | null }[]
  /** Alerts that are not about our own sight, and those of them in labels. */
  measured: number
  measuredInLabels: number
  readonly incidents: IncidentState
}

export interface TallySetup {
  readonly rules: Pick<FoldRules, 'detectors' | 'protocols'>
  readonly from: number
  readonly to: number
  readonly labels: readonly Label[]
}

export class Tally {
  readonly incidents: IncidentBook
  readonly blocksPerBin: number
  private readonly places: ReadonlyMap<string, number>
  private readonly fed: readonly (readonly number[])[]
  private readonly setup: TallySetup
  readonly state: TallyState

  constructor(setup: TallySetup, state: TallyState = newState(setup)) {
    this.setup = setup
    this.state = state
    this.incidents = new IncidentBook(state.incidents)
    this.blocksPerBin = Math.max(1, Math.ceil((setup.to - setup.from + 1) / MOST.bins))
    const { detectors, protocols } = setup.rules
    this.places = new Map(detectors.map(({ detector }, i) => [detector.id, i]))
    this.fed = fedDetectors(protocols, detectors)
  }

  warmUp(block: BlockInput): void {
    this.state.warmUpBlocks += 1
    this.state.beforeS = block.timeS
  }

  /** Called once a judged block, before what it led to. */
  block(block: BlockInput, logs: number, missing: readonly Missing[]): void {
    const { state } = this
    const { number, hash, timeS } = block
    const passedS = state.beforeS === null ? 0 : Math.max(0, timeS - state.beforeS)
    state.beforeS = timeS
    state.last = { number, hash, timeS }
    state.first ??= state.last
    state.blocks += 1
    state.logs += logs
    state.reads += block.reads.length
    state.judgedS += passedS
    const bin = this.bin(number)
    bin.timeS ??= timeS
    bin.blocks += 1
    bin.logs += logs
    if (missing.length > 0) bin.blindBlocks += 1
    this.week(timeS).blocks += 1
    const blind = this.blind(number, missing)
    for (const [i, detector] of state.detectors.entries())
      if (blind.has(i)) detector.blindBlocks += 1
      else detector.seenS += passedS
    for (const [i, { from, to }] of this.setup.labels.entries())
      if (number >= from && number <= to) (state.labels[i] as TallyState['labels'][number]).judgedBlocks += 1
  }

  finding(finding: Finding): void {
    const { state } = this
    const counts = state.detectors[this.places.get(finding.detector) ?? -1]
    const bin = this.bin(finding.block)
    if (counts) counts.findings[severityRank(finding.severity)] = (counts.findings[severityRank(finding.severity)] ?? 0) + 1
    bin.findings += 1
    this.subject(finding)
    if (!atLeast(finding.severity, ALERT_FLOOR)) return
    state.alerts += 1
    bin.alerts += 1
    if (counts) counts.alerts += 1
    const { alerts } = this.week(finding.timeS)
    alerts.set(finding.detector, (alerts.get(finding.detector) ?? 0) + 1)
    const label = this.measure(finding, counts)
    if (state.firstAlerts.length === MOST.alerts) return
    const { block, timeS, detector, severity, subject, summary } = finding
    state.firstAlerts.push({ block, timeS, detector, severity, subject: { kind: subject.kind, id: subject.id }, summary, label })
  }

  /** After each judged block: what is open in it. */
  open(world: World, block: BlockInput, incidents: readonly Incident[]): void {
    const bin = this.bin(block.number)
    this.incidents.block(world, block, incidents)
    const atRiskUsd = incidents.reduce((sum, i) => sum + i.lossAtRiskUsd, 0)
    bin.lossAtRiskUsd = Math.max(bin.lossAtRiskUsd, atRiskUsd)
  }

  decision(decision: Decision): void {
    this.state.decisions += 1
    if (decision.proposals.length === 0) return
    this.state.toAct += 1
    this.incidents.answered(decision)
  }

  proposals(world: World, block: BlockInput, proposals: readonly Proposal[]): void {
    const { state } = this
    for (const { operation, action, guard, entry, subject, step, market, incident } of proposals) {
      // the data of a call, and so its hash, is another in each block
      const key = operation === 'call' ? `call:${action}:${subject}` : `${operation}:${entry}:${subject}:${step}`
      const known = state.proposals.get(key)
      if (known) {
        known.times += known.lastBlock === block.number ? 0 : 1
        known.lastBlock = block.number
      } else if (state.proposals.size < MOST_KEYS) {
        const [firstBlock, firstTimeS, lastBlock] = [block.number, block.timeS, block.number]
        const on = world.markets.keyOf(market)
        const row = { operation, action, guard, entry, subject, step, market: on, incident, firstBlock, firstTimeS, lastBlock, times: 1 }
        state.proposals.set(key, row)
      }
    }
  }

  errands(errands: readonly Errand[]): void {
    for (const { kind } of errands)
      if (kind === 'lift') this.state.lifts += 1
      else this.state.beginLifts += 1
  }

  /** The stretch ends here; no block of [fromBlock, toBlock] was judged. An empty one (to before from): two blocks that don't link. */
  gap(gap: Gap): void {
    const { state } = this
    state.gaps += 1
    if (state.firstGaps.length < MOST.gaps) state.firstGaps.push(gap)
    for (const detector of state.detectors) detector.blindBlocks += Math.max(0, gap.toBlock - gap.fromBlock + 1)
    state.beforeS = null
    this.closeBlind(() => true)
    this.incidents.breakOff()
  }

  /** Nothing more comes. */
  end(): void {
    this.closeBlind(() => true)
  }

  private blind(number: number, missing: readonly Missing[]): ReadonlySet<number> {
    const { state, setup } = this
    this.closeBlind((protocol) => !missing.some((m) => m.protocol === protocol))
    const blind = new Set<number>()
    for (const { protocol, calls } of missing) {
      const fed = this.fed[protocol] ?? []
      for (const place of fed) blind.add(place)
      const open = state.openBlind.get(protocol)
      if (open) {
        open.toBlock = number
        open.missing += calls.length
        continue
      }
      const example = calls[0] ? `${calls[0].to} ${calls[0].data.slice(0, 10)}` : ''
      const detectors = fed.map((place) => setup.rules.detectors[place]?.detector.id ?? '')
      const id = setup.rules.protocols[protocol]?.id ?? ''
      state.openBlind.set(protocol, { protocol: id, detectors, fromBlock: number, toBlock: number, missing: calls.length, example })
    }
    return blind
  }

  private closeBlind(ends: (protocol: number) => boolean): void {
    const { state } = this
    for (const [protocol, range] of state.openBlind) {
      if (!ends(protocol)) continue
      state.openBlind.delete(protocol)
      state.blindRanges += 1
      if (state.firstBlind.length < MOST.blindRanges) state.firstBlind.push(range)
    }
  }

  private subject({ detector, severity, subject, block }: Finding): void {
    const { state } = this
    const key = `${detector} ${severity} ${subject.kind} ${subject.id}`
    const known = state.subjects.get(key)
    if (known) {
      known.findings += 1
      known.lastBlock = block
    } else if (state.subjects.size < MOST_KEYS) {
      const of = { kind: subject.kind, id: subject.id }
      state.subjects.set(key, { detector, severity, subject: of, findings: 1, firstBlock: block, lastBlock: block })
    }
  }

  /** Name of the first labelled attack that the alert is of; null: none. What is about our own sight is not measured. */
  private measure({ block, subject }: Finding, counts: DetectorCount | undefined): string | null {
    const { state, setup } = this
    if (subject.kind === 'chain') return null
    state.measured += 1
    let name: string | null = null
    for (const [i, label] of setup.labels.entries()) {
      if (label.from > block) break
      if (!isOf(label, block, subject)) continue
      const seen = state.labels[i] as TallyState['labels'][number]
      seen.alerts += 1
      seen.firstAlertBlock ??= block
      name ??= label.name
    }
    if (name === null) return null
    state.measuredInLabels += 1
    if (counts) counts.inLabels += 1
    return name
  }

  private bin(number: number): BinCount {
    const { bins } = this.state
    const at = Math.floor((Math.max(number, this.setup.from) - this.setup.from) / this.blocksPerBin)
    let bin = bins.get(at)
    if (!bin) {
      bin = { timeS: null, blocks: 0, logs: 0, findings: 0, alerts: 0, lossAtRiskUsd: 0, blindBlocks: 0 }
      bins.set(at, bin)
    }
    return bin
  }

  private week(timeS: number) {
    const { weeks } = this.state
    const from = Math.floor((timeS - MONDAY_S) / WEEK_S) * WEEK_S + MONDAY_S
    let week = weeks.get(from)
    if (!week) {
      week = { blocks: 0, alerts: new Map() }
      weeks.set(from, week)
    }
    return week
  }
}

function newState({ rules, labels }: TallySetup): TallyState {
  return {
    first: null,
    last: null,
    beforeS: null,
    blocks: 0,
    warmUpBlocks: 0,
    logs: 0,
    reads: 0,
    judgedS: 0,
    detectors: rules.detectors.map(() => ({ findings: [0, 0, 0, 0, 0], alerts: 0, inLabels: 0, blindBlocks: 0, seenS: 0 })),
    subjects: new Map(),
    alerts: 0,
    firstAlerts: [],
    weeks: new Map(),
    bins: new Map(),
    decisions: 0,
    toAct: 0,
    proposals: new Map(),
    beginLifts: 0,
    lifts: 0,
    openBlind: new Map(),
    blindRanges: 0,
    firstBlind: [],
    gaps: 0,
    firstGaps: [],
    labels: labels.map(() => ({ judgedBlocks: 0, alerts: 0, firstAlertBlock: null })),
    measured: 0,
    measuredInLabels: 0,
    incidents: newIncidentState(),
  }
}
