// Loss averted is a difference of two runs: until somebody does something else in one, they must be the same chain.
import { UserError } from '../core/errors.ts'
import type { LabRun } from '../tools/drill-measure.ts'

export interface SameUntil {
  /** Block of the first transaction that only the second run has; undefined: never. */
  readonly before: number | undefined
  /** Attackers bid other fees in the two runs: from the attack's start on, hashes differ although the same happens. */
  readonly otherFees?: boolean
}

/**
 * Block hashes are equal before that block. Where fees differ they are until the attack's start, and after it every block has the
 * same loss and the same outcome of each honest operation. Throws what differs.
 */
export function checkSameChain(unguarded: LabRun, run: LabRun, { before, otherFees = false }: SameUntil): void {
  const end = before ?? Number.POSITIVE_INFINITY
  const hashEnd = otherFees ? Math.min(end, unguarded.startBlock) : end
  const hashes = new Map(unguarded.blocks.map((b) => [b.number, b.hash]))
  for (const { number, hash } of run.blocks) {
    const other = hashes.get(number)
    if (number < hashEnd && other !== undefined && other !== hash) throw notSame(`block ${number}`, hash, other)
  }
  if (hashEnd === end) return
  const losses = new Map(unguarded.loss.map((l) => [l.block, l.gainUsd]))
  for (const { block, gainUsd } of run.loss) {
    const other = losses.get(block)
    if (block < end && other !== undefined && Math.abs(other - gainUsd) > 0.01)
      throw notSame(`loss at block ${block}`, gainUsd, String(other))
  }
  for (const [id, op] of Object.entries(unguarded.ops)) {
    const other = run.ops[id]
    if (op.paired && op.block !== null && op.block < end && other && other.ok !== op.ok)
      throw notSame(`operation ${id}`, other.ok ? 'succeeds' : 'fails', op.ok ? 'succeeds' : 'fails')
  }
}

const notSame = (what: string, got: unknown, want: string): UserError =>
  new UserError(`${what} of the run`, got, `${want}, as in the unguarded run: the two chains are not comparable`)
