import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf } from '../core/words.ts'
import { Store } from './store.ts'

const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 3n))
const lanesOf = (value: bigint): Uint32Array => Uint32Array.from({ length: 8 }, (_, n) => Number((value >> BigInt(32 * n)) & 0xffff_ffffn))

test('the text of an address is that of the word that stands there now: after writes, and after an undo', () => {
  const step = fc.record({ row: fc.nat(40), value: word, undo: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new Store()
      const column = store.column('addresses', 'word')
      for (const { row, value, undo } of steps) {
        const mark = store.mark()
        column.set(row, value)
        expect(column.address(row)).toBe(addressOf(value))
        if (undo) store.undoTo(mark)
        for (let n = 0; n <= 40; n += 8) expect(column.address(n)).toBe(addressOf(column.get(n)))
        expect(column.address(row)).toBe(addressOf(column.get(row)))
      }
    }),
  )
})

test('copying lanes is setting the number that they are, undo included', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), word), { maxLength: 40 }), (writes) => {
      const [copied, set] = [new Store(), new Store()]
      for (const [row, value] of writes) {
        copied.column('words', 'word').copy(row, lanesOf(value), 0)
        set.column('words', 'word').set(row, value)
      }
      expect(copied.dump()).toEqual(set.dump())
      expect(copied.mark()).toBe(set.mark())
      copied.undoTo(0)
      expect(copied.dump().size).toBe(0)
    }),
  )
})
