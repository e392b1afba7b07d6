import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadDataError } from '../core/errors.ts'
import { encodeCheckpoint, stateHash } from './checkpoint.ts'
import { signed, unsigned } from './column.ts'
import { Heap } from './heap.ts'
import { Store } from './store.ts'
import { defineTable, type TableStore } from './table.ts'
import { ewmaVolatility, rateInWindow, ring } from './windows.ts'

const people = defineTable('people', 'entity', { age: 'u32', height: 'f64', debt: 'word' })
const visits = defineTable('visits', 'event', { who: 'u32', spent: 'f64', exact: 'word' })

/** One write of a block, of any kind that state can be written by. */
type Op =
  | { readonly kind: 'entity'; readonly key: string; readonly column: 'age' | 'height' | 'debt'; readonly value: number }
  | { readonly kind: 'event'; readonly who: number; readonly spent: number }
  | { readonly kind: 'ewma' | 'ring'; readonly subject: number; readonly value: number }
  | { readonly kind: 'rate'; readonly subject: number; readonly timeS: number; readonly value: number }
  | { readonly kind: 'put'; readonly item: number; readonly value: number }
  | { readonly kind: 'take'; readonly item: number }
  | { readonly kind: 'late'; readonly name: number; readonly row: number; readonly value: number }

const value = fc.double()
const subject = fc.nat(20)
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    kind: fc.constant('entity'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', '', '__proto__'),
    column: fc.constantFrom('age', 'height', 'debt'),
    value,
  }),
  fc.record({ kind: fc.constant('event'), who: subject, spent: value }),
  fc.record({ kind: fc.constantFrom('ewma', 'ring'), subject, value }),
  fc.record({ kind: fc.constant('rate'), subject, timeS: fc.nat(10_000), value }),
  fc.record({ kind: fc.constant('put'), item: subject, value: fc.double({ noNaN: true }) }),
  fc.record({ kind: fc.constant('take'), item: subject }),
  fc.record({ kind: fc.constant('late'), name: fc.nat(2), row: subject, value }),
)
const block = fc.array(op, { maxLength: 20 })
const blocks = fc.array(block, { minLength: 1, maxLength: 6 })

/** A store with everything in it that writes columns. */
function system(store = new Store()) {
  const entity = store.table(people)
  const event = store.table(visits)
  const heap = new Heap(store, 'heap')
  const ewma = ewmaVolatility({ halfLifeRows: 10 }).create(store, 'ewma')
  const last = ring({ size: 3 }).create(store, 'last')
  const rate = rateInWindow({ windowS: 60, buckets: 4 }).create(store, 'rate')
  const integer = (v: number): number => (Number.isFinite(v) ? Math.floor(Math.abs(v)) % 2 ** 32 : 7)

  function write(o: Op): void {
    switch (o.kind) {
      case 'entity': {
        const row = entity.rowOf(o.key)
        if (o.column === 'age') entity.columns.age.set(row, integer(o.value))
        else if (o.column === 'height') entity.columns.height.set(row, o.value)
        else entity.columns.debt.set(row, unsigned(BigInt(integer(o.value)) - 2n ** 31n))
        return
      }
      case 'event': {
        const row = event.append()
        event.columns.who.set(row, o.who)
        event.columns.spent.set(row, o.spent)
        event.columns.exact.set(row, BigInt(o.who) << 200n)
        return
      }
      case 'ewma':
        ewma.seek(o.subject)
        ewma.push(o.value)
        return
      case 'ring':
        last.seek(o.subject)
        last.push(o.value)
        return
      case 'rate':
        rate.seek(o.subject)
        rate.push(o.timeS, o.value)
        return
      case 'put':
        heap.set(o.item, o.value)
        return
      case 'take':
        heap.remove(o.item)
        return
      case 'late':
        store.column(`late${o.name}`, 'f64').set(o.row * 40, o.value)
        return
    }
  }
  return {
    store,
    entity,
    event,
    /** Applies a block; returns its mark. */
    apply(ops: readonly Op[]): number {
      const mark = store.mark()
      store.begin()
      for (const o of ops) write(o)
      return mark
    },
  }
}

type Dump = ReturnType<Store['dump']>
const bytesOf = (dump: Dump): Buffer => Buffer.from(encodeCheckpoint({ chainId: 1, number: 1, hash: '0x', rulesHash: '0x' }, dump))
/** All bytes are equal; what differs is spelt out only then, which is slow. */
function expectSame(got: Dump, want: Dump): void {
  if (bytesOf(got).equals(bytesOf(want))) return
  expect(got).toEqual(want)
  expect.unreachable('equal values with different bytes')
}

const keysOf = (table: TableStore<typeof people.schema>): readonly string[] =>
  Array.from({ length: table.count }, (_, row) => table.keyOf(row))

describe('the law of undo', () => {
  test('apply blocks, undo them one by one: the bytes of before each; apply again: the same bytes', () => {
    fc.assert(
      fc.property(blocks, blocks, (history, branch) => {
        const { store, apply, entity } = system()
        for (const b of history) apply(b)
        const states = [store.dump()]
        const marks = branch.map((b) => {
          const mark = apply(b)
          states.push(store.dump())
          return mark
        })
        for (const [i, mark] of [...marks.entries()].reverse()) {
          store.undoTo(mark)
          expectSame(store.dump(), states[i] as Dump)
        }
        for (const [i, b] of branch.entries()) {
          apply(b)
          expectSame(store.dump(), states[i + 1] as Dump)
        }
        expect(keysOf(entity).map((key) => entity.find(key))).toEqual(keysOf(entity).map((_, row) => row))
      }),
      { numRuns: 120 },
    )
  })

  test('a chain that took another branch first is the same as one that never did: bytes, ids and hash', () => {
    fc.assert(
      fc.property(blocks, blocks, blocks, (history, abandoned, taken) => {
        const reorged = system()
        for (const b of history) reorged.apply(b)
        const mark = reorged.store.mark()
        for (const b of abandoned) reorged.apply(b)
        reorged.store.undoTo(mark)
        const straight = system()
        for (const b of history) straight.apply(b)
        for (const b of taken) {
          reorged.apply(b)
          straight.apply(b)
          expect(reorged.entity.touched()).toEqual(straight.entity.touched())
          expect(reorged.event.touched()).toEqual(straight.event.touched())
        }
        expectSame(reorged.store.dump(), straight.store.dump())
        expect(keysOf(reorged.entity)).toEqual(keysOf(straight.entity))
        expect(stateHash(reorged.store.dump())).toBe(stateHash(straight.store.dump()))
      }),
      { numRuns: 120 },
    )
  })

  test('a block is undone at once or write by write: the same', () => {
    fc.assert(
      fc.property(block, block, (first, second) => {
        const { store, apply } = system()
        apply(first)
        const before = store.dump()
        const top = apply([])
        const marks = second.map((o) => apply([o]))
        for (const mark of marks.reverse()) store.undoTo(mark)
        store.undoTo(top)
        expectSame(store.dump(), before)
      }),
    )
  })

  test('forgetting final blocks leaves the later ones undoable, and nothing before', () => {
    fc.assert(
      fc.property(blocks, blocks, blocks, (final, open, later) => {
        const { store, apply } = system()
        for (const b of final) apply(b)
        const states = [store.dump()]
        const marks = open.map((b) => {
          const mark = apply(b)
          states.push(store.dump())
          return mark
        })
        const [oldest = 0] = marks
        store.journal.forget(oldest)
        for (const b of later) apply(b)
        for (const [i, mark] of [...marks.entries()].reverse()) {
          store.undoTo(mark)
          expectSame(store.dump(), states[i] as Dump)
        }
        expect(store.journal.bytes).toBe(0)
        if (oldest > 0) expect(() => store.undoTo(0)).toThrow(RangeError)
        expectSame(store.dump(), states[0] as Dump)
      }),
      { numRuns: 120 },
    )
  })

  test('a mark that is not there yet is refused', () => {
    const { store } = system()
    expect(() => store.undoTo(1)).toThrowErrorMatchingInlineSnapshot(`[RangeError: undo to 1: the journal holds 0 to 0]`)
  })

  test('the journal gives memory back once its blocks are final', () => {
    const store = new Store()
    const column = store.column('big', 'word')
    for (let row = 0; row < 20_000; row++) column.set(row, BigInt(row) + (1n << 255n))
    const before = store.dump()
    for (let n = 0; n < 20; n++) store.journal.forget(store.mark())
    const mark = store.mark()
    for (let row = 0; row < 20_000; row++) column.set(row, 0n)
    store.undoTo(mark)
    expectSame(store.dump(), before)
  })

  test('with the journal off nothing is kept: folding final history', () => {
    const { store, apply } = system()
    store.journal.on = false
    apply([{ kind: 'entity', key: 'a', column: 'age', value: 5 }])
    expect([store.mark(), store.journal.bytes]).toEqual([0, 0])
    expect(store.table(people).at(0).age).toBe(5)
  })
})

describe('tables', () => {
  test('rows never written read as zero, and writing what is there touches nothing', () => {
    const { entity, store } = system()
    const row = entity.rowOf('a')
    store.begin()
    const mark = store.mark()
    const { age, height, debt, row: at } = entity.at(row)
    expect({ age, height, debt, at }).toEqual({ age: 0, height: 0, debt: 0n, at: row })
    entity.columns.age.set(row, 0)
    entity.columns.height.set(row, 0)
    entity.columns.debt.set(row, 0n)
    expect(entity.touched()).toEqual([])
    expect(store.mark()).toBe(mark)
  })

  test('touched entity rows come in order of row, each once; event rows in order of arrival', () => {
    const { apply, entity, event } = system()
    apply(['a', 'b', 'c'].map((key) => ({ kind: 'entity', key, column: 'age', value: 1 })))
    apply(['c', 'a', 'c'].map((key, n) => ({ kind: 'entity', key, column: 'age', value: n + 2 })))
    expect(entity.touched()).toEqual([0, 2])
    apply([1, 2].map((who) => ({ kind: 'event', who, spent: 1 })))
    expect(event.touched()).toEqual([0, 1])
    expect(entity.touched()).toEqual([])
  })

  test('event rows live for one block', () => {
    const { apply, event } = system()
    apply([1, 2].map((who) => ({ kind: 'event', who, spent: 1 })))
    expect(event.count).toBe(2)
    apply([{ kind: 'event', who: 9, spent: 3 }])
    expect([event.count, event.at(0).who]).toEqual([1, 9])
  })

  test('a float keeps all 64 bits; a word all 256; signed goes there and back', () => {
    fc.assert(
      fc.property(fc.double(), fc.bigInt(-(2n ** 255n), 2n ** 255n - 1n), fc.nat(500), (f, int, row) => {
        const store = new Store()
        const [floats, words] = [store.column('f', 'f64'), store.column('w', 'word')]
        floats.set(row, f)
        words.set(row, unsigned(int))
        expect(Object.is(floats.get(row), f)).toBe(true)
        expect(signed(words.get(row))).toBe(int)
        expect(floats.get(row + 1)).toBe(0)
      }),
    )
  })

  test('what does not fit is refused before anything is written', () => {
    const store = new Store()
    const [count, word] = [store.column('n', 'u32'), store.column('w', 'word')]
    for (const bad of [-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => count.set(0, bad)).toThrow(RangeError)
    for (const bad of [-1n, 2n ** 256n]) expect(() => word.set(0, bad)).toThrow(RangeError)
    expect([store.mark(), store.dump().size]).toEqual([0, 0])
  })

  test('names that are not names never reach the generated row class', () => {
    expect(() => defineTable('t', 'entity', { 'a; process.exit()': 'u32' })).toThrow(TypeError)
    expect(() => defineTable('1t', 'entity', { a: 'u32' })).toThrow(TypeError)
  })

  test('a store in use takes no checkpoint', () => {
    const { store, apply } = system()
    apply([{ kind: 'put', item: 1, value: 1 }])
    expect(() => store.restore(new Map())).toThrow(BadDataError)
  })
})
