// A disk that fills up under a running node: it stops and says what to do, and goes on where it was when there is space again.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningNode, startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { Database } from '../src/record/database.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { StorageError } from '../src/record/storage-error.ts'
import { loadWallet } from '../src/respond/wallet.ts'
import { openStage, type Stage, until } from './support/stage.ts'

describe('a full disk', () => {
  let stage: Stage
  let running: RunningNode | undefined
  let judged = 0
  beforeAll(async () => {
    stage = await openStage()
  }, 120_000)
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(async () => {
    await running?.stop().catch(() => undefined)
    await stage?.close()
  })

  const start = (dataDir: string): RunningNode => {
    const [node] = stage.config.nodes
    if (!node?.key) throw new Error('the stage has no node with a key')
    mkdirSync(dataDir, { recursive: true })
    judged = 0
    return startNode({
      config: stage.config,
      node: { id: node.id, endpoints: [node.rpc as string].flat(), dataDir },
      exchange: localExchange(),
      wallet: loadWallet(node.key),
      events: {
        block: (_, number) => {
          judged = number
        },
      },
    })
  }
  /** From its n-th write on the database takes nothing. */
  const fillUp = (n: number): void => {
    let writes = 0
    const run = Database.prototype.run
    vi.spyOn(Database.prototype, 'run').mockImplementation(function (this: Database, ...args) {
      writes += 1
      if (writes >= n) throw new StorageError(this.file, 'SQLITE_FULL', 'database or disk is full')
      return run.apply(this, args)
    })
  }

  test('under attack: the node stops with what to do; nothing is missing or there twice when it goes on', async () => {
    const dataDir = join(stage.folder, 'full')
    running = start(dataDir)
    await until('the node has caught up', () => judged === stage.prepared.head.number)
    await stage.falsePrice()
    const ended = running.done.catch((cause: unknown) => cause)
    fillUp(12)
    let head = await stage.mine()
    for (let i = 0; i < 3; i++) head = await stage.mine()
    const error = await ended
    expect(error).toBeInstanceOf(StorageError)
    expect(String(error)).toMatch(/firebreak\.db: SQLITE_FULL: .*free some space on this disk, then try again/)
    expect(judged).toBeLessThan(head)

    vi.restoreAllMocks()
    running = start(dataDir)
    await until('the node has caught up', () => judged === head)
    await running.stop()
    const record = openRecordReadOnly(dataDir)
    try {
      expect(record.verify()).toMatchObject({ ok: true })
      const numbers = [...record.entries({ kinds: ['verdict'] })].map(({ block }) => block)
      expect(numbers).toEqual(Array.from({ length: head - stage.config.chain.fromBlock + 1 }, (_, n) => stage.config.chain.fromBlock + n))
    } finally {
      record.close()
    }
  }, 120_000)
})
