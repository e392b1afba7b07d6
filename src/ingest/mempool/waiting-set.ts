// The proven transactions that wait: whose turn comes before whose, what creates the contract that another calls, which touch the same.
import { getContractAddress } from 'viem'
import type { Hex, PendingTx } from '../../core/flow.ts'
import { slotOf } from './queue.ts'

export interface Held {
  readonly tx: PendingTx
  readonly sinceMs: number
  /** A peer told us; our own node may never have had it. */
  readonly told: boolean
  /** Watched contracts that it touched when it was tried. Empty: without effect, kept for those that come after it. */
  touched: ReadonlySet<Hex>
  /** The fold has been given it. */
  given: boolean
}

/** So many a transaction may need before it: more is a flood. */
const MOST_NEEDED = 8

export class WaitingSet {
  private readonly byHash = new Map<Hex, Held>()
  private readonly bySlot = new Map<string, Hex>()
  private readonly byCreated = new Map<Hex, Hex>()
  constructor(
    private readonly most: number,
    private readonly mostTouching: number,
  ) {}

  get(hash: Hex): Held | undefined {
    return this.byHash.get(hash)
  }

  all(): readonly Held[] {
    return [...this.byHash.values()]
  }

  touching(): readonly Held[] {
    return this.all().filter(({ touched }) => touched.size > 0)
  }

  /** The one of the same sender and nonce that it takes the place of, if any. */
  add(held: Held): Held | undefined {
    const { tx } = held
    const before = this.byHash.get(this.bySlot.get(slotOf(tx)) ?? tx.hash)
    if (before !== undefined) this.remove(before.tx.hash)
    this.byHash.set(tx.hash, held)
    this.bySlot.set(slotOf(tx), tx.hash)
    if (tx.to === null) this.byCreated.set(createdBy(tx), tx.hash)
    return before !== undefined && before.tx.hash !== tx.hash ? before : undefined
  }

  remove(hash: Hex): Held | undefined {
    const held = this.byHash.get(hash)
    if (held === undefined) return undefined
    this.byHash.delete(hash)
    const { tx } = held
    if (this.bySlot.get(slotOf(tx)) === hash) this.bySlot.delete(slotOf(tx))
    if (tx.to === null && this.byCreated.get(createdBy(tx)) === hash) this.byCreated.delete(createdBy(tx))
    return held
  }

  /** What must come before it: its sender's earlier ones, and what creates the contract that it calls, with what that needs. */
  neededBy(tx: PendingTx): readonly PendingTx[] {
    const creator = tx.to === null ? undefined : this.byHash.get(this.byCreated.get(tx.to) ?? tx.hash)?.tx
    const ofCreator = creator && creator.from !== tx.from ? [...this.earlier(creator), creator] : []
    return [...ofCreator, ...this.earlier(tx)].slice(-MOST_NEEDED)
  }

  earlier(tx: PendingTx): readonly PendingTx[] {
    return this.all()
      .filter((held) => held.tx.from === tx.from && held.tx.nonce < tx.nonce)
      .map((held) => held.tx)
      .sort((a, b) => a.nonce - b.nonce)
  }

  /** What must be let go for the bounds to hold: the cheapest of those that touch something, the oldest of the others. */
  overflow(): readonly Held[] {
    const touching = this.touching()
    const cheapest = [...touching].sort((a, b) => Number(BigInt(a.tx.maxFeePerGas) - BigInt(b.tx.maxFeePerGas)))
    const oldest = this.all().filter(({ touched }) => touched.size === 0)
    return [
      ...cheapest.slice(0, Math.max(0, touching.length - this.mostTouching)),
      ...oldest.slice(0, Math.max(0, oldest.length - this.most)),
    ]
  }
}

const createdBy = ({ from, nonce }: PendingTx): Hex => getContractAddress({ from, nonce: BigInt(nonce) }).toLowerCase() as Hex
