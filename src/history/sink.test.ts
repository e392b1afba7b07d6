import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Input } from '../core/flow.ts'
import { hashOf, quiet } from './history.builders.ts'
import { openHistory } from './history.ts'
import { HistorySink } from './sink.ts'
import type { StoredBlock } from './types.ts'

let folder = ''
let told: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-sink-'))
  told = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sink = (): HistorySink => new HistorySink(folder, 1, (text) => told.push(text))
const committed = (number: number, change: Partial<StoredBlock> = {}): Input => {
  const { readsState: _, ...block } = quiet(number, change)
  return { kind: 'committed', block: { chainId: 1, ...block } }
}
const finalized = (number: number): Input => ({ kind: 'finalized', chainId: 1, number, hash: hashOf(number) })
const upTo = (from: number, to: number): Input[] => Array.from({ length: to - from + 1 }, (_, n) => committed(from + n))
const give = (to: HistorySink, ...inputs: readonly Input[]): void => {
  for (const input of inputs) to.take(input)
}
const ranges = () => openHistory(folder, 1).ranges()

describe('history of a running node', () => {
  test('final blocks only, every 64 of them and at the end', () => {
    const node = sink()
    give(node, ...upTo(1, 100), finalized(63))
    expect(ranges()).toEqual([])
    give(node, finalized(64))
    expect(ranges()).toMatchObject([{ fromBlock: 1, toBlock: 64, blocksRead: 64, sources: ['live'] }])
    give(node, finalized(90))
    node.close()
    expect(ranges()).toMatchObject([{ fromBlock: 1, toBlock: 90 }])
  })

  test('what was reorged away is not in it', () => {
    const node = sink()
    const other = { hash: hashOf(80, 'other'), parentHash: hashOf(79) }
    give(node, ...upTo(1, 79), committed(80, other), { kind: 'reorged', chainId: 1, toNumber: 79, toHash: hashOf(79) }, ...upTo(80, 85))
    give(node, finalized(85))
    const [chunk] = [...openHistory(folder, 1).chunks(80, 80)]
    expect(chunk?.hash(0)).toBe(hashOf(80))
    expect(told).toEqual([])
  })

  test('after a restart the stored inputs come again: no gap, nothing twice', () => {
    const stored = [...upTo(1, 100), finalized(70)]
    give(sink(), ...stored) // and no end: it was killed
    const again = sink()
    give(again, ...stored, ...upTo(101, 140), finalized(139))
    again.close()
    expect(ranges()).toMatchObject([{ fromBlock: 1, toBlock: 139, sources: ['live'] }])
    expect(told).toEqual([])
  })

  test('a node that reads the chain again from an older block begins a new stretch', () => {
    const node = sink()
    give(node, ...upTo(1, 70), finalized(65), ...upTo(40, 140), finalized(140))
    expect(ranges()).toMatchObject([{ fromBlock: 1, toBlock: 140 }])
    expect(told).toEqual([])
  })

  test('what fails is told once, and made good when it can be written again', () => {
    const node = sink()
    writeFileSync(join(folder, '1'), 'in the way')
    give(node, ...upTo(1, 128), finalized(64), finalized(128))
    expect(told).toEqual([expect.stringMatching(/^history is not being written: .*Detection goes on/)])
    rmSync(join(folder, '1'))
    give(node, ...upTo(129, 130), finalized(130))
    expect(ranges()).toMatchObject([{ fromBlock: 1, toBlock: 130 }])
    expect(told).toHaveLength(1)
  })

  test('without finality the oldest are let go', () => {
    const node = sink()
    give(node, finalized(0), ...upTo(1, 4_097))
    expect(told).toEqual([expect.stringMatching(/the last final one is 0/)])
    give(node, finalized(4_097))
    expect(ranges()).toMatchObject([{ fromBlock: 65, toBlock: 4_097 }])
  })
})
