// The wiring of one node, and the first file to read: inputs come in one at a time, the fold steps, the record commits, the edge acts.
import { join } from 'node:path'
import { blocksFirst } from './blocks-first.ts'
import type { Config } from './config.ts'
import { UserError } from './core/errors.ts'
import type { Approval, Certificate, Hex, Input, PendingTx, Question, ReadResult } from './core/flow.ts'
import { Fold } from './fold.ts'
import { HistorySink } from './history/sink.ts'
import type { IngestEvent } from './ingest/block-source.ts'
import type { CaptureWriter } from './ingest/capture.ts'
import { DeepReorgError, StoppedError } from './ingest/errors.ts'
import { hashAt } from './ingest/hash-at.ts'
import { lastingRpc } from './ingest/lasting-rpc.ts'
import { liveSource } from './ingest/live.ts'
import type { MempoolCounts } from './ingest/mempool/counts.ts'
import { Mempool } from './ingest/mempool/mempool.ts'
import { profileOf } from './ingest/profiles.ts'
import { createRehearsals } from './ingest/rehearsals.ts'
import { createSimulator } from './ingest/simulate.ts'
import { type Neighbour, Neighbours } from './neighbours.ts'
import { guardMismatches } from './protocols/guard/check.ts'
import type { Exchange } from './quorum/exchange.ts'
import { Quorum } from './quorum/quorum.ts'
import { Race } from './race.ts'
import type { Intent } from './record/intent.ts'
import type { Alert } from './record/outbox.ts'
import { openRecord } from './record/record.ts'
import { Relay } from './relay.ts'
import { createResponder } from './respond/responder.ts'
import type { Submission } from './respond/submission.ts'
import type { Wallet } from './respond/wallet.ts'
import { type Checkpoint, restore, takeCheckpoint, wayBack } from './restart.ts'
import { rulesOf } from './rules.ts'
import { privilegedAccounts } from './state/privileged.ts'
import { Answers } from './state/protocol.ts'
import { tracedOf } from './state/traced.ts'

export interface NodeOptions {
  readonly config: Config
  /** `endpoints` in order of preference: the next one is used when one fails. */
  readonly node: { readonly id: string; readonly endpoints: readonly string[]; readonly dataDir: string }
  readonly exchange: Exchange
  /** Without it the node observes. */
  readonly wallet?: Wallet
  /** A way past the public mempool; see `config.submission`. */
  readonly submission?: Submission
  readonly capture?: CaptureWriter
  /** Shared by the nodes of a process that watch other chains; without it the node hears of none. */
  readonly neighbours?: Neighbours
  readonly events?: NodeEvents
}

export interface NodeEvents {
  entries?(node: string, kinds: readonly { readonly kind: string; readonly block: number; readonly body: unknown }[]): void
  /** `seenAtMs`: when this node heard of the block, by its own clock. */
  block?(node: string, number: number, live: boolean, seenAtMs: number | undefined): void
  /** All that this node does about a block at the head by itself has been done: simulated, signed, sent. Peers may still ask for more. */
  answered?(node: string, number: number): void
  ingest?(node: string, event: IngestEvent): void
  note?(node: string, text: string): void
  error?(node: string, error: unknown): void
  /** A finding that people must hear of. Told again after a restart if this doesn't return. Without it alerts wait in the record. */
  alert?(node: string, alert: Alert): void
  /** After each durable step of a response. */
  step?(node: string, step: string, intent: Intent | undefined): void | Promise<void>
}

const CHECKPOINT_EVERY_BLOCKS = 256
/** Raise of a replacement transaction: what every pool accepts. */
const FEE_BUMP_BPS = 1_250
const WARM_UP_ROUNDS = 8
/** Of the time between blocks, what the simulation of an answer to a waiting transaction may take: it is of use before the next one alone. */
const PART_OF_BLOCK = 0.25
const SIMULATION_TIMEOUT_MS = 5_000
/** What waits in a timelock waits for hours: here nothing hurries. */
const REHEARSAL_TIMEOUT_MS = 30_000
/** How often what the mempool's edge did is written to the log. */
const MEMPOOL_TOLD_EVERY_BLOCKS = 64

export interface RunningNode {
  readonly done: Promise<void>
  stop(): Promise<void>
}

export function startNode(options: NodeOptions): RunningNode {
  const { config, node, exchange, wallet, submission, capture, neighbours = new Neighbours(), events = {} } = options
  const { blockTimeS, headerHash } = config.chain
  const profile = profileOf(config.chain.id, { ...(blockTimeS ? { blockTimeS } : {}), ...(headerHash ? { headerHash } : {}) })
  const rules = rulesOf(config)
  const record = openRecord({ folder: node.dataDir, nodeId: node.id })
  let fold = new Fold(rules)
  const restored = orClose(() => restore(fold, record, rules.rulesHash))
  events.note?.(node.id, restored)
  let source = sourceOf(fold)
  const connect = (timeoutMs: number) => lastingRpc(node.endpoints, { chainId: config.chain.id, timeoutMs, inUse: () => source.endpoint() })
  const rpc = connect(profile.requestTimeoutMs)
  const simulator = createSimulator({ rpc: connect(SIMULATION_TIMEOUT_MS), onFailure: (error) => events.error?.(node.id, error) })
  const rehearsals = createRehearsals({ rpc: connect(REHEARSAL_TIMEOUT_MS), onFailure: (error) => events.error?.(node.id, error) })
  const { quorum: quorumConfig } = config
  const race = new Race()
  /** Incidents of waiting transactions that are being simulated, and those transactions. */
  const aside = new Map<Hex, readonly PendingTx[]>()
  const mempool = config.mempool ? watchMempool(config.mempool) : undefined
  const edge = wallet && quorumConfig ? orClose(() => armed(wallet, quorumConfig)) : undefined
  const history = config.history ? orClose(() => openSink()) : undefined
  const self: Neighbour = { chainId: config.chain.id, protocols: rules.protocols, fold: () => fold }
  const leave = neighbours.join(self)
  const checkpoints: Checkpoint[] = []
  const stopping = new AbortController()
  let warm = false
  /** After a deep reorg, until the head is reached again. */
  let goingBack = false
  let toTell = true

  const done = run()
  return {
    done,
    async stop() {
      stopping.abort()
      source.stop()
      await done
    },
  }

  async function run(): Promise<void> {
    try {
      await edge?.responder.resume()
      tell()
      for (let ended = false; !ended; ) ended = await follow()
    } finally {
      leave()
      await mempool?.stop()
      await edge?.relay.settled()
      edge?.quorum.close()
      simulator.close()
      rehearsals.close()
      rpc.close()
      history?.close()
      record.close()
    }
  }

  /** What was stored and not yet written when the node ended is given again. */
  function openSink(): HistorySink {
    const sink = new HistorySink(join(node.dataDir, 'history'), config.chain.id, (text) => events.note?.(node.id, text))
    for (const { input } of record.inputsSince(0)) sink.take(input)
    return sink
  }

  function orClose<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      record.close()
      throw error
    }
  }

  function sourceOf({ world, recent }: Fold) {
    return liveSource({
      chainId: config.chain.id,
      endpoints: node.endpoints,
      fromBlock: config.chain.fromBlock,
      profile,
      resume: { recent },
      adapter: adapterOf(() => world),
      onEvent: (event) => events.ingest?.(node.id, event),
      ...(config.chain.traces && { traceWay: config.chain.traces }),
    })
  }

  /** Connections of its own: whoever floods it delays neither blocks nor what we send. */
  function watchMempool({ queued, looksPerSender, ttlS }: NonNullable<Config['mempool']>): Mempool {
    return new Mempool({
      chainId: config.chain.id,
      feedRpc: connect(profile.requestTimeoutMs),
      rpc: connect(SIMULATION_TIMEOUT_MS),
      adapter: adapterOf(() => fold.world),
      privileged: () => privilegedAccounts(fold.world),
      blockTimeS: profile.blockTimeS,
      limits: { queued, looksPerSender, ttlMs: ttlS * 1_000 },
      onFailure: (error) => events.error?.(node.id, error),
      onChange: tellMempool,
    })
  }

  function tellMempool(counts: MempoolCounts): void {
    if (stopping.signal.aborted) return
    const block = fold.head?.number ?? 0
    const entry = { origin: 'edge', kind: 'health', chainId: config.chain.id, block, body: { mempool: counts } } as const
    record.append([entry])
    events.entries?.(node.id, [entry])
  }

  function adapterOf(world: () => Fold['world']) {
    return {
      watches: () => rules.protocols.flatMap((p) => p.watches(world())),
      reads: (block: Parameters<(typeof rules.protocols)[number]['reads']>[1], soFar: readonly ReadResult[]) =>
        rules.protocols.flatMap((p) => p.reads(world(), block, new Answers(soFar))),
      traces: () => tracedOf(rules, world()),
    }
  }

  /** False: the chain left ours behind, and `source` begins anew. */
  async function follow(): Promise<boolean> {
    try {
      for await (const input of blocksFirst(source.inputs(), mempool)) {
        await take(input)
        tell()
        history?.take(input) // when all that hurries is done
      }
      return true
    } catch (error) {
      if (!(error instanceof DeepReorgError) || goingBack) throw error
      return goBack(error)
    }
  }

  /** Nothing of the journal is on the chain any more. Each step may be the last before a crash: then the restart comes here again. */
  async function goBack(error: DeepReorgError): Promise<boolean> {
    goingBack = true
    const { head, recent } = fold
    if (head) {
      edge?.relay.begin(head)
      await edge?.quorum.offer([], [], head.timeS)
    }
    const where = { rpc, mostWaitMs: profile.blindAfterMs, signal: stopping.signal }
    const kept = await wayBack(record, rules.rulesHash, (number) => hashAt(number, where)).catch((cause: unknown) => {
      if (cause instanceof StoppedError) return 'stopped' as const
      throw cause
    })
    if (kept === 'stopped') return true
    const toNumber = kept?.number ?? config.chain.fromBlock - 1
    const undone = recent.filter((block) => block.number > toNumber).map(({ number, hash }) => ({ number, hash }))
    const body = { toNumber, toHash: kept?.hash ?? null, deep: true, undone }
    const entry = { origin: 'edge', kind: 'reorg', chainId: config.chain.id, block: head?.number ?? 0, body } as const
    record.append([entry])
    events.entries?.(node.id, [entry])
    await edge?.responder.onReorg(toNumber)
    if (stopping.signal.aborted) return true
    mempool?.moved()
    record.forgetInputs(kept)
    history?.dropAbove(toNumber)
    checkpoints.length = 0
    fold = new Fold(rules)
    restore(fold, record, rules.rulesHash)
    const from = kept ? `back at the checkpoint of block ${toNumber}` : 'no checkpoint is on that chain'
    events.note?.(node.id, `deep reorg, from before block ${error.oldestKept} on; ${from}: reading again from block ${toNumber + 1}`)
    source = sourceOf(fold)
    return false
  }

  /** What must be told, when all that was to be done about it has begun. */
  function tell(): void {
    if (!toTell || !events.alert) return
    toTell = false
    for (let alerts = record.outbox.pending(); alerts.length > 0; alerts = record.outbox.pending()) {
      for (const alert of alerts) events.alert(node.id, alert)
      record.outbox.delivered(...alerts.map(({ id }) => id))
    }
  }

  async function take(input: Input): Promise<void> {
    const oldest = fold.recent[0]
    if (input.kind === 'reorged' && oldest && input.toNumber < oldest.number) {
      // under what was final: the source still knows the block, the state can't be brought back to it
      commit({ kind: 'blind', chainId: input.chainId, sinceBlock: input.toNumber + 1, reason: 'deep-reorg' })
      throw new DeepReorgError(input.chainId, oldest.number, `${input.toNumber} (${input.toHash})`)
    }
    if (input.kind === 'committed') for (const said of neighbours.news(self)) commit({ kind: 'counterpart', ...said })
    const step = commit(input)
    const head = fold.head
    if (input.kind === 'reorged') await edge?.responder.onReorg(input.toNumber)
    if (!head) return
    if (input.kind === 'reorged') begin(head) // what was wanted on the other branch counts no more
    const live = head.number >= source.headNumber()
    if (input.kind === 'committed') {
      events.block?.(node.id, head.number, live, source.seenAtMs(head.hash))
      if (!live) return // history: judged and recorded, but long past answering
      goingBack = false
      if (!warm) {
        if (edge) mustMatchChain()
        await warmUp()
        warm = true
      }
      begin(head)
      standOn(head)
      await edge?.responder.onBlock(head.number)
    }
    if (input.kind === 'tick') {
      edge?.relay.tick(input.timeS)
      edge?.responder.onTick(input.timeS)
    }
    if (input.kind === 'provisional') {
      if (!warm) return
      begin(head)
    }
    if (input.kind === 'pending' && !warm) return
    const dearer = input.kind === 'simulated' && race.enter(step.acceptable, aside.get(input.incident) ?? [])
    await edge?.relay.act(step)
    if (dearer) edge?.relay.again((proposal) => race.outbid(proposal) !== undefined)
    if (input.kind === 'simulated') return
    for (const question of step.questions) {
      if (question.pending) {
        void askAside(question, question.pending.txs)
        continue
      }
      const { outcomes, late } = await simulator.simulate(question, config.simulationDeadlineMs * patienceFor(question))
      const { chainId, onHash, incident } = question
      await edge?.relay.act(commit({ kind: 'simulated', chainId, onHash, incident, outcomes, late }))
    }
    if (input.kind !== 'committed') return
    for (const answer of rehearsals.answers()) commit(answer)
    rehearsals.ask(fold.trials())
    const answered = () => events.answered?.(node.id, head.number)
    if (edge) void edge.relay.settled().then(answered)
    else answered()
  }

  /** Blocks don't wait for what is asked of a waiting transaction: the answer comes back as an input of its own, if no block came before it. */
  async function askAside(question: Question, txs: readonly PendingTx[]): Promise<void> {
    const { chainId, onHash, incident } = question
    aside.set(incident, txs)
    const { outcomes, late } = await simulator.simulate(question, profile.blockTimeS * 1_000 * PART_OF_BLOCK)
    mempool?.offer({ kind: 'simulated', chainId, onHash, incident, outcomes, late })
  }

  function begin(head: NonNullable<Fold['head']>): void {
    edge?.relay.begin(head)
    race.begin()
    aside.clear()
  }

  /** Pending transactions are judged on the newest block alone. */
  function standOn(head: NonNullable<Fold['head']>): void {
    if (!mempool) return
    void mempool.standOn(head)
    if (head.number % MEMPOOL_TOLD_EVERY_BLOCKS === 0) tellMempool(mempool.status())
  }

  /** Whoever signs for another quorum, or for entries that aren't there, acts never: better said before than after an attack. */
  function mustMatchChain(): void {
    if (!quorumConfig) return
    const said = config.watch.flatMap((w) => w.guards).flatMap((g) => guardMismatches(fold.world, { ...g, ...quorumConfig }))
    if (said.length > 0)
      throw new UserError(`config of node ${node.id}`, said.join('; '), 'what the Guard on the chain says, since --armed was given')
  }

  /** The first question and the first signature are slow (sockets, compilers): let them not be those of an attack. */
  async function warmUp(): Promise<void> {
    if (!edge) return
    for (let i = 0; i < WARM_UP_ROUNDS; i++) {
      const rehearsal = fold.rehearse()
      if (rehearsal) rehearsal.choose((await simulator.simulate(rehearsal.question, profile.requestTimeoutMs)).outcomes)
      await edge.quorum.warmUp()
    }
  }

  /** The deterministic step and its record: nothing between them may fail or wait. */
  function commit(input: Input): ReturnType<Fold['step']> {
    const step = fold.step(input)
    if (input.kind === 'committed' || input.kind === 'provisional' || input.kind === 'reorged') mempool?.moved()
    capture?.write(input)
    const checkpoint = input.kind === 'finalized' ? finalCheckpoint(checkpoints, input.number) : undefined
    const { inputSeq } = record.commit({ input, entries: step.entries, ...(checkpoint ? { checkpoint } : {}) })
    if (input.kind === 'committed' && input.block.number % CHECKPOINT_EVERY_BLOCKS === 0) {
      const taken = takeCheckpoint(fold, rules.rulesHash, inputSeq)
      if (taken) checkpoints.push(taken)
    }
    if (input.kind === 'reorged') checkpoints.splice(0, checkpoints.length, ...checkpoints.filter((c) => c.head.number <= input.toNumber))
    if (step.entries.length > 0) events.entries?.(node.id, step.entries)
    if (step.entries.some((entry) => entry.kind === 'finding')) toTell = true
    return step
  }

  function armed(wallet: Wallet, quorumConfig: NonNullable<Config['quorum']>) {
    const log = (kind: 'approval' | 'certificate', body: unknown) => {
      const entry = { origin: 'edge', kind, chainId: config.chain.id, block: fold.head?.number ?? 0, body } as const
      record.append([entry])
      events.entries?.(node.id, [entry])
    }
    const responder = createResponder({
      record,
      wallet,
      rpc,
      chainId: config.chain.id,
      blockTimeS: profile.blockTimeS,
      fees: {
        bumpBps: FEE_BUMP_BPS,
        maxFeePerGasWei: BigInt(Math.round(config.fees.maxFeeGwei * 1e9)),
        priorityFeePerGasWei: BigInt(Math.round(config.fees.priorityFeeGwei * 1e9)),
      },
      onStep: (step, intent) => events.step?.(node.id, step, record.intents.get(intent)),
      outbid: (action) => race.outbid(action),
      ...(submission ? { submission } : {}),
    })
    const quorum = new Quorum({
      node: node.id,
      exchange,
      ...quorumConfig,
      address: wallet.address,
      sign: wallet.signDigest,
      onApproval: (approval: Approval, own) =>
        log('approval', { digest: approval.digest, signer: approval.signer, signature: approval.signature, own }),
      onError: (error) => events.error?.(node.id, error),
      onFlood: (signer, dropped) => events.note?.(node.id, `${signer} floods: ${dropped} of its approvals were not kept`),
      evidenceFor: (proposal) => race.evidenceFor(proposal),
      onEvidence: (raws, signer) => void mempool?.told(raws, signer),
      onCertificate: (certificate: Certificate) => {
        const seenAtMs = fold.head ? source.seenAtMs(fold.head.hash) : undefined
        const { operation, action, subject, incident } = certificate.proposal
        const signers = quorumConfig.signers.filter((_, i) => (certificate.signers >> BigInt(i)) & 1n)
        const msFromHead = seenAtMs === undefined ? null : Date.now() - seenAtMs
        log('certificate', {
          operation,
          action,
          subject,
          incident,
          window: certificate.window,
          digest: certificate.digest,
          signers,
          msFromHead,
        })
        relay.certified(certificate)
      },
    })
    const relay = new Relay({
      quorum,
      sender: responder,
      index: quorumConfig.signers.indexOf(wallet.address),
      nodes: quorumConfig.signers.length,
      blockTimeS: profile.blockTimeS,
      onError: (error) => events.error?.(node.id, error),
    })
    return { responder, quorum, relay }
  }
}

/** A liquidation is no race against a thief, it needs a simulation, and that takes longer: a loan, a sale and all between. */
const patienceFor = ({ options }: Question): number => (options.some(({ steps }) => steps.some((step) => step.call)) ? 3 : 1)

/** The newest one that is final now; older ones are let go. */
function finalCheckpoint(checkpoints: Checkpoint[], number: number): Checkpoint | undefined {
  let found: Checkpoint | undefined
  while (checkpoints[0] && checkpoints[0].head.number <= number) found = checkpoints.shift()
  return found
}
