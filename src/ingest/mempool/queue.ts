// What waits to be looked at: bounded, the most harmful first. When it is full, what can do least harm is shed, and counted.
import type { Hex } from '../../core/flow.ts'
import type { Rank } from './rank.ts'
import type { Heard } from './raw-of.ts'

export interface Waiting extends Heard {
  readonly rank: Rank
  readonly atMs: number
}

export type Added =
  | { readonly kind: 'added' }
  /** It took the place of another one of the same sender and nonce. */
  | { readonly kind: 'replaced'; readonly old: Hex }
  /** Known already, or of a sender and nonce for which a dearer one waits. */
  | { readonly kind: 'duplicate' }
  /** Full: this one was let go, the new one itself perhaps. */
  | { readonly kind: 'shed'; readonly lost: Waiting }

/**
 * The stated order, first that differs: rank, gas limit (more can be done with it), value, the one heard of earlier, hash. So what
 * is shed depends on what was offered alone, not on luck: whatever is kept comes before whatever was let go.
 */
export function before(a: Waiting, b: Waiting): number {
  if (a.rank !== b.rank) return b.rank - a.rank
  if (a.gas !== b.gas) return b.gas - a.gas
  if (a.value !== b.value) return a.value > b.value ? -1 : 1
  if (a.atMs !== b.atMs) return a.atMs - b.atMs
  return a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0
}

export class PendingQueue {
  private readonly byHash = new Map<Hex, Waiting>()
  private readonly bySlot = new Map<string, Hex>()
  constructor(private readonly most: number) {}

  get size(): number {
    return this.byHash.size
  }

  add(tx: Waiting): Added {
    if (this.byHash.has(tx.hash)) return { kind: 'duplicate' }
    const old = this.bySlot.get(slotOf(tx))
    const rival = old === undefined ? undefined : this.byHash.get(old)
    if (rival !== undefined) {
      if (tx.maxFeePerGas <= rival.maxFeePerGas) return { kind: 'duplicate' }
      this.remove(rival.hash)
      this.insert(tx)
      return { kind: 'replaced', old: rival.hash }
    }
    this.insert(tx)
    if (this.byHash.size <= this.most) return { kind: 'added' }
    const lost = this.extreme(1) as Waiting
    this.remove(lost.hash)
    return { kind: 'shed', lost }
  }

  /** The most harmful that may be looked at now. */
  take(may: (tx: Waiting) => boolean = () => true): Waiting | undefined {
    const first = this.extreme(-1, may)
    if (first) this.remove(first.hash)
    return first
  }

  remove(hash: Hex): boolean {
    const tx = this.byHash.get(hash)
    if (tx === undefined) return false
    this.byHash.delete(hash)
    if (this.bySlot.get(slotOf(tx)) === hash) this.bySlot.delete(slotOf(tx))
    return true
  }

  /** Lets go of what was heard of before then; how many. */
  expire(beforeMs: number): number {
    const old = [...this.byHash.values()].filter(({ atMs }) => atMs < beforeMs)
    for (const { hash } of old) this.remove(hash)
    return old.length
  }

  private insert(tx: Waiting): void {
    this.byHash.set(tx.hash, tx)
    this.bySlot.set(slotOf(tx), tx.hash)
  }

  /** Some thousands at most: looking at all of them costs less than keeping them in order would. */
  private extreme(sign: 1 | -1, may: (tx: Waiting) => boolean = () => true): Waiting | undefined {
    let best: Waiting | undefined
    for (const tx of this.byHash.values()) if (may(tx) && (best === undefined || sign * before(tx, best) > 0)) best = tx
    return best
  }
}

export const slotOf = ({ from, nonce }: { readonly from: Hex; readonly nonce: number }): string => `${from}:${nonce}`
