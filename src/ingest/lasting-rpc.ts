// An endpoint that is opened when first asked and again after it was lost: for those who ask now and then, like simulation and sending.
import { FirebreakError } from '../core/errors.ts'
import { openRpc, type Rpc, type RpcOptions } from './rpc.ts'

export type LastingRpc = Pick<Rpc, 'request' | 'close'>

/** A failed request is not repeated here: whoever asked knows whether that makes sense. */
export function lastingRpc(address: string, options: RpcOptions): LastingRpc {
  let open: Promise<Rpc> | undefined
  const drop = (failed: Promise<Rpc>) => {
    if (open === failed) open = undefined
    failed.then((rpc) => rpc.close()).catch(() => undefined)
  }
  return {
    async request(method, params, signal) {
      open ??= openRpc(address, options)
      const used = open
      try {
        return await (await used).request(method, params, signal)
      } catch (error) {
        if (error instanceof FirebreakError && error.name === 'UnreachableError' && !signal?.aborted) drop(used)
        throw error
      }
    },
    close() {
      if (open) drop(open)
    },
  }
}
