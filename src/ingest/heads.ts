// Where the chain's head is: pushed by the node where it can, asked for where it can't, and asked for anyway when it falls silent.
import type { UnreachableError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import type { IngestEvent } from './block-source.ts'
import type { ChainClient } from './chain-client.ts'
import { isUnsupported, MissingBlockError } from './errors.ts'
import { isOfItsFields } from './header-hash.ts'
import type { ChainProfile } from './profiles.ts'
import { type Header, readHeader } from './schemas.ts'
import { firstOf, sleep } from './wait.ts'

export interface HeadOptions {
  readonly profile: ChainProfile
  readonly now: () => number
  readonly signal: AbortSignal
  readonly onEvent: (event: IngestEvent) => void
}

/** How many headers and first sights are remembered. */
const KEPT = 1_024

export class Heads {
  /** The head heard of last; -1 before any. */
  number = -1
  private client: ChainClient | undefined
  private subscribed: ChainClient | undefined
  private pushed = false
  /** What came since the last `next`, newest only: the ones before it are in `headers`. */
  private fresh: Header | undefined
  private failure: Error | undefined
  /** Something was pushed that can't be taken at its word. */
  private hinted = false
  private wake: () => void = () => undefined
  private readonly headers = new Map<Hex, Header>()
  private readonly seen = new Map<Hex, number>()
  constructor(private readonly options: HeadOptions) {}

  seenAtMs(hash: Hex): number | undefined {
    return this.seen.get(hash)
  }

  /** A header that was pushed or asked for before, so that it needn't be asked for again. */
  known(hash: Hex): Header | undefined {
    return this.headers.get(hash)
  }

  /** The newest head that `isNews`. `onQuiet` is called when the node answers and has none. */
  async next(client: ChainClient, isNews: (head: Header) => boolean, onQuiet: () => void): Promise<Header> {
    let ask = !this.pushed
    if (this.client !== client) {
      await this.attach(client)
      ask = true
    }
    for (;;) {
      const head = this.take() ?? (ask ? await this.ask(client) : undefined)
      if (head !== undefined && isNews(head)) return head
      onQuiet()
      const woken = await this.pause()
      ask = !woken || this.hinted
      this.hinted = false
    }
  }

  /** Asks the node anew at the next `next`: after a failure the head may be another, and any header may be what was wrong. */
  forget(): void {
    this.headers.clear()
    this.fresh = undefined
    this.failure = undefined
    this.client = undefined
  }

  saw(header: Header): void {
    if (!this.seen.has(header.hash)) keep(this.seen, header.hash, this.options.now())
    keep(this.headers, header.hash, header)
  }

  private async attach(client: ChainClient): Promise<void> {
    this.fresh = undefined
    this.failure = undefined
    if (this.subscribed !== client) this.pushed = client.rpc.pushes && (await this.subscribe(client))
    this.client = client
  }

  /** False: this node can't push. */
  private async subscribe(client: ChainClient): Promise<boolean> {
    const where = { endpoint: client.rpc.endpoint, method: 'newHeads' }
    const ifOurs = (act: () => void): void => {
      if (this.subscribed !== client) return
      act()
      this.wake()
    }
    const onHead = (raw: unknown): void => {
      try {
        const { headerHash } = this.options.profile
        const head = readHeader(where, raw, 'unchecked')
        // some nodes push less than the whole header: then it only says that there is one to ask for
        if (headerHash === 'unchecked' || isOfItsFields(raw, head.hash)) this.heard(head)
        else this.hinted = true
      } catch (error) {
        this.failure = error as Error
      }
    }
    const onLost = (error: UnreachableError): void => {
      this.failure = error
      this.subscribed = undefined
    }
    this.subscribed = client
    try {
      await client.rpc.subscribeHeads(
        (raw) => ifOurs(() => onHead(raw)),
        (error) => ifOurs(() => onLost(error)),
      )
      return true
    } catch (error) {
      this.subscribed = undefined
      if (!isUnsupported(error)) throw error
      this.options.onEvent({ kind: 'polling', endpoint: client.rpc.endpoint, detail: (error as Error).message })
      return false
    }
  }

  private take(): Header | undefined {
    const { fresh, failure } = this
    this.fresh = undefined
    this.failure = undefined
    if (failure !== undefined) throw failure
    return fresh
  }

  private async ask(client: ChainClient): Promise<Header | undefined> {
    const head = await client.header('latest')
    if (head === null) throw new MissingBlockError(client.rpc.endpoint, 'latest')
    // What was pushed meanwhile is newer than this answer.
    if (this.fresh === undefined) this.heard(head)
    else this.saw(head)
    return this.take()
  }

  private heard(head: Header): void {
    this.saw(head)
    this.fresh = head
    this.number = head.number
  }

  /** Until a head is pushed (true), or it is time to ask (false). */
  private async pause(): Promise<boolean> {
    const { profile, signal } = this.options
    if (!this.pushed) {
      await sleep(profile.pollMs, signal)
      return false
    }
    if (this.fresh !== undefined || this.failure !== undefined || this.hinted) return true
    // A subscription can die without a word; a question finds out, and finds what it kept from us.
    const woken = new Promise<true>((resolve) => {
      this.wake = () => resolve(true)
    })
    return (await firstOf(woken, profile.stallMs / 3, signal))?.value ?? false
  }
}

function keep<V>(map: Map<Hex, V>, key: Hex, value: V): void {
  map.set(key, value)
  if (map.size > KEPT) map.delete(map.keys().next().value as Hex)
}
