import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { bigintAt, signedAt } from '../decode/lanes.ts'
import { DecoderRegistry } from '../decode/registry.ts'
import { hashOf, linked, plain, quiet, quietFrom, type RandomChain, randomChain } from './history.builders.ts'
import { openHistory } from './history.ts'
import { KNOWN_EVENTS } from './known-events.ts'
import type { Chunk, History, StoredBlock } from './types.ts'

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-history-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const all = (history: History): readonly Chunk[] => [...history.chunks(0, Number.MAX_SAFE_INTEGER)]
const blocksOf = (chunks: Iterable<Chunk>): unknown[] =>
  [...chunks].flatMap((chunk) =>
    Array.from({ length: chunk.blocks }, (_, n) => ({ ...(plain(chunk.block(n)) as object), readsState: chunk.readsState(n) })),
  )
const given = (blocks: readonly StoredBlock[], chainId = 1): unknown[] => blocks.map((block) => ({ chainId, ...(plain(block) as object) }))
const numbers = (history: History): readonly number[] =>
  all(history).flatMap((chunk) => Array.from({ length: chunk.blocks }, (_, n) => chunk.block(n).number))

describe('history', () => {
  test('law: what went in comes out, whatever the logs and however it was cut', () => {
    fc.assert(
      fc.property(randomChain(8), fc.integer({ min: 1, max: 8 }), fc.nat(), fc.nat(), ({ events, blocks }, step, skip, length) => {
        const folder = newFolder()
        const history = openHistory(folder, 1, { events })
        for (let at = 0; at < blocks.length; at += step) history.append(blocks.slice(at, at + step), 'rpc')
        const again = openHistory(folder, 1)
        expect(blocksOf(all(again))).toEqual(given(blocks))
        expect(again.verify()).toEqual([])
        const from = skip % blocks.length
        const cut = blocks.slice(from, from + 1 + (length % blocks.length))
        const some = [...again.chunks((cut[0] as StoredBlock).number, (cut.at(-1) as StoredBlock).number)]
        expect(blocksOf(some)).toEqual(given(cut))
        expect(again.append(blocks, 'capture')).toEqual({ added: 0, replaced: 0, known: blocks.length })
        // columns say what the decoder reads from the rebuilt logs, rows in the order of the logs
        const registry = new DecoderRegistry([...KNOWN_EVENTS, ...events])
        for (const chunk of some)
          for (const segment of chunk.events) {
            expect(segment.starts).toHaveLength(chunk.blocks + 1)
            expect(segment.starts.at(-1)).toBe(segment.rows)
            for (let n = 0; n < chunk.blocks; n++) {
              const logs = chunk.block(n).logs.filter((log) => {
                const decoder = registry.find(log)
                return typeof decoder !== 'string' && decoder.topic0 === segment.topic0 && decoder.topics === segment.topics
              })
              const row = new Uint32Array(segment.words.length * 8)
              const good = logs.filter((log) => registry.read(log, new Uint32Array(8 * 4_096)) !== undefined && wellFormed(log))
              expect((segment.starts[n + 1] as number) - (segment.starts[n] as number)).toBe(good.length)
              for (const [k, log] of good.entries()) {
                const at = (segment.starts[n] as number) + k
                const decoder = registry.find(log)
                if (typeof decoder === 'string') throw new Error('unreachable')
                decoder.read(log, row)
                expect(chunk.addresses[segment.address[at] as number]).toBe(log.address)
                expect([segment.txIndex[at], segment.logIndex[at]]).toEqual([log.txIndex, log.logIndex])
                segment.words.forEach((column, cell) => {
                  expect(column.subarray(at * 8, at * 8 + 8)).toEqual(row.subarray(cell * 8, cell * 8 + 8))
                })
              }
            }
          }
        function wellFormed(log: Parameters<typeof registry.find>[0]): boolean {
          const decoder = registry.find(log)
          return typeof decoder !== 'string' && decoder.read(log, new Uint32Array(decoder.cells * 8)) === undefined
        }
      }),
      { numRuns: 60 },
    )
  }, 30_000)

  test('floats stand beside numbers, signed for int, and nowhere else', () => {
    const history = openHistory(newFolder(), 1)
    const topic = (n: bigint): `0x${string}` => `0x${BigInt.asUintN(256, n).toString(16).padStart(64, '0')}`
    const answerUpdated = '0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f' as const
    const log = { address: `0x${'ab'.repeat(20)}`, txHash: hashOf(0, 'tx'), txIndex: 3, logIndex: 9 } as const
    const logs = [{ ...log, topics: [answerUpdated, topic(-5n), topic(7n)], data: topic(1n << 200n) }]
    history.append([quiet(5, { logs })], 'rpc')
    const [event] = all(history)[0]?.events ?? []
    expect(event?.event.name).toBe('AnswerUpdated')
    expect(event?.floats.map((column) => column?.[0])).toEqual([-5, 7, 2 ** 200])
    expect(signedAt(event?.words[0] as Uint32Array, 0)).toBe(-5n)
    expect(bigintAt(event?.words[2] as Uint32Array, 0)).toBe(1n << 200n)
  })

  test('gaps and ranges; steps in any order grow together', () => {
    const history = openHistory(newFolder(), 1)
    history.append(quietFrom(30, 39), 'live')
    history.append(quietFrom(10, 19), 'rpc')
    expect(history.gaps(5, 45)).toEqual([
      { fromBlock: 5, toBlock: 9 },
      { fromBlock: 20, toBlock: 29 },
      { fromBlock: 40, toBlock: 45 },
    ])
    expect(history.gaps(12, 15)).toEqual([])
    history.append(quietFrom(15, 34, { readsState: 'asked' }), 'capture')
    expect(history.ranges()).toMatchObject([
      { fromBlock: 10, toBlock: 39, blocksRead: 20, sources: ['capture', 'live', 'rpc'], logs: 0, fromTimeS: linked(10).timeS },
    ])
    expect(numbers(history)).toEqual(quietFrom(10, 39).map(({ number }) => number))
  })

  test('blocks with reads take the place of those without, not the other way', () => {
    const history = openHistory(newFolder(), 1)
    history.append(quietFrom(1, 5), 'rpc')
    const read = quiet(3, { readsState: 'asked', reads: [{ to: `0x${'11'.repeat(20)}`, data: '0x', result: null }] })
    expect(history.append([quiet(2), read, quiet(4)], 'live')).toEqual({ added: 0, replaced: 1, known: 2 })
    expect(history.append([quiet(3)], 'rpc')).toEqual({ added: 0, replaced: 0, known: 1 })
    expect(blocksOf(all(history))).toEqual(given([quiet(1), quiet(2), read, quiet(4), quiet(5)]))
    expect(history.ranges()).toMatchObject([{ blocksRead: 1, reads: 1, sources: ['live', 'rpc'] }])
  })

  test('live steps of 64 blocks become few chunks', () => {
    const folder = newFolder()
    const history = openHistory(folder, 1)
    for (let from = 0; from < 64 * 40; from += 64) history.append(quietFrom(from, from + 63), 'live')
    expect(chunkNames(folder).length).toBeLessThan(8)
    expect(numbers(history)).toEqual(quietFrom(0, 64 * 40 - 1).map(({ number }) => number))
  })

  test('who reads while chunks grow together, here or in another process, sees each block once', () => {
    for (const other of [false, true]) {
      const folder = newFolder()
      const history = openHistory(folder, 1)
      history.append(quietFrom(1, 100), 'rpc')
      history.append(quietFrom(101, 110), 'live')
      const reading = history.chunks(1, 200)
      const first = reading.next().value as Chunk
      ;(other ? openHistory(folder, 1) : history).append(quietFrom(111, 230), 'live')
      expect(chunkNames(folder)).toEqual(['1-230'])
      const seen = [first, ...reading].flatMap((chunk) => Array.from({ length: chunk.blocks }, (_, n) => chunk.block(n).number))
      expect(seen).toEqual(quietFrom(1, 200).map(({ number }) => number))
    }
  })

  test('another branch is refused, with both hashes', () => {
    const history = openHistory(newFolder(), 1)
    history.append(quietFrom(10, 12), 'rpc')
    const other = hashOf(11, 'other')
    expect(() => history.append([quiet(11, { hash: other })], 'rpc')).toThrow(
      new RegExp(`${other}.*${hashOf(11)}.*import into a new folder`),
    )
    expect(() => history.append([quiet(13, { parentHash: other })], 'rpc')).toThrow(new RegExp(`${other}.*${hashOf(12)}`))
    expect(() => history.append([quiet(9, { hash: other })], 'rpc')).toThrow(new RegExp(`${other}.*${hashOf(9)}.*the parent of block 10`))
    expect(() => history.append([quiet(20), quiet(22)], 'rpc')).toThrow(/ascending, without gaps/)
    expect(() => history.append([quiet(20), quiet(21, { parentHash: other })], 'rpc')).toThrow(/the hash of the block before it/)
    expect(numbers(history)).toEqual([10, 11, 12])
  })

  test('each chain by itself; what no chain says is refused', () => {
    const folder = newFolder()
    openHistory(folder, 1).append([quiet(1)], 'rpc')
    expect(openHistory(folder, 2).ranges()).toEqual([])
    const log = { address: `0x${'ab'.repeat(20)}`, topics: [], data: '0xAB', txHash: hashOf(0), txIndex: 0, logIndex: 0 } as const
    expect(() => openHistory(folder, 1).append([quiet(2, { logs: [log] })], 'rpc')).toThrow(/lower-case hex/)
    expect(() => openHistory(folder, 1).append([quiet(2, { logs: [{ ...log, data: '0x', txIndex: -1 }] })], 'rpc')).toThrow(/txIndex/)
    expect(numbers(openHistory(folder, 1))).toEqual([1])
  })
})

const chunkNames = (folder: string): readonly string[] => readdirSync(join(folder, '1')).filter((name) => /^\d+-\d+$/.test(name))
const filesOf = (folder: string): readonly string[] =>
  chunkNames(folder).flatMap((name) => readdirSync(join(folder, '1', name)).map((file) => join(folder, '1', name, file)))

describe('damage', () => {
  // one with all kinds of files
  const { blocks, events } = fc.sample(randomChain(6), { numRuns: 200, seed: 4 }).find(({ events, blocks }) => {
    const registry = new DecoderRegistry(events)
    const logs = blocks.flatMap((block) => block.logs)
    const whole = logs.filter((log) => typeof registry.read(log, new Uint32Array(8 * 4_096)) !== 'string').length
    return whole > 2 && whole < logs.length && blocks.length > 2 && blocks.some(({ reads }) => reads.length > 0)
  }) as RandomChain
  const start = (): { readonly folder: string; readonly history: History } => {
    const folder = newFolder()
    openHistory(folder, 1, { events }).append(blocks, 'rpc')
    return { folder, history: openHistory(folder, 1) }
  }
  const [from, to] = [blocks[0]?.number ?? 0, blocks.at(-1)?.number ?? 0]

  test('law: any byte that changes is noticed, named, never given, and mended by a new import', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, by) => {
        const { folder, history } = start()
        const files = filesOf(folder)
        const file = files[which % files.length] as string
        const bytes = readFileSync(file)
        const at = where % bytes.length
        // two digits there are another version, which is no damage
        if (at === 6 || at === 7) return
        bytes[at] = (bytes[at] as number) ^ by
        writeFileSync(file, bytes)
        expect(blocksOf(all(history))).toEqual([])
        expect(history.gaps(from, to)).toEqual([{ fromBlock: from, toBlock: to }])
        const later = openHistory(folder, 1)
        expect(later.verify()).toEqual([{ file, what: expect.any(String) }])
        expect(openHistory(folder, 1).append(blocks.slice(0, -1), 'rpc').added).toBe(blocks.length - 1)
        expect(blocksOf(all(later))).toEqual(given(blocks.slice(0, -1)))
        expect(openHistory(folder, 1).verify()).toEqual([])
      }),
      { numRuns: 40 },
    )
  }, 30_000)

  test('a torn or lost file makes a gap at the next opening', () => {
    for (const harm of [(file: string) => truncateSync(file, statSync(file).size - 1), (file: string) => rmSync(file)]) {
      const { folder } = start()
      expect(filesOf(folder).map((file) => file.replace(/.*\/(\w+).*/, '$1'))).toEqual(
        expect.arrayContaining(['Thing', 'blocks', 'other', 'reads']),
      )
      harm(filesOf(folder)[0] as string)
      const history = openHistory(folder, 1)
      expect(history.ranges()).toEqual([])
      expect(history.verify()).toHaveLength(1)
      expect(history.append(blocks, 'rpc').added).toBe(blocks.length)
      expect(blocksOf(all(history))).toEqual(given(blocks))
    }
  })

  test('a crash between any two steps of a write leaves the old chunk or the new one', () => {
    const { folder } = start()
    const name = chunkNames(folder)[0] as string
    const chunk = join(folder, '1', name)
    // set aside, and nothing in its place yet
    renameSync(chunk, join(folder, '1', `.old-${name}`))
    openHistory(folder, 1).append([quiet(to + 100)], 'rpc')
    expect(blocksOf(openHistory(folder, 1).chunks(from, to))).toEqual(given(blocks))
    // half written
    renameSync(join(folder, '1', `${to + 100}-${to + 100}`), join(folder, '1', '.new-x'))
    expect(openHistory(folder, 1).gaps(from, to + 100)).toHaveLength(1)
    openHistory(folder, 1).append(blocks, 'rpc')
    expect(readdirSync(join(folder, '1')).filter((file) => file.startsWith('.'))).toEqual([])
  })

  test('a chunk of another version is not taken for damage', () => {
    const { folder } = start()
    const file = join(folder, '1', chunkNames(folder)[0] as string, 'blocks.seg')
    const bytes = readFileSync(file)
    bytes.write('02', 6, 'latin1')
    writeFileSync(file, bytes)
    expect(() => openHistory(folder, 1)).toThrow(/format version 02.*use the build that wrote it/)
  })
})
