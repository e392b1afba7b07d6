import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Heap } from './heap.ts'
import { Store } from './store.ts'

type Op = readonly ['set', item: number, key: number] | readonly ['remove', item: number] | readonly ['pop']
const key = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }))
const ops: fc.Arbitrary<readonly Op[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.tuple(fc.constant('set' as const), fc.nat(25), key), weight: 4 },
    { arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat(25)), weight: 1 },
    { arbitrary: fc.tuple(fc.constant('pop' as const)), weight: 1 },
  ),
  { maxLength: 120 },
)

const sorted = (model: ReadonlyMap<number, number>) => [...model].sort(([a, ka], [b, kb]) => (ka < kb ? -1 : ka > kb ? 1 : a - b))

describe('the heap', () => {
  test('is a sorted list: the least key first, of equal keys the least item', () => {
    fc.assert(
      fc.property(ops, (list) => {
        const store = new Store()
        const heap = new Heap(store, 'h')
        const model = new Map<number, number>()
        for (const [kind, item, k] of list) {
          if (kind === 'set') {
            heap.set(item, k)
            model.set(item, k)
          } else if (kind === 'remove') {
            heap.remove(item)
            model.delete(item)
          } else if (model.size > 0) {
            model.delete(heap.minItem)
            heap.remove(heap.minItem)
          }
          const [first] = sorted(model)
          expect(heap.length).toBe(model.size)
          if (first) expect([heap.minItem, heap.minKey + 0]).toEqual([first[0], first[1] + 0])
        }
        const drained: number[] = []
        for (; heap.length > 0; heap.remove(heap.minItem)) drained.push(heap.minItem)
        expect(drained).toEqual(sorted(model).map(([item]) => item))
        expect(store.dump().size, 'an empty heap leaves no bytes').toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('empty: its least key is Infinity, and removing what is not there does nothing', () => {
    const heap = new Heap(new Store(), 'h')
    heap.remove(3)
    expect([heap.length, heap.minKey]).toEqual([0, Number.POSITIVE_INFINITY])
  })
})
