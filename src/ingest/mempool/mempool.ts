// The mempool's edge: hears, queues, looks, and gives the fold what could do harm. Blocks go first: a new head ends all looks on the old one.
import { setMaxListeners } from 'node:events'
import type { Hex, Input, PendingTx } from '../../core/flow.ts'
import type { BlockAdapter } from '../block-source.ts'
import { isUnsupported } from '../errors.ts'
import type { LastingRpc } from '../lasting-rpc.ts'
import type { Rpc } from '../rpc.ts'
import { blockOf, wentThrough } from './chain-facts.ts'
import { type MempoolCounts, newCounts } from './counts.ts'
import { withCreations } from './creations.ts'
import type { Standing } from './engine.ts'
import { Familiar } from './familiar.ts'
import { feed } from './feed.ts'
import { lookAt } from './look.ts'
import { PendingQueue, type Waiting } from './queue.ts'
import { rankOf } from './rank.ts'
import { type Heard, heardOf } from './raw-of.ts'
import { SenderRate } from './senders.ts'
import { simulateV1 } from './simulate-v1.ts'
import { traces } from './traces.ts'
import { pendingTxOf } from './transaction.ts'
import { type Bench, type Trial, tryOut } from './trial.ts'
import { type Held, WaitingSet } from './waiting-set.ts'

export interface MempoolOptions {
  readonly chainId: number
  /** For hearing and for asking: connections of its own, so that a flood of one holds up nothing else. */
  readonly feedRpc: LastingRpc
  readonly rpc: LastingRpc
  readonly adapter: BlockAdapter
  /** Who may change what is watched; asked at each head. */
  readonly privileged: () => ReadonlySet<Hex>
  readonly blockTimeS: number
  readonly limits?: Partial<MempoolLimits>
  readonly now?: () => number
  readonly onFailure?: (error: unknown) => void
  /** The way of simulating was found, or the way of hearing changed. */
  readonly onChange?: (counts: MempoolCounts) => void
}

export interface MempoolLimits {
  /** Transactions that wait to be looked at. */
  readonly queued: number
  /** Of those that touch what is watched, how many are kept and looked at again on each head. */
  readonly touching: number
  /** Others that are kept, as something may come after them. */
  readonly kept: number
  /** Looks that one sender may cause in a block. */
  readonly looksPerSender: number
  /** Transactions that one signer may tell us of in a block. */
  readonly toldPerSigner: number
  /** After so long a transaction counts as gone. */
  readonly ttlMs: number
  readonly lookers: number
}

export const LIMITS: MempoolLimits = {
  queued: 2_048,
  touching: 64,
  kept: 2_048,
  looksPerSender: 16,
  toldPerSigner: 16,
  ttlMs: 180_000,
  lookers: 4,
}

const POLL_MS = 500

export class Mempool {
  private readonly counts = newCounts()
  private readonly limits: MempoolLimits
  private readonly now: () => number
  private readonly queue: PendingQueue
  private readonly waiting: WaitingSet
  private readonly familiar = new Familiar()
  private readonly senders: SenderRate
  private readonly stopping = new AbortController()
  /** To be looked at before the queue: on a new head what touched on the last, and what peers told. */
  private again: Held[] = []
  private readonly looking = new Set<Hex>()
  private readonly toldBy = new Map<Hex, number>()
  private readonly ready: Input[] = []
  private readonly wakers = new Set<() => void>()
  private readonly running: Promise<unknown>
  private at: { readonly on: Standing; readonly bench: Bench; readonly rpc: Rpc; readonly usual: Trial } | undefined
  private head = new AbortController()
  private watched: ReadonlySet<Hex> = new Set()
  private privileged: ReadonlySet<Hex> = new Set()
  private withoutV1 = false

  constructor(private readonly options: MempoolOptions) {
    this.limits = { ...LIMITS, ...options.limits }
    this.now = options.now ?? Date.now
    this.queue = new PendingQueue(this.limits.queued)
    this.waiting = new WaitingSet(this.limits.kept, this.limits.touching)
    this.senders = new SenderRate(this.limits.looksPerSender)
    const { signal } = this.stopping
    setMaxListeners(0, signal, this.head.signal)
    const hearing = feed({
      rpc: options.feedRpc,
      pollMs: POLL_MS,
      signal,
      onItem: (item) => this.hear(item),
      onKind: (kind) => {
        this.counts.feed = kind
        options.onChange?.(this.status())
      },
    })
    this.running = Promise.allSettled([hearing, ...Array.from({ length: this.limits.lookers }, () => this.lookOn())])
  }

  status(): MempoolCounts {
    return structuredClone({ ...this.counts, waiting: this.queue.size, touching: this.waiting.touching().length })
  }

  /** The next input for the fold, oldest first. */
  shift(): Input | undefined {
    return this.ready.shift()
  }

  /** An answer that came meanwhile takes its turn among what waits, before new questions. */
  offer(input: Extract<Input, { kind: 'simulated' }>): void {
    if (this.at?.on.hash !== input.onHash) return
    this.ready.unshift(input)
    this.wake()
  }

  /** Resolves when there may be one. */
  async some(): Promise<void> {
    while (this.ready.length === 0) await this.woken()
  }

  /** The fold has moved: what was being looked at stood on a head that isn't ours any more. */
  moved(): void {
    this.head.abort()
    this.head = new AbortController()
    setMaxListeners(0, this.head.signal) // every request under way listens
    this.at = undefined
    for (let i = this.ready.length - 1; i >= 0; i--) if (this.ready[i]?.kind !== 'settled') this.ready.splice(i, 1)
  }

  /** The fold stands on this block, which is the newest. */
  async standOn({ hash }: { readonly hash: Hex }): Promise<void> {
    this.moved()
    const { signal } = this.head
    this.senders.begin()
    this.toldBy.clear()
    const { adapter } = this.options
    this.watched = new Set(adapter.watches().map(({ address }) => address))
    this.privileged = this.options.privileged()
    this.counts.expired += this.queue.expire(this.now() - this.limits.ttlMs)
    try {
      const rpc = await this.options.rpc.connection()
      const block = await blockOf(rpc, hash, signal)
      if (block === undefined || signal.aborted) return
      await this.settle(rpc, block.included, signal)
      const found = await this.benchOf(rpc, block.standing, signal)
      if (signal.aborted) return
      this.at = { on: block.standing, rpc, ...found }
      this.again = [...new Set([...this.waiting.touching(), ...this.again])]
      this.wake()
    } catch (error) {
      if (!signal.aborted) this.fail(error)
    }
  }

  /** A peer answers these, and asks us to look for ourselves. */
  async told(raws: readonly Hex[], signer: Hex): Promise<void> {
    for (const raw of raws) {
      const used = this.toldBy.get(signer) ?? 0
      if (used >= this.limits.toldPerSigner) {
        this.counts.toldTooMuch++
        continue
      }
      this.toldBy.set(signer, used + 1)
      const tx = await this.proven(raw)
      if (tx === undefined || this.waiting.get(tx.hash)) continue
      this.counts.told++
      this.queue.remove(tx.hash)
      this.again.push(this.hold(tx, true))
      this.wake()
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.head.abort()
    this.wake()
    this.options.feedRpc.close()
    this.options.rpc.close()
    await this.running
  }

  private hear(item: unknown): void {
    this.counts.heard++
    if (typeof item === 'string') {
      void this.fetch(item)
      return
    }
    const heard = heardOf(item)
    if (heard === undefined) this.counts.refused.malformed++
    else this.enqueue(heard)
  }

  /** Only its hash was pushed. */
  private async fetch(hash: string): Promise<void> {
    try {
      const heard = heardOf(await this.options.rpc.request('eth_getTransactionByHash', [hash], this.stopping.signal))
      if (heard === undefined) this.counts.refused['no-bytes']++
      else this.enqueue(heard)
    } catch (error) {
      if (!this.stopping.signal.aborted) this.fail(error)
    }
  }

  private enqueue(heard: Heard): void {
    if (this.waiting.get(heard.hash) || this.looking.has(heard.hash)) {
      this.counts.duplicates++
      return
    }
    const rank = rankOf(heard, {
      watched: (address) => this.watched.has(address),
      privileged: (address) => this.privileged.has(address),
      familiar: (address) => this.familiar.has(address),
    })
    const added = this.queue.add({ ...heard, rank, atMs: this.now() })
    if (added.kind === 'duplicate') this.counts.duplicates++
    if (added.kind === 'replaced') this.counts.replaced++
    if (added.kind === 'shed') this.counts.shed[added.lost.rank]++
    this.wake()
  }

  private async lookOn(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      const next = this.at === undefined ? undefined : (this.again.shift() ?? this.queue.take(({ from }) => this.senders.may(from)))
      if (next === undefined) await this.woken()
      else await this.look(next)
    }
  }

  private async look(next: Held | Waiting): Promise<void> {
    const { at } = this
    const { signal } = this.head
    const held = 'tx' in next ? next : await this.taken(next)
    if (held === undefined || this.waiting.get(held.tx.hash) !== held) return
    const { tx } = held
    if (!this.senders.may(tx.from)) {
      this.counts.postponed++
      return
    }
    this.senders.use(tx.from)
    if (at === undefined || signal.aborted) {
      this.again.push(held)
      return
    }
    try {
      const { chainId } = this.options
      const { rpc, bench, on, usual } = at
      const isWatched = (address: Hex): boolean => this.watched.has(address)
      const looked = await lookAt(held, { rpc, bench, on, usual, chainId, waiting: this.waiting, watched: isWatched, signal })
      this.counts.simulated++
      if (looked === undefined || signal.aborted) return void this.again.push(held)
      held.touched = looked.touched
      if (tx.to !== null) this.familiar.saw(tx.to, looked.touched.size > 0)
      if (looked.touched.size === 0) this.counts.harmless++
      for (const input of looked.inputs) this.give(held, input)
      for (const lost of this.waiting.overflow()) this.letGo(lost, 'gone')
    } catch (error) {
      if (signal.aborted) return void this.again.push(held)
      this.counts.failed++
      this.fail(error)
    }
  }

  private async taken(heard: Waiting): Promise<Held | undefined> {
    this.looking.add(heard.hash)
    try {
      const raw = heard.raw ?? (await this.options.rpc.request('eth_getRawTransactionByHash', [heard.hash], this.stopping.signal))
      if (typeof raw !== 'string') {
        this.counts.refused['no-bytes']++
        return undefined
      }
      const tx = await this.proven(raw.toLowerCase() as Hex, heard)
      return tx && this.hold(tx, false)
    } catch (error) {
      if (!this.stopping.signal.aborted) this.fail(error)
      return undefined
    } finally {
      this.looking.delete(heard.hash)
    }
  }

  private async proven(raw: Hex, claim: { readonly hash?: Hex; readonly from?: Hex } = {}): Promise<PendingTx | undefined> {
    const tx = await pendingTxOf(raw, this.options.chainId, claim)
    if (typeof tx !== 'string') return tx
    this.counts.refused[tx]++
    return undefined
  }

  private hold(tx: PendingTx, told: boolean): Held {
    const held: Held = { tx, sinceMs: this.now(), told, touched: new Set(), given: false }
    const replaced = this.waiting.add(held)
    if (replaced) {
      this.counts.replaced++
      this.report(replaced, 'replaced')
    }
    return held
  }

  private give(held: Held, input: Input): void {
    held.given = true
    this.counts.given++
    this.ready.push(input)
    this.wake()
  }

  /** What the block took, what can't come any more, what nobody has seen for long. */
  private async settle(rpc: Rpc, included: ReadonlySet<Hex>, signal: AbortSignal): Promise<void> {
    for (const hash of included) this.queue.remove(hash)
    for (const held of this.waiting.all()) {
      const { tx, sinceMs, given } = held
      if (included.has(tx.hash)) {
        const ok = given ? await wentThrough(rpc, tx.hash, signal) : true
        this.letGo(held, ok === false ? 'reverted' : 'included')
      } else if (this.now() - sinceMs > this.limits.ttlMs) this.letGo(held, 'gone')
      else if (given && Number(await rpc.request('eth_getTransactionCount', [tx.from, 'latest'], signal)) > tx.nonce)
        this.letGo(held, 'replaced')
    }
  }

  private letGo(held: Held, how: Extract<Input, { kind: 'settled' }>['how']): void {
    if (this.waiting.remove(held.tx.hash)) this.report(held, how)
  }

  private report({ tx, given }: Held, how: Extract<Input, { kind: 'settled' }>['how']): void {
    if (!given) return
    this.ready.push({ kind: 'settled', chainId: this.options.chainId, txHash: tx.hash, how })
    this.wake()
  }

  /** The way of simulating that this node offers, and what it reads of the head as it is. */
  private async benchOf(rpc: Rpc, on: Standing, signal: AbortSignal): Promise<{ readonly bench: Bench; readonly usual: Trial }> {
    const { adapter, blockTimeS } = this.options
    const traced = traces(rpc, blockTimeS)
    const bench = { engine: this.withoutV1 ? traced : withCreations(simulateV1(rpc, blockTimeS), traced), adapter, blockTimeS }
    try {
      const usual = await tryOut(bench, on, [], 'next', signal)
      if (this.counts.engine !== bench.engine.name) {
        this.counts.engine = bench.engine.name
        this.options.onChange?.(this.status())
      }
      return { bench, usual }
    } catch (error) {
      if (this.withoutV1 || !isUnsupported(error)) throw error
      this.withoutV1 = true
      return this.benchOf(rpc, on, signal)
    }
  }

  private fail(error: unknown): void {
    this.options.onFailure?.(error)
  }

  private woken(): Promise<void> {
    return new Promise((wake) => {
      this.wakers.add(wake)
    })
  }

  private wake(): void {
    for (const wake of this.wakers) wake()
    this.wakers.clear()
  }
}
