// The one seam to a node: WebSocket, HTTP or IPC by the address, with timeouts, and errors that never show a key.
import { getHttpRpcClient, getWebSocketRpcClient, type SocketRpcClient } from 'viem/utils'
import { UnreachableError, UserError } from '../core/errors.ts'
import { type EndpointName, nameEndpoint } from './endpoint-name.ts'
import { RpcError } from './errors.ts'
import { isIpc, openIpc } from './ipc.ts'
import { bad, detail, isObject, resultOf } from './rpc-answer.ts'
import { firstOf } from './wait.ts'

export interface Rpc {
  /** Its name without secrets. */
  readonly endpoint: string
  /** Can it push new heads? HTTP can't. */
  readonly pushes: boolean
  /** The answer's `result`, not yet checked. Throws UnreachableError, RpcError or BadDataError. */
  request(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>
  /** Resolves once the node has agreed. `onLost` comes at most once; there is no reconnecting here. */
  subscribeHeads(onHead: (header: unknown) => void, onLost: (error: UnreachableError) => void): Promise<void>
  /** The same for anything that eth_subscribe takes. One subscription a connection. */
  subscribe(params: readonly unknown[], onItem: (item: unknown) => void, onLost: (error: UnreachableError) => void): Promise<void>
  close(): void
}

export interface RpcOptions {
  readonly timeoutMs: number
}

/** Answers to a block with thousands of logs are tens of megabytes. */
const MAX_BODY_BYTES = 128 * 1024 * 1024
const PING_MS = 30_000
let sockets = 0

/** Opens an endpoint. A socket is connected before this resolves; HTTP connects at the first request. */
export async function openRpc(address: string, options: RpcOptions): Promise<Rpc> {
  const endpoint = nameEndpoint(address)
  const scheme = URL.canParse(address) ? new URL(address).protocol : ''
  if (scheme === 'http:' || scheme === 'https:') return httpRpc(address, endpoint, options)
  // viem shares one socket among all who ask for the same URL with the same settings; closing ours must not close another's.
  const settings = { reconnect: false, keepAlive: { interval: PING_MS + (sockets++ % 10_000) } }
  if (scheme === 'ws:' || scheme === 'wss:') return socketRpc(getWebSocketRpcClient(address, settings), endpoint, options)
  if (isIpc(address)) return openIpc(address, options)
  throw new UserError('endpoint', endpoint.name, 'a ws:, wss:, http: or https: URL, or the path of an IPC socket, ipc:/path')
}

function httpRpc(address: string, { name, scrub }: EndpointName, { timeoutMs }: RpcOptions): Rpc {
  const client = getHttpRpcClient(address, { timeout: timeoutMs, maxResponseBodySize: MAX_BODY_BYTES })
  const closing = new AbortController()
  let nextId = 1
  return {
    endpoint: name,
    pushes: false,
    async request(method, params, signal) {
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      const id = nextId++
      let raw: unknown
      try {
        raw = await client.request({ body: { id, method, params }, fetchOptions: { signal: either } })
      } catch (cause) {
        throw httpError(cause, name, method, scrub)
      }
      const result = resultOf(raw, name, method, scrub)
      // a cache on the way must not give us the answer to somebody else's question
      if (isObject(raw) && raw.id !== id) throw bad(name, method, 'the id of the answer', raw.id, String(id))
      return result
    },
    subscribeHeads: () => Promise.reject(new RpcError(name, 'eth_subscribe', -32601, 'HTTP cannot push', undefined)),
    subscribe: () => Promise.reject(new RpcError(name, 'eth_subscribe', -32601, 'HTTP cannot push', undefined)),
    close: () => closing.abort(),
  }
}

// biome-ignore lint/complexity/noBannedTypes: viem's own bound of a socket's type
async function socketRpc(opening: Promise<SocketRpcClient<{}>>, { name, scrub }: EndpointName, { timeoutMs }: RpcOptions): Promise<Rpc> {
  const unreachable = (method: string, cause: unknown): UnreachableError => new UnreachableError(name, method, scrub(detail(cause)))
  const opened = await firstOf(opening, timeoutMs).catch((cause: unknown) => {
    throw unreachable('connect', cause)
  })
  if (opened === undefined) {
    opening.then((late) => late.close()).catch(() => undefined) // a socket that opens after all is nobody's
    throw unreachable('connect', new Error(`not connected within ${timeoutMs} ms`))
  }
  const client = opened.value
  acknowledge(client)
  let lost = (_: UnreachableError): void => undefined
  const request: Rpc['request'] = async (method, params, signal) => {
    const asked = client.requestAsync({ body: { method, params }, timeout: timeoutMs }).catch((cause: unknown) => {
      throw unreachable(method, cause)
    })
    const answer = await firstOf(asked, Number.POSITIVE_INFINITY, signal)
    return resultOf(answer?.value, name, method, scrub)
  }
  const subscribe: Rpc['subscribe'] = async (params, onItem, onLost) => {
    lost = (error) => {
      lost = () => undefined
      onLost(error)
    }
    const agreed = new Promise<unknown>((resolve, reject) => {
      client.request({
        body: { method: 'eth_subscribe', params: [...params] },
        onError(cause) {
          const error = unreachable('eth_subscribe', cause)
          reject(error)
          lost(error)
        },
        onResponse(message: unknown) {
          if (isObject(message) && message.method === 'eth_subscription') {
            onItem(isObject(message.params) ? message.params.result : undefined)
          } else resolve(message)
        },
      })
    })
    const answer = await firstOf(agreed, timeoutMs)
    if (answer === undefined) throw unreachable('eth_subscribe', new Error(`no answer within ${timeoutMs} ms`))
    const id = resultOf(answer.value, name, 'eth_subscribe', scrub)
    if (typeof id !== 'string') throw bad(name, 'eth_subscribe', 'the result', id, 'a subscription id')
  }
  return {
    endpoint: name,
    pushes: true,
    request,
    subscribe,
    subscribeHeads: (onHead, onLost) => subscribe(['newHeads'], onHead, onLost),
    close() {
      lost = () => undefined
      client.close()
    },
  }
}

/**
 * A server that leaves Nagle's algorithm on (anvil does) holds each small answer back until we acknowledge the one before, and our
 * kernel delays that by 40 ms: twelve calls side by side took 44 ms. Anything we send carries the acknowledgement, so each message
 * that comes while others are due is met with an unasked pong, which RFC 6455 (5.5.3) allows: then they take 2 ms.
 */
// biome-ignore lint/complexity/noBannedTypes: viem's own bound of a socket's type
function acknowledge({ socket, requests }: SocketRpcClient<{}>): void {
  if (!('pong' in socket) || !('addEventListener' in socket)) return
  const { pong, addEventListener } = socket
  if (typeof pong !== 'function' || typeof addEventListener !== 'function') return
  addEventListener.call(socket, 'message', () => {
    if (requests.size > 0) pong.call(socket)
  })
}

function httpError(cause: unknown, endpoint: string, method: string, scrub: EndpointName['scrub']): Error {
  const from = isObject(cause) ? cause : {}
  if (from.name === 'RpcRequestError') return new RpcError(endpoint, method, Number(from.code), scrub(detail(cause)), from.data)
  if (from.cause instanceof SyntaxError) return bad(endpoint, method, 'the answer', scrub(from.cause.message), 'JSON')
  const status = typeof from.status === 'number' ? `HTTP ${from.status}: ` : ''
  return new UnreachableError(endpoint, method, status + scrub(detail(cause)))
}
