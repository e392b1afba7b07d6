// Both ways of telling give the same bytes; what is malformed is refused whole; what is too much is shed fairly.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical } from '../../core/canonical.ts'
import { BadDataError } from '../../core/errors.ts'
import type { Hex } from '../../core/flow.ts'
import type { BlockTraces } from '../../core/trace.ts'
import { inputSchema } from '../input-schema.ts'
import { readDebugTraces } from './debug.ts'
import { fairShare, normalTraces } from './normal-form.ts'
import { readParityTraces } from './parity.ts'
import { asDebug, asParity, at, HASH, header, type Node, receipts, type Told, told, txHash, word } from './traces.builders.ts'

const SEED = 20_261_130
const where = { endpoint: 'test', method: 'trace' }
const ALL: ReadonlySet<Hex> = new Set(Array.from({ length: 0x10 }, (_, n) => at(0xa0 + n)))

type Seen = Extract<BlockTraces, { kind: 'seen' }>
type Limits = { readonly frames: number; readonly writes: number }
function debug(txs: readonly Told[], watched = ALL, limits?: Limits): Seen {
  const { calls, diffs } = asDebug(txs)
  const raw = readDebugTraces(where, calls, diffs)
  return normalTraces(where, raw, header(txs.length), receipts(txs.length), { watched, storage: true }, limits) as Seen
}
function parity(txs: readonly Told[], watched = ALL): Seen {
  const { flat, diffs } = asParity(txs)
  const raw = readParityTraces(where, flat, diffs, header(txs.length))
  return normalTraces(where, raw, header(txs.length), receipts(txs.length), { watched, storage: true }) as Seen
}

const leaf = (values: Partial<Node> = {}): Node => ({
  kind: 'call',
  from: 0xee,
  to: 0xa1,
  input: '0x12345678',
  value: 0,
  gas: 1_000,
  used: 10,
  end: 'ok',
  code: '0x60',
  below: [],
  ...values,
})
const tx = (root: Partial<Node>, changes: Told['changes'] = []): Told => ({ root: leaf(root), changes })

test('both ways give the same bytes, and bytes that a capture takes', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 4 }), (txs) => {
      const traces = debug(txs)
      expect(canonical(parity(txs))).toBe(canonical(traces))
      const block = { chainId: 1, number: 7, hash: HASH, parentHash: word(6), timeS: 1, logs: [], reads: [], traces }
      const input = { kind: 'committed', block }
      expect(inputSchema.parse(JSON.parse(canonical(input)))).toEqual(input)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('a transaction in its form: frames with depth and end, what stands of creations, changed words', () => {
  const root = leaf({
    from: 0xe0,
    below: [
      leaf({
        kind: 'delegatecall',
        from: 0xa1,
        to: 0xc0,
        value: 3,
        below: [leaf({ kind: 'create', from: 0xa1, to: 0xd0, code: '0x6001' })],
      }),
      leaf({ from: 0xa1, to: 0xb0, end: 'reverted', below: [leaf({ kind: 'create', from: 0xb0, to: 0xd1 })] }),
      leaf({ from: 0xa1, to: 4, input: '0x' }),
      leaf({ kind: 'selfdestruct', from: 0xd0, to: 0xe0, value: 9 }),
    ],
  })
  const { txs } = debug([
    {
      root,
      changes: [
        { account: 0xa1, slot: 2, before: 0, after: 7 },
        { account: 0xcc, slot: 1, before: 1, after: 0 },
      ],
    },
  ])
  expect(txs).toMatchObject([
    {
      txHash: txHash(0),
      from: at(0xe0),
      to: at(0xa1),
      status: 1,
      gasUsed: 21_000,
      frames: 6,
      writes: [{ address: at(0xa1), slot: word(2), before: word(0), after: word(7) }],
      created: [{ address: at(0xd0), creator: at(0xa1), codeBytes: 2 }],
      destroyed: [{ address: at(0xd0), heir: at(0xe0) }],
    },
  ])
  expect(txs[0]?.calls.map(({ depth, kind, end, value }) => `${depth} ${kind} ${end} ${value}`)).toEqual([
    '0 call ok 0x0',
    '1 delegatecall ok 0x0',
    '2 create ok 0x0',
    '1 call reverted 0x0',
    '2 create ok 0x0',
    '1 selfdestruct ok 0x9',
  ])
})

test('what touches nothing watched is not kept, but for the contracts that it made', () => {
  const watched = new Set([at(0xa1)])
  const { txs } = debug([tx({ to: 0xb0 }), tx({ kind: 'create', to: 0xd0 }), tx({ to: 0xa1 })], watched)
  expect(txs.map(({ txIndex, calls, created }) => [txIndex, calls.length, created.length])).toEqual([
    [1, 0, 1],
    [2, 1, 0],
  ])
})

describe('too much', () => {
  const wide = (n: number) => tx({ below: Array.from({ length: n }, () => leaf()) })

  test('the longest transaction loses first, the short one nothing', () => {
    const { txs, shed } = debug([wide(99), tx({}), wide(49)], ALL, { frames: 61, writes: 1 })
    expect(txs.map(({ calls, frames }) => [calls.length, frames])).toEqual([
      [30, 100],
      [1, 1],
      [30, 50],
    ])
    expect(shed).toBe(90)
  })

  test('edge: exactly what fits is kept whole, one frame more is shed', () => {
    expect(debug([wide(9), wide(9)], ALL, { frames: 20, writes: 1 }).shed).toBe(0)
    expect(debug([wide(9), wide(10)], ALL, { frames: 20, writes: 1 }).shed).toBe(1)
  })

  test('a fair share fits, and gives nobody less than it could', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }), fc.nat(300), (wanted, most) => {
        const share = fairShare(wanted, most)
        const sum = (of: number) => wanted.reduce((all, want) => all + Math.min(want, of), 0)
        expect(sum(share)).toBeLessThanOrEqual(Math.max(most, 0))
        if (wanted.some((want) => want > share)) expect(sum(share + 1)).toBeGreaterThan(most)
      }),
      { seed: SEED },
    )
  })
})

describe('refused', () => {
  const three = [tx({}), tx({ below: [leaf()] }), tx({ kind: 'create', to: 0xd0 })]
  const refused = (read: () => unknown) => expect(read).toThrow(BadDataError)

  test('fewer or more transactions than the block has, another order, another block', () => {
    const { calls, diffs } = asDebug(three)
    const list = calls as readonly unknown[]
    const states = diffs as readonly unknown[]
    const whole = (given: readonly unknown[], also: readonly unknown[]) =>
      normalTraces(where, readDebugTraces(where, given, also), header(3), receipts(3), { watched: ALL, storage: true })
    refused(() => whole(list.slice(1), states.slice(1)))
    refused(() => whole([...list].reverse(), [...states].reverse()))
    refused(() => whole(list, states.slice(1)))
    refused(() => whole(list, [...states].reverse()))
    const { flat } = asParity(three)
    refused(() => readParityTraces(where, flat, undefined, { ...header(3), hash: word(1) }))
    refused(() => readParityTraces(where, (flat as readonly unknown[]).slice(1), undefined, header(3)))
    refused(() => readParityTraces(where, [...(flat as readonly unknown[])].reverse(), undefined, header(3)))
  })

  test('a frame that is missing in the middle', () => {
    const flat = asParity([tx({ below: [leaf({ below: [leaf()] }), leaf()] })]).flat as readonly unknown[]
    refused(() => readParityTraces(where, [flat[0], flat[2], flat[3]], undefined, header(1)))
    refused(() => readParityTraces(where, [flat[0], flat[3]], undefined, header(1)))
  })

  test('anything at all: an answer or a refusal, never another failure', () => {
    const both = [asDebug(three), asParity(three)] as const
    const spoil = fc.tuple(
      fc.array(fc.nat(20), { maxLength: 7 }),
      fc.oneof(fc.anything(), fc.constantFrom('0x', '0xzz', -1, null, {}, [], 'x')),
    )
    fc.assert(
      fc.property(fc.constantFrom(0, 1), fc.constantFrom(0, 1), spoil, (way, which, [path, value]) => {
        const parts = Object.values(both[way] ?? {}) as unknown[]
        parts[which] = replaced(parts[which], path, value)
        try {
          const raw = way === 0 ? readDebugTraces(where, parts[0], parts[1]) : readParityTraces(where, parts[0], parts[1], header(3))
          const traces = normalTraces(where, raw, header(3), receipts(3), { watched: ALL, storage: true })
          const block = { chainId: 1, number: 7, hash: HASH, parentHash: word(6), timeS: 1, logs: [], reads: [], traces }
          expect(inputSchema.safeParse(JSON.parse(canonical({ kind: 'committed', block }))).success).toBe(true)
        } catch (error) {
          if (!(error instanceof BadDataError)) throw error
        }
      }),
      { seed: SEED, numRuns: 3_000 },
    )
  })
})

/** A copy in which the value at the path, each number of which chooses a member, is another. */
function replaced(value: unknown, [choice, ...rest]: readonly number[], by: unknown): unknown {
  if (choice === undefined || typeof value !== 'object' || value === null || Object.keys(value).length === 0) return by
  const keys = Object.keys(value)
  const key = keys[choice % keys.length] as string
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}
