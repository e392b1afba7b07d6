// Which block an endpoint has at a height: asked until it answers, since a node that goes back must not guess.
import type { Hex } from '../core/flow.ts'
import { isRetryable } from './errors.ts'
import type { LastingRpc } from './lasting-rpc.ts'
import { readHeader } from './schemas.ts'
import { backoffMs, sleep } from './wait.ts'

export interface HashAtOptions {
  readonly rpc: Pick<LastingRpc, 'request' | 'endpoint'>
  /** Longest pause between two questions. */
  readonly mostWaitMs: number
  readonly signal: AbortSignal
}

/** Undefined: the endpoint has no block there. Throws StoppedError when the signal says so. */
export async function hashAt(number: number, { rpc, mostWaitMs, signal }: HashAtOptions): Promise<Hex | undefined> {
  const method = 'eth_getBlockByNumber'
  for (let attempt = 0; ; attempt++) {
    try {
      const raw = await rpc.request(method, [`0x${number.toString(16)}`, false], signal)
      return raw === null ? undefined : readHeader({ endpoint: rpc.endpoint, method }, raw, 'unchecked').hash
    } catch (error) {
      if (!isRetryable(error) && !signal.aborted) throw error
      await sleep(backoffMs(attempt, mostWaitMs, Math.random), signal)
    }
  }
}
