// A chain's blocks in order, never with a gap: history by number, then each new head, reorgs undone first, and blindness said aloud.
import { setMaxListeners } from 'node:events'
import type { Hex, Input } from '../core/flow.ts'
import { Beyond } from './beyond.ts'
import type { BlockAdapter, BlockId, BlockSource, IngestEvent } from './block-source.ts'
import { branchOf } from './branch.ts'
import type { ChainClient } from './chain-client.ts'
import { Endpoints } from './endpoints.ts'
import { DeepReorgError, isRetryable, StandsStillError, StoppedError } from './errors.ts'
import { finalBlock } from './finality.ts'
import { Heads } from './heads.ts'
import { Prefetch } from './prefetch.ts'
import type { ChainProfile } from './profiles.ts'
import { readAll } from './reads.ts'
import { Recent } from './recent.ts'
import type { Header } from './schemas.ts'
import { Tracer, type TraceWay } from './traces/tracer.ts'
import { Vigil } from './vigil.ts'
import { backoffMs, firstOf, sleep } from './wait.ts'
import { type Fetched, fetchBlock, watchedLogs } from './watched-logs.ts'

export interface LiveOptions {
  readonly chainId: number
  /** In order of preference; the next one is used when one fails. */
  readonly endpoints: readonly string[]
  /** The first block; of no matter with `resume`. */
  readonly fromBlock: number
  readonly adapter: BlockAdapter
  readonly profile: ChainProfile
  /** Blocks folded already, contiguous, newest last; they may have been reorged meanwhile. */
  readonly resume?: { readonly recent: readonly BlockId[] }
  /** Milliseconds. Ingest alone has a clock. */
  readonly now?: () => number
  /** In [0, 1): jitter of waits. */
  readonly random?: () => number
  readonly onEvent?: (event: IngestEvent) => void
  /** How traces are asked for, where the adapter wants them; without it as the node says. */
  readonly traceWay?: TraceWay | 'auto'
}

/**
 * Pull-based: the consumer folds an input before it pulls the next, so `adapter` always sees the world after the parent block.
 * `inputs()` throws UserError (wrong chain), DeepReorgError and EndlessReadsError; whatever can pass, it waits out.
 */
export function liveSource(options: LiveOptions): BlockSource {
  return new LiveSource(options)
}

/** A quarter of a block's time: later, the next block is nearer than the answer. */
const TRACE_WAIT_MS_PER_BLOCK_S = 250

class LiveSource implements BlockSource {
  private readonly stopping = new AbortController()
  private readonly signal = this.stopping.signal
  private readonly random: () => number
  private readonly now: () => number
  private readonly onEvent: (event: IngestEvent) => void
  private readonly endpoints: Endpoints
  private readonly heads: Heads
  private readonly recent: Recent
  private readonly vigil: Vigil
  private readonly prefetch: Prefetch
  private readonly beyond: Beyond
  private readonly tracer: Tracer
  private finalNumber = -1
  private sinceFinal = 0
  private attempt = 0

  constructor(private readonly options: LiveOptions) {
    const { chainId, endpoints, adapter, profile, now = Date.now, random = Math.random, onEvent = () => undefined, resume } = options
    const { signal } = this
    setMaxListeners(0, signal) // reads of one block run side by side, each with a listener of its own
    this.random = random
    this.now = now
    this.onEvent = onEvent
    this.endpoints = new Endpoints({
      chainId,
      endpoints,
      timeoutMs: profile.requestTimeoutMs,
      headerForm: profile.headerHash,
      signal,
      onEvent,
    })
    this.heads = new Heads({ profile, now, signal, onEvent })
    this.recent = new Recent(resume?.recent ?? [], profile.journalBlocks)
    this.vigil = new Vigil(profile, now, this.nextNumber())
    this.beyond = new Beyond(chainId, adapter, { signal, random })
    this.tracer = new Tracer({
      way: options.traceWay ?? 'auto',
      mostWaitMs: Math.min(profile.requestTimeoutMs, Math.max(500, profile.blockTimeS * TRACE_WAIT_MS_PER_BLOCK_S)),
      signal,
      onWay: (endpoint, way) => onEvent({ kind: 'tracing', endpoint, way }),
    })
    this.prefetch = new Prefetch((header) => this.heads.saw(header))
  }

  seenAtMs(hash: Hex): number | undefined {
    return this.heads.seenAtMs(hash)
  }

  headNumber(): number {
    return this.heads.number
  }

  endpoint(): string | undefined {
    return this.endpoints.inUse
  }

  stop(): void {
    this.stopping.abort(new StoppedError())
    this.endpoints.close()
  }

  async *inputs(): AsyncGenerator<Input, void> {
    try {
      while (!this.signal.aborted) {
        try {
          const client = yield* this.wait(this.endpoints.client())
          const head = yield* this.wait(this.nextHead(client), 'idle')
          yield* this.follow(client, head)
        } catch (error) {
          if (this.signal.aborted) return
          if (error instanceof DeepReorgError) yield this.vigil.blind('deep-reorg')
          if (!isRetryable(error)) throw error
          yield* this.recover(error)
        }
      }
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error
    } finally {
      this.stop()
    }
  }

  private nextHead(client: ChainClient): Promise<Header> {
    const isNews = (head: Header): boolean => {
      // A head below what we keep is a node that lags; if it were a reorg, its heads would come up here soon.
      const least = this.recent.oldest?.number ?? this.options.fromBlock
      return head.number >= least && !this.recent.has(head)
    }
    const onQuiet = (): void => {
      this.vigil.idle()
      const { stallMs } = this.options.profile
      // one endpoint may hang behind the others for ever; where there is only one, waiting is all that is left
      if (this.endpoints.several && this.vigil.shouldTurn()) throw new StandsStillError(client.rpc.endpoint, stallMs)
    }
    return this.heads.next(client, isNews, onQuiet)
  }

  /** Yields all from our last block to this head. */
  private async *follow(client: ChainClient, head: Header): AsyncGenerator<Input, void> {
    const path = this.knownPath(head)
    const start = this.nextNumber()
    const end = path[0]?.number ?? head.number
    this.prefetch.begin(client, start, end - 1)
    for (let number = start; number < end; number++) {
      const fetched = yield* this.wait(this.prefetch.take(number))
      yield* this.extend(client, fetched)
      this.progress(number + 1 - start, head.number + 1 - start)
    }
    for (const header of path) yield* this.extend(client, yield* this.wait(fetchBlock(client, header)))
    if (end > start) this.progress(head.number + 1 - start, head.number + 1 - start) // the head itself
  }

  /** The head and what of its ancestors was pushed before, oldest first, down to the block after our last. */
  private knownPath(head: Header): readonly Header[] {
    const path = [head]
    for (let first = head; first.number > this.nextNumber(); ) {
      const parent = this.heads.known(first.parentHash)
      if (parent === undefined || parent.number !== first.number - 1) break
      path.unshift(parent)
      first = parent
    }
    return path
  }

  /** Yields a block that follows our last one, or the branch that it is on. */
  private async *extend(client: ChainClient, fetched: Fetched): AsyncGenerator<Input, void> {
    const { header } = fetched
    const last = this.recent.last
    if (last === undefined || (header.parentHash === last.hash && header.number === last.number + 1))
      return yield* this.commit(client, fetched)
    if (this.recent.has(header)) return
    const { ancestor, headers } = yield* this.wait(branchOf(client, header, this.recent, this.heads, this.options.chainId))
    if (ancestor.hash !== last.hash) {
      this.recent.cutTo(ancestor)
      yield { kind: 'reorged', chainId: this.options.chainId, toNumber: ancestor.number, toHash: ancestor.hash }
    }
    for (const one of headers) yield* this.commit(client, one === header ? fetched : yield* this.wait(fetchBlock(client, one)))
  }

  private async *commit(client: ChainClient, fetched: Fetched): AsyncGenerator<Input, void> {
    const { adapter, chainId } = this.options
    const { number, hash, parentHash, timeS } = fetched.header
    const traced = adapter.traces?.()
    const tracing = traced && this.tracer.traces(client, fetched, traced)
    tracing?.catch(() => undefined) // whatever else fails first is told
    const logs = yield* this.wait(watchedLogs(client, fetched, adapter.watches()))
    const reads = yield* this.wait(readAll(client, adapter, { number, hash, timeS, logs }, { signal: this.signal, random: this.random }))
    const traces = tracing && (yield* this.wait(tracing))
    this.recent.push({ number, hash })
    this.vigil.committed({ number, timeS })
    this.attempt = 0
    yield { kind: 'committed', block: { chainId, number, hash, parentHash, timeS, logs, reads, ...(traces && { traces }) } }
    yield* this.finality(client)
  }

  private async *finality(client: ChainClient): AsyncGenerator<Input, void> {
    const { profile, chainId } = this.options
    if (++this.sinceFinal < profile.finalizedEveryBlocks) return
    this.sinceFinal = 0
    const found = yield* this.wait(finalBlock(client, profile, this.recent, this.onEvent))
    if (found === undefined || found.number <= this.finalNumber) return
    this.finalNumber = found.number
    yield { kind: 'finalized', chainId, number: found.number, hash: found.hash }
  }

  /** After a failure: look anew, elsewhere if possible, and not at once. */
  private async *recover(error: unknown): AsyncGenerator<Input, void> {
    this.vigil.failed(error)
    this.endpoints.failed(error)
    this.heads.forget()
    this.prefetch.failed()
    const { blindAfterMs } = this.options.profile
    const waitMs = backoffMs(this.attempt++, blindAfterMs, this.random)
    this.onEvent({ kind: 'retry', attempt: this.attempt, waitMs, detail: error instanceof Error ? error.message : String(error) })
    if (this.vigil.isBlind) yield* this.beyondTheGap(waitMs)
    else yield* this.wait(sleep(waitMs, this.signal))
  }

  /** Waits, and meanwhile shows what heads there are beyond the block that can't be had. */
  private async *beyondTheGap(waitMs: number): AsyncGenerator<Input, void> {
    const untilMs = this.now() + waitMs
    const { pollMs } = this.options.profile
    while (this.now() < untilMs) {
      try {
        const client = yield* this.wait(this.endpoints.client())
        const block = yield* this.wait(this.beyond.next(client, this.nextNumber()))
        if (block !== undefined) yield { kind: 'provisional', block }
      } catch {
        // the gap is what is wrong, and is told; this was only an attempt
        if (this.signal.aborted) throw new StoppedError()
      }
      yield* this.wait(sleep(Math.min(pollMs, Math.max(0, untilMs - this.now())), this.signal))
    }
  }

  /** Waits for the work, and meanwhile yields what must be said. `busy`: it should come soon; if it doesn't, we are blind. */
  private async *wait<T>(work: Promise<T>, state: 'busy' | 'idle' = 'busy'): AsyncGenerator<Input, T> {
    if (state === 'busy') this.vigil.busy()
    for (;;) {
      const first = await firstOf(work, this.vigil.dueInMs(), this.signal)
      if (first !== undefined) return first.value
      yield* this.vigil.say()
    }
  }

  private nextNumber(): number {
    return this.recent.last === undefined ? this.options.fromBlock : this.recent.last.number + 1
  }

  private progress(done: number, total: number): void {
    this.onEvent({ kind: 'history', done, total })
  }
}
