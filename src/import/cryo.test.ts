// Parquet as cryo writes it, made here: binary and hex columns, with and without parents, and files that say what is wrong with them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, describe, expect, test } from 'vitest'
import type { Hex, Log } from '../core/flow.ts'
import { hex32 } from '../core/words.ts'
import type { StoredBlock } from '../history/types.ts'
import { openCryo } from './cryo.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-cryo-'))
  folders.push(folder)
  return folder
}

const FIRST = 17_000_000
const hashOf = (number: number): Hex => hex32(BigInt(number) * 3n)
const logAt = (number: number, logIndex: number, over: Partial<Log> = {}): Log => ({
  address: `0x${'ab'.repeat(20)}`,
  topics: [hex32(1n), hex32(BigInt(number))].slice(0, 1 + (logIndex % 2)),
  data: logIndex % 3 === 0 ? '0x' : hex32(BigInt(logIndex)),
  txHash: hex32(BigInt(number * 1_000 + (logIndex >> 1))),
  txIndex: logIndex >> 1,
  logIndex,
  ...over,
})
const chain = (blocks: number): readonly StoredBlock[] =>
  Array.from({ length: blocks }, (_, n) => ({
    number: FIRST + n,
    hash: hashOf(FIRST + n),
    parentHash: hashOf(FIRST + n - 1),
    timeS: 1_680_000_000 + 12 * n,
    logs: n % 3 === 1 ? [] : Array.from({ length: 5 }, (_, i) => logAt(FIRST + n, i)),
    reads: [],
    readsState: 'not-asked',
  }))

type Row = Readonly<Record<string, number | Hex | null>>

interface Form {
  /** `cryo --hex` */
  readonly hex?: boolean
  readonly parents?: boolean
  readonly address?: string
  readonly codec?: 'UNCOMPRESSED' | 'SNAPPY'
}

/** Types as polars writes them for cryo. */
function schemaOf(names: readonly string[], rows: readonly Row[], hex: boolean): SchemaElement[] {
  const typed = names.map((name): SchemaElement => {
    if (name === 'chain_id') return { name, type: 'INT64', converted_type: 'UINT_64', repetition_type: 'REQUIRED' }
    if (typeof rows[0]?.[name] === 'number') return { name, type: 'INT32', converted_type: 'UINT_32', repetition_type: 'REQUIRED' }
    return { name, type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', ...(hex ? { converted_type: 'UTF8' } : {}) }
  })
  return [{ name: 'root', num_children: names.length }, ...typed]
}

function write(folder: string, name: string, rows: readonly Row[], { hex = false, codec = 'SNAPPY' }: Form = {}): void {
  const names = Object.keys(rows[0] ?? {})
  const schema = schemaOf(names, rows, hex)
  const cellOf = (row: Row, column: string): unknown => {
    const value = row[column]
    if (typeof value === 'number') return column === 'chain_id' ? BigInt(value) : value
    return hex || !value ? (value ?? null) : new Uint8Array(Buffer.from(value.slice(2), 'hex'))
  }
  const columnData = names.map((column) => ({ name: column, data: rows.map((row) => cellOf(row, column)) as unknown[] }))
  writeFileSync(join(folder, name), Buffer.from(parquetWriteBuffer({ columnData, schema, codec })))
}
const headRow = ({ number, hash, parentHash, timeS }: StoredBlock, parents: boolean) => ({
  block_hash: hash,
  ...(parents ? { parent_hash: parentHash } : {}),
  block_number: number,
  timestamp: timeS,
  chain_id: 1,
})
const logRow = (block: number, { address, topics, data, txHash, txIndex, logIndex }: Log, name: string) => ({
  block_number: block,
  transaction_index: txIndex,
  log_index: logIndex,
  transaction_hash: txHash,
  [name]: address,
  topic0: topics[0] ?? null,
  topic1: topics[1] ?? null,
  topic2: topics[2] ?? null,
  topic3: topics[3] ?? null,
  data,
  chain_id: 1,
})
const fileName = (dataset: string, from: number, to: number) => `ethereum__${dataset}__${from}_to_${to}.parquet`

function writeChain(folder: string, blocks: readonly StoredBlock[], form: Form = {}): void {
  const [from, to] = [blocks[0]?.number ?? 0, blocks.at(-1)?.number ?? 0]
  const heads = blocks.map((block) => headRow(block, form.parents ?? true))
  const logs = blocks.flatMap(({ number, logs }) => logs.map((log) => logRow(number, log, form.address ?? 'address')))
  write(folder, fileName('blocks', from, to), heads, form)
  write(folder, fileName('logs', from, to), logs, form)
}

async function readAll(folder: string, known: (number: number) => Hex | undefined = () => undefined) {
  const notes: string[] = []
  const cryo = openCryo(folder, { chainId: 1, hashOf: known, onNote: (text) => notes.push(text) })
  const blocks: StoredBlock[] = []
  for await (const block of cryo.read()) blocks.push(block)
  return { blocks, notes, promised: cryo.blocks, notKept: cryo.notKept }
}

describe('cryo', () => {
  test.each<[string, Form]>([
    ['binary, snappy', {}],
    ['hex', { hex: true }],
    ['an older version, not compressed', { address: 'contract_address', codec: 'UNCOMPRESSED' }],
  ])('blocks and logs of several files come back as they were: %s', async (_, form) => {
    const folder = newFolder()
    const blocks = chain(12)
    writeChain(folder, blocks.slice(0, 5), form)
    mkdirSync(join(folder, 'more'))
    writeChain(join(folder, 'more'), blocks.slice(5), form)
    writeFileSync(join(folder, 'notes.txt'), 'no dataset')
    expect(await readAll(folder)).toEqual({ blocks, notes: [], promised: 12, notKept: [] })
  })

  test('without parent_hash: said, linked by what is there, and the first block only if its parent is known', async () => {
    const folder = newFolder()
    const blocks = chain(4)
    writeChain(folder, blocks, { parents: false })
    const { blocks: found, notes } = await readAll(folder)
    expect(found).toEqual(blocks.slice(1))
    expect(notes).toHaveLength(2)
    expect(notes[0]).toContain('no column parent_hash')
    expect(notes[1]).toContain(`block ${FIRST} is left out`)
    expect((await readAll(folder, hashOf)).blocks).toEqual(blocks)
  })

  test('blocks whose logs are in no file are left out and said, never taken for blocks without logs', async () => {
    const folder = newFolder()
    const blocks = chain(6)
    write(
      folder,
      fileName('blocks', FIRST, FIRST + 5),
      blocks.map((block) => headRow(block, true)),
    )
    const some = blocks.slice(0, 3).flatMap(({ number, logs }) => logs.map((log) => logRow(number, log, 'address')))
    write(folder, fileName('logs', FIRST, FIRST + 2), some)
    const { blocks: found, notes, promised } = await readAll(folder)
    expect(found).toEqual(blocks.slice(0, 3))
    expect([promised, notes]).toEqual([3, [expect.stringContaining(`no file of logs has block ${FIRST + 3}`)]])
  })

  test('transactions are compared with the logs; they and traces are counted as not kept', async () => {
    const folder = newFolder()
    const blocks = chain(3)
    writeChain(folder, blocks)
    const transaction = { block_number: FIRST, transaction_index: 0, transaction_hash: hex32(BigInt(FIRST * 1_000)), chain_id: 1 }
    write(folder, fileName('transactions', FIRST, FIRST + 2), [transaction])
    write(folder, fileName('traces', FIRST, FIRST + 2), [transaction, transaction])
    const { blocks: found, notKept } = await readAll(folder)
    expect(found).toEqual(blocks)
    expect(notKept).toEqual([
      { dataset: 'transactions', files: 1, rows: 1 },
      { dataset: 'traces', files: 1, rows: 2 },
    ])
    write(folder, fileName('transactions', FIRST, FIRST + 2), [{ ...transaction, transaction_hash: hex32(5n) }])
    await expect(readAll(folder)).rejects.toThrow(/transaction_hash at index 0 is .*as the transactions say/)
  })

  test('what is wrong is said with file, column, row, what is there and what should be', async () => {
    const blocks = chain(3)
    const heads = blocks.map((block) => headRow(block, true))
    const logs = blocks.flatMap(({ number, logs }) => logs.map((log) => logRow(number, log, 'address')))
    const said = async (over: { readonly heads?: typeof heads; readonly logs?: readonly Row[]; readonly to?: number }) => {
      const folder = newFolder()
      write(folder, fileName('blocks', FIRST, over.to ?? FIRST + 2), over.heads ?? heads)
      write(folder, fileName('logs', FIRST, FIRST + 2), over.logs ?? logs)
      return readAll(folder).then(
        () => 'nothing',
        (error: Error) => error.message.replace(`${folder}/`, ''),
      )
    }
    const [first, second, ...rest] = logs
    if (!first || !second) throw new Error('no logs')
    expect(await said({})).toBe('nothing')
    expect(await said({ logs: [first, { ...second, topic1: '0x01' }, ...rest] })).toMatch(
      /logs__.*: column topic1, row 2 is "1 bytes"; want 32 bytes/,
    )
    expect(await said({ logs: [{ ...first, topic1: null, topic2: hex32(1n) }, second, ...rest] })).toMatch(
      /column topic2, row 1 .*want null, since topic1 is/,
    )
    expect(await said({ logs: [{ ...first, block_number: FIRST + 9 }, second, ...rest] })).toMatch(
      /block_number, row 1 is 17000009; want 17000000 to 17000002/,
    )
    expect(await said({ logs: logs.map((row) => ({ ...row, chain_id: 5 })) })).toMatch(/column chain_id, row 1 is 5; want 1/)
    expect(await said({ logs: [first, first, ...rest] })).toMatch(/log_index 0 twice/)
    expect(await said({ logs: logs.map(({ data: _, ...row }) => row) })).toMatch(/the columns is ".*topic3.*"; want data among them/)
    expect(await said({ heads: heads.slice(0, 2) })).toMatch(/the number of blocks is 2; want 3, as its name says/)
    expect(await said({ heads: heads.map((row, n) => (n === 2 ? { ...row, parent_hash: hex32(9n) } : row)) })).toMatch(
      /the parent_hash of block 17000002 is .*want 0x/,
    )
    const folder = newFolder()
    expect(() => openCryo(folder, { chainId: 1, hashOf, onNote: () => undefined })).toThrow(
      /--cryo: got .*want a folder with files like ethereum__blocks__/,
    )
    writeChain(folder, blocks)
    writeFileSync(join(folder, fileName('logs', FIRST, FIRST + 2)), 'PAR1 torn')
    await expect(readAll(folder)).rejects.toThrow(/logs__.*parquet: the file is .*want a whole Parquet file/)
  })
})
