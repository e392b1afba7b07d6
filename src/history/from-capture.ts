// A capture of `watch` as blocks: what was committed and stayed.
import { UserError } from '../core/errors.ts'
import type { Input } from '../core/flow.ts'
import { readCapture } from '../ingest/capture.ts'
import type { StoredBlock } from './types.ts'

/** Deeper reorgs than this make a node start again, which begins a new stretch of the capture. */
const MOST_UNDONE_BLOCKS = 1_024

/**
 * In the order of the file: ascending, but for where its node read the chain again.
 * @param chainId of the history that they are for
 * @throws UserError if there is no such file or it is of another chain, BadDataError with the line if it is no capture
 */
export async function* fromCapture(file: string, chainId?: number): AsyncGenerator<StoredBlock, void> {
  const { header, inputs } = await readCapture(file)
  if (chainId !== undefined && header.chainId !== chainId)
    throw new UserError(`capture ${file}`, `chain ${header.chainId}`, `chain ${chainId}, which the history is of`)
  yield* standing(inputs)
}

async function* standing(inputs: AsyncIterable<Input>): AsyncGenerator<StoredBlock, void> {
  let waiting: StoredBlock[] = []
  for await (const input of inputs) {
    if (input.kind === 'reorged') waiting = waiting.filter(({ number }) => number <= input.toNumber)
    if (input.kind === 'finalized') {
      const final = waiting.findIndex(({ number }) => number > input.number)
      yield* waiting.splice(0, final < 0 ? waiting.length : final)
    }
    if (input.kind !== 'committed') continue
    const { chainId: _, ...block } = input.block
    const last = waiting.at(-1)
    if (last && last.hash !== block.parentHash) yield* waiting.splice(0)
    waiting.push({ ...block, readsState: 'asked' })
    if (waiting.length > MOST_UNDONE_BLOCKS) yield* waiting.splice(0, 1)
  }
  yield* waiting
}
