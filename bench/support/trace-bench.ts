// What traces cost beside the parsing of their text: 300 transactions to the normal form, and from it into the tables.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { BlockInput, Hex } from '../../src/core/flow.ts'
import type { BlockTraces } from '../../src/core/trace.ts'
import type { Header } from '../../src/ingest/schemas.ts'
import { readDebugTraces } from '../../src/ingest/traces/debug.ts'
import { normalTraces } from '../../src/ingest/traces/normal-form.ts'
import { readParityTraces } from '../../src/ingest/traces/parity.ts'
import { tracedContracts } from '../../src/protocols/traces/index.ts'
import { Answers } from '../../src/state/protocol.ts'
import { createWorld } from '../../src/state/world.ts'
import { type Row, row } from './rows.ts'

const HASH = `0x${'b1'.repeat(32)}` as Hex
const where = { endpoint: 'bench', method: 'traces' }
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const header = (transactions: number, hash: Hex = HASH): Header => ({
  number: 7,
  hash,
  parentHash: word(6),
  timeS: 1,
  logsBloom: '0x',
  transactions,
})

/** Frames of a transaction: the middle of mainnet's blocks, in which it is six to eight. */
const FRAMES = 8
const POOL = 0xf001

/** One transaction in three goes through the watched pool, as if the pool were the chain's busiest. */
function generated(txs: number): { readonly debug: readonly [string, string]; readonly parity: readonly [string, string] } {
  const input = `0x12345678${'00'.repeat(32 * 4)}`
  const frames = Array.from({ length: txs }, (_, n) =>
    Array.from({ length: FRAMES }, (_, k) => ({
      from: address(1_000 * n + k),
      to: address(k === 3 && n % 3 === 0 ? POOL : 1_000 * n + k + 1),
    })),
  )
  const text = (value: unknown): string => JSON.stringify(value)
  const nest = (of: (typeof frames)[number], k: number): object => ({
    type: 'CALL',
    ...of[k],
    input,
    output: word(1),
    value: '0x0',
    gas: '0x30000',
    gasUsed: '0x2000',
    ...(k + 1 < of.length ? { calls: [nest(of, k + 1)] } : {}),
  })
  const slots = (n: number) => Array.from({ length: 5 }, (_, k) => word(10_000 * n + k))
  const touched = (n: number) => (n % 3 === 0 ? POOL : n + 5)
  return {
    debug: [
      text(frames.map((of, n) => ({ txHash: word(n), result: nest(of, 0) }))),
      text(
        frames.map((_, n) => {
          const side = (value: Hex) => ({
            [address(touched(n))]: { balance: '0x1', storage: Object.fromEntries(slots(n).map((slot) => [slot, value])) },
          })
          return { txHash: word(n), result: { pre: side(word(1)), post: side(word(2)) } }
        }),
      ),
    ],
    parity: [
      text(
        frames.flatMap((of, n) =>
          of.map((at, k) => ({
            type: 'call',
            action: { ...at, callType: 'call', gas: '0x30000', input, value: '0x0' },
            result: { gasUsed: '0x2000', output: word(1) },
            blockHash: HASH,
            blockNumber: 7,
            transactionHash: word(n),
            transactionPosition: n,
            traceAddress: new Array<number>(k).fill(0),
            subtraces: k + 1 < of.length ? 1 : 0,
          })),
        ),
      ),
      text(
        frames.map((_, n) => {
          const storage = Object.fromEntries(slots(n).map((slot) => [slot, { '*': { from: word(1), to: word(2) } }]))
          return {
            transactionHash: word(n),
            trace: [],
            stateDiff: { [address(touched(n))]: { balance: '=', code: '=', nonce: '=', storage } },
          }
        }),
      ),
    ],
  }
}

/** Best of `rounds`, ms. */
function best<T>(rounds: number, work: () => T): { readonly ms: number; readonly value: T } {
  let ms = Number.POSITIVE_INFINITY
  let value = work()
  for (let n = 0; n < rounds; n++) {
    const from = performance.now()
    value = work()
    ms = Math.min(ms, performance.now() - from)
  }
  return { ms, value }
}

export interface TraceSize {
  readonly txs: number
  readonly rounds: number
  /** A folder with recorded answers of trace_block (execution-apis' form, gzipped or not); its blocks are measured too. */
  readonly recorded?: string
}

export function measureTraces({ txs, rounds, recorded }: TraceSize): readonly Row[] {
  const text = generated(txs)
  const watched = new Set([address(POOL)])
  const rows: Row[] = []
  let traces: BlockTraces | undefined
  for (const [way, name] of [
    ['debug', 'debug_*'],
    ['parity', 'trace_*'],
  ] as const) {
    const parsed = best(rounds, () => text[way].map((one) => JSON.parse(one) as unknown))
    const [calls, diffs] = parsed.value
    const normal = best(rounds, () => {
      const raw = way === 'debug' ? readDebugTraces(where, calls, diffs) : readParityTraces(where, calls, diffs, header(txs))
      return normalTraces(where, raw, header(txs), undefined, { watched, storage: true })
    })
    traces = normal.value
    const rival = { rival: 'JSON.parse of the same text', ratio: parsed.ms / normal.ms }
    rows.push(row(`${txs} transactions of ${name}: JSON.parse alone`, parsed.ms, 'ms'))
    rows.push(row(`${txs} transactions of ${name}: to the normal form`, normal.ms, 'ms', rival, { times: 0.5 }))
  }
  if (traces === undefined) throw new Error('nothing was measured')
  rows.push(applied(traces, txs, rounds))
  if (recorded !== undefined) rows.push(...measureRecorded(recorded, rounds))
  return rows
}

function applied(traces: BlockTraces, txs: number, rounds: number): Row {
  const world = createWorld(1)
  const pool = address(POOL)
  const protocol = tracedContracts({
    chainId: 1,
    contracts: [{ name: 'pool', address: pool }],
    tokens: [],
    priceSources: [],
    native: { usd: 1 },
  })
  let number = 1
  const { ms } = best(rounds, () => {
    const block: BlockInput = { chainId: 1, number: number++, hash: HASH, parentHash: HASH, timeS: number, logs: [], reads: [], traces }
    world.store.begin()
    protocol.apply(world, block, new Answers([]))
    return world.traceCalls.count
  })
  return row(`${txs} transactions: into the tables (${world.transactions.count} of the pool)`, ms, 'ms', undefined, { atMost: 10 })
}

interface Recorded {
  readonly request: { readonly method: string }
  readonly response: {
    readonly result?: readonly { readonly blockHash: Hex; readonly transactionHash?: Hex; readonly action: { readonly to?: Hex } }[]
  }
}

/** Real blocks, each with its most called contract watched. */
function measureRecorded(folder: string, rounds: number): readonly Row[] {
  const rows: Row[] = []
  for (const file of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, file))
    let text: string
    try {
      text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')
      JSON.parse(text)
    } catch {
      continue // another kind of file
    }
    for (const { request, response } of JSON.parse(text) as readonly Recorded[]) {
      const { result } = response
      if (request.method !== 'trace_block' || !result?.[0]) continue
      const hashes = new Set(result.flatMap(({ transactionHash }) => transactionHash ?? []))
      const calls = new Map<Hex, number>()
      for (const { action } of result) if (action.to) calls.set(action.to, (calls.get(action.to) ?? 0) + 1)
      const busiest = [...calls].sort(([, a], [, b]) => b - a)[0]?.[0]
      const alone = JSON.stringify(result)
      const parsed = best(rounds, () => JSON.parse(alone) as unknown)
      const about = header(hashes.size, result[0].blockHash)
      const normal = best(rounds, () =>
        normalTraces(where, readParityTraces(where, parsed.value, undefined, about), about, undefined, {
          watched: new Set(busiest ? [busiest] : []),
          storage: false,
        }),
      )
      if (normal.value.kind !== 'seen') throw new Error(`${file} was not read`)
      const frames = normal.value.txs.reduce((sum, tx) => sum + tx.calls.length, 0)
      const name = `${file}: ${result.length} frames of ${hashes.size} transactions, ${frames} kept`
      rows.push(row(name, normal.ms, 'ms', { rival: 'JSON.parse of the same text', ratio: parsed.ms / normal.ms }))
    }
  }
  return rows
}
