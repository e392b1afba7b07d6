import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { hashOf, START_S } from '../../test/builders.ts'
import { ASSESS_RULES } from '../assess/assess.ts'
import type { Finding, Hex, Log } from '../core/flow.ts'
import { PLAYBOOK } from '../decide/playbook.ts'
import { Fold } from '../fold.ts'
import { openHistory } from '../history/history.ts'
import type { Chunk, StoredBlock } from '../history/types.ts'
import { eventTable } from '../state/event-table.ts'
import { EventTables } from '../state/event-tables.ts'
import { contracts } from '../state/tables.ts'
import { createWorld } from '../state/world.ts'
import { signed } from '../store/column.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { type BoundDetector, defineDetector } from './define.ts'
import { Engine } from './engine.ts'
import { runChunk } from './run-chunk.ts'

const transfers = eventTable('event Transfer(address indexed from, address indexed to, uint256 value)')
const answers = eventTable('event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt)')
/** In no segment's columns: history does not know it. */
const poked = eventTable('event Poked(uint8 how, int256 amount, string why)')

const common = {
  title: 't',
  maturity: 'test',
  threat: 't',
  catches: 'c',
  misses: 'm',
  falsePositives: ['f'],
  runbook: 'r',
  source: 'pool',
  basis: 'chain',
  wake: 'touched',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({}),
} as const

/** What is seen of each row, all of it, with memory that depends on the order of rows and blocks. */
const detectors = (): readonly BoundDetector[] => [
  defineDetector({
    ...common,
    id: 'answers-seen',
    on: answers,
    subject: 'contract',
    memory: { last: ring({ size: 2 }) },
    check(row, { last }, _, block, view) {
      last.push(row.currentF64)
      const before = last.get(1) ?? 'none'
      const evidence = {
        row: row.row,
        of: row.contract,
        now: signed(row.current),
        float: row.currentF64,
        before,
        others: view.count(transfers),
      }
      return { severity: 'low', summary: `${block.timeS}`, evidence }
    },
  })(),
  defineDetector({
    ...common,
    id: 'transfers-seen',
    on: transfers,
    subject: 'contract',
    memory: { sum: rateInWindow({ windowS: 60 }), sizes: ewmaVolatility({ halfLifeRows: 3 }) },
    check(row, { sum, sizes }, _, block, view) {
      sum.push(block.timeS, row.valueF64)
      sizes.push(row.valueF64)
      if (row.value % 2n === 1n) return undefined
      const { row: n, txIndex, logIndex, from, to, value } = row
      const again = view.at(transfers, n)
      const evidence = { n, txIndex, logIndex, from, to, value, again: again.value, sum: sum.sum(block.timeS), sigma: sizes.sigma }
      return { severity: 'low', summary: view.name(contracts, row.contract - 1), evidence }
    },
  })(),
  defineDetector({
    ...common,
    id: 'poked-seen',
    on: poked,
    subject: 'contract',
    memory: {},
    check: (row) => ({ severity: 'low', summary: 's', evidence: { of: row.contract, how: row.how, amount: signed(row.amount) } }),
  })(),
  defineDetector({
    ...common,
    id: 'odd-first',
    on: transfers,
    subject: 'row',
    memory: { last: ring({ size: 1 }) },
    check(row, { last }) {
      last.push(row.row)
      return row.valueF64 % 2 === 1 ? { severity: 'info', summary: 's', evidence: { value: row.valueF64 } } : undefined
    },
  })(),
]

function system() {
  const world = createWorld(1)
  const bound = detectors()
  const events = new EventTables(
    world,
    bound.map(({ detector }) => detector.on),
  )
  const engine = new Engine(world, bound)
  const one = (block: { number: number; hash: Hex; timeS: number }, rows: () => number): readonly Finding[] => {
    world.store.begin()
    faults += rows()
    return engine.run({ ...block, chainId: 1, pending: false, provisional: false })
  }
  let faults = 0
  return {
    world,
    events,
    engine,
    faults: () => faults,
    live: (block: StoredBlock) => one(block, () => events.apply({ chainId: 1, ...block })),
    shown: (chunk: Chunk, n: number) => one(chunk.block(n), () => events.apply(chunk.block(n))),
  }
}

const word = (value: bigint | number): string => BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, '0')
const topics = (table: { readonly decoder: { readonly topic0: Hex } }, ...of: readonly (bigint | number)[]): readonly Hex[] => [
  table.decoder.topic0,
  ...of.map((value): Hex => `0x${word(value)}`),
]
type Said = Pick<Log, 'topics' | 'data'>
const amount = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 1000n))
const int = fc.oneof(fc.bigInt(-(2n ** 255n), 2n ** 255n - 1n), fc.bigInt(-9n, 9n))
const said: fc.Arbitrary<Said> = fc.oneof(
  { weight: 5, arbitrary: amount.map((value) => ({ topics: topics(transfers, 7, 9), data: `0x${word(value)}` as Hex })) },
  { weight: 3, arbitrary: int.map((value) => ({ topics: topics(answers, value, 3), data: `0x${word(4)}` as Hex })) },
  {
    weight: 1,
    arbitrary: int.map((value) => ({ topics: topics(poked), data: `0x${word(5)}${word(value)}${word(96)}${word(0)}` as Hex })),
  },
  // another event of the same signature, and what is none at all
  { weight: 1, arbitrary: fc.constant({ topics: topics(transfers, 7, 9, 1), data: '0x' as Hex }) },
  { weight: 1, arbitrary: fc.constant({ topics: topics(transfers, 7, 9), data: '0x00' as Hex }) },
  { weight: 1, arbitrary: fc.constant({ topics: topics(poked), data: `0x${word(256)}` as Hex }) },
)
const logs = (mostOdd: boolean) =>
  fc.array(
    fc.tuple(mostOdd ? said : said.filter(({ topics: [first], data }) => first !== poked.decoder.topic0 && data !== '0x00'), fc.nat(4)),
    {
      maxLength: 8,
    },
  )
const chain = (mostOdd: boolean): fc.Arbitrary<readonly StoredBlock[]> =>
  fc.array(logs(mostOdd), { minLength: 1, maxLength: 12 }).map((blocks) =>
    blocks.map((of, n) => ({
      number: 100 + n,
      hash: hashOf(100 + n),
      parentHash: hashOf(99 + n),
      timeS: START_S + 12 * n,
      reads: [],
      readsState: 'asked',
      logs: of.map(([log, by], k) => ({
        ...log,
        address: `0x${'c'.repeat(39)}${by}`,
        txHash: hashOf(k >> 1),
        txIndex: k >> 1,
        logIndex: k,
      })),
    })),
  )

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function chunksOf(blocks: readonly StoredBlock[], size: number): readonly Chunk[] {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-events-'))
  folders.push(folder)
  const history = openHistory(folder, 1)
  for (let at = 0; at < blocks.length; at += size) history.append(blocks.slice(at, at + size), 'rpc')
  return [...history.chunks(0, Number.MAX_SAFE_INTEGER)]
}
/** Rows of events are of one block: nothing of them is state. */
const state = ({ world }: ReturnType<typeof system>) => world.store.dump()

describe('event tables', () => {
  test('law: from logs, from segments block by block, and from a mix of both: the same findings, faults and state', () => {
    fc.assert(
      fc.property(
        chain(true),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (blocks, size, fromLogs) => {
          const [live, shown, mixed] = [system(), system(), system()]
          const want = blocks.flatMap((block) => live.live(block))
          const chunks = chunksOf(blocks, size)
          const got: Finding[] = []
          const either: Finding[] = []
          for (const chunk of chunks) {
            shown.events.adopt(chunk)
            for (let n = 0; n < chunk.blocks; n++) {
              got.push(...shown.shown(chunk, n))
              const block = chunk.block(n)
              mixed.events.adopt(fromLogs[block.number - 100] ? undefined : chunk)
              either.push(...mixed.shown(chunk, n))
            }
          }
          expect(got).toEqual(want)
          expect(either).toEqual(want)
          expect([shown.faults(), mixed.faults()]).toEqual([live.faults(), live.faults()])
          expect(state(shown)).toEqual(state(live))
          expect(state(mixed)).toEqual(state(live))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('law: a whole chunk at once gives the same findings, in the same order, and the same state', () => {
    let slices = 0
    const check = (mostOdd: boolean) =>
      fc.property(chain(mostOdd), fc.integer({ min: 1, max: 12 }), (blocks, size) => {
        const [live, whole] = [system(), system()]
        const want = blocks.flatMap((block) => live.live(block))
        const got = chunksOf(blocks, size).flatMap((chunk) => {
          const found = runChunk(whole.world, whole.events, whole.engine, chunk)
          if (whole.events.slices()) slices += 1
          return found
        })
        expect(got).toEqual(want)
        expect(state(whole)).toEqual(state(live))
      })
    fc.assert(check(false), { numRuns: 40 })
    expect(slices).toBeGreaterThan(20)
    fc.assert(check(true), { numRuns: 15 })
  })

  test('law: the fold says the same of blocks of an adopted chunk as of their logs', () => {
    const rules = { chainId: 1, protocols: [], venues: [], assess: ASSESS_RULES, playbook: PLAYBOOK, rulesHash: hashOf(5) } as const
    fc.assert(
      fc.property(chain(true), (blocks) => {
        const [live, shown] = [new Fold({ ...rules, detectors: detectors() }), new Fold({ ...rules, detectors: detectors() })]
        const [chunk] = chunksOf(blocks, 12)
        shown.adopt(chunk)
        for (const [n, block] of blocks.entries()) {
          const want = live.step({ kind: 'committed', block: { chainId: 1, ...block } })
          expect(shown.step({ kind: 'committed', block: (chunk as Chunk).block(n) })).toEqual(want)
          const { decodeFaults } = live.world.chains.at(0)
          expect(want.entries[0]?.body).toMatchObject(decodeFaults > 0 ? { decodeFaults } : {})
        }
        expect(shown.world.store.dump()).toEqual(live.world.store.dump())
      }),
      { numRuns: 20 },
    )
  })

  test('law: a block undone and applied again, from logs or shown: the same findings and bytes', () => {
    fc.assert(
      fc.property(chain(true), fc.boolean(), (blocks, fromLogs) => {
        const it = system()
        const [chunk] = chunksOf(blocks, 12)
        if (!chunk) throw new Error('no chunk')
        if (!fromLogs) it.events.adopt(chunk)
        for (let n = 0; n < chunk.blocks - 1; n++) it.shown(chunk, n)
        const [mark, before] = [it.world.store.mark(), it.world.store.dump()]
        const found = it.shown(chunk, chunk.blocks - 1)
        const after = it.world.store.dump()
        it.world.store.undoTo(mark)
        expect(it.world.store.dump()).toEqual(before)
        expect(it.engine.run({ chainId: 1, number: 1, hash: '0x', timeS: 0, pending: false, provisional: false })).toEqual([])
        expect(it.shown(chunk, chunk.blocks - 1)).toEqual(found)
        expect(it.world.store.dump()).toEqual(after)
      }),
      { numRuns: 30 },
    )
  })

  test('a finding names the contract; signed and unsigned floats are those of the words', () => {
    const it = system()
    const log = { address: `0x${'ab'.repeat(20)}`, txHash: hashOf(1), txIndex: 3, logIndex: 8 } as const
    const found = it.live({
      number: 1,
      hash: hashOf(1),
      parentHash: hashOf(0),
      timeS: START_S,
      reads: [],
      readsState: 'asked',
      logs: [
        { ...log, topics: topics(answers, -5, 1), data: `0x${word(0)}` },
        { ...log, topics: topics(transfers, 1, 2), data: `0x${word(2n ** 255n)}` },
      ],
    })
    expect(found.map(({ detector, subject, evidence }) => [detector, subject, evidence['float'] ?? evidence['value']])).toEqual([
      ['answers-seen', { kind: 'contract', chainId: 1, id: log.address }, -5],
      ['transfers-seen', { kind: 'contract', chainId: 1, id: log.address }, 2n ** 255n],
    ])
    expect(it.world.contracts.at(0).address).toBe(BigInt(log.address))
  })

  test('a segment is read where it lies, never written: rows of a later block from logs leave it as it was', () => {
    const block = (n: number): StoredBlock => ({
      number: n,
      hash: hashOf(n),
      parentHash: hashOf(n - 1),
      timeS: START_S,
      reads: [],
      readsState: 'asked',
      logs: [
        {
          address: `0x${'ab'.repeat(20)}`,
          topics: topics(transfers, 1, n),
          data: `0x${word(n * 2)}`,
          txHash: hashOf(1),
          txIndex: 0,
          logIndex: 0,
        },
      ],
    })
    const it = system()
    const [chunk] = chunksOf([block(1), block(2)], 2)
    if (!chunk) throw new Error('no chunk')
    const words = chunk.events.flatMap((segment) => segment.words)
    const before = words.map((lanes) => [...lanes])
    it.events.adopt(chunk)
    it.shown(chunk, 0)
    const { columns } = it.world.store.table(transfers)
    expect(words.some((lanes) => lanes.buffer === columns.value.raw.buffer && lanes.byteOffset === columns.value.raw.byteOffset)).toBe(true)
    expect(it.live(block(7)).map(({ evidence }) => evidence['value'])).toEqual([14n])
    expect(it.shown(chunk, 1).map(({ evidence }) => evidence['value'])).toEqual([4n])
    expect(words.map((lanes) => [...lanes])).toEqual(before)
  })
})

describe('eventTable', () => {
  test('has a column an argument of one word, a float beside each number, and none for the others', () => {
    const { name, schema, rows } = eventTable(
      'event Mixed(bytes32 indexed key, int24 tick, uint256[2] pair, string text, bool on, string indexed hashed)',
    )
    expect({ name, rows, schema }).toMatchInlineSnapshot(`
      {
        "name": "Mixed_f1c0d35e_ikey_tick_pair_text_on_ihashed",
        "rows": "event",
        "schema": {
          "contract": "u32",
          "key": "word",
          "logIndex": "u32",
          "on": "word",
          "tick": "word",
          "tickF64": "f64",
          "txIndex": "u32",
        },
      }
    `)
  })
  test('the same event under the same names is the same table; under others another', () => {
    const other = eventTable('event Transfer(address indexed src, address indexed dst, uint256 wad)')
    expect(eventTable('event Transfer(address indexed from, address indexed to, uint256 value)').name).toBe(transfers.name)
    expect(other.name).not.toBe(transfers.name)
    const world = createWorld(1)
    const events = new EventTables(world, [transfers, other])
    world.store.begin()
    const log = {
      address: hashOf(1),
      topics: topics(transfers, 1, 2),
      data: `0x${word(3)}` as Hex,
      txHash: hashOf(1),
      txIndex: 0,
      logIndex: 0,
    }
    events.apply({ chainId: 1, number: 1, hash: hashOf(1), parentHash: hashOf(0), timeS: 0, logs: [log], reads: [] })
    expect([world.store.table(transfers).at(0).value, world.store.table(other).at(0).wad, world.store.table(other).at(1).wad]).toEqual([
      3n,
      3n,
      0n,
    ])
  })
  test.each([
    ['event E(uint256)', 'an argument without a name'],
    ['event E(uint256 _amount)', 'a name that a column cannot have'],
    ['event E(uint256 logIndex)', 'a name that the table has itself'],
    ['event E(uint256 row)', 'a name of the row class'],
    ['event E(uint256 a, uint256 aF64)', 'a name that another float has'],
    ['event E(uint256 a) anonymous', 'an event without a signature in its topics'],
    ['function f(uint256 a)', 'no event'],
    ['nonsense', 'nothing at all'],
  ])('%s is refused: %s', (signature) => {
    expect(() => eventTable(signature)).toThrow(/want|unknown/i)
  })
})
