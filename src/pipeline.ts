// The wiring of one node, and the first file to read: inputs come in one at a time, the fold steps, the record commits, the edge acts.
import type { Config } from './config.ts'
import type { Approval, Certificate, Hex, Input } from './core/flow.ts'
import { OBSERVE } from './decide/options.ts'
import { Fold } from './fold.ts'
import type { IngestEvent } from './ingest/block-source.ts'
import type { CaptureWriter } from './ingest/capture.ts'
import { lastingRpc } from './ingest/lasting-rpc.ts'
import { liveSource } from './ingest/live.ts'
import { profileOf } from './ingest/profiles.ts'
import { createSimulator } from './ingest/simulate.ts'
import type { Exchange } from './quorum/exchange.ts'
import { Quorum } from './quorum/quorum.ts'
import type { Intent } from './record/intent.ts'
import { openRecord } from './record/record.ts'
import { Relay } from './relay.ts'
import { createResponder } from './respond/responder.ts'
import type { Wallet } from './respond/wallet.ts'
import { type Checkpoint, restore, takeCheckpoint } from './restart.ts'
import { rulesOf } from './rules.ts'
import { Answers } from './state/protocol.ts'

export interface NodeOptions {
  readonly config: Config
  readonly node: { readonly id: string; readonly endpoint: string; readonly dataDir: string }
  readonly exchange: Exchange
  /** Without it the node observes. */
  readonly wallet?: Wallet
  readonly capture?: CaptureWriter
  readonly events?: NodeEvents
}

export interface NodeEvents {
  entries?(node: string, kinds: readonly { readonly kind: string; readonly block: number; readonly body: unknown }[]): void
  /** `seenAtMs`: when this node heard of the block, by its own clock. */
  block?(node: string, number: number, live: boolean, seenAtMs: number | undefined): void
  ingest?(node: string, event: IngestEvent): void
  note?(node: string, text: string): void
  error?(node: string, error: unknown): void
  /** After each durable step of a response. */
  step?(node: string, step: string, intent: Intent | undefined): void | Promise<void>
}

const CHECKPOINT_EVERY_BLOCKS = 256
/** Raise of a replacement transaction: what every pool accepts. */
const FEE_BUMP_BPS = 1_250
const WARM_UP_ROUNDS = 10

export interface RunningNode {
  readonly done: Promise<void>
  stop(): Promise<void>
}

export function startNode(options: NodeOptions): RunningNode {
  const { config, node, exchange, wallet, capture, events = {} } = options
  const profile = profileOf(config.chain.id, config.chain.blockTimeS === undefined ? {} : { blockTimeS: config.chain.blockTimeS })
  const rules = rulesOf(config)
  const record = openRecord({ folder: node.dataDir, nodeId: node.id })
  const fold = new Fold(rules)
  events.note?.(node.id, restore(fold, record, rules.rulesHash))
  const { world } = fold
  const source = liveSource({
    chainId: config.chain.id,
    endpoints: [node.endpoint],
    fromBlock: config.chain.fromBlock,
    profile,
    resume: { recent: fold.recent },
    adapter: {
      watches: () => rules.protocols.flatMap((p) => p.watches(world)),
      reads: (block, soFar) => rules.protocols.flatMap((p) => p.reads(world, block, new Answers(soFar))),
    },
    onEvent: (event) => events.ingest?.(node.id, event),
  })
  const rpc = lastingRpc(node.endpoint, { timeoutMs: profile.requestTimeoutMs })
  const simulator = createSimulator({ endpoint: node.endpoint, onFailure: (error) => events.error?.(node.id, error) })
  const edge = wallet && config.quorum ? armed(wallet, config.quorum) : undefined
  const checkpoints: Checkpoint[] = []
  let warm = false

  const done = run()
  return {
    done,
    async stop() {
      source.stop()
      await done
    },
  }

  async function run(): Promise<void> {
    try {
      await edge?.responder.resume()
      for await (const input of source.inputs()) await take(input)
    } finally {
      await edge?.relay.settled()
      edge?.quorum.close()
      simulator.close()
      rpc.close()
      record.close()
    }
  }

  async function take(input: Input): Promise<void> {
    const step = commit(input)
    const head = fold.head
    if (input.kind === 'reorged') await edge?.responder.onReorg(input.toNumber)
    if (!head) return
    const live = head.number >= source.headNumber()
    if (input.kind === 'committed') {
      events.block?.(node.id, head.number, live, source.seenAtMs(head.hash))
      if (!live) return // history: judged and recorded, but long past answering
      if (!warm) await warmUp(head)
      warm = true
      edge?.relay.begin(head)
      await edge?.responder.onBlock(head.number)
    }
    await edge?.relay.act(step)
    for (const question of step.questions) {
      const { outcomes, late } = await simulator.simulate(question, config.simulationDeadlineMs)
      const { chainId, onHash, incident } = question
      await edge?.relay.act(commit({ kind: 'simulated', chainId, onHash, incident, outcomes, late }))
    }
  }

  /** The first question and the first signature are slow (sockets, compilers): let them not be those of an attack. */
  async function warmUp(head: { readonly number: number; readonly hash: Hex }): Promise<void> {
    const guard = rules.venues.find((v) => v.guard)?.guard
    if (!edge || !guard) return
    const probe = { name: 'warm-up', from: guard, to: guard, data: '0x', usd: 0 } as const
    const question = {
      chainId: rules.chainId,
      onHash: head.hash,
      onNumber: head.number,
      incident: head.hash,
      guard,
      options: [OBSERVE],
      probes: [probe],
    }
    for (let i = 0; i < WARM_UP_ROUNDS; i++) {
      await simulator.simulate(question, profile.requestTimeoutMs)
      await edge.quorum.warmUp()
    }
  }

  /** The deterministic step and its record: nothing between them may fail or wait. */
  function commit(input: Input): ReturnType<Fold['step']> {
    const step = fold.step(input)
    capture?.write(input)
    const checkpoint = input.kind === 'finalized' ? finalCheckpoint(checkpoints, input.number) : undefined
    const { inputSeq } = record.commit({ input, entries: step.entries, ...(checkpoint ? { checkpoint } : {}) })
    if (input.kind === 'committed' && input.block.number % CHECKPOINT_EVERY_BLOCKS === 0) {
      const taken = takeCheckpoint(fold, rules.rulesHash, inputSeq)
      if (taken) checkpoints.push(taken)
    }
    if (input.kind === 'reorged') checkpoints.splice(0, checkpoints.length, ...checkpoints.filter((c) => c.head.number <= input.toNumber))
    if (step.entries.length > 0) events.entries?.(node.id, step.entries)
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
    })
    const quorum = new Quorum({
      node: node.id,
      exchange,
      ...quorumConfig,
      address: wallet.address,
      sign: wallet.signDigest,
      onApproval: (approval: Approval, own) =>
        log('approval', { digest: approval.digest, signer: approval.signer, signature: approval.signature, own }),
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

/** The newest one that is final now; older ones are let go. */
function finalCheckpoint(checkpoints: Checkpoint[], number: number): Checkpoint | undefined {
  let found: Checkpoint | undefined
  while (checkpoints[0] && checkpoints[0].head.number <= number) found = checkpoints.shift()
  return found
}
