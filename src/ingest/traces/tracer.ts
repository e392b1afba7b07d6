// Asks a node for a block's traces in the way that it knows: found out once a connection, said in one line. It never holds up the block.
import { BadDataError } from '../../core/errors.ts'
import type { Hex } from '../../core/flow.ts'
import type { BlockTraces, TraceGap } from '../../core/trace.ts'
import type { ChainClient } from '../chain-client.ts'
import { isUnsupported, RpcError, StoppedError } from '../errors.ts'
import type { Header, Where } from '../schemas.ts'
import { firstOf } from '../wait.ts'
import type { Fetched } from '../watched-logs.ts'
import { readDebugTraces } from './debug.ts'
import { normalTraces } from './normal-form.ts'
import { readParityTraces } from './parity.ts'

/** The node's way of telling: geth's debug_* tracers or parity's trace_*. `calls`: it has the frames, but no changed storage. */
export type TraceWay = 'debug' | 'debug-calls' | 'parity' | 'parity-calls' | 'none'

export interface TracerOptions {
  /** `auto`: what the node says it has. */
  readonly way?: TraceWay | 'auto'
  /** A block goes on without its traces after so long: they are of no use to an answer that comes too late. */
  readonly mostWaitMs: number
  readonly signal: AbortSignal
  readonly onWay?: (endpoint: string, way: TraceWay) => void
}

const CALL_TRACER = { tracer: 'callTracer' }
const DIFF_TRACER = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }

export class Tracer {
  private readonly ways = new WeakMap<ChainClient, TraceWay>()
  constructor(private readonly options: TracerOptions) {}

  /** Never throws but StoppedError: without traces the block says why it has none. */
  async traces(client: ChainClient, { header, receipts }: Fetched, watched: ReadonlySet<Hex>): Promise<BlockTraces> {
    const { signal, mostWaitMs } = this.options
    try {
      const work = this.ask(client, header)
      work.catch(() => undefined) // it may fail after nobody waits any more
      const found = await firstOf(work, mostWaitMs, signal)
      if (found === undefined) return missing('late')
      if (found.value === undefined) return missing('unsupported')
      const { where, txs, storage } = found.value
      return normalTraces(where, txs, header, receipts, { watched, storage })
    } catch (error) {
      if (error instanceof StoppedError || signal.aborted) throw new StoppedError()
      return missing(error instanceof BadDataError ? 'bad-answer' : 'failed')
    }
  }

  private async ask(client: ChainClient, header: Header) {
    const way = this.ways.get(client) ?? (await this.probe(client, header))
    const where = (method: string): Where => ({ endpoint: client.rpc.endpoint, method })
    const number = `0x${header.number.toString(16)}`
    const ask = (method: string, ...params: readonly unknown[]) => client.rpc.request(method, params, this.options.signal)
    if (way === 'none') return undefined
    if (way === 'debug' || way === 'debug-calls') {
      const [calls, diffs] = await Promise.all([
        ask('debug_traceBlockByHash', header.hash, CALL_TRACER),
        way === 'debug' ? ask('debug_traceBlockByHash', header.hash, DIFF_TRACER) : undefined,
      ])
      const from = where('debug_traceBlockByHash')
      return { where: from, txs: readDebugTraces(from, calls, diffs), storage: diffs !== undefined }
    }
    const [flat, diffs] = await Promise.all([
      ask('trace_block', number),
      way === 'parity' ? ask('trace_replayBlockTransactions', number, ['stateDiff']) : undefined,
    ])
    const from = where('trace_block')
    return { where: from, txs: readParityTraces(from, flat, diffs, header), storage: diffs !== undefined }
  }

  /** With the block's own questions, in order of preference: what the node refuses, it doesn't have. */
  private async probe(client: ChainClient, header: Header): Promise<TraceWay> {
    const { way: given = 'auto', onWay } = this.options
    const number = `0x${header.number.toString(16)}`
    const has = async (method: string, ...params: readonly unknown[]): Promise<boolean> => {
      try {
        await client.rpc.request(method, params, this.options.signal)
        return true
      } catch (error) {
        if (isUnsupported(error) || (error instanceof RpcError && error.code === -32_602)) return false
        throw error // it may have it: asked again with the next block
      }
    }
    const wayOf = async (): Promise<TraceWay> => {
      const debugCalls = await has('debug_traceBlockByHash', header.hash, CALL_TRACER)
      if (debugCalls && (await has('debug_traceBlockByHash', header.hash, DIFF_TRACER))) return 'debug'
      const flat = await has('trace_block', number)
      if (flat && (await has('trace_replayBlockTransactions', number, ['stateDiff']))) return 'parity'
      return debugCalls ? 'debug-calls' : flat ? 'parity-calls' : 'none'
    }
    const way = given === 'auto' ? await wayOf() : given
    this.ways.set(client, way)
    onWay?.(client.rpc.endpoint, way)
    return way
  }
}

const missing = (why: TraceGap): BlockTraces => ({ kind: 'missing', why })
