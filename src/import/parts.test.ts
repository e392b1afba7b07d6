// Small parts of an import: the line of progress, the size of ranges, what counts as asked for too much, the words of --reads.
import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../core/errors.ts'
import { RpcError } from '../ingest/errors.ts'
import { isTooMuch } from './nodes.ts'
import { TooLargeError } from './post.ts'
import { progressLine } from './progress.ts'
import { RangeSize } from './range-size.ts'
import { asksReads, readsMode } from './reads-mode.ts'

describe('progress', () => {
  function shown(isTerminal: boolean, total: number | undefined) {
    let nowMs = 0
    const out: string[] = []
    const line = progressLine({ isTerminal, write: (text) => out.push(text), nowMs: () => nowMs })
    for (let done = 1; done <= 100; done++) {
      nowMs += 100
      line.show({ done, total, logs: 300 * done })
    }
    line.end()
    return out
  }

  test('off a terminal: a line every five seconds, and the end', () =>
    expect(shown(false, 200)).toEqual([
      '[######..................] 25 %  50 of 200 blocks, 15.0 k logs, 3.0 k logs/s, 10 blocks/s, 15 s left\n',
      '[############............] 50 %  100 of 200 blocks, 30.0 k logs, 3.0 k logs/s, 10 blocks/s, 10 s left\n',
    ]))

  test('on a terminal: one line, rewritten, ended once', () => {
    const out = shown(true, 100)
    expect(out.at(-1)).toBe('\n')
    expect(out.slice(0, -1).every((text) => text.startsWith('\r') && text.endsWith('\u001b[K') && !text.includes('\n'))).toBe(true)
    expect(out.at(-2)).toContain('100 %')
    expect(out.length).toBeGreaterThan(40)
  })

  test('without a known end there is no share and no time left', () =>
    expect(shown(false, undefined).at(-1)).toBe('100 blocks, 30.0 k logs, 3.0 k logs/s, 10 blocks/s\n'))
})

describe('the size of ranges', () => {
  test('grows where logs are few, up to the most', () => {
    const size = new RangeSize(500)
    const seen = [size.blocks]
    for (let n = 0; n < 5; n++) {
      size.answered(size.blocks, 3)
      seen.push(size.blocks)
    }
    expect(seen).toEqual([8, 32, 128, 500, 500, 500])
  })

  test('follows how full blocks are, also downwards', () => {
    const size = new RangeSize(2_000)
    for (let n = 0; n < 5; n++) size.answered(size.blocks, size.blocks * 300)
    expect(size.blocks).toBe(50)
    size.answered(50, 50 * 3_000)
    expect(size.blocks).toBe(5)
    size.answered(1, 50_000)
    expect(size.blocks).toBe(1)
  })

  test('a refusal is believed for a while, then more is tried again', () => {
    const size = new RangeSize(64)
    for (let n = 0; n < 4; n++) size.answered(size.blocks, 0)
    size.refused(64)
    for (let n = 0; n < 10; n++) size.answered(size.blocks, 0)
    expect(size.blocks).toBe(32)
    for (let n = 0; n < 10; n++) size.answered(size.blocks, 0)
    expect(size.blocks).toBe(64)
  })
})

describe('too much', () => {
  const rpc = (text: string, code = -32_000) => new RpcError('x', 'eth_getLogs', code, text, undefined)
  test.each([
    rpc('query returned more than 10000 results', -32_005),
    rpc('eth_getLogs is limited to a 10,000 range'),
    rpc('block range is too wide'),
    rpc('Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range'),
    rpc('query timeout exceeded'),
    new TooLargeError('x', 'eth_getLogs', 'HTTP 413'),
    new UnreachableError('x', 'eth_getLogs', 'timeout: no answer within 60000 ms'),
  ])('%s', (error) => expect(isTooMuch(error)).toBe(true))
  test.each([
    rpc('rate limit exceeded'),
    rpc('Your app has exceeded its compute units per second capacity', 429),
    rpc('header not found'),
    new UnreachableError('x', 'eth_getLogs', 'connect ECONNREFUSED'),
    new Error('too many results'),
  ])('but not: %s', (error) => expect(isTooMuch(error)).toBe(false))
})

test('--reads', () => {
  const asked = (text: string) => Array.from({ length: 8 }, (_, n) => 10 + n).filter((number) => asksReads(readsMode(text), number, 10))
  expect([asked('none'), asked('at-start'), asked('every:3'), asked('all').length]).toEqual([[], [10], [10, 13, 16], 8])
  for (const text of ['every:0', 'every:', 'every:x', 'some', 'every:1.5', '']) expect(() => readsMode(text)).toThrow(/--reads/)
})
