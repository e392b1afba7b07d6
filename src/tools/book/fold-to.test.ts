import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAIN_ID } from '../../../test/builders.ts'
import { openHistory } from '../../history/history.ts'
import type { History, StoredBlock } from '../../history/types.ts'
import { chain, rules } from '../backtest/backtest.builders.ts'
import { foldTo } from './fold-to.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-fold-to-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const stored = (name: string, blocks: readonly StoredBlock[]): History => {
  const history = openHistory(join(folder, name), CHAIN_ID)
  history.append(blocks, 'capture')
  return history
}
const BLOCKS = chain(90)

describe('folding history to a block', () => {
  test('the state is that after the block, from the beginning of its stretch; what is written now can be undone', () => {
    const seen: number[] = []
    const { fold, fromBlock, wholeBlock } = foldTo(rules(), stored('all', BLOCKS), 71, ({ number }) => seen.push(number))
    expect(fold.head).toMatchObject({ number: 71, hash: BLOCKS[70]?.hash, timeS: BLOCKS[70]?.timeS })
    expect({ fromBlock, wholeBlock, seen: seen.length }).toEqual({ fromBlock: 1, wholeBlock: 71, seen: 71 })
    expect(fold.world.feeds.columns.price.get(0)).toBe(2_001)
    const { store, feeds } = fold.world
    const mark = store.mark()
    feeds.columns.price.set(0, 5)
    store.undoTo(mark)
    expect(feeds.columns.price.get(0)).toBe(2_001)
  })

  test('state from before a gap does not count', () => {
    const history = stored('gap', BLOCKS.slice(0, 20))
    history.append(BLOCKS.slice(30), 'capture')
    expect(foldTo(rules(), history, 60)).toMatchObject({ fromBlock: 31 })
    expect(foldTo(rules(), history, 20)).toMatchObject({ fromBlock: 1, fold: { head: { number: 20 } } })
  })

  test('the last block with all of its reads is told', () => {
    const without = BLOCKS.map((block) => (block.number > 50 ? { ...block, reads: [], readsState: 'not-asked' as const } : block))
    expect(foldTo(rules(), stored('reads', without), 80)).toMatchObject({ wholeBlock: 50, fold: { head: { number: 80 } } })
  })
})
