// Hears of waiting transactions: whole objects pushed where the node offers them, else hashes pushed, else a filter that is asked again and again.
import { isTooManyParams, isUnsupported, RpcError } from '../errors.ts'
import type { LastingRpc } from '../lasting-rpc.ts'
import type { Rpc } from '../rpc.ts'
import { backoffMs, sleep } from '../wait.ts'

export type FeedKind = 'objects' | 'hashes' | 'polled' | 'none'

export interface FeedOptions {
  readonly rpc: LastingRpc
  readonly pollMs: number
  readonly signal: AbortSignal
  readonly onItem: (item: unknown) => void
  readonly onKind: (kind: FeedKind) => void
}

const MOST_WAIT_MS = 10_000

/** Until told to stop. Nothing that goes wrong here ends more than one connection. */
export async function feed({ rpc: lasting, pollMs, signal, onItem, onKind }: FeedOptions): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    let rpc: Rpc | undefined
    try {
      rpc = await lasting.connection()
      const connected = rpc
      if (rpc.pushes) {
        const lost = new Promise<void>((gone) => {
          subscribed(connected, onItem, gone).then(
            (kind) => {
              attempt = 0
              onKind(kind)
            },
            () => gone(),
          )
          signal.addEventListener('abort', () => gone(), { once: true })
        })
        await lost
      } else {
        onKind('polled')
        await poll(rpc, pollMs, signal, onItem)
      }
    } catch {
      // told by `onKind` below; the pause grows
    }
    if (signal.aborted) return
    onKind('none')
    if (rpc) lasting.failed(rpc)
    await sleep(backoffMs(attempt, MOST_WAIT_MS, Math.random), signal).catch(() => undefined)
  }
}

async function subscribed(rpc: Rpc, onItem: (item: unknown) => void, gone: () => void): Promise<FeedKind> {
  try {
    await rpc.subscribe(['newPendingTransactions', true], onItem, gone)
    return 'objects'
  } catch (error) {
    if (!isUnsupported(error) && !isTooManyParams(error) && !(error instanceof RpcError)) throw error
    await rpc.subscribe(['newPendingTransactions'], onItem, gone)
    return 'hashes'
  }
}

async function poll(rpc: Rpc, pollMs: number, signal: AbortSignal, onItem: (item: unknown) => void): Promise<void> {
  const filter = await rpc.request('eth_newPendingTransactionFilter', [], signal)
  while (!signal.aborted) {
    const found = await rpc.request('eth_getFilterChanges', [filter], signal)
    for (const item of Array.isArray(found) ? found : []) onItem(item)
    await sleep(pollMs, signal)
  }
}
