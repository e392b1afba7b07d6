// The queue's laws: bounded, nothing lost uncounted, and whatever is kept can do more harm than whatever was shed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, word } from '../../../test/support/scripted-chain.ts'
import type { Hex } from '../../core/flow.ts'
import { before, PendingQueue, slotOf, type Waiting } from './queue.ts'
import { LARGE_GAS, type Rank, rankOf } from './rank.ts'

let made = 0
const tx = (more: Partial<Waiting> = {}): Waiting => ({
  hash: word(++made),
  from: at(made),
  to: at(1),
  nonce: 0,
  gas: 100_000,
  value: 0n,
  maxFeePerGas: 10n,
  accessList: [],
  raw: undefined,
  rank: 0,
  atMs: 0,
  ...more,
})

describe('the shedding order', () => {
  const known = { watched: (a: Hex) => a === at(0x10), privileged: (a: Hex) => a === at(0x20), familiar: (a: Hex) => a === at(0x30) }
  const rank = (more: Partial<Waiting>): Rank => rankOf(tx({ to: at(0x40), ...more }), known)

  test('what calls the watched, then who may change it, then what is new and large, then the rest', () => {
    expect(rank({ to: at(0x10) })).toBe(3)
    expect(rank({ accessList: [at(0x10)] })).toBe(3)
    expect(rank({ from: at(0x20) })).toBe(2)
    expect(rank({ gas: LARGE_GAS })).toBe(1)
    expect(rank({ gas: LARGE_GAS, to: null })).toBe(1)
    expect(rank({ gas: LARGE_GAS, to: at(0x30) })).toBe(0)
    expect(rank({})).toBe(0)
  })
  test('edge: one gas below large is not', () => expect(rank({ gas: LARGE_GAS - 1 })).toBe(0))

  test('within a rank more gas, then more value, then the older', () => {
    const [gas, value, older, newer] = [tx({ gas: 9e5 }), tx({ value: 5n }), tx({ atMs: 1 }), tx({ atMs: 2 })]
    expect([newer, older, value, gas].sort(before)).toEqual([gas, value, older, newer])
  })
})

describe('the queue', () => {
  test('a replacement takes the place at a higher fee alone', () => {
    const queue = new PendingQueue(10)
    const first = tx({ from: at(9) })
    queue.add(first)
    expect(queue.add({ ...tx(), from: at(9), maxFeePerGas: 10n })).toEqual({ kind: 'duplicate' })
    const dearer = { ...tx(), from: at(9), maxFeePerGas: 11n }
    expect(queue.add(dearer)).toEqual({ kind: 'replaced', old: first.hash })
    expect(queue.add(first)).toEqual({ kind: 'duplicate' })
    expect([queue.take(), queue.take()]).toEqual([dearer, undefined])
  })

  test('full: the least harmful goes, the new one itself if that is it', () => {
    const queue = new PendingQueue(2)
    const [high, low] = [tx({ rank: 3 }), tx({ rank: 0 })]
    queue.add(low)
    queue.add(high)
    expect(queue.add(tx({ rank: 1 }))).toEqual({ kind: 'shed', lost: low })
    const least = tx({ rank: 0 })
    expect(queue.add(least)).toEqual({ kind: 'shed', lost: least })
  })

  test('expiry: what is older than the moment goes, what is of the moment stays', () => {
    const queue = new PendingQueue(10)
    queue.add(tx({ atMs: 9 }))
    queue.add(tx({ atMs: 10 }))
    expect([queue.expire(10), queue.size]).toEqual([1, 1])
  })

  test('a sender that may not is passed over, and keeps its place', () => {
    const queue = new PendingQueue(10)
    const [flooder, other] = [tx({ rank: 3, from: at(7) }), tx()]
    queue.add(flooder)
    queue.add(other)
    expect(queue.take(({ from }) => from !== at(7))).toBe(other)
    expect(queue.take()).toBe(flooder)
  })

  const anyTx = fc
    .record({
      hash: fc.integer({ min: 1, max: 60 }).map(word),
      from: fc.integer({ min: 1, max: 12 }).map(at),
      nonce: fc.nat(3),
      gas: fc.constantFrom(21_000, 100_000, 900_000),
      value: fc.constantFrom(0n, 1n, 10n ** 20n),
      maxFeePerGas: fc.bigInt(1n, 5n),
      rank: fc.constantFrom<Rank>(0, 1, 2, 3),
      atMs: fc.nat(5),
    })
    .map((fields): Waiting => tx(fields))

  test('property: bounded; each is kept, shed, replaced or a duplicate; all that is kept comes before all that was last shed', () => {
    fc.assert(
      fc.property(fc.array(anyTx, { maxLength: 120 }), fc.integer({ min: 1, max: 12 }), (all, most) => {
        const queue = new PendingQueue(most)
        const ends = { added: 0, shed: 0, replaced: 0, duplicate: 0 }
        for (const one of all) {
          const added = queue.add(one)
          ends[added.kind] += 1
          expect(queue.size).toBeLessThanOrEqual(most)
          if (added.kind !== 'shed') continue
          const kept = drain(queue)
          for (const other of kept) expect(before(other, added.lost)).toBeLessThanOrEqual(0)
          for (const other of kept) queue.add(other)
        }
        const left = drain(queue)
        expect(left).toHaveLength(ends.added)
        expect(ends.added + ends.shed + ends.replaced + ends.duplicate).toBe(all.length)
        expect(left).toEqual([...left].sort(before))
        expect(new Set(left.map(slotOf)).size).toBe(left.length)
      }),
      { numRuns: 300, seed: 11 },
    )
  })
  const drain = (queue: PendingQueue): Waiting[] => {
    const out: Waiting[] = []
    for (let next = queue.take(); next; next = queue.take()) out.push(next)
    return out
  }
})
