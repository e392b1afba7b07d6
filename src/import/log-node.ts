// A node as an import asks it: logs and headers of a range of blocks, over HTTP as bytes, over other transports by viem's client.
import { BadDataError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import { ChainClient } from '../ingest/chain-client.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'
import { RpcError } from '../ingest/errors.ts'
import { fail, type Where } from '../ingest/fields.ts'
import type { HeaderForm } from '../ingest/header-hash.ts'
import { openRpc, type Rpc } from '../ingest/rpc.ts'
import { resultOf } from '../ingest/rpc-answer.ts'
import { scanLogs } from '../ingest/scan-logs.ts'
import { type BlockLogs, type Header, readHeader, readRangeLogs } from '../ingest/schemas.ts'
import { type Poster, poster } from './post.ts'

/** What eth_getLogs is asked for; undefined topics: all. */
export interface LogFilter {
  readonly addresses: readonly Hex[]
  readonly topics: readonly Hex[] | undefined
}

export interface LogNodeOptions {
  readonly timeoutMs: number
  readonly headerForm: HeaderForm
  readonly signal: AbortSignal
  readonly onNote: (text: string) => void
}

export interface LogNode {
  /** For all other questions. */
  readonly client: ChainClient
  /** Questions sent so far by the two below. */
  readonly asked: number
  logs(filter: LogFilter, fromBlock: number, toBlock: number): Promise<readonly BlockLogs[]>
  /** Each block's, in order. */
  headers(fromBlock: number, toBlock: number): Promise<readonly Header[]>
  close(): void
}

/** Enough that a round trip counts little, and few enough for nodes that limit what is asked together. */
const HEADERS_AT_ONCE = 50

export async function openLogNode(address: string, options: LogNodeOptions): Promise<LogNode> {
  const rpc = await openRpc(address, { timeoutMs: options.timeoutMs })
  return new Node(rpc, /^https?:/.test(address) ? poster(address, options.timeoutMs) : undefined, nameEndpoint(address).scrub, options)
}

class Node implements LogNode {
  asked = 0
  readonly client: ChainClient
  private nextId = 1
  private scanner: 'unproved' | 'proved' | 'off' = 'unproved'
  /** Believed until an answer to several questions at once is no list. */
  private batches = true
  constructor(
    private readonly rpc: Rpc,
    private readonly http: Poster | undefined,
    private readonly scrub: (text: string) => string,
    private readonly options: LogNodeOptions,
  ) {
    this.client = new ChainClient(rpc, options.signal, options.headerForm)
  }

  async logs({ addresses, topics }: LogFilter, fromBlock: number, toBlock: number): Promise<readonly BlockLogs[]> {
    const method = 'eth_getLogs'
    const where = { endpoint: this.rpc.endpoint, method }
    const params = [
      { fromBlock: hex(fromBlock), toBlock: hex(toBlock), address: addresses, ...(topics === undefined ? {} : { topics: [topics] }) },
    ]
    this.asked++
    const { http } = this
    const blocks = http === undefined ? readRangeLogs(where, await this.ask(method, params)) : await this.scanned(http, where, params)
    const odd = blocks.find(({ number }) => number < fromBlock || number > toBlock)
    return odd === undefined ? blocks : fail(where, "a log's blockNumber", odd.number, `${fromBlock} to ${toBlock}, as asked for`)
  }

  async headers(fromBlock: number, toBlock: number): Promise<readonly Header[]> {
    const method = 'eth_getBlockByNumber'
    const numbers = Array.from({ length: toBlock + 1 - fromBlock }, (_, i) => fromBlock + i)
    const groups = Array.from({ length: Math.ceil(numbers.length / HEADERS_AT_ONCE) }, (_, i) =>
      numbers.slice(i * HEADERS_AT_ONCE, (i + 1) * HEADERS_AT_ONCE),
    )
    const where = { endpoint: this.rpc.endpoint, method }
    const headers: Header[] = []
    for (const group of groups)
      for (const [i, raw] of (await this.together(where, group)).entries()) {
        const header = readHeader(where, raw, this.options.headerForm)
        if (header.number !== group[i]) fail(where, "the block's number", header.number, `${group[i]}, as asked for`)
        headers.push(header)
      }
    return headers
  }

  close(): void {
    this.http?.close()
    this.rpc.close()
  }

  private async scanned(http: Poster, where: Where, params: readonly unknown[]): Promise<readonly BlockLogs[]> {
    const id = this.nextId++
    const body = await http.post(where.method, JSON.stringify({ jsonrpc: '2.0', id, method: where.method, params }), this.options.signal)
    if (this.scanner === 'proved') {
      const blocks = scanLogs(body, id)
      if (blocks !== undefined) return blocks
    }
    const answer = parsed(where, body)
    const blocks = readRangeLogs(where, resultOf(answer, where.endpoint, where.method, this.scrub))
    mustAnswer(where, answer, id)
    if (this.scanner === 'unproved' && blocks.length > 0) this.prove(scanLogs(body, id), blocks)
    return blocks
  }

  /** Giving up is no difference: then each answer is read the slow way. */
  private prove(found: readonly BlockLogs[] | undefined, blocks: readonly BlockLogs[]): void {
    const same = found === undefined || areSame(found, blocks)
    this.scanner = same ? 'proved' : 'off'
    if (!same)
      this.options.onNote(`${this.rpc.endpoint}: the byte scanner reads other logs than JSON.parse, so it is off for this endpoint`)
  }

  private async together(where: Where, numbers: readonly number[]): Promise<readonly unknown[]> {
    const { http } = this
    if (http === undefined || !this.batches) return Promise.all(numbers.map((number) => this.one(where.method, number)))
    const first = this.nextId
    this.nextId += numbers.length
    const questions = numbers.map((number, i) => ({ jsonrpc: '2.0', id: first + i, method: where.method, params: [hex(number), false] }))
    this.asked++
    const answers = parsed(where, await http.post(where.method, JSON.stringify(questions), this.options.signal))
    if (!Array.isArray(answers)) {
      // one error for all: too many at once, or none at all
      try {
        resultOf(answers, where.endpoint, where.method, this.scrub)
      } catch (error) {
        if (!(error instanceof RpcError)) throw error
      }
      this.batches = false
      return this.together(where, numbers)
    }
    const byId = new Map<unknown, unknown>(answers.map((answer: unknown) => [(answer as { readonly id?: unknown } | null)?.id, answer]))
    return numbers.map((_, i) => resultOf(byId.get(first + i), where.endpoint, where.method, this.scrub))
  }

  private one(method: string, number: number): Promise<unknown> {
    return this.ask(method, [hex(number), false])
  }

  private ask(method: string, params: readonly unknown[]): Promise<unknown> {
    this.asked++
    return this.rpc.request(method, params, this.options.signal)
  }
}

const hex = (number: number): string => `0x${number.toString(16)}`

function parsed({ endpoint, method }: Where, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    throw new BadDataError({
      from: endpoint,
      what: `the answer to ${method}`,
      got: body.subarray(0, 80).toString('utf8'),
      want: 'JSON',
      retryable: true,
    })
  }
}

/** A cache on the way must not give us the answer to somebody else's question. */
function mustAnswer(where: Where, answer: unknown, id: number): void {
  const got = (answer as { readonly id?: unknown }).id
  if (got !== id) fail(where, 'the id of the answer', got, String(id))
}

function areSame(some: readonly BlockLogs[], others: readonly BlockLogs[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ number, hash, logs }, b) => {
      const other = others[b]
      return (
        number === other?.number &&
        hash === other.hash &&
        logs.length === other.logs.length &&
        logs.every((log, i) => isSame(log, other.logs[i]))
      )
    })
  )
}

const isSame = (log: Log, other: Log | undefined): boolean =>
  log.address === other?.address &&
  log.data === other.data &&
  log.topics.join() === other.topics.join() &&
  log.txHash === other.txHash &&
  log.txIndex === other.txIndex &&
  log.logIndex === other.logIndex
