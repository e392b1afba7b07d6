// Random chains of random logs: known events, unknown ones, malformed ones, and reads that repeat.
import fc from 'fast-check'
import type { AbiEvent } from 'viem'
import { canonicalHash } from '../core/canonical.ts'
import type { BlockInput, Hex, Log, ReadResult } from '../core/flow.ts'
import type { BlockTraces } from '../core/trace.ts'
import { anySample, type Sample, staticSample } from '../decode/abi.builders.ts'
import type { RawLog } from '../decode/decoder.ts'
import type { ReadsState, StoredBlock } from './types.ts'

const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength, maxLength }).map((some): Hex => `0x${Buffer.from(some).toString('hex')}`)
const word = bytes(32, 32)
/** Few, so that they come again. */
const address = fc.integer({ min: 0, max: 5 }).map((n): Hex => `0x${String(n).repeat(40)}`)

const twisted = ({ topics, data }: RawLog): fc.Arbitrary<RawLog> =>
  fc.constantFrom<RawLog>(
    { topics, data: data.slice(0, Math.max(2, data.length - 2)) as Hex },
    { topics, data: `${data}00` },
    { topics: topics.slice(0, -1), data },
    { topics: [...topics.slice(0, 1), ...topics.slice(1).map((): Hex => `0x${'ff'.repeat(32)}`)], data },
  )
const unknown: fc.Arbitrary<RawLog> = fc.record({ topics: fc.array(word, { maxLength: 4 }), data: bytes(0, 80) })

const rawLog = (samples: readonly Sample[]): fc.Arbitrary<RawLog> =>
  samples.length === 0
    ? unknown
    : fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...samples.map(({ log }) => log)) },
        { weight: 2, arbitrary: fc.constantFrom(...samples.map(({ log }) => log)).chain(twisted) },
        { weight: 2, arbitrary: unknown },
      )

const reads: fc.Arbitrary<readonly ReadResult[]> = fc.array(
  fc.record({
    to: address,
    data: fc.constantFrom<Hex>('0x', '0x01020304', '0x0a'),
    result: fc.oneof(fc.constant(null), fc.constantFrom<Hex>('0x', `0x${'00'.repeat(31)}07`), bytes(0, 70)),
  }),
  { maxLength: 3 },
)

export const hashOf = (number: number, branch = ''): Hex => canonicalHash(`${number} ${branch}`)

export interface RandomChain {
  readonly events: readonly AbiEvent[]
  readonly blocks: readonly StoredBlock[]
}

const frame = {
  depth: 0,
  kind: 'call',
  from: `0x${'a1'.repeat(20)}`,
  to: `0x${'b2'.repeat(20)}`,
  selector: '0xa9059cbb',
  value: '0x1f',
} as const
const traced: BlockTraces = {
  kind: 'seen',
  storage: true,
  shed: 3,
  txs: [
    {
      txHash: hashOf(1, 'tx'),
      txIndex: 2,
      from: frame.from,
      to: frame.to,
      status: 1,
      gasUsed: 21_000,
      frames: 9,
      calls: [{ ...frame, gasUsed: 0, inputBytes: 68, end: 'ok' }],
      writes: [{ address: frame.to, slot: hashOf(1, 'slot'), before: hashOf(1, 'before'), after: hashOf(1, 'after') }],
      created: [{ address: frame.to, creator: frame.from, codeBytes: 12 }],
      destroyed: [{ address: frame.to, heir: frame.from }],
    },
  ],
}
/** undefined: nobody asked. */
const traces = fc.constantFrom<BlockTraces | undefined>(undefined, undefined, traced, { kind: 'missing', why: 'late' })

/** Consecutive blocks, some without logs, some without reads, few with traces. */
export const randomChain = (mostBlocks: number): fc.Arbitrary<RandomChain> =>
  fc.array(fc.oneof(staticSample, anySample), { maxLength: 4 }).chain((samples) => {
    // names of inputs may differ under one signature, which a registry refuses
    const events = [...new Map(samples.map(({ event, log }) => [`${log.topics[0]} ${log.topics.length}`, event] as const)).values()]
    const log = fc.tuple(rawLog(samples), address, fc.boolean(), fc.integer({ min: 1, max: 300 }))
    const block = fc.tuple(fc.array(log, { maxLength: 6 }), reads, fc.constantFrom<ReadsState>('asked', 'not-asked'), traces)
    return fc.record({ first: fc.integer({ min: 0, max: 70_000 }), parts: fc.array(block, { minLength: 1, maxLength: mostBlocks }) }).map(
      ({ first, parts }): RandomChain => ({
        events,
        blocks: parts.map(([logs, answers, readsState, seen], n) => {
          let txIndex = 0
          let logIndex = 0
          return {
            ...linked(first + n),
            logs: logs.map(([{ topics, data }, from, next, skip]): Log => {
              if (next) txIndex += skip
              logIndex += skip
              return { address: from, topics, data, txHash: hashOf(first + n, `tx ${txIndex}`), txIndex, logIndex }
            }),
            reads: readsState === 'asked' ? answers : [],
            readsState,
            ...(seen && { traces: seen }),
          }
        }),
      }),
    )
  })

/** A block's place in a chain that knows no other branch. */
export const linked = (number: number): Pick<StoredBlock, 'number' | 'hash' | 'parentHash' | 'timeS'> => ({
  number,
  hash: hashOf(number),
  parentHash: hashOf(number - 1),
  timeS: 1_700_000_000 + 12 * number,
})

export const quiet = (number: number, change: Partial<StoredBlock> = {}): StoredBlock => ({
  ...linked(number),
  logs: [],
  reads: [],
  readsState: 'not-asked',
  ...change,
})

export const quietFrom = (from: number, to: number, change: Partial<StoredBlock> = {}): readonly StoredBlock[] =>
  Array.from({ length: to - from + 1 }, (_, n) => quiet(from + n, change))

/** Getters called: what a log says, as plain data. */
export const plain = ({ logs, reads, ...block }: BlockInput | StoredBlock): unknown => ({
  ...block,
  logs: logs.map(({ address, topics, data, txHash, txIndex, logIndex }) => ({ address, topics, data, txHash, txIndex, logIndex })),
  reads,
})
