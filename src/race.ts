// Which of our actions must come before a waiting transaction: what to outbid, and the bytes that others need to check it for themselves.
import type { Hex, PendingTx, Proposal } from './core/flow.ts'

interface Run {
  readonly maxFeePerGas: bigint
  readonly priorityFeePerGas: bigint
  readonly raws: readonly Hex[]
}

type Action = Pick<Proposal, 'guard' | 'entry' | 'subject' | 'round'>

export class Race {
  private readonly runs = new Map<string, Run>()

  /** A new head: who still waits will be judged again. */
  begin(): void {
    this.runs.clear()
  }

  /** True if one of these was known and has become dearer. */
  enter(proposals: readonly Proposal[], txs: readonly PendingTx[]): boolean {
    let dearer = false
    const highest = (of: (tx: PendingTx) => Hex): bigint => txs.reduce((most, tx) => (BigInt(of(tx)) > most ? BigInt(of(tx)) : most), 0n)
    const maxFeePerGas = highest((tx) => tx.maxFeePerGas)
    const priorityFeePerGas = highest((tx) => tx.priorityFeePerGas)
    for (const proposal of proposals) {
      const before = this.runs.get(keyOf(proposal))
      if (before && before.maxFeePerGas >= maxFeePerGas) continue
      if (before) dearer = true
      this.runs.set(keyOf(proposal), { maxFeePerGas, priorityFeePerGas, raws: txs.map(({ raw }) => raw) })
    }
    return dearer
  }

  outbid(action: Action): Run | undefined {
    return this.runs.get(keyOf(action))
  }

  evidenceFor(action: Action): readonly Hex[] | undefined {
    return this.runs.get(keyOf(action))?.raws
  }
}

const keyOf = ({ guard, entry, subject, round }: Action): string => `${guard}:${entry}:${subject}:${round}`
