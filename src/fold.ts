// The deterministic middle of one chain, in one place: apply, detect, assess, decide. No clock, no network; the store alone undoes.
import { type AssessRules, assess } from './assess/assess.ts'
import { assumedProbability } from './assess/probability.ts'
import { trackReadiness } from './assess/readiness-track.ts'
import type { Calibration } from './core/calibration.ts'
import { canonicalHash } from './core/canonical.ts'
import type {
  BlockInput,
  Counterpart,
  Entry,
  Errand,
  Finding,
  Hex,
  Incident,
  Input,
  Option,
  Outcome,
  Probe,
  Proposal,
  Question,
  Rehearsal,
} from './core/flow.ts'
import { choose } from './decide/choose.ts'
import { upkeep } from './decide/lifecycle.ts'
import { OBSERVE, optionsFor } from './decide/options.ts'
import { type Playbook, width } from './decide/playbook.ts'
import { worthSimulating } from './decide/weigh.ts'
import type { BoundDetector } from './detect/define.ts'
import { Engine } from './detect/engine.ts'
import { PendingJudge } from './fold-pending.ts'
import type { Chunk } from './history/types.ts'
import { EventTables } from './state/event-tables.ts'
import { nameAccounts } from './state/named-accounts.ts'
import { Answers, type Protocol, type Venue } from './state/protocol.ts'
import { POWER_TOPICS, recordRehearsal } from './state/rehearsals.ts'
import { BLIND_REASONS, rehearsals } from './state/tables.ts'
import { blindToTraces } from './state/traced.ts'
import { createWorld, type World } from './state/world.ts'
import type { Schema, Table } from './store/table.ts'

export interface FoldRules {
  readonly chainId: number
  readonly protocols: readonly Protocol[]
  readonly venues: readonly Venue[]
  readonly detectors: readonly BoundDetector[]
  readonly assess: AssessRules
  readonly playbook: Playbook
  readonly calibration?: Calibration
  /** Hash of all of the above with the build: what a verdict was judged by. */
  readonly rulesHash: Hex
}

/** What one input led to. */
export interface Step {
  readonly entries: readonly Entry[]
  /** To be simulated at the edge; the answer comes back as an input. */
  readonly questions: readonly Question[]
  /** What this node would have done, and what else it would sign. */
  readonly proposals: readonly Proposal[]
  readonly acceptable: readonly Proposal[]
  readonly errands: readonly Errand[]
  /** Incidents of waiting transactions: what was proposed for them counts no more. */
  readonly withdrawn?: readonly Hex[]
}

/** A block that may still be undone. */
interface Applied {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
  /** Journal position before it. */
  readonly mark: number
  /** It stands behind a gap, and only until the next committed block. */
  readonly provisional: boolean
  incidents: readonly Incident[]
  readonly asked: Map<Hex, { readonly options: readonly Option[]; readonly probes: readonly Probe[] }>
  /** Incidents whose containment the simulation refuted: all options are weighed again in the next block. */
  readonly refuted: Set<Hex>
}

const NOTHING: Step = { entries: [], questions: [], proposals: [], acceptable: [], errands: [] }

export class Fold {
  readonly world: World
  private readonly engine: Engine
  private readonly events: EventTables
  private readonly rules: FoldRules
  private readonly applied: Applied[] = []
  private readonly waiting: PendingJudge
  private findings: Finding[] = []

  constructor(rules: FoldRules) {
    this.rules = rules
    this.world = createWorld(rules.chainId)
    this.events = new EventTables(
      this.world,
      rules.detectors.map(({ detector }) => detector.on),
    )
    this.engine = new Engine(this.world, rules.detectors, rules.calibration)
    this.waiting = new PendingJudge({
      world: this.world,
      rules,
      findings: () => this.findings,
      apply: (block, empty) => this.apply(block, true, empty ? [] : rules.protocols),
      detect: (block) => this.detect(block, true),
      entry: (kind, body) => this.entry(kind, body),
    })
  }

  get head(): { readonly number: number; readonly hash: Hex; readonly timeS: number } | undefined {
    return this.applied.at(-1)
  }
  /** Blocks that a reorg may still undo, oldest first. */
  get recent(): readonly { readonly number: number; readonly hash: Hex }[] {
    return this.applied.filter((block) => !block.provisional)
  }
  get incidents(): readonly Incident[] {
    return this.applied.at(-1)?.incidents ?? []
  }

  step(input: Input): Step {
    switch (input.kind) {
      case 'committed':
        this.dropProvisional()
        return this.judged(input.block, false)
      case 'provisional':
        return this.provisional(input.block)
      case 'reorged':
        this.dropProvisional()
        return this.reorged(input.toNumber, input.toHash)
      case 'finalized':
        this.finalized(input.number)
        return NOTHING
      case 'simulated':
        return this.simulated(input)
      case 'rehearsed':
        return this.rehearsed(input)
      case 'blind':
        return this.blinded(input.sinceBlock, input.reason)
      case 'tick':
        return { ...NOTHING, ...this.keepUp(this.applied.findLast((block) => !block.provisional)?.incidents ?? [], input.timeS) }
      case 'pending':
        return this.whatIf(input)
      case 'counterpart':
        this.dropProvisional()
        this.hear(input)
        return NOTHING
      case 'settled':
        return { ...NOTHING, ...this.waiting.settled(input) }
      case 'operator':
        return { ...NOTHING, entries: [this.entry('incident', { operator: input.order, subject: input.subject })] }
      default:
        return input satisfies never
    }
  }

  /**
   * A head behind a gap: applied on what is known, as if nothing had happened between, and undone by the next committed block or by
   * another head that doesn't follow it. It yields no verdict, ends no incident, looks after no action in force, and may throttle at most.
   */
  private provisional(block: BlockInput): Step {
    if (this.head?.hash !== block.parentHash) this.dropProvisional()
    const { head } = this
    if (!head || block.number <= head.number) return NOTHING
    const mark = this.world.store.mark()
    try {
      return this.judged(block, true)
    } catch (error) {
      // what an adapter can't make sense of is the gap's doing; the blocks themselves will tell
      this.world.store.undoTo(mark)
      this.findings = this.findings.filter((f) => !f.provisional)
      this.dropProvisional()
      const sinceBlock = (this.head?.number ?? 0) + 1
      return { ...NOTHING, entries: [this.entry('blind', { sinceBlock, reason: 'gap', provisional: String(error) })] }
    }
  }

  private dropProvisional(): void {
    const first = this.applied.findIndex((block) => block.provisional)
    if (first < 0) return
    this.world.store.undoTo((this.applied[first] as Applied).mark)
    this.applied.length = first
    this.findings = this.findings.filter((f) => !f.provisional)
  }

  /**
   * It stands in the tables for the next block to be judged by. An undo of the block before takes it back too; then the tables say again
   * up to where they had heard, and what is told next begins there.
   */
  private hear(said: Counterpart): void {
    for (const protocol of this.rules.protocols) if (protocol.hears?.includes(said.fromChainId)) protocol.hear?.(this.world, said)
  }

  private judged(block: BlockInput, provisional: boolean): Step {
    const { world } = this
    const mark = world.store.mark()
    this.apply(block, !provisional)
    // that we are blind was said when it began
    const found = this.detect(block, false, provisional).filter((f) => !provisional || f.subject.kind !== 'chain')
    this.findings.push(...found)
    this.remember(block.number, found)
    const { number, timeS } = block
    const incidents = assess(world, this.findings, { number, timeS, provisional }, this.rules.assess, this.rules.venues)
    this.bindActions(incidents)
    const before = this.applied.at(-1)
    const now: Applied = {
      number: block.number,
      hash: block.hash,
      timeS: block.timeS,
      mark,
      provisional,
      incidents,
      asked: new Map(),
      refuted: new Set(),
    }
    this.applied.push(now)
    const questions = incidents.flatMap((i) => this.question(i, now, before))
    if (provisional) return { ...NOTHING, entries: found.map((f) => this.entry('finding', f)), questions }
    const ready = this.rules.calibration ? trackReadiness(world, this.rules.calibration, block.number) : []
    const { decodeFaults } = world.chains.at(world.chains.rowOf(String(block.chainId)))
    const verdict = {
      number: block.number,
      hash: block.hash,
      rulesHash: this.rules.rulesHash,
      findings: canonicalHash(found.map((f) => f.id)),
      ...(decodeFaults > 0 ? { decodeFaults } : {}),
      ...blindToTraces(this.rules, world),
    }
    const changed = incidents.filter((i) =>
      isNews(
        i,
        before?.incidents.find((b) => b.id === i.id),
      ),
    )
    const closed = (before?.incidents ?? []).filter((b) => !incidents.some((i) => i.id === b.id))
    return {
      ...NOTHING,
      entries: [
        this.entry('verdict', verdict),
        ...found.map((f) => this.entry('finding', f)),
        ...changed.map((i) => this.entry('incident', i)),
        ...closed.map((i) => this.entry('incident', { ...i, status: 'closed' })),
        ...ready.map((r) => this.entry('readiness', r)),
      ],
      questions,
      ...this.keepUp(incidents, block.timeS),
    }
  }

  /** Event tables show the blocks of this chunk as slices of it, in place of decoding their logs again; undefined: of none. */
  adopt(chunk: Chunk | undefined): void {
    this.events.adopt(chunk)
  }

  /** `seeing`: nothing is missing before it. */
  private apply(block: BlockInput, seeing = true, protocols = this.rules.protocols): void {
    const { world } = this
    const answers = new Answers(block.reads)
    world.store.begin()
    const { columns } = world.chains
    const row = world.chains.rowOf(String(block.chainId))
    columns.chainId.set(row, block.chainId)
    columns.number.set(row, block.number)
    columns.timeS.set(row, block.timeS)
    if (seeing) {
      columns.blindSince.set(row, 0)
      columns.blindReason.set(row, 0)
    }
    for (const protocol of protocols) protocol.apply(world, block, answers)
    const faults = this.events.apply(block)
    if (faults > 0) columns.decodeFaults.set(row, columns.decodeFaults.get(row) + faults)
  }

  private detect(
    block: { readonly number: number; readonly hash: Hex; readonly timeS: number },
    pending: boolean,
    provisional = false,
    only?: Table<Schema>,
  ): readonly Finding[] {
    const { number, hash, timeS } = block
    return this.engine.run({ chainId: this.world.chainId, number, hash, timeS, pending, provisional }, only)
  }

  /** Accounts that a finding names are checked against the contract in the next block. */
  private remember(number: number, found: readonly Finding[]): void {
    const named = new Set<number>()
    for (const { subject } of found) {
      const row = subject.kind === 'account' ? this.world.accounts.find(subject.id) : undefined
      if (row !== undefined) named.add(row)
    }
    nameAccounts(this.world, number, named)
  }

  /** An action that became active answers its venue's incident. */
  private bindActions(incidents: readonly Incident[]): void {
    const { columns, count } = this.world.guardActions
    for (let row = 0; row < count; row++) {
      const answered = incidents.find((i) => BigInt(this.venueOf(i)?.guard ?? 0) === columns.guard.get(row))
      if (columns.active.get(row) === 0) columns.incident.set(row, 0n)
      else if (columns.incident.get(row) === 0n && answered) columns.incident.set(row, BigInt(answered.id))
    }
  }

  private question(incident: Incident, now: Applied, before: Applied | undefined): readonly Question[] {
    const venue = this.venueOf(incident)
    if (!venue?.guard || incident.status === 'resolved') return []
    const all = incident.lossAtRiskUsd > this.rules.assess.dustUsd || before?.refuted.has(incident.id) === true
    const open = all ? optionsFor(this.world, venue, incident) : [OBSERVE]
    const options = now.provisional ? open.filter((option) => width(option.class) <= width('throttle')) : open
    const probes = venue.probes(this.world, incident.suspects)
    now.asked.set(incident.id, { options, probes })
    const asked = options.filter((option) => worthSimulating(this.world, venue, incident, option, this.rules.playbook))
    const { number: onNumber, hash: onHash } = now
    return [{ chainId: this.world.chainId, onHash, onNumber, incident: incident.id, guard: venue.guard, options: asked, probes }]
  }

  /**
   * The course of an answer without an incident: what would be asked if a venue's first market were in doubt, and the choice
   * made of the outcomes and thrown away. Nothing is written. For who wants the first real answer not to be the first run.
   */
  rehearse(): { readonly question: Question; choose(outcomes: readonly Outcome[]): void } | undefined {
    const now = this.applied.at(-1)
    const venue = this.rules.venues.find((v) => v.guard)
    const row = venue && this.world.venues.find(venue.pool)
    if (!now || !venue?.guard || row === undefined) return undefined
    const incident: Incident = {
      id: now.hash,
      chainId: this.world.chainId,
      venue: row,
      venueId: venue.pool,
      status: 'open',
      severity: 'critical',
      openedBlock: now.number,
      openedTimeS: now.timeS,
      lastFiringTimeS: now.timeS,
      sources: ['reporters'],
      findings: [],
      suspects: venue.risk.marketsOf(this.world, row).slice(0, 1),
      drained: [],
      unattended: [],
      compromised: [],
      probability: assumedProbability('critical', 1),
      unattendedProbability: 0,
      probabilityFrom: 'assumed',
      lossAtRiskUsd: 0,
    }
    const options = optionsFor(this.world, venue, incident)
    const probes = venue.probes(this.world, incident.suspects)
    const { number: onNumber, hash: onHash } = now
    return {
      question: { chainId: this.world.chainId, onHash, onNumber, incident: incident.id, guard: venue.guard, options, probes },
      choose: (outcomes) => void choose(this.world, venue, { incident, options, probes, outcomes }, this.rules.playbook, now),
    }
  }

  private simulated(input: Extract<Input, { kind: 'simulated' }>): Step {
    const now = this.applied.at(-1)
    const ofPending = now?.hash === input.onHash ? this.waiting.answered(input, now) : undefined
    if (ofPending) return { ...NOTHING, ...ofPending }
    const incident = now?.incidents.find((i) => i.id === input.incident)
    const asked = now?.asked.get(input.incident)
    const venue = incident && this.venueOf(incident)
    if (!now || now.hash !== input.onHash || !incident || !asked || !venue) return NOTHING // the head moved on meanwhile
    now.asked.delete(input.incident)
    if (incident.status === 'contained') {
      const going = input.outcomes.find((o) => o.option === OBSERVE.id)
      if (going && going.succeeded.length > 0) now.refuted.add(incident.id)
      const verified = { incident: incident.id, held: going?.succeeded.length === 0, tried: asked.probes.length, late: input.late }
      if (asked.options.length === 1) return { ...NOTHING, entries: [this.entry('verified', verified)] }
    }
    const decision = choose(this.world, venue, { incident, ...asked, outcomes: input.outcomes }, this.rules.playbook, now)
    return { ...NOTHING, entries: [this.entry('decision', decision)], proposals: decision.proposals, acceptable: decision.acceptable }
  }

  /** Queued operations that are to be tried on the head, with what is to be looked at: asked by who is at the head, and again until answered. */
  trials(): readonly Rehearsal[] {
    const { head, world } = this
    if (!head || this.applied.at(-1)?.provisional) return []
    const { protocols } = this.rules
    const trials = protocols.flatMap((p) => p.trials?.(world, head.timeS) ?? [])
    if (trials.length === 0) return []
    const watchpoints = protocols.flatMap((p) => p.watchpoints?.(world) ?? [])
    const { number: onNumber, hash: onHash } = head
    return trials.map((trial) => ({ ...trial, chainId: world.chainId, onHash, onNumber, watchpoints, topics: POWER_TOPICS }))
  }

  /**
   * What trying a queued operation showed: a row, and the findings of the detectors on such rows. It belongs to the newest block and is
   * undone with it; then it is asked again. Verdicts are about blocks: what this node alone tried is in none.
   */
  private rehearsed(input: Extract<Input, { kind: 'rehearsed' }>): Step {
    const now = this.applied.at(-1)
    if (!now || now.provisional || !this.applied.some(({ hash }) => hash === input.onHash)) return NOTHING
    this.world.store.begin()
    recordRehearsal(this.world, input, this.rules.protocols)
    const found = this.detect(now, false, false, rehearsals)
    this.findings.push(...found)
    return { ...NOTHING, entries: [this.entry('rehearsal', input), ...found.map((f) => this.entry('finding', f))] }
  }

  private keepUp(
    incidents: readonly Incident[],
    timeS: number,
  ): { readonly proposals: readonly Proposal[]; readonly acceptable: readonly Proposal[]; readonly errands: readonly Errand[] } {
    const all = this.rules.venues.map((venue) =>
      upkeep(
        this.world,
        venue,
        incidents.find((i) => i.venueId === venue.pool),
        timeS,
      ),
    )
    const held = new Set(this.rules.venues.filter((v) => this.waiting.holds(v.pool, timeS)).map((v) => v.guard))
    const proposals = all.flatMap((u) => u.proposals).filter((p) => p.operation !== 'lift' || !held.has(p.guard))
    return { proposals, acceptable: proposals, errands: all.flatMap((u) => u.errands) }
  }

  private reorged(toNumber: number, toHash: Hex): Step {
    let mark: number | undefined
    const undone: { readonly number: number; readonly hash: Hex }[] = []
    while (this.applied.length > 0 && (this.head?.number ?? 0) > toNumber) {
      const block = this.applied.pop() as Applied
      mark = block.mark
      undone.push({ number: block.number, hash: block.hash })
    }
    if (mark !== undefined) this.world.store.undoTo(mark)
    this.findings = this.findings.filter((f) => f.block <= toNumber)
    return { ...NOTHING, entries: [this.entry('reorg', { toNumber, toHash, undone })] }
  }

  private finalized(number: number): void {
    while (this.applied.length > 1 && (this.applied[0] as Applied).number <= number) this.applied.shift()
    const oldest = this.applied[0]
    if (!oldest) return
    this.world.store.journal.forget(oldest.mark)
    const keepFromS = oldest.timeS - this.rules.assess.windowS
    this.findings = this.findings.filter((f) => f.timeS > keepFromS)
  }

  private blinded(sinceBlock: number, reason: (typeof BLIND_REASONS)[number]): Step {
    this.dropProvisional()
    const { columns } = this.world.chains
    const row = this.world.chains.rowOf(String(this.world.chainId))
    columns.blindSince.set(row, Math.max(1, sinceBlock))
    columns.blindReason.set(row, Math.max(0, BLIND_REASONS.indexOf(reason)))
    const head = this.head ?? { number: sinceBlock, hash: `0x${'0'.repeat(64)}` as Hex, timeS: 0 }
    // what this node alone saw must not be remembered: the last block's rows would count twice, here and not with its peers
    const mark = this.world.store.mark()
    const found = this.detect(head, false).filter((f) => f.subject.kind === 'chain')
    this.world.store.undoTo(mark)
    return { ...NOTHING, entries: [this.entry('blind', { sinceBlock, reason }), ...found.map((f) => this.entry('finding', f))] }
  }

  /** A pending transaction is a hypothetical block: applied, judged, undone. On a head behind a gap nothing is judged of it. */
  private whatIf(input: Extract<Input, { kind: 'pending' }>): Step {
    const head = this.applied.at(-1)
    if (!head || head.provisional || head.hash !== input.onHash) return NOTHING
    return { ...NOTHING, ...this.waiting.judge(input, head) }
  }

  private venueOf(incident: Incident): Venue | undefined {
    return this.rules.venues.find((v) => v.pool === incident.venueId)
  }

  private entry(kind: Entry['kind'], body: unknown): Entry {
    return { origin: 'fold', kind, chainId: this.world.chainId, block: this.head?.number ?? 0, body }
  }

  /** What a checkpoint needs besides the columns. */
  exportFindings(): readonly Finding[] {
    return this.findings
  }

  /** Starts from a checkpoint: the block it stands on can't be undone any more. */
  resume(at: { readonly number: number; readonly hash: Hex; readonly timeS: number }, findings: readonly Finding[]): void {
    this.findings = [...findings]
    this.applied.push({ ...at, mark: this.world.store.mark(), provisional: false, incidents: [], asked: new Map(), refuted: new Set() })
  }
}

/** Worth a line in the log: new, or changed in what people look at. */
function isNews(now: Incident, before: Incident | undefined): boolean {
  if (!before) return true
  return (
    now.status !== before.status ||
    now.severity !== before.severity ||
    now.sources.join() !== before.sources.join() ||
    now.suspects.join() !== before.suspects.join()
  )
}
