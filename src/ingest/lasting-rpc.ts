// A connection of its own for those who ask now and then, like simulation and sending: opened when first asked and again after it was
// lost, on the endpoint that ingest uses or, when that can't be reached, on the next one that can.
import { UnreachableError } from '../core/errors.ts'
import { nameEndpoint } from './endpoint-name.ts'
import { openRpc, type Rpc, type RpcOptions } from './rpc.ts'

export interface LastingRpc extends Pick<Rpc, 'request' | 'close'> {
  /** The endpoint whose turn it is, without secrets. */
  readonly endpoint: string
  /** The connection in use, opened if need be. Throws UnreachableError when none of the endpoints can be reached. */
  connection(): Promise<Rpc>
  /** The connection failed: the next question goes to the next endpoint. */
  failed(rpc: Rpc): void
}

export interface LastingOptions extends RpcOptions {
  /** Where there are several, one of another chain counts as one that can't be reached; a single one is ingest's to check. */
  readonly chainId: number
  /** The address that ingest uses now: whoever judges a head is best asked about it. Undefined: none yet. */
  readonly inUse?: () => string | undefined
}

/** `addresses` in order of preference. A question that failed is not repeated here: whoever asked knows whether that makes sense. */
export function lastingRpc(addresses: readonly string[], { inUse = () => undefined, chainId, ...options }: LastingOptions): LastingRpc {
  let at = 0
  let followed: string | undefined
  let open: { readonly address: string; readonly rpc: Promise<Rpc> } | undefined
  const address = (): string => addresses[at % addresses.length] ?? ''

  /** Only a change of ingest's counts: what failed us alone is not taken up again because ingest still has it. */
  function follow(): void {
    const used = inUse()
    if (used === followed || used === undefined) return
    followed = used
    at = Math.max(0, addresses.indexOf(used))
    if (open && open.address !== address()) drop()
  }
  function drop(): void {
    open?.rpc.then((rpc) => rpc.close()).catch(() => undefined)
    open = undefined
  }
  async function connection(): Promise<Rpc> {
    follow()
    for (let left = addresses.length - 1; ; left--) {
      open ??= { address: address(), rpc: addresses.length === 1 ? openRpc(address(), options) : openOf(chainId, address(), options) }
      const used = open
      try {
        return await used.rpc
      } catch (error) {
        if (open === used) {
          drop()
          at++
        }
        if (left === 0 || !(error instanceof UnreachableError)) throw error
      }
    }
  }
  function failed(rpc: Rpc): void {
    const used = open
    used?.rpc
      .then((now) => {
        if (now !== rpc || open !== used) return
        drop()
        at++
      })
      .catch(() => undefined)
  }
  return {
    get endpoint() {
      return nameEndpoint(address()).name
    },
    connection,
    failed,
    async request(method, params, signal) {
      const rpc = await connection()
      try {
        return await rpc.request(method, params, signal)
      } catch (error) {
        if (error instanceof UnreachableError && !signal?.aborted) failed(rpc)
        throw error
      }
    },
    close: drop,
  }
}

async function openOf(chainId: number, address: string, options: RpcOptions): Promise<Rpc> {
  const rpc = await openRpc(address, options)
  try {
    const got = await rpc.request('eth_chainId', [])
    if (Number(got) === chainId) return rpc
    throw new UnreachableError(rpc.endpoint, 'eth_chainId', `it is chain ${String(got).slice(0, 20)}, not ${chainId}`)
  } catch (error) {
    rpc.close()
    throw error
  }
}
