import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BadDataError, UserError } from '../core/errors.ts'
import { FolderInUseError } from './lock.ts'
import { GENESIS, nextFoldHash } from './log.ts'
import { block, edge, finding, fold, hashOf, tempFolder } from './record.builders.ts'
import { type NodeRecord, openRecord, openRecordReadOnly } from './record.ts'
import { StorageError } from './storage-error.ts'

let place: ReturnType<typeof tempFolder>
let opened: { close(): void }[]
const open = (): NodeRecord => {
  const record = openRecord({ folder: place.folder, nodeId: 'n1' })
  opened.push(record)
  return record
}
const closeAll = () => {
  for (const record of opened.splice(0)) record.close()
}
const file = () => join(place.folder, 'firebreak.db')
/** Somebody with an SQLite tool. */
const tamper = (...sql: string[]) => {
  const db = new Libsql(file())
  for (const statement of sql) db.exec(statement)
  db.close()
}

beforeEach(() => {
  place = tempFolder()
  opened = []
})
afterEach(() => {
  closeAll()
  place.remove()
})

describe('commit', () => {
  test('input, cursor, entries and alerts are there together, and after a restart', () => {
    open().commit({ input: block(7), entries: [fold(7), finding(7, 'high'), finding(7, 'medium', 'quiet')] })
    closeAll()
    const record = open()
    expect([...record.inputsSince(0)]).toEqual([{ seq: 1, input: block(7) }])
    expect(record.status().cursors).toMatchObject([{ chainId: 1, number: 7, hash: hashOf(7), timeS: 84, finalizedNumber: null }])
    expect([...record.entries()].map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'verdict'],
      [2, 'finding'],
      [3, 'finding'],
    ])
    expect(record.outbox.pending()).toMatchObject([{ seq: 2, severity: 'high', block: 7, finding: { evidence: { lossE18: '12' } } }])
  })

  test('an entry that cannot be encoded leaves nothing behind', () => {
    const record = open()
    expect(() => record.commit({ input: block(1), entries: [fold(1), fold(1, { x: Number.NaN })] })).toThrow(BadDataError)
    expect([...record.inputsSince(0)]).toEqual([])
    expect(record.head()).toEqual({ seq: 0, hash: GENESIS })
    record.commit({ input: block(1), entries: [fold(1)] })
    expect(record.verify()).toMatchObject({ ok: true, entries: 1 })
  })

  test('a full disk is retryable and nothing is half-written', () => {
    const record = open()
    record.commit({ input: block(1), entries: [fold(1)] })
    const db = (record.intents as unknown as { db: { db: Libsql.Database } }).db.db
    db.pragma('max_page_count = 1')
    const big = Array.from({ length: 400 }, () => fold(2, { text: 'x'.repeat(1000) }))
    const failed = (() => {
      try {
        record.commit({ input: block(2), entries: big })
      } catch (error) {
        return error
      }
    })()
    expect(failed).toBeInstanceOf(StorageError)
    expect(failed).toMatchObject({ retryable: true, code: 'SQLITE_FULL' })
    expect(record.head().seq).toBe(1)
    db.pragma('max_page_count = 1000000')
    record.commit({ input: block(2), entries: big })
    expect(record.status().cursors[0]?.number).toBe(2)
    expect(record.verify()).toMatchObject({ ok: true, entries: 401 })
  })

  test('a reorg deletes no entry: it adds one and moves the cursor back', () => {
    const record = open()
    for (const n of [1, 2, 3]) record.commit({ input: block(n), entries: [fold(n), fold(n, { id: `i${n}`, status: 'open' }, 'incident')] })
    const reorg = { kind: 'reorged', chainId: 1, toNumber: 1, toHash: hashOf(1) } as const
    record.commit({ input: reorg, entries: [fold(1, { from: 3, to: 1 }, 'reorg')] })
    expect(record.status().cursors).toMatchObject([{ number: 1, hash: hashOf(1) }])
    expect([...record.entries({ kinds: ['verdict', 'reorg'] })].map((entry) => entry.block)).toEqual([1, 2, 3, 1])
    expect(record.status().openIncidents.map((entry) => entry.body)).toEqual([{ id: 'i1', status: 'open' }])
    record.commit({ input: block(2, 1), entries: [fold(2, { id: 'i1', status: 'resolved' }, 'incident')] })
    expect(record.status().openIncidents.map((entry) => entry.body)).toEqual([{ id: 'i1', status: 'resolved' }]) // an action is in force
    record.commit({ input: block(3, 1), entries: [fold(3, { id: 'i1', status: 'closed' }, 'incident')] })
    expect(record.status().openIncidents).toEqual([])
  })
})

describe('log', () => {
  test('the fold hash covers fold entries alone, so a replay of the capture can be compared', () => {
    const record = open()
    record.append([fold(1), edge(1), fold(2), edge(2)])
    const replayed = [fold(1), fold(2)].reduce(nextFoldHash, GENESIS)
    expect(record.foldHead()).toEqual({ count: 2, hash: replayed })
  })

  test('queries: kinds, block, since, limit, newest first, over several pages', () => {
    const record = open()
    record.append(Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? fold(i) : edge(i))))
    expect([...record.entries()]).toHaveLength(600)
    expect([...record.entries({ kinds: ['health'] })]).toHaveLength(300)
    expect([...record.entries({ block: 5 })].map(({ seq }) => seq)).toEqual([6])
    expect([...record.entries({ sinceSeq: 598 })].map(({ seq }) => seq)).toEqual([599, 600])
    expect([...record.entries({ newestFirst: true, limit: 300 })].at(-1)?.seq).toBe(301)
    expect([...record.entries({ kinds: ['verdict'], newestFirst: true, limit: 1 })].map(({ seq }) => seq)).toEqual([599])
    expect([...record.entries({ chainId: 2 })]).toEqual([])
  })

  const attacks: readonly (readonly [string, number, readonly string[]])[] = [
    ['a changed body', 2, [`update log set body = '{"number":9}' where seq = 2`]],
    ['a changed kind', 3, [`update log set kind = 'finding' where seq = 3`]],
    ['an entry turned from edge to fold', 2, [`update log set origin = 'edge' where seq = 2`]],
    ['a missing entry', 3, ['delete from log where seq = 3']],
    ['a changed fold hash', 1, [`update log set foldHash = hash where seq = 1`]],
    [
      'two entries exchanged',
      2,
      ['update log set seq = 20 where seq = 2', 'update log set seq = 2 where seq = 3', 'update log set seq = 3 where seq = 20'],
    ],
  ]
  test.each(attacks)('verify finds %s at entry %i', (_, seq, sql) => {
    open().append([fold(1), fold(2), fold(3), fold(4)])
    closeAll()
    tamper('drop trigger logIsAppendOnly', 'drop trigger logKeepsAll', ...sql)
    expect(open().verify()).toMatchObject({ ok: false, brokenSeq: seq })
  })

  test('its rows can be neither changed nor deleted by our own statements', () => {
    open().append([fold(1)])
    closeAll()
    expect(() => tamper('delete from log')).toThrow('append-only')
    expect(() => tamper("update log set body = ''")).toThrow('append-only')
  })

  test('a body that is no JSON is an error that names file and entry', () => {
    open().append([fold(1)])
    closeAll()
    tamper('drop trigger logIsAppendOnly', "update log set body = '{oops'")
    expect(() => [...open().entries()]).toThrow(/firebreak\.db: log entry 1 is "\{oops"; want JSON; run `firebreak log --verify`/)
  })
})

describe('checkpoints', () => {
  const head = (number: number, rulesHash = hashOf(0)) => ({ chainId: 1, number, hash: hashOf(number), rulesHash })
  const bytes = (n: number) => new Uint8Array([n, 0, 255])

  test('two are kept, and the inputs since the older one', () => {
    const record = open()
    for (let n = 1; n <= 9; n++) record.commit({ input: block(n), entries: [] })
    expect(record.loadCheckpoint(hashOf(0))).toEqual({ found: false, why: 'there is no checkpoint yet', inputsWhole: true })
    record.saveCheckpoint({ head: head(2), bytes: bytes(2), throughInputSeq: 2 })
    expect([...record.inputsSince(0)]).toHaveLength(9)
    record.saveCheckpoint({ head: head(5), bytes: bytes(5), throughInputSeq: 5 })
    record.commit({ input: block(10), entries: [], checkpoint: { head: head(7), bytes: bytes(7), throughInputSeq: 7 } })
    expect([...record.inputsSince(0)].map(({ seq }) => seq)).toEqual([6, 7, 8, 9, 10])
    expect(record.loadCheckpoint(hashOf(0))).toEqual({ found: true, head: head(7), bytes: bytes(7), throughInputSeq: 7, passedOver: '' })
  })

  test('a damaged newest gives way to the older; other rules are not loaded, and it says why', () => {
    const record = open()
    for (let n = 1; n <= 3; n++) record.commit({ input: block(n), entries: [], checkpoint: { head: head(n), bytes: bytes(n) } })
    closeAll()
    tamper("update checkpoints set bytes = x'00' where throughInputSeq = 3")
    expect(open().loadCheckpoint(hashOf(0))).toMatchObject({
      found: true,
      head: head(2),
      throughInputSeq: 2,
      passedOver: 'the checkpoint of block 3 is damaged',
    })
    const other = (opened[0] as NodeRecord).loadCheckpoint(hashOf(99))
    expect(other).toMatchObject({
      found: false,
      inputsWhole: false,
      why: expect.stringContaining('the checkpoint of block 3 has other rules'),
    })
  })

  test('numbers of inputs are never used twice, whatever is dropped', () => {
    const record = open()
    for (let n = 1; n <= 4; n++) record.commit({ input: block(n), entries: [], checkpoint: { head: head(n), bytes: bytes(n) } })
    record.forgetInputs()
    expect(record.loadCheckpoint(hashOf(0))).toMatchObject({ found: false, inputsWhole: true })
    expect(record.commit({ input: block(1), entries: [] }).inputSeq).toBe(5)
    expect(record.loadCheckpoint(hashOf(0))).toMatchObject({ inputsWhole: true })
  })

  test('going back to a checkpoint: what came after it goes, open incidents too, and restarts fit', () => {
    const record = open()
    for (let n = 1; n <= 9; n++)
      record.commit({
        input: block(n),
        entries: [fold(n, { id: `i${n}`, status: n === 4 ? 'closed' : 'open' }, 'incident')],
        ...(n % 3 === 0 ? { checkpoint: { head: head(n), bytes: bytes(n) } } : {}),
      })
    expect(record.checkpointHeads(hashOf(0))).toEqual([head(9), head(6)])
    record.forgetInputs(head(6))
    expect([...record.inputsSince(0)]).toEqual([])
    expect(record.cursors()).toMatchObject([{ number: 6, hash: hashOf(6), finalizedNumber: 6, timeS: null }])
    expect(record.status().openIncidents).toEqual([])
    expect(record.verify()).toMatchObject({ ok: true, entries: 9 })
    expect(record.commit({ input: block(7, 1), entries: [] }).inputSeq).toBe(10)
    closeAll()
    expect(open().loadCheckpoint(hashOf(0))).toMatchObject({ found: true, head: head(6), throughInputSeq: 6 })
    const again = opened[0] as NodeRecord
    expect([...again.inputsSince(6)].map(({ seq }) => seq)).toEqual([10])
    // the checkpoint is needed: what follows it is not the whole
    expect(again.loadCheckpoint(hashOf(99))).toMatchObject({ found: false, inputsWhole: false })
    again.forgetInputs()
    expect(again.checkpointHeads(hashOf(0))).toEqual([])
    expect(again.commit({ input: block(1), entries: [] }).inputSeq).toBe(11)
  })

  test('edge: a checkpoint through an input that is not there yet is refused, its commit too', () => {
    const record = open()
    const checkpoint = { head: head(1), bytes: bytes(1), throughInputSeq: 2 }
    expect(() => record.commit({ input: block(1), entries: [fold(1)], checkpoint })).toThrow(BadDataError)
    expect(record.head().seq).toBe(0)
  })
})

describe('outbox', () => {
  test('an alert stays until it was delivered; the same finding is told once', () => {
    open().commit({ input: block(1), entries: [finding(1, 'critical'), finding(1, 'critical')] })
    closeAll()
    const { outbox } = open()
    const [alert] = outbox.pending()
    expect(outbox.pending()).toHaveLength(1)
    outbox.failed(alert?.id ?? 0, 'timeout')
    expect(outbox.pending()).toMatchObject([{ attempts: 1, lastError: 'timeout' }])
    outbox.delivered(alert?.id ?? 0)
    outbox.failed(alert?.id ?? 0, 'late answer')
    expect(outbox.pending()).toEqual([])
  })
})

describe('the file', () => {
  test('a second writer is told the folder and who has it; a reader may read meanwhile', () => {
    const record = open()
    record.commit({ input: block(1), entries: [fold(1)] })
    expect(() => open()).toThrow(FolderInUseError)
    expect(() => open()).toThrow(`${place.folder} is in use by process ${process.pid}`)
    const reader = openRecordReadOnly(place.folder)
    opened.push(reader)
    record.commit({ input: block(2), entries: [fold(2)] })
    expect(reader.status()).toMatchObject({ nodeId: 'n1', entries: 2, counts: { verdict: 2 } })
    expect([...reader.entries()]).toHaveLength(2)
    expect(reader.verify().ok).toBe(true)
  })

  test('refused: a newer schema, another node, another program, no database at all', () => {
    open()
    closeAll()
    expect(() => openRecord({ folder: place.folder, nodeId: 'n2' })).toThrow(UserError)
    tamper('pragma user_version = 99')
    expect(() => open()).toThrow('a newer Firebreak wrote it')
    expect(() => openRecordReadOnly(place.folder)).toThrow('run the node once with this version')
    tamper('pragma application_id = 7')
    expect(() => open()).toThrow('this is not a Firebreak database')
    writeFileSync(file(), 'x'.repeat(8192))
    for (const rest of ['-wal', '-shm']) if (existsSync(file() + rest)) writeFileSync(file() + rest, '')
    expect(() => open()).toThrow(/restore a copy/)
    expect(() => openRecordReadOnly(join(place.folder, 'nowhere'))).toThrow(UserError)
  })

  test('SIGKILL between two writes: the lock is free, the chain whole, cursor, inputs and entries of one block', async () => {
    const rounds = 3
    let last = 0
    for (let round = 0; round < rounds; round++) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(new URL('./committer.fixture.ts', import.meta.url)), place.folder],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
      await new Promise((resolve) => setTimeout(resolve, 40 + 37 * round))
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      expect(readFileSync(join(place.folder, 'pid'), 'utf8').trim()).toBe(String(child.pid))
      const record = open()
      const number = record.status().cursors[0]?.number ?? 0
      expect(number).toBeGreaterThan(last)
      last = number
      expect(record.verify()).toMatchObject({ ok: true, entries: 3 * number })
      expect(record.foldHead().count).toBe(2 * number)
      const inputs = [...record.inputsSince(0)]
      expect(inputs.at(-1)).toEqual({ seq: number, input: block(number) })
      expect(inputs[0]?.seq).toBe(number < 20 ? 1 : (Math.floor(number / 10) - 1) * 10 + 1)
      expect(record.outbox.pendingCount()).toBe(number)
      closeAll()
    }
  })
})
