import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column } from './column.ts'
import { Store } from './store.ts'

/** Blocks of writes; then some of the oldest are forgotten, or some of the newest undone. */
type Op =
  | { readonly kind: 'block'; readonly writes: number; readonly seed: number }
  | { readonly kind: 'forget' | 'undo'; readonly blocks: number }
const block = fc.record({ kind: fc.constant('block' as const), writes: fc.integer({ min: 0, max: 250 }), seed: fc.nat() })
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: block },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('forget', 'undo'), blocks: fc.nat(3) }) },
)

describe('the journal as a ring', () => {
  test('law: whatever was forgotten before, at whatever place of the ring, an undo gives the bytes of before', () => {
    let wrapped = 0
    fc.assert(
      fc.property(fc.array(op, { minLength: 20, maxLength: 60 }), (ops) => {
        const store = new Store()
        const [f64, u32, u128, word] = [
          store.column('f', 'f64'),
          store.column('u', 'u32'),
          store.column('h', 'u128'),
          store.column('w', 'word'),
        ]
        const write = (column: number, row: number, value: number): void => {
          if (column === 0) f64.set(row, value % 7 === 0 ? Number.NaN : -value)
          else if (column === 1) u32.set(row, value)
          else if (column === 2) u128.set(row, BigInt(value) << 90n)
          else word.set(row, BigInt(value) << 200n)
        }
        const kept: { readonly mark: number; readonly before: ReturnType<Store['dump']> }[] = []
        for (const o of ops) {
          if (o.kind === 'block') {
            kept.push({ mark: store.mark(), before: store.dump() })
            let value = o.seed
            for (let n = 0; n < o.writes; n++) {
              value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0
              write(value >>> 30, (value >>> 8) % 200, value)
            }
          } else if (o.kind === 'forget') {
            kept.splice(0, o.blocks)
            store.journal.forget(kept[0]?.mark ?? store.mark())
          } else {
            const at = Math.max(0, kept.length - o.blocks)
            const [oldest] = kept.splice(at)
            if (!oldest) continue
            store.undoTo(oldest.mark)
            expect(store.dump()).toEqual(oldest.before)
          }
          if (store.mark() > 2 ** 13 && store.journal.bytes < 2 ** 14) wrapped += 1
        }
        for (const { mark, before } of kept.reverse()) {
          store.undoTo(mark)
          expect(store.dump()).toEqual(before)
        }
        expect(store.journal.bytes).toBe(0)
      }),
      { numRuns: 40 },
    )
    expect(wrapped).toBeGreaterThan(10)
  })

  test('forgets what is there only', () => {
    expect(() => new Store().journal.forget(1)).toThrowErrorMatchingInlineSnapshot(`[RangeError: forget to 1: the journal holds 0 to 0]`)
  })
})

describe('columns', () => {
  test('a million rows, one by one and undone: nothing is lost where a column grows', () => {
    const store = new Store()
    const column = store.column('count', 'u32')
    const mark = store.mark()
    for (let row = 0; row < 1_000_000; row++) column.set(row, row + 1)
    expect([column.get(0), column.get(65_535), column.get(65_536), column.get(999_999), column.get(1_000_000)]).toEqual([
      1, 65_536, 65_537, 1_000_000, 0,
    ])
    store.undoTo(mark)
    expect(store.dump().size).toBe(0)
  })

  test('every NaN is the same bytes, and is undone to what stood there', () => {
    const store = new Store()
    const column = store.column('f', 'f64')
    const odd = new Float64Array(new Uint32Array([1, 0xfff80001]).buffer)[0] as number
    column.set(0, -0)
    const mark = store.mark()
    const before = store.dump()
    column.set(0, odd)
    const nan = store.dump()
    column.set(0, Number.POSITIVE_INFINITY - Number.POSITIVE_INFINITY)
    expect(store.dump()).toEqual(nan)
    expect([...((column as Column).raw.subarray(0, 2) as Uint32Array)]).toEqual([0, 0x7ff80000])
    store.undoTo(mark)
    expect(store.dump()).toEqual(before)
    expect(Object.is(column.get(0), -0)).toBe(true)
  })

  test('words of any size go there and back, and what is written again is not kept again', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 256n - 1n), fc.nat(256), (value, bits) => {
        const store = new Store()
        const [half, whole] = [store.column('h', 'u128'), store.column('w', 'word')]
        const small = value >> BigInt(bits)
        whole.set(3, small)
        half.set(3, small & (2n ** 128n - 1n))
        expect([whole.get(3), half.get(3)]).toEqual([small, small & (2n ** 128n - 1n)])
        const mark = store.mark()
        whole.set(3, small)
        expect(store.mark()).toBe(mark)
      }),
    )
  })
})
