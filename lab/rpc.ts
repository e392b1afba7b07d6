// A JSON-RPC client over kept-alive HTTP: the lab makes tens of thousands of small calls, and fetch costs twice as much.
import { Agent, request } from 'node:http'

export interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

/** The node's own refusal; `data` is a revert's return data where there is one. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(method: string, error: { code: number; message: string; data?: unknown }) {
    super(`${method}: ${error.message}`)
    this.code = error.code
    this.data = error.data
  }
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { code: number; message: string; data?: unknown }
}

export class Rpc {
  readonly url: string
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 })
  constructor(url: string) {
    this.url = url
  }

  async call<T = unknown>(method: string, params: readonly unknown[] = []): Promise<T> {
    const answer = (await this.post({ jsonrpc: '2.0', id: 0, method, params })) as Answer
    if (answer.error !== undefined) throw new RpcError(method, answer.error)
    return answer.result as T
  }

  /** One request for many calls; each answer is its result or the error, in the order of the calls. */
  async batch(calls: readonly RpcCall[]): Promise<(unknown | RpcError)[]> {
    if (calls.length === 0) return []
    const body = calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))
    const answers = (await this.post(body)) as Answer[]
    const results: (unknown | RpcError)[] = new Array(calls.length)
    for (const { id, result, error } of answers) results[id] = error === undefined ? result : new RpcError(calls[id]?.method ?? '?', error)
    return results
  }

  /** Ends the idle connections, so that a finished run keeps no socket open. */
  close(): void {
    this.agent.destroy()
  }

  private post(body: unknown): Promise<unknown> {
    const text = JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(parts).toString('utf8')))
          } catch (cause) {
            reject(new Error(`${this.url} did not answer with JSON (HTTP ${response.statusCode})`, { cause }))
          }
        })
      })
      sent.on('error', reject)
      sent.end(text)
    })
  }
}
