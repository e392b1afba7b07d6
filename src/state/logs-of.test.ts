import { expect, test } from 'vitest'
import type { Hex, Log } from '../core/flow.ts'
import { hasTopic, logsOf } from './logs-of.ts'

const A: Hex = `0x${'aa'.repeat(20)}`
const B: Hex = `0x${'bb'.repeat(20)}`
const TOPIC: Hex = `0x${'11'.repeat(32)}`
const log = (address: Hex, logIndex: number, topics: readonly Hex[] = []): Log => ({
  address,
  topics,
  data: '0x',
  txHash: TOPIC,
  txIndex: 0,
  logIndex,
})

test('logs of a contract come in order, whatever the case of their address; of another there are none', () => {
  const logs = [log(A, 0), log(B, 1), log(`0x${'AA'.repeat(20)}`, 2)]
  expect(logsOf(logs, A).map((l) => l.logIndex)).toEqual([0, 2])
  expect(logsOf(logs, B).map((l) => l.logIndex)).toEqual([1])
  expect(logsOf(logs, TOPIC)).toEqual([])
  expect(logsOf(logs, undefined)).toEqual([])
  expect(logsOf([], A)).toEqual([])
})

test('a first topic is found in any contract; a later topic is none', () => {
  expect(hasTopic([log(A, 0), log(B, 1, [TOPIC])], TOPIC)).toBe(true)
  expect(hasTopic([log(A, 0, [A, TOPIC])], TOPIC)).toBe(false)
})
