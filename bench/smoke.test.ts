// The benches run at all, in sizes that say nothing of speed: a figure that can't be printed any more is found before anybody wants it.
import { expect, test } from 'vitest'
import { measureBacktest } from './support/backtest-bench.ts'
import { measureBook } from './support/book-bench.ts'
import { measureDecoders } from './support/decode-bench.ts'
import { measureEngine } from './support/engine-bench.ts'
import { measureFold } from './support/fold-bench.ts'
import type { Row } from './support/rows.ts'
import { measureTraces } from './support/trace-bench.ts'

const whole = (rows: readonly Row[]) =>
  rows.every(({ name, value, unit }) => name !== '' && unit !== '' && value > 0 && Number.isFinite(value))

test('decoders', async () => {
  const rows = await measureDecoders({ logs: 40, rounds: 1 })
  expect(rows.length).toBeGreaterThan(20)
  expect(whole(rows)).toBe(true)
})

test('detectors over event tables, beside hand-written loops with the same findings', () => {
  const rows = measureEngine({ blocks: 30, logsPerBlock: 60, rounds: 1 })
  expect(rows.length).toBeGreaterThan(5)
  expect(whole(rows)).toBe(true)
})

test('the whole fold: as many findings from segments as live', async () => {
  const rows = await measureFold({ blocks: 40, logsPerBlock: 60, accounts: 200, detectors: 50 })
  expect(rows.map(({ unit }) => unit)).toEqual(['ms', 'ms', 'ms', 'ms', 'ms', 'logs/s', 'blocks/s'])
  expect(whole(rows)).toBe(true)
})

test('the account book: nobody missed by it, and a curve that liquidates', async () => {
  const rows = await measureBook({ accounts: 2_000, moves: 2 })
  expect(rows.filter(({ rival }) => rival !== null)).toHaveLength(4)
  expect(whole(rows)).toBe(true)
})

test('the backtest of a process of its own, over a range and twice that', async () => {
  const rows = await measureBacktest({ blocks: 20, logsPerBlock: 20, accounts: 50, times: 2 })
  expect(rows.filter(({ met }) => met).map(({ unit }) => unit)).toEqual(['MiB', 'MiB'])
  expect(whole(rows)).toBe(true)
}, 30_000)

test('traces beside the parsing of their text', () => {
  const rows = measureTraces({ txs: 12, rounds: 1 })
  expect(rows).toHaveLength(5)
  expect(whole(rows)).toBe(true)
})
