import { expect, test } from 'vitest'
import type { Hex } from './core/flow.ts'
import { hashOf } from './record/record.builders.ts'
import { wayBack } from './restart.ts'

const RULES = hashOf(0)
const head = (number: number) => ({ chainId: 1, number, hash: hashOf(number), rulesHash: RULES })
const record = (...numbers: number[]) => ({ checkpointHeads: (rules: Hex) => (rules === RULES ? numbers.map(head) : []) })
/** The chain left ours after this block. */
const leaving = (after: number) => async (number: number) => (number <= after ? hashOf(number) : hashOf(number, 1))

test('the way back is the newest checkpoint that is still on the chain', async () => {
  expect(await wayBack(record(512, 256), RULES, leaving(600))).toEqual(head(512))
  expect(await wayBack(record(512, 256), RULES, leaving(511))).toEqual(head(256))
  expect(await wayBack(record(512, 256), RULES, leaving(255))).toBeUndefined()
  expect(await wayBack(record(512), RULES, async () => undefined)).toBeUndefined() // a shorter chain
  expect(await wayBack(record(512), hashOf(99), leaving(600))).toBeUndefined()
})
