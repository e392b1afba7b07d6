// The state after a stored block, through the live code: the stretch of history that it lies in, folded from its beginning.
import type { BlockInput } from '../../core/flow.ts'
import { Fold, type FoldRules } from '../../fold.ts'
import type { History } from '../../history/types.ts'
import { missingReads, withoutParts } from '../backtest/blindness.ts'

/** Findings older than the window are let go this often. */
const FORGET_EVERY_BLOCKS = 64

export interface FoldedTo {
  readonly fold: Fold
  /** Where the state begins: accounts from before it are known by what they did since. */
  readonly fromBlock: number
  /** The last block that lacked no answer; undefined: each lacked some. Prices and parameters that are only read are as old as it. */
  readonly wholeBlock: number | undefined
}

/** The fold's journal is on when it is given back: hypotheses can be undone. `block` must be there. */
export function foldTo(rules: FoldRules, history: History, block: number, onBlock: (at: BlockInput) => void = () => {}): FoldedTo {
  let fromBlock = history.ranges().find((range) => range.fromBlock <= block && block <= range.toBlock)?.fromBlock ?? block
  let fold = begin(rules)
  let wholeBlock: number | undefined
  for (const chunk of history.chunks(fromBlock, block)) {
    for (let n = 0; n < chunk.blocks; n++) {
      const input = chunk.block(n)
      const { head } = fold
      if (head && input.parentHash !== head.hash) {
        // another branch, or a torn chunk between: nothing of the state holds
        fold = begin(rules)
        fromBlock = input.number
        wholeBlock = undefined
      }
      const missing = missingReads(rules.protocols, fold.world, input)
      try {
        fold.step({ kind: 'committed', block: withoutParts(rules.protocols, fold.world, input, missing) })
      } catch (error) {
        if (missing.length === 0) throw error
        // an adapter could make nothing of a block that lacks its answers
        fold = begin(rules)
        fromBlock = input.number + 1
      }
      if (missing.length === 0) wholeBlock = input.number
      if (input.number % FORGET_EVERY_BLOCKS === 0)
        fold.step({ kind: 'finalized', chainId: rules.chainId, number: input.number, hash: input.hash })
      onBlock(input)
    }
  }
  fold.world.store.journal.on = true
  return { fold, fromBlock, wholeBlock }
}

/** Nothing is looked for, and nothing of history is undone. */
function begin(rules: FoldRules): Fold {
  const fold = new Fold({ ...rules, detectors: [] })
  fold.world.store.journal.on = false
  return fold
}
