import { expect, test } from 'vitest'
import { Store } from '../store/store.ts'
import { ring } from '../store/windows.ts'
import { samplePeak, spoilPeak } from './peaks.ts'

test('one sample a step: its highest value, once the next begins; a step that fired is none', () => {
  const store = new Store()
  const [steps, peaks] = [ring({ size: 1 }).create(store, 's'), ring({ size: 1 }).create(store, 'p')]
  const pushed: number[] = []
  const usual = { push: (value: number) => void (Number.isNaN(value) || pushed.push(value)) }
  for (const value of [3, 5, 4]) samplePeak(usual, steps, peaks, 1, value)
  expect(pushed).toEqual([])
  samplePeak(usual, steps, peaks, 2, 1)
  expect(pushed).toEqual([5])
  spoilPeak(usual, steps, peaks, 2)
  samplePeak(usual, steps, peaks, 2, 9)
  samplePeak(usual, steps, peaks, 3, 2)
  samplePeak(usual, steps, peaks, 9, 2)
  expect(pushed).toEqual([5, 2])
})
