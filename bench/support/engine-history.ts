// Generated events as a chunk of history, and the same as logs: the engine's bench and nothing else decides how many match.

import type { BlockInput, Hex, Log } from '../../src/core/flow.ts'
import { compileEvent } from '../../src/decode/decoder.ts'
import { f64At, LANES, signedF64At } from '../../src/decode/lanes.ts'
import type { Chunk, EventSegment } from '../../src/history/types.ts'
import { type EventTable, eventTable } from '../../src/state/event-table.ts'

export const transfer = eventTable('event Transfer(address indexed from, address indexed to, uint256 value)')
export const swap = eventTable(
  'event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
)
export const reserve = eventTable(
  'event ReserveDataUpdated(address indexed reserve, uint256 liquidityRate, uint256 stableBorrowRate, uint256 variableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex)',
)
export const supply = eventTable(
  'event Supply(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint16 indexed referralCode)',
)
export const borrow = eventTable(
  'event Borrow(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint8 interestRateMode, uint256 borrowRate, uint16 indexed referralCode)',
)
export const answer = eventTable('event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt)')
/** Looked at by no detector. */
const approval = eventTable('event Approval(address indexed owner, address indexed spender, uint256 value)')

/** Share of the logs, and contracts that emit them. */
const MIX: readonly (readonly [EventTable, number, number])[] = [
  [transfer, 0.42, 40],
  [swap, 0.2, 12],
  [reserve, 0.13, 3],
  [supply, 0.1, 3],
  [borrow, 0.08, 3],
  [answer, 0.07, 12],
] as unknown as readonly (readonly [EventTable, number, number])[]

const START_S = 1_700_000_000
const BLOCK_S = 12
const RAY = 1e27

export interface EngineHistory {
  readonly chunks: readonly Chunk[]
  readonly logs: number
}

/** The same bytes from the same seed. `matching`: the share of logs that are of the events above; the others are approvals. */
export function engineHistory(options: {
  readonly blocks: number
  readonly logsPerBlock: number
  readonly matching: number
  readonly seed: number
}): EngineHistory {
  const { blocks, logsPerBlock, matching } = options
  const make = new Maker(options.seed)
  const chunks: Chunk[] = []
  for (let from = 0; from < blocks; from += 500) chunks.push(make.chunk(from, Math.min(500, blocks - from), logsPerBlock, matching))
  return { chunks, logs: blocks * logsPerBlock }
}

interface Rows {
  readonly table: EventTable
  readonly starts: Uint32Array
  readonly txIndex: number[]
  readonly logIndex: number[]
  readonly address: number[]
  /** A row's words, each as eight lanes. */
  readonly lanes: Uint32Array[]
}

class Maker {
  private readonly contracts: readonly Hex[]
  private readonly first = new Map<EventTable, number>()
  private readonly ticks = new Map<number, number>()
  private readonly prices = new Map<number, number>()
  private readonly indexes = new Map<number, number>()
  private rounds = 0
  constructor(private state: number) {
    let count = 0
    for (const [table, , own] of MIX) {
      this.first.set(table, count)
      count += own
    }
    this.first.set(approval as unknown as EventTable, count)
    this.contracts = Array.from({ length: count + 1 }, (_, n): Hex => `0x${(0xc0_00_00 + n).toString(16).padStart(40, '0')}`)
  }

  private chance(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state / 2 ** 32
  }
  private below(n: number): number {
    return Math.floor(this.chance() * n)
  }
  /** Around 1, with a long tail: one in some ten thousand is over 1,000. */
  private size(): number {
    const u = this.chance() + this.chance() + this.chance() + this.chance() - 2
    return 10 ** (u * 1.9)
  }

  chunk(from: number, blocks: number, logsPerBlock: number, matching: number): Chunk {
    const tables = [...MIX.map(([table]) => table), approval as unknown as EventTable]
    const rows: Rows[] = tables.map((table) => ({
      table,
      starts: new Uint32Array(blocks + 1),
      txIndex: [],
      logIndex: [],
      address: [],
      lanes: [],
    }))
    const timesS = Float64Array.from({ length: blocks }, (_, n) => START_S + BLOCK_S * (from + n))
    for (let n = 0; n < blocks; n++) {
      for (let log = 0; log < logsPerBlock; log++) {
        const of = this.chance() < matching ? this.pick() : tables.length - 1
        const into = rows[of] as Rows
        const contract = (this.first.get(into.table) as number) + (of < MIX.length ? this.below((MIX[of] as (typeof MIX)[number])[2]) : 0)
        into.txIndex.push(log >> 2)
        into.logIndex.push(log)
        into.address.push(contract)
        into.lanes.push(lanesOf(this.values(of, contract, timesS[n] as number)))
      }
      for (const { starts, lanes } of rows) starts[n + 1] = lanes.length
    }
    return chunkOf(from, timesS, this.contracts, rows.filter(({ lanes }) => lanes.length > 0).map(segmentOf))
  }

  private pick(): number {
    let left = this.chance()
    for (const [n, [, share]] of MIX.entries()) {
      left -= share
      if (left < 0) return n
    }
    return 0
  }

  private someone(): bigint {
    return 0xacc_0000_0000n + BigInt(this.below(5_000))
  }

  /** In the order of the decoder's cells: indexed arguments first. */
  private values(of: number, contract: number, timeS: number): readonly bigint[] {
    switch (of) {
      case 1: {
        const tick = (this.ticks.get(contract) ?? 200_000) + this.below(21) - 10 + (this.chance() < 1e-4 ? 400 : 0)
        this.ticks.set(contract, tick)
        const amount = BigInt(Math.round(this.size() * 1e18))
        const root = BigInt(Math.round(2 ** 96 * Math.sqrt(1.0001 ** tick)))
        const liquidity = BigInt(Math.round(1e22 * (0.9 + 0.2 * this.chance()) * (this.chance() < 1e-4 ? 0.1 : 1)))
        return [this.someone(), this.someone(), amount, -amount, root, liquidity, BigInt(tick)]
      }
      case 2: {
        const index = (this.indexes.get(contract) ?? RAY) * (1 + 1e-9 * this.chance())
        this.indexes.set(contract, index)
        const rate = 0.03 * (0.95 + 0.1 * this.chance()) * (this.chance() < 1e-4 ? 6 : 1)
        return [0xb0b0n, BigInt(rate * 0.6 * RAY), 0n, BigInt(rate * RAY), BigInt(index), BigInt(index)]
      }
      case 3:
        return [0xb0b0n, this.someone(), 0n, this.someone(), BigInt(Math.round(this.size() * 1e20))]
      case 4:
        return [0xb0b0n, this.someone(), 0n, this.someone(), BigInt(Math.round(this.size() * 1e20)), 2n, BigInt(0.05 * this.size() * RAY)]
      case 5: {
        const step = (this.chance() + this.chance() - 1) * 0.002 + (this.chance() < 1e-4 ? 0.1 : 0)
        const price = Math.min(1e5, Math.max(1, (this.prices.get(contract) ?? 2_000) * (1 + step)))
        this.prices.set(contract, price)
        this.rounds += 1
        return [BigInt(Math.round(price * 1e8)), BigInt(this.rounds), BigInt(timeS - this.below(40))]
      }
      default:
        return [this.someone(), this.someone(), BigInt(Math.round(this.size() * 1e20))]
    }
  }
}

function lanesOf(values: readonly bigint[]): Uint32Array {
  const lanes = new Uint32Array(values.length * LANES)
  const quads = new BigUint64Array(lanes.buffer)
  for (const [n, value] of values.entries()) for (let k = 0; k < 4; k++) quads[n * 4 + k] = BigInt.asUintN(256, value) >> BigInt(64 * k)
  return lanes
}

function segmentOf({ table, starts, txIndex, logIndex, address, lanes }: Rows): EventSegment {
  const { event, topic0, topics, cells, arguments: args } = compileEvent(table.decoder.event)
  const words = Array.from({ length: cells }, () => new Uint32Array(lanes.length * LANES))
  const floats = words.map((_, cell) => {
    const type = args.find((arg) => arg.cell === cell)?.type ?? ''
    return /^u?int/.test(type) ? { of: type.startsWith('int') ? signedF64At : f64At, values: new Float64Array(lanes.length) } : undefined
  })
  for (const [row, from] of lanes.entries())
    for (const [cell, word] of words.entries()) {
      word.set(from.subarray(cell * LANES, (cell + 1) * LANES), row * LANES)
      const float = floats[cell]
      if (float) float.values[row] = float.of(from, cell * LANES)
    }
  return {
    event,
    topic0,
    topics,
    rows: lanes.length,
    starts,
    txIndex: Uint32Array.from(txIndex),
    logIndex: Uint32Array.from(logIndex),
    address: Uint32Array.from(address),
    words,
    floats: floats.map((float) => float?.values),
  }
}

const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const wordAt = (lanes: Uint32Array, row: number): string => {
  let text = ''
  for (let lane = row * LANES + LANES - 1; lane >= row * LANES; lane--) text += (lanes[lane] as number).toString(16).padStart(8, '0')
  return text
}

function chunkOf(from: number, timesS: Float64Array, addresses: readonly Hex[], events: readonly EventSegment[]): Chunk {
  const number = (n: number): number => 1_000 + from + n
  const logsOf = (n: number): readonly Log[] => {
    const logs: Log[] = []
    for (const { topic0, topics, starts, words, address, txIndex, logIndex } of events)
      for (let row = starts[n] as number; row < (starts[n + 1] as number); row++) {
        const place = logIndex[row] as number
        const said = words.map((lanes) => wordAt(lanes, row))
        logs[place] = {
          address: addresses[address[row] as number] as Hex,
          topics: [topic0, ...said.slice(0, topics - 1).map((word): Hex => `0x${word}`)],
          data: `0x${said.slice(topics - 1).join('')}`,
          txHash: hashOf(number(n) * 1_000 + (txIndex[row] as number)),
          txIndex: txIndex[row] as number,
          logIndex: place,
        }
      }
    return logs
  }
  return {
    fromBlock: number(0),
    toBlock: number(timesS.length - 1),
    blocks: timesS.length,
    addresses,
    events,
    timesS,
    readsState: () => 'asked',
    hash: (n) => hashOf(number(n)),
    block: (n): BlockInput => ({
      chainId: 1,
      number: number(n),
      hash: hashOf(number(n)),
      parentHash: hashOf(number(n) - 1),
      timeS: timesS[n] as number,
      logs: logsOf(n),
      reads: [],
    }),
  }
}
