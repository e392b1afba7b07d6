import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressIndex } from './address-index.ts'
import { createWorld } from './world.ts'

const lanesOf = (address: number): Uint32Array => Uint32Array.of(address, 0, 7, 0, 1)
const wordOf = (address: number): bigint => BigInt(address) | (7n << 64n) | (1n << 128n)

test('it finds the rows that there are, and no others, whatever was undone between', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 400 }), of: fc.integer({ min: 1, max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ back: fc.integer({ min: 1, max: 50 }) }) },
    { weight: 2, arbitrary: fc.record({ ask: fc.constant(true) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const { store, accounts } = createWorld(1)
      const index = new AddressIndex(accounts, accounts.columns.venue, accounts.columns.account)
      const marks: number[] = []
      const ask = (): void => {
        for (const of of [1, 2])
          for (let address = 0; address <= 400; address += 7) {
            const row = accounts.find(`${of}:${address}`)
            const found = index.find(of, lanesOf(address), 0)
            // a hint: a row that it has never seen since an undo may be missing, but it gives no wrong one
            if (found !== undefined) expect(found).toBe(row)
            if (marks.length === accounts.count && row === undefined) expect(found).toBeUndefined()
          }
      }
      for (const one of steps) {
        if ('ask' in one) ask()
        else if ('back' in one) {
          const mark = marks.splice(Math.max(0, marks.length - one.back))[0]
          if (mark !== undefined) store.undoTo(mark)
          index.find(1, lanesOf(0), 0)
        } else if (accounts.find(`${one.of}:${one.add}`) === undefined) {
          marks.push(store.mark())
          const row = accounts.rowOf(`${one.of}:${one.add}`)
          accounts.columns.venue.set(row, one.of)
          accounts.columns.account.set(row, wordOf(one.add))
          // asked after each undo and each new row, it misses none
          expect(index.find(one.of, lanesOf(one.add), 0)).toBe(row)
        }
      }
      ask()
    }),
    { numRuns: 50 },
  )
})
