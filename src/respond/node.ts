// The node we send through: answers are checked, silence is waited out for a bounded time, and no URL (it may hold a key) reaches a text.
import { BadDataError, UnreachableError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { OK, type Verdict, verdictOf } from './verdict.ts'

export interface RpcClient {
  /** A name without secrets. */
  readonly endpoint?: string
  request(method: string, params: readonly unknown[]): Promise<unknown>
}

export interface CallRequest {
  readonly from: Hex
  readonly to: Hex
  readonly data: Hex
  readonly gas?: Hex
}

export interface Receipt {
  readonly success: boolean
  readonly blockNumber: number
  readonly blockHash: Hex
}

export interface Latest {
  readonly number: number
  readonly timeS: number
  readonly baseFee: bigint
}

export type SendAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'nonce-used' | 'underpriced' | 'refused'; readonly reason: string }

const FIRST_WAIT_MS = 100
const MAX_WAIT_MS = 2_000
/** Answers that mean "ask again": rate limits. */
const BUSY_CODES: readonly number[] = [-32005, -32016, -32029, 429]
const MAX_TEXT = 200

/** A JSON-RPC error: the node did answer. */
interface Refusal {
  readonly code: number
  readonly text: string
  readonly data: Hex | undefined
}

export class Node {
  constructor(private readonly rpc: RpcClient) {}

  /** Would the call go through on top of `tag`? `timeS`: as if the block had this time. */
  async simulate(call: CallRequest, tag: string, patienceMs: number, timeS?: number): Promise<Verdict> {
    const overrides = timeS === undefined ? [] : [{}, { time: quantity(timeS) }]
    const answer = await this.ask('eth_call', [call, tag, ...overrides], patienceMs)
    return answer.refused === undefined ? OK : this.revert('eth_call', answer.refused)
  }

  /** The gas it takes, or why it doesn't go through. */
  async estimateGas(call: CallRequest, patienceMs: number): Promise<bigint | Verdict> {
    const answer = await this.ask('eth_estimateGas', [call], patienceMs)
    return answer.refused === undefined ? this.wei('eth_estimateGas', answer.result) : this.revert('eth_estimateGas', answer.refused)
  }

  async latest(patienceMs: number): Promise<Latest> {
    const block = await this.want('eth_getBlockByNumber', ['latest', false], patienceMs)
    if (!isObject(block)) throw this.bad('eth_getBlockByNumber', block, 'a block')
    const { number, timestamp, baseFeePerGas = '0x0' } = block
    const [height, timeS, baseFee] = [number, timestamp, baseFeePerGas].map((value) => this.wei('eth_getBlockByNumber', value))
    return { number: Number(height), timeS: Number(timeS), baseFee: baseFee ?? 0n }
  }

  async transactionCount(address: Hex, tag: 'latest' | 'pending', patienceMs: number): Promise<number> {
    return Number(this.wei('eth_getTransactionCount', await this.want('eth_getTransactionCount', [address, tag], patienceMs)))
  }

  async receipt(txHash: Hex, patienceMs: number): Promise<Receipt | undefined> {
    const method = 'eth_getTransactionReceipt'
    const receipt = await this.want(method, [txHash], patienceMs)
    if (receipt === null) return undefined
    if (!isObject(receipt)) throw this.bad(method, receipt, 'a receipt or null')
    const { status, blockNumber, blockHash, transactionHash } = receipt
    if (typeof blockHash !== 'string' || String(transactionHash).toLowerCase() !== txHash)
      throw this.bad(method, receipt, `a receipt of ${txHash}`)
    const number = Number(this.wei(method, blockNumber))
    return { success: this.wei(method, status) === 1n, blockNumber: number, blockHash: blockHash.toLowerCase() as Hex }
  }

  async send(raw: Hex, patienceMs: number): Promise<SendAnswer> {
    const { refused } = await this.ask('eth_sendRawTransaction', [raw], patienceMs)
    if (refused === undefined || /already (known|imported|in the|exists)|known transaction/i.test(refused.text)) return { kind: 'accepted' }
    const reason = refused.text
    if (/nonce (is )?too low|old nonce|nonce.*(already|lower)/i.test(reason)) return { kind: 'nonce-used', reason }
    if (/underpriced|too low to replace|less than block base fee|fee too low/i.test(reason)) return { kind: 'underpriced', reason }
    return { kind: 'refused', reason }
  }

  /** An answer that may not be a refusal. */
  private async want(method: string, params: readonly unknown[], patienceMs: number): Promise<unknown> {
    const { result, refused } = await this.ask(method, params, patienceMs)
    if (refused !== undefined) throw this.unreachable(method, refused.text)
    return result
  }

  /** Asks until there is an answer, or until patience ends. */
  private async ask(method: string, params: readonly unknown[], patienceMs: number): Promise<{ result?: unknown; refused?: Refusal }> {
    const deadline = performance.now() + patienceMs
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      try {
        return { result: await this.rpc.request(method, params) }
      } catch (cause) {
        const refused = refusalOf(cause)
        if (refused !== undefined && !BUSY_CODES.includes(refused.code)) return { refused }
        if (performance.now() + wait > deadline) throw this.unreachable(method, refused?.text ?? textOf(cause))
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  private revert(method: string, refused: Refusal): Verdict {
    if (refused.data === undefined && !/revert/i.test(refused.text)) throw this.unreachable(method, refused.text)
    return verdictOf(refused.data)
  }

  private wei(method: string, value: unknown): bigint {
    if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) throw this.bad(method, value, 'a hex quantity')
    return BigInt(value)
  }

  private bad(method: string, got: unknown, want: string): BadDataError {
    return new BadDataError({ from: this.name(), what: `the answer to ${method}`, got, want, retryable: true })
  }

  private unreachable(method: string, text: string): UnreachableError {
    return new UnreachableError(this.name(), method, text)
  }

  private name(): string {
    return this.rpc.endpoint ?? 'the node'
  }
}

export const quantity = (value: number | bigint): Hex => `0x${value.toString(16)}`

/** The JSON-RPC error in an error or its causes; clients wrap it in several ways. */
function refusalOf(cause: unknown): Refusal | undefined {
  for (let error = cause, depth = 0; isObject(error) && depth < 8; error = error.cause, depth++) {
    const { code } = error
    if (typeof code !== 'number') continue
    const { data } = error
    const inner = isObject(data) ? data.data : data
    const hex = typeof inner === 'string' && /^0x([0-9a-f]{2})*$/i.test(inner) ? (inner as Hex) : undefined
    return { code, text: textOf(error), data: hex }
  }
  return undefined
}

/** First line only, without addresses of endpoints. */
export function textOf(cause: unknown): string {
  const { details, message } = isObject(cause) ? cause : {}
  const text = String(details ?? message ?? cause).split('\n')[0] ?? ''
  return text.replace(/\b(https?|wss?):\/\/\S+/gi, '(endpoint)').slice(0, MAX_TEXT)
}

/** The members that this file asks for; each is still unknown. */
interface Loose {
  readonly [name: string]: unknown
  readonly cause?: unknown
  readonly data?: unknown
}

const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null
