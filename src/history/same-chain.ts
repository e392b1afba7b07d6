// One history holds one chain: what would put another branch into it is refused, with both hashes and what to do.
import { BadDataError, UserError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import type { StoredBlock } from './types.ts'

const WAY_OUT = 'if the chain has reorged since or was another network, import into a new folder, or delete this one and import again'

/** Each block is its successor's parent. @throws BadDataError if not */
export function mustLink(chainId: number, blocks: readonly StoredBlock[]): void {
  let before: StoredBlock | undefined
  for (const block of blocks) {
    const from = `block ${block.number} of chain ${chainId}`
    if (!Number.isSafeInteger(block.number) || block.number < 0)
      throw new BadDataError({ from, what: 'its number', got: block.number, want: 'a whole number, 0 or more' })
    if (before && block.number !== before.number + 1)
      throw new BadDataError({
        from,
        what: 'the block before it',
        got: before.number,
        want: `${block.number - 1}: ascending, without gaps`,
      })
    if (before && block.parentHash !== before.hash)
      throw new BadDataError({
        from,
        what: 'its parentHash',
        got: block.parentHash,
        want: `${before.hash}, the hash of the block before it`,
      })
    before = block
  }
}

/** @throws UserError if history has another block of this number */
export function mustMatch(folder: string, block: StoredBlock, there: Hex): void {
  if (block.hash !== there)
    throw new UserError(`block ${block.number}`, block.hash, `${there}, which ${folder} has of that number; ${WAY_OUT}`)
}

/** @throws UserError if the stored blocks right before and after are not its parent and its child */
export function mustMeet(
  folder: string,
  blocks: readonly StoredBlock[],
  { before, after }: { readonly before: Hex | undefined; readonly after: Hex | undefined },
): void {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (!first || !last) return
  if (before !== undefined && first.parentHash !== before)
    throw new UserError(
      `block ${first.number}`,
      `parent ${first.parentHash}`,
      `${before}, the block ${first.number - 1} that ${folder} has; ${WAY_OUT}`,
    )
  if (after !== undefined && last.hash !== after)
    throw new UserError(
      `block ${last.number}`,
      last.hash,
      `${after}, the parent of block ${last.number + 1} that ${folder} has; ${WAY_OUT}`,
    )
}
