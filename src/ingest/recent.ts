// The blocks that were yielded, newest last: what a new head must link to, and where a branch left ours.
import type { Hex } from '../core/flow.ts'
import type { BlockId } from './block-source.ts'

/** More are kept than can be undone: finality comes later than the journal ends on some chains, and must name its block. */
const KEPT_FOR_FINALITY = 256

export class Recent {
  private blocks: BlockId[]
  constructor(
    blocks: readonly BlockId[],
    private readonly undoable: number,
  ) {
    this.blocks = [...blocks]
  }

  get last(): BlockId | undefined {
    return this.blocks.at(-1)
  }

  /** The oldest block that we can go back to. */
  get oldest(): BlockId | undefined {
    return this.blocks[Math.max(0, this.blocks.length - 1 - this.undoable)]
  }

  /** Ours at this height. Blocks are contiguous, so the place is known. */
  at(number: number): BlockId | undefined {
    const first = this.blocks[0]
    return first === undefined ? undefined : this.blocks[number - first.number]
  }

  has({ number, hash }: { readonly number: number; readonly hash: Hex }): boolean {
    return this.at(number)?.hash === hash
  }

  push(block: BlockId): void {
    this.blocks.push({ number: block.number, hash: block.hash })
    const most = Math.max(this.undoable + 1, KEPT_FOR_FINALITY)
    if (this.blocks.length > 2 * most) this.blocks = this.blocks.slice(-most)
  }

  /** Forgets all above the block. */
  cutTo({ number }: BlockId): void {
    const first = this.blocks[0]
    if (first !== undefined) this.blocks.length = Math.min(this.blocks.length, number - first.number + 1)
  }
}
