// The middle's view of a transaction that waits: applied as a hypothetical block, judged, undone; and what may be done before it comes.
import { type AssessRules, assess } from './assess/assess.ts'
import { canonicalHash } from './core/canonical.ts'
import type { BlockInput, Decision, Entry, Finding, Hex, Incident, Input, Option, Probe, Proposal, Question } from './core/flow.ts'
import { atLeast, worst } from './core/severity.ts'
import { choose } from './decide/choose.ts'
import { optionsFor } from './decide/options.ts'
import { pendingOptions, tried, withheld } from './decide/pending.ts'
import { PendingLedger } from './decide/pending-ledger.ts'
import type { Playbook } from './decide/playbook.ts'
import { worthSimulating } from './decide/weigh.ts'
import { figuresOf, marketsOf } from './state/loss.ts'
import type { Venue } from './state/protocol.ts'
import type { World } from './state/world.ts'

type Pending = Extract<Input, { kind: 'pending' }>
type Effect = Pick<Pending, 'logs' | 'reads'>

export interface PendingHead {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
}

/** What the fold lends: its world and the two things that it does to blocks. */
export interface Middle {
  readonly world: World
  readonly rules: { readonly assess: AssessRules; readonly playbook: Playbook; readonly venues: readonly Venue[] }
  /** Of the blocks so far. */
  findings(): readonly Finding[]
  /** `empty`: nothing but time goes on. */
  apply(block: BlockInput, empty: boolean): void
  detect(block: { readonly number: number; readonly hash: Hex; readonly timeS: number }): readonly Finding[]
  entry(kind: Entry['kind'], body: unknown): Entry
}

export interface PendingStep {
  readonly entries: readonly Entry[]
  readonly questions: readonly Question[]
  readonly proposals: readonly Proposal[]
  readonly acceptable: readonly Proposal[]
  /** Incidents that stand for nothing any more. */
  readonly withdrawn: readonly Hex[]
}

interface Asked {
  readonly input: Pending
  readonly venue: Venue
  readonly incident: Incident
  readonly options: readonly Option[]
  readonly probes: readonly Probe[]
}

const NOTHING: PendingStep = { entries: [], questions: [], proposals: [], acceptable: [], withdrawn: [] }
const keyOf = ({ detector, subject }: Finding): string => `${detector} ${subject.kind} ${subject.id}`
const isOfChain = ({ subject }: Finding): boolean => subject.kind === 'chain'

export class PendingJudge {
  private readonly ledger = new PendingLedger()
  private readonly asked = new Map<Hex, Asked>()
  /** On the present head: what fires without any transaction, and what each transaction by itself was found to do. */
  private onHash: Hex | undefined
  private usual: ReadonlyMap<string, Finding> | undefined
  private readonly own = new Map<Hex, ReadonlySet<string>>()

  constructor(private readonly middle: Middle) {}

  judge(input: Pending, head: PendingHead): PendingStep {
    const tx = input.txs.find(({ hash }) => hash === input.txHash)
    if (!tx) return NOTHING
    this.standOn(head)
    this.ledger.at(input.timeS)
    const { middle, ledger } = this
    const found = this.newsOf(input, head)
    const hits = found.filter((f) => !isOfChain(f))
    if (hits.length > 0) ledger.hit(tx.hash, tx.from, input.obstacle !== '', input.timeS)
    if (input.txs.length === 1) this.own.set(tx.hash, new Set(hits.map(keyOf)))
    // what can't come is counted, and no alarm
    const told = found.filter((f) => (isOfChain(f) || input.obstacle === '') && ledger.isNews(newsKey(f, tx.hash), input.timeS))
    const entries = told.map((f) => middle.entry('finding', f))
    if (hits.length === 0) return { ...NOTHING, entries }
    const { questions, incidents } = this.ask(input, hits, head)
    if (ledger.isNews(`${tx.hash} ${input.obstacle}`, input.timeS)) {
      const { from, to } = tx
      const about = { txHash: tx.hash, from, to, onHash: input.onHash, obstacle: input.obstacle, with: input.txs.length - 1 }
      entries.push(middle.entry('pending', { ...about, findings: hits.map(({ id }) => id), incidents }))
    }
    return { ...NOTHING, entries, questions }
  }

  /** undefined: the answer is to no question of a waiting transaction. */
  answered({ incident: id, outcomes }: Extract<Input, { kind: 'simulated' }>, head: PendingHead): PendingStep | undefined {
    const asked = this.asked.get(id)
    if (!asked || this.onHash !== head.hash) return undefined
    this.asked.delete(id)
    const { middle, ledger } = this
    const { input, venue, incident } = asked
    const evaluated = { incident, options: tried(asked.options, outcomes), probes: asked.probes, outcomes }
    const chosen = this.hypothetically(input, head, input, () => choose(middle.world, venue, evaluated, middle.rules.playbook, head))
    const decision = this.onThisHead(chosen)
    const sender = input.txs.find(({ hash }) => hash === input.txHash)?.from ?? input.txHash
    const forbidden = decision.proposals.length > 0 ? ledger.forbids(sender, decision.proposals, middle.rules.playbook) : ''
    const final = forbidden === '' ? decision : withheld(decision, forbidden)
    if (final.proposals.length > 0) ledger.act(input.txHash, venue.pool, final.proposals, input.timeS)
    const { proposals, acceptable } = final
    return { ...NOTHING, entries: [middle.entry('decision', { ...final, pending: input.txHash })], proposals, acceptable }
  }

  settled({ txHash, how }: Extract<Input, { kind: 'settled' }>): PendingStep {
    this.ledger.settle(txHash, how)
    this.own.delete(txHash)
    const withdrawn: Hex[] = []
    for (const [id, { input }] of this.asked) if (input.txs.some(({ hash }) => hash === txHash)) this.asked.delete(id)
    for (const [id, hashes] of this.proposed) if (hashes.includes(txHash)) withdrawn.push(id)
    for (const id of withdrawn) this.proposed.delete(id)
    return { ...NOTHING, withdrawn }
  }

  /** An early lift would open what a waiting attack needs. */
  holds(venue: Hex, timeS: number): boolean {
    return this.ledger.holds(venue, timeS, this.middle.rules.assess.alertHoldS)
  }

  /** Incidents of this head and the transactions that they rest on. */
  private readonly proposed = new Map<Hex, readonly Hex[]>()

  private standOn({ hash }: PendingHead): void {
    if (this.onHash === hash) return
    this.onHash = hash
    this.usual = undefined
    this.own.clear()
    this.asked.clear()
    this.proposed.clear()
  }

  /** What the transaction is to blame for: found with it and not without it, in both environments, and not another one's doing. */
  private newsOf(input: Pending, head: PendingHead): readonly Finding[] {
    this.usual ??= new Map(this.detected(input, head, undefined).map((f) => [keyOf(f), f]))
    const { usual } = this
    const others = input.txs.filter(({ hash }) => hash !== input.txHash).flatMap(({ hash }) => [...(this.own.get(hash) ?? [])])
    const isNew = (f: Finding): boolean => {
      const before = usual.get(keyOf(f))
      return before === undefined || (before.severity !== f.severity && worst(before.severity, f.severity) === f.severity)
    }
    const found = this.detected(input, head, input).filter((f) => isNew(f) && !others.includes(keyOf(f)))
    if (!input.other || found.every(isOfChain)) return found
    const odd = new Set(this.detected(input, head, input.other).map(keyOf))
    return found.filter((f) => isOfChain(f) || odd.has(keyOf(f)))
  }

  private detected(input: Pending, head: PendingHead, effect: Effect | undefined): readonly Finding[] {
    return this.hypothetically(input, head, effect, () =>
      this.middle
        .detect({ number: head.number + 1, hash: input.txHash, timeS: input.timeS })
        .filter((f) => atLeast(f.severity, 'medium'))
        .map(local),
    )
  }

  /** Runs something in the world as it would be with the transaction; undefined: as it would be without any. Nothing is left of it. */
  private hypothetically<T>(input: Pending, head: PendingHead, effect: Effect | undefined, look: () => T): T {
    const { world } = this.middle
    const mark = world.store.mark()
    try {
      const { chainId, txHash, timeS } = input
      const { logs, reads } = effect ?? { logs: [], reads: [] }
      const block = { chainId, number: head.number + 1, hash: txHash, parentHash: head.hash, timeS, logs, reads }
      this.middle.apply(block, effect === undefined)
      if (effect !== undefined) this.writeFacts(input)
      return look()
    } finally {
      world.store.undoTo(mark)
    }
  }

  private writeFacts(input: Pending): void {
    const { world } = this.middle
    const tx = input.txs.find(({ hash }) => hash === input.txHash)
    const { hits, pretended, pretenders } = this.ledger.counts()
    const pool = world.mempools.columns
    const row = world.mempools.rowOf(String(input.chainId))
    for (const [column, value] of [
      [pool.chainId, input.chainId],
      [pool.hits, hits],
      [pool.pretended, pretended],
      [pool.pretenders, pretenders],
    ] as const)
      column.set(row, value)
    const columns = world.pendingTxs.columns
    const at = world.pendingTxs.append()
    columns.sender.set(at, BigInt(tx?.from ?? 0))
    columns.target.set(at, BigInt(tx?.to ?? 0))
    columns.includable.set(at, input.obstacle === '' ? 1 : 0)
    columns.differs.set(at, input.other ? 1 : 0)
    columns.events.set(at, input.logs.length)
    columns.oddEvents.set(at, (input.other ?? input).logs.length)
  }

  /** What is to be simulated before it, for each venue that its findings are about. */
  private ask(input: Pending, hits: readonly Finding[], head: PendingHead) {
    const { world, rules } = this.middle
    const before = new Map(rules.venues.map((venue) => [venue.pool, cashOf(world, venue)]))
    const incidents: object[] = []
    const questions: Question[] = []
    const all = [...this.middle.findings(), ...hits]
    this.hypothetically(input, head, input, () => {
      const at = { number: head.number + 1, timeS: input.timeS }
      for (const assessed of assess(world, all, at, rules.assess, rules.venues)) {
        const venue = rules.venues.find(({ pool }) => pool === assessed.venueId)
        if (!hits.some(({ id }) => assessed.findings.includes(id))) continue
        const takenUsd = venue ? lostUsd(world, venue, before.get(venue.pool) ?? new Map()) : 0
        const incident = { ...assessed, id: canonicalHash({ incident: assessed.id, pending: input.txHash, on: head.hash }) }
        const { id, venueId, severity, probability, lossAtRiskUsd, status } = incident
        incidents.push({ id, venueId, severity, probability, lossAtRiskUsd, takenUsd })
        if (!venue?.guard || input.obstacle !== '') continue
        this.ledger.saw(venue.pool, input.timeS)
        if (status !== 'open' || lossAtRiskUsd + takenUsd <= rules.assess.dustUsd) continue
        const probe = `pending ${input.txHash}`
        const { from, to, data, hash } = input.txs.find((tx) => tx.hash === input.txHash) ?? (input.txs[0] as Pending['txs'][number])
        const options = pendingOptions(optionsFor(world, venue, incident), venue, rules.playbook)
        const probes = venue.probes(world, incident.suspects)
        const itself: Probe = { name: probe, from, to: to ?? from, data, usd: takenUsd }
        this.asked.set(id, { input, venue, incident, options, probes: [itself, ...probes] })
        this.proposed.set(
          id,
          input.txs.map((tx) => tx.hash),
        )
        const worth = options.filter((option) => worthSimulating(world, venue, incident, option, rules.playbook))
        const pending = { txs: input.txs, txHash: hash, probe }
        const { number: onNumber, hash: onHash } = head
        const question = { chainId: world.chainId, onHash, onNumber, incident: id, guard: venue.guard, options: worth, probes, pending }
        if (worth.length > 1) questions.push(question)
      }
    })
    return { questions, incidents }
  }

  /** The Guard counts rounds as they are now, whatever the transaction would make of them. */
  private onThisHead(decision: Decision): Decision {
    const { guardActions } = this.middle.world
    const now = (proposal: Proposal): Proposal => {
      const row = guardActions.find(`${proposal.entry}:${proposal.subject}`)
      return { ...proposal, round: row === undefined ? 0 : guardActions.columns.round.get(row) }
    }
    return { ...decision, proposals: decision.proposals.map(now), acceptable: decision.acceptable.map(now) }
  }
}

/** A pretender's attempts are told together, an environment's tricks for each transaction. */
const newsKey = (f: Finding, txHash: Hex): string => (f.detector === 'pending-flood' ? keyOf(f) : `${txHash} ${keyOf(f)}`)

/** What a node saw waiting, only it may have seen. */
function local({ id: _, ...body }: Finding): Finding {
  const made = { ...body, basis: 'local' as const }
  return { id: canonicalHash(made), ...made }
}

type Cash = ReadonlyMap<number, { readonly cash: number; readonly goodPrice: number }>

function cashOf(world: World, venue: Venue): Cash {
  const row = world.venues.find(venue.pool)
  return new Map(row === undefined ? [] : marketsOf(world, row).map((market) => [market, figuresOf(world, market)]))
}

/** Cash that left the venue's markets, at good prices of before: for a transaction that is found to break something, what it takes. */
function lostUsd(world: World, venue: Venue, before: Cash): number {
  let lost = 0
  for (const [market, { cash }] of cashOf(world, venue)) {
    const was = before.get(market)
    if (was) lost += Math.max(0, was.cash - cash) * was.goodPrice
  }
  return lost
}
