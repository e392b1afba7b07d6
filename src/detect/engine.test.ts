import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bench, FEED, feed, finding, hashOf, market, marketKey, POOL, put, round, START_S, venue } from '../../test/builders.ts'
import { canonicalHash } from '../core/canonical.ts'
import { chains, feedRounds, feeds, flows, venues } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector, type Finds } from './define.ts'

const meta = {
  title: 't',
  maturity: 'test',
  threat: 't',
  catches: 'c',
  misses: 'm',
  falsePositives: ['f'],
  runbook: 'r',
  source: 'reporters',
  basis: 'chain',
} as const
const said: Finds = { severity: 'low', summary: 's', evidence: {} }

/** Fires while the feed's price is over its limit. */
const over = (holdBlocks: number) =>
  defineDetector({
    ...meta,
    id: 'over',
    on: feeds,
    wake: 'block',
    subject: 'row',
    holdBlocks,
    pending: true,
    params: z.strictObject({ limit: z.number().default(100) }),
    memory: { seen: ring({ size: 2 }) },
    check(row, { seen }, { limit }) {
      seen.push(row.price)
      return row.price > limit ? { ...said, evidence: { price: row.price, before: seen.get(1) ?? 'none' } } : undefined
    },
  })

const price = (p: number) => (w: Parameters<typeof feed>[0]) => feed(w, { price: p })

describe('hold', () => {
  test('a condition must stand for holdBlocks blocks before the one that fires', () => {
    const b = bench(over(2)())
    expect([200, 200, 200, 200, 50, 200, 200, 200].map((p) => b.block(price(p)).length)).toEqual([0, 0, 1, 1, 0, 0, 0, 1])
  })
  test('each row holds for itself', () => {
    const b = bench(over(1)())
    b.block(price(200))
    expect(b.block((w) => feed(w, { price: 200 }, 'other')).map((f) => f.subject.id)).toEqual([FEED])
    expect(b.block()).toHaveLength(2)
  })
  test('none on a pending transaction', () => expect(bench(over(2)()).block(price(200), { pending: true })).toHaveLength(1))
  test('is undone with the block', () => {
    const b = bench(over(1)())
    b.block(price(200))
    b.undo()
    expect(b.block(price(200))).toEqual([])
    expect(b.block()).toHaveLength(1)
  })
  test('on rows that are not looked at in every block it has no meaning: refused', () => {
    const every = over(1).detector
    expect(() => defineDetector({ ...every, wake: 'touched' })()).toThrow("over: holdBlocks needs wake: 'block'")
  })
})

describe('a finding', () => {
  test('is the hash of all that is in it', () => {
    const [found] = bench(over(0)()).block(price(200))
    expect(found).toBeDefined()
    const { id, ...body } = found ?? finding()
    expect(id).toBe(canonicalHash(body))
  })
  test('tells its parameters, its block and whether a gap was open', () => {
    const [one] = bench(over(0)()).block(price(200))
    const [other] = bench(over(0)({ limit: 150 })).block(price(200), { provisional: true, hash: hashOf(77) })
    expect(one).toMatchObject({ provisional: false, block: 1, blockHash: hashOf(1), timeS: START_S + 12 })
    expect(other).toMatchObject({ provisional: true, blockHash: hashOf(77) })
    expect(other?.paramsHash).not.toBe(one?.paramsHash)
    expect(other?.id).not.toBe(one?.id)
  })
  test('whose evidence is no number says so in words', () => {
    const b = bench(over(0)())
    expect(b.block(price(Number.POSITIVE_INFINITY))[0]?.evidence).toEqual({ price: 'Infinity', before: 'none' })
    b.block(price(Number.NaN))
    expect(b.block(price(200))[0]?.evidence).toEqual({ price: 200, before: 'NaN' })
  })
  test('names what its subject column refers to', () => {
    const on = (of: { on: unknown; subject: string }) =>
      defineDetector({
        ...over(0).detector,
        id: 'named',
        params: z.strictObject({}),
        memory: {},
        check: () => said,
        ...(of as { on: typeof flows; subject: 'market' }),
      })()
    const b = bench(
      on({ on: flows, subject: 'market' }),
      on({ on: feedRounds, subject: 'feed' }),
      on({ on: venues, subject: 'row' }),
      on({ on: chains, subject: 'row' }),
    )
    const found = b.block((w) => {
      venue(w)
      put(w.flows, undefined, { market: market(w, 'USDC') + 1 })
      put(w.flows, undefined, { market: 0 })
      round(w, 1)
      put(w.chains, '1', { chainId: 1 })
    })
    expect(found.map(({ subject: { kind, id } }) => [kind, id])).toEqual([
      ['market', marketKey('USDC')],
      ['chain', '1'],
      ['feed', FEED],
      ['venue', POOL],
      ['chain', '1'],
    ])
  })
})

test('findings come in the order of the detectors, then of the rows', () => {
  const second = defineDetector({ ...over(0).detector, id: 'second' })
  const b = bench(second(), over(0)())
  const found = b.block((w) => [feed(w, { price: 200 }, 'b'), feed(w, { price: 200 }, 'a')])
  expect(found.map((f) => [f.detector, f.subject.id])).toEqual([
    ['second', 'b'],
    ['second', 'a'],
    ['over', 'b'],
    ['over', 'a'],
  ])
})

test('a memory with a name that is none never reaches the generated loop', () => {
  const bad = defineDetector({ ...over(0).detector, memory: { 'x;y': ring({ size: 1 }) }, check: () => undefined })
  expect(() => bench(bad())).toThrow(TypeError)
})
