// A look at a chain from one connection, at one block: for commands that ask once and end. A failure that may pass is tried again.
import type { Call, Hex } from '../core/flow.ts'
import { ChainClient } from '../ingest/chain-client.ts'
import { isRetryable, isRevert, isTooManyParams, isUnsupported } from '../ingest/errors.ts'
import { openRpc } from '../ingest/rpc.ts'
import type { Header } from '../ingest/schemas.ts'
import { sleep } from '../ingest/wait.ts'

export interface Look {
  /** The endpoint without its secrets. */
  readonly endpoint: string
  readonly pushes: boolean
  readonly chainId: number
  /** All answers are of the state after this block. */
  readonly head: Header
  /** null: it reverted. In the order of the calls. */
  calls(calls: readonly Call[]): Promise<readonly (Hex | null)[]>
  /** At the head, or at an older block: then it throws if the endpoint keeps no such state. */
  code(address: Hex, atBlock?: number): Promise<Hex>
  header(number: number): Promise<Header | null>
  /** One question as it is, not tried again. */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  close(): void
}

const TIMEOUT_MS = 20_000
/** As many calls as one question carries, for a gas cap of 50 million and views of up to a million each. */
const CALLS_AT_ONCE = 50
const TRIES = 3
const PAUSE_MS = 400

/** Throws what the endpoint did wrong; nothing is left open then. */
export async function lookAt(address: string): Promise<Look> {
  const rpc = await patiently(() => openRpc(address, { timeoutMs: TIMEOUT_MS }))
  try {
    const client = new ChainClient(rpc, new AbortController().signal)
    const chainId = await patiently(() => client.chainId())
    const head = await patiently(() => client.header('latest'))
    if (!head) throw new Error(`${rpc.endpoint} has no latest block`)
    return {
      endpoint: rpc.endpoint,
      pushes: rpc.pushes,
      chainId,
      head,
      async calls(calls) {
        const answers: (Hex | null)[] = []
        for (let at = 0; at < calls.length; at += CALLS_AT_ONCE) {
          const some = calls.slice(at, at + CALLS_AT_ONCE)
          const together = await patiently(() => client.callMany(some, head))
          answers.push(...(together ?? (await inTurn(some, (call) => patiently(() => client.call(call, head.hash))))))
        }
        return answers
      },
      async code(at, block = head.number) {
        const code = await patiently(() => rpc.request('eth_getCode', [at, quantity(block)]))
        return typeof code === 'string' && /^0x[0-9a-f]*$/i.test(code) ? (code as Hex) : '0x'
      },
      header: (number) => patiently(() => client.header(number)),
      request: (method, params) => rpc.request(method, params),
      close: () => rpc.close(),
    }
  } catch (error) {
    rpc.close()
    throw error
  }
}

export const quantity = (n: number): Hex => `0x${n.toString(16)}`

/** A few at a time, so that a small endpoint isn't flooded. In order. */
export async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>, atOnce = 8): Promise<readonly R[]> {
  const results: R[] = []
  for (let at = 0; at < all.length; at += atOnce) results.push(...(await Promise.all(all.slice(at, at + atOnce).map(work))))
  return results
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work()
    } catch (error) {
      const final = isRevert(error) || isUnsupported(error) || isTooManyParams(error) || !isRetryable(error)
      if (final || tried === TRIES) throw error
      await sleep(PAUSE_MS * tried)
    }
  }
}
