// Two streams of inputs as one: what comes of blocks goes first, what waits in the mempool fills the time between.
import type { Input } from './core/flow.ts'

/** What has inputs now and then. */
export interface Between {
  shift(): Input | undefined
  /** Resolves when there may be one. */
  some(): Promise<void>
}

/** Each is asked for its next input only when the one before it was dealt with. */
export async function* blocksFirst(blocks: AsyncGenerator<Input, void>, between: Between | undefined): AsyncGenerator<Input, void> {
  if (between === undefined) return yield* blocks
  for (;;) {
    let came: IteratorResult<Input, void> | undefined
    const next = blocks.next().then((result) => {
      came = result
    })
    next.catch(() => undefined) // whoever races for it hears of it
    while (came === undefined) {
      await Promise.race([next, between.some()])
      const input = came === undefined ? between.shift() : undefined
      if (input !== undefined) yield input
    }
    const { done, value } = came as IteratorResult<Input, void>
    if (done || value === undefined) return
    yield value
  }
}
