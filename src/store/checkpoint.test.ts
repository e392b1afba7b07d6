import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadDataError } from '../core/errors.ts'
import { type CheckpointHead, decodeCheckpoint, encodeCheckpoint, stateHash } from './checkpoint.ts'
import { Heap } from './heap.ts'
import { Store } from './store.ts'
import { defineTable } from './table.ts'
import { ring } from './windows.ts'

const rows = defineTable('rows', 'entity', { n: 'u32', f: 'f64', w: 'word' })
const head: CheckpointHead = { chainId: 1, number: 7, hash: '0xaa', rulesHash: '0xbb' }

type Write = readonly [key: string, n: number, f: number]
const writes: fc.Arbitrary<readonly Write[]> = fc.array(fc.tuple(fc.string({ maxLength: 3, unit: 'binary' }), fc.nat(), fc.double()), {
  maxLength: 30,
})

/** The heap and the window are made at their first use, as the account book's are. */
function write(store: Store, blocks: readonly Write[]): void {
  const table = store.table(rows)
  store.begin()
  for (const [key, n, f] of blocks) {
    const row = table.rowOf(key)
    table.columns.n.set(row, n)
    table.columns.f.set(row, f)
    table.columns.w.set(row, BigInt(n) << 220n)
    if (Number.isNaN(f)) continue
    new Heap(store, `heap${n % 2}`).set(row, f)
    const last = ring({ size: 4 }).create(store, 'last')
    last.seek(row)
    last.push(f)
  }
}

const bytesOf = (store: Store): string => Buffer.from(encodeCheckpoint(head, store.dump())).toString('hex')

describe('a checkpoint', () => {
  test('comes back with the same hash, before anybody has asked for its columns too, and goes on the same way', () => {
    fc.assert(
      fc.property(writes, writes, (before, after) => {
        const original = new Store()
        write(original, before)
        const decoded = decodeCheckpoint(encodeCheckpoint(head, original.dump()))
        expect(decoded.head).toEqual(head)
        const restored = new Store()
        restored.restore(decoded.dump)
        expect(stateHash(restored.dump())).toBe(stateHash(original.dump()))
        restored.table(rows)
        expect(stateHash(restored.dump())).toBe(stateHash(original.dump()))
        const mark = restored.mark()
        write(original, after)
        write(restored, after)
        expect(bytesOf(restored)).toBe(bytesOf(original))
        expect(restored.table(rows).touched()).toEqual(original.table(rows).touched())
        restored.undoTo(mark)
        expect(stateHash(restored.dump())).toBe(stateHash(decoded.dump))
      }),
      { numRuns: 120 },
    )
  })

  test('restores into tables and columns that exist already', () => {
    const original = new Store()
    write(original, [
      ['a', 1, 2],
      ['b', 3, 4],
    ])
    const restored = new Store()
    const table = restored.table(rows)
    restored.restore(original.dump())
    expect([table.count, table.find('b'), table.at(1).f, new Heap(restored, 'heap1').minKey]).toEqual([2, 1, 4, 2])
    expect(restored.dump()).toEqual(original.dump())
  })

  test('different states have different hashes', () => {
    const hash = (...blocks: Write[]) => {
      const store = new Store()
      write(store, blocks)
      return stateHash(store.dump())
    }
    expect(hash(['a', 1, 0])).not.toBe(hash(['b', 1, 0]))
    expect(hash(['a', 1, 0])).not.toBe(hash(['a', 1, -0]))
    expect(hash(['a', 1, 0], ['b', 1, 0])).not.toBe(hash(['b', 1, 0], ['a', 1, 0]))
  })

  test('a flipped bit or a missing end anywhere is bad data, never a wrong state', () => {
    const store = new Store()
    write(store, [
      ['a', 1, 2],
      ['b', 3, 4],
    ])
    const bytes = encodeCheckpoint(head, store.dump())
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] as number) ^ (1 << bit)
        expect(() => decodeCheckpoint(damaged)).toThrow(BadDataError)
        expect(() => decodeCheckpoint(bytes.subarray(0, at))).toThrow(BadDataError)
      }),
      { numRuns: 500 },
    )
  })
})
