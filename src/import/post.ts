// One HTTP question, its answer as bytes: what viem's client parses at once, the byte scanner wants as it came.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { UnreachableError } from '../core/errors.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'

export interface Poster {
  /** Without secrets. */
  readonly endpoint: string
  /** @throws UnreachableError; TooLargeError if the answer has more bytes than fit */
  post(method: string, body: string, signal: AbortSignal): Promise<Buffer>
  close(): void
}

/** The answer is larger than what we take: a smaller question has a smaller one. */
export class TooLargeError extends UnreachableError {}

const MOST_BYTES = 128 * 1024 * 1024
const FIRST_BYTES = 64 * 1024
const LOOPBACK = /^(localhost|127\.|\[::1\])/

export function poster(address: string, timeoutMs: number): Poster {
  const url = new URL(address)
  const { name, scrub } = nameEndpoint(address)
  const secure = url.protocol === 'https:'
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const auth = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const options = { agent, method: 'POST', timeout: timeoutMs, ...(auth === undefined ? {} : { auth }) }
  // zipping costs a node on this machine more than the bytes do
  const headers = { 'content-type': 'application/json', ...(LOOPBACK.test(url.host) ? {} : { 'accept-encoding': 'gzip' }) }
  const send = secure ? httpsRequest : httpRequest
  return {
    endpoint: name,
    close: () => agent.destroy(),
    async post(method, body, signal) {
      const unreachable = (detail: string): UnreachableError => new UnreachableError(name, method, scrub(detail))
      try {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          const asked = send(url, { ...options, signal, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, resolve)
          asked.on('timeout', () => asked.destroy(new Error(`timeout: no answer within ${timeoutMs} ms`)))
          asked.on('error', reject)
          asked.end(body)
        })
        const bytes = await whole(answer, () => new TooLargeError(name, method, `the answer is larger than ${MOST_BYTES} bytes`))
        const text = answer.headers['content-encoding'] === 'gzip' ? await unzip(bytes, { maxOutputLength: MOST_BYTES }) : bytes
        const status = answer.statusCode ?? 0
        // many nodes give a JSON-RPC error with a status of 4xx: it says more than the status
        if (status === 413) throw new TooLargeError(name, method, 'HTTP 413')
        if ((status < 200 || status > 299) && text[0] !== 0x7b && text[0] !== 0x5b)
          throw unreachable(`HTTP ${status}: ${text.subarray(0, 200).toString('utf8')}`)
        if (status === 429) throw unreachable(`HTTP 429: ${text.subarray(0, 200).toString('utf8')}`)
        return text
      } catch (error) {
        if (error instanceof UnreachableError) throw error
        throw unreachable(error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error))
      }
    },
  }
}

const unzip = promisify(gunzip) as (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

async function whole(answer: IncomingMessage, tooLarge: () => Error): Promise<Buffer> {
  const promised = Number(answer.headers['content-length'] ?? 0)
  if (promised > MOST_BYTES) {
    answer.destroy()
    throw tooLarge()
  }
  // where its length is known, parts are copied as they come and can be let go
  let bytes = Buffer.allocUnsafe(promised > 0 ? promised : FIRST_BYTES)
  let size = 0
  await new Promise<void>((resolve, reject) => {
    answer.on('data', (part: Buffer) => {
      if (size + part.length > MOST_BYTES) {
        answer.destroy()
        return reject(tooLarge())
      }
      if (size + part.length > bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, size + part.length))
        bytes.copy(larger, 0, 0, size)
        bytes = larger
      }
      part.copy(bytes, size)
      size += part.length
    })
    answer.on('end', resolve)
    answer.on('error', reject)
    answer.on('close', () => reject(new Error('the connection broke off in the answer')))
  })
  return bytes.subarray(0, size)
}
