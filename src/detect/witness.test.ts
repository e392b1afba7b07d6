import { expect, test } from 'vitest'
import { witnessOf, wordOf } from './witness.ts'

test('the second feed while it is fresh, then the exchange, then nobody', () => {
  const feed = { price: 1, secondPrice: 2, secondUpdatedAtS: 100, twapPrice: 3 }
  expect(witnessOf(feed, 160, 60)).toBe(2)
  expect(witnessOf(feed, 161, 60)).toBe(3)
  expect(witnessOf({ ...feed, secondPrice: Number.NaN, twapPrice: 0 }, 100, 60)).toBe(0)
})

test('denied past the limit, at zero and below; silent without a witness', () => {
  expect(wordOf(1, 1, 1)).toBe('confirmed')
  expect(wordOf(1, 1.05, 500)).toBe('confirmed')
  expect(wordOf(1, 1.06, 500)).toBe('denied')
  expect(wordOf(0, 1, 500)).toBe('denied')
  expect(wordOf(1, 0, 500)).toBe('silent')
  expect(wordOf(1, Number.NaN, 500)).toBe('silent')
})
