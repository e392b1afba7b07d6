// What every transport makes of a node's answer: the result, or an error that says what happened without showing a key.
import { BadDataError } from '../core/errors.ts'
import type { EndpointName } from './endpoint-name.ts'
import { RpcError } from './errors.ts'

/** Takes a JSON-RPC answer apart. */
export function resultOf(raw: unknown, endpoint: string, method: string, scrub: EndpointName['scrub']): unknown {
  if (!isObject(raw)) throw bad(endpoint, method, 'the answer', raw, 'a JSON-RPC object')
  const error = raw.error
  if (error !== undefined && error !== null) {
    if (!isObject(error) || typeof error.code !== 'number' || typeof error.message !== 'string')
      throw bad(endpoint, method, 'the error', error, '{ code, message }')
    throw new RpcError(endpoint, method, error.code, scrub(error.message), error.data)
  }
  if (raw.result === undefined) throw bad(endpoint, method, 'the answer', raw, 'an object with a result or an error')
  return raw.result
}

/** The shortest text that says what happened; viem's `message` repeats URL and body. */
export function detail(cause: unknown): string {
  if (!isObject(cause)) return String(cause)
  const inner = isObject(cause.cause) ? cause.cause : isObject(cause.error) ? cause.error : {}
  const texts = [inner.code, inner.message, cause.details, cause.shortMessage, cause.message]
  return (texts.find((text) => typeof text === 'string' && text !== '') as string | undefined) ?? 'the connection failed'
}

export const bad = (endpoint: string, method: string, what: string, got: unknown, want: string): BadDataError =>
  new BadDataError({ from: endpoint, what: `${what} to ${method}`, got, want, retryable: true })

/** What may be found in an answer, a pushed message or an error of viem's; nothing of it is certain. */
type Field =
  | 'id'
  | 'result'
  | 'error'
  | 'method'
  | 'params'
  | 'code'
  | 'message'
  | 'data'
  | 'name'
  | 'cause'
  | 'status'
  | 'details'
  | 'shortMessage'
export const isObject = (value: unknown): value is { readonly [name in Field]?: unknown } => typeof value === 'object' && value !== null
