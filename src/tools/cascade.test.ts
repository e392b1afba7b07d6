import { expect, test } from 'vitest'
import { cascade } from '../state/book/cascade.ts'
import { cascadeInWorker } from './cascade.ts'

test('the worker gives the same curve, and takes the cells with it', async () => {
  const make = () => ({ count: 2, cells: Float32Array.of(10, 0, 0, 640, 0.8, 0, 0, 0, 20, 10, 8, 1_500, 0.8, 0, 0, 0) })
  const question = {
    priceUsd: 100,
    untilShare: 0.5,
    steps: 20,
    bonus: 0.05,
    depth: { kind: 'constant-product', reserveUnits: 100 },
  } as const
  const given = make()
  const curve = await cascadeInWorker(given, question)
  expect(curve).toEqual(cascade(make(), question))
  expect(curve.points.at(-1)?.liquidations).toBeGreaterThan(0)
  expect(given.cells).toHaveLength(0)
})
