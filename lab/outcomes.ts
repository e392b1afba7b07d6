// Keeps what became of every transaction that the lab sent.
import type { Hex } from 'viem'
import type { PlannedTx } from '../src/scenario.ts'
import type { Chain, Receipt } from './chain.ts'

export interface OpResult {
  readonly id: string
  readonly what: string
  readonly hash: Hex
  readonly paired: boolean
  /** Null: it was never mined. */
  readonly block: number | null
  readonly ok: boolean
  readonly gasUsed: number
  /** Why it failed, as the chain says it. */
  readonly reason: string | null
}

/** One mined transaction, for who looks on. */
export interface Settled {
  readonly party: PlannedTx['party']
  readonly what: string
  readonly ok: boolean
  readonly reason: string | null
}

export class Outcomes {
  private readonly chain: Chain
  private readonly waiting = new Map<Hex, PlannedTx>()
  private readonly done: { readonly tx: PlannedTx; readonly result: OpResult }[] = []
  constructor(chain: Chain) {
    this.chain = chain
  }

  expect(hash: Hex, tx: PlannedTx): void {
    this.waiting.set(hash, tx)
  }

  /** What became of the block's transactions, in the block's order. */
  async settle(block: number, receipts: readonly Receipt[]): Promise<readonly Settled[]> {
    const settled: Settled[] = []
    for (const { transactionHash: hash, status, gasUsed } of receipts) {
      const tx = this.waiting.get(hash)
      if (tx === undefined) continue
      this.waiting.delete(hash)
      const ok = status === '0x1'
      const reason = ok ? null : await this.reason(hash)
      const { id, what, paired } = tx
      this.done.push({ tx, result: { id, what, hash, paired, block, ok, gasUsed: Number(gasUsed), reason } })
      settled.push({ party: tx.party, what, ok, reason })
    }
    return settled
  }

  result(): { ops: Record<string, OpResult>; attackerTxs: OpResult[]; rescueTxs: OpResult[] } {
    for (const [hash, tx] of this.waiting) {
      const { id, what, paired } = tx
      this.done.push({ tx, result: { id, what, hash, paired, block: null, ok: false, gasUsed: 0, reason: 'not mined' } })
    }
    this.waiting.clear()
    const of = (party: PlannedTx['party']): OpResult[] => this.done.filter(({ tx }) => tx.party === party).map(({ result }) => result)
    return { ops: Object.fromEntries(of('honest').map((op) => [op.id, op])), attackerTxs: of('attacker'), rescueTxs: of('rescue') }
  }

  private async reason(hash: Hex): Promise<string> {
    const tracer = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }
    const trace = await this.chain.rpc.call<{ error?: string; revertReason?: string; output?: Hex }>('debug_traceTransaction', [
      hash,
      tracer,
    ])
    return trace.revertReason ?? trace.error ?? 'reverted'
  }
}
