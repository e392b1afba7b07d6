import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { all, VENUE, WATCHED_BLOCKS, type Writer, write } from '../../test/support/trace-rows.ts'
import { unauthorisedWrite } from './unauthorised-write.ts'

const run = (...writers: readonly Writer[]) => bench(unauthorisedWrite()).block(all(...writers))
const usual = { leastAgeBlocks: 7_200, leastBlocks: 3, bestAgeBlocks: 7_200, bestBlocks: 3 }

describe('unauthorised-write', () => {
  test('fires: a variable written by a function that never did', () => {
    expect(run(write({ before: 1n, txIndex: 3 }))).toMatchObject([
      {
        severity: 'high',
        source: 'trace',
        subject: { kind: 'contract', id: VENUE },
        summary: `slot 5 of ${VENUE} changed by 0xfe4b84df, never seen to do so`,
        evidence: { txIndex: 3, slot: 5n, before: 1n, after: 7n, entry: '0xfe4b84df', ways: 1, ageBlocks: 0 },
      },
    ])
  })
  test('fires: critical where the slot says whose code runs', () => {
    expect(run(write({ plain: 2 }))).toMatchObject([{ severity: 'critical', summary: expect.stringContaining('rules the contract') }])
  })
  test('fires: a mapping changed by no usual way, once a transaction', () => {
    const found = run(write({ plain: 0, slot: 2n ** 200n }), write({ plain: 0, slot: 2n ** 201n }), write({ plain: 0, txIndex: 1 }))
    expect(found.map(({ severity, evidence }) => [severity, evidence['txIndex']])).toEqual([
      ['medium', 0],
      ['medium', 1],
    ])
  })
  test('fires: one usual way beside an unknown one excuses a mapping, never a variable', () => {
    const one = { ways: 2, bestAgeBlocks: 90_000, bestBlocks: 400 }
    expect(run(write({ plain: 0, ...one }))).toEqual([])
    expect(run(write({ plain: 1, ...one }))).toHaveLength(1)
  })
  test('quiet: the ways are usual', () => {
    expect(run(write(usual), write({ ...usual, plain: 2 }), write({ ...usual, plain: 0 }))).toEqual([])
  })
  test('edge: usual exactly after agedBlocks in seenBlocks blocks, one less is not', () => {
    expect(run(write({ ...usual, leastAgeBlocks: 7_199 }))).toHaveLength(1)
    expect(run(write({ ...usual, leastBlocks: 2 }))).toHaveLength(1)
    expect(run(write({ ...usual, plain: 0, bestAgeBlocks: 7_199 }))).toHaveLength(1)
  })
  test('edge: warm exactly after warmBlocks, one less is not', () => {
    expect(run(write({ watchedBlocks: 7_199 }))).toEqual([])
    expect(run(write({ watchedBlocks: 7_200 }))).toHaveLength(1)
    expect(WATCHED_BLOCKS).toBeGreaterThan(7_200)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(unauthorisedWrite())
    b.block()
    const before = b.world.store.dump()
    const first = b.block(write({ plain: 0 }))
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write({ plain: 0 }))).toEqual(first)
  })
})
