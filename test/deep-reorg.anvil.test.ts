// A reorg deeper than the journal: the node goes back by itself, to a checkpoint that is still on the chain or to the beginning.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCapture } from '../src/ingest/capture.ts'
import { type RunningNode, startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { loadWallet } from '../src/respond/wallet.ts'
import { rulesOf } from '../src/rules.ts'
import { replay } from '../src/tools/replay.ts'
import { openStage, type Stage, until } from './support/stage.ts'

/** The lab's journal holds 64 blocks. */
const DEEP = 70

describe('deep reorg', () => {
  let stage: Stage
  let running: RunningNode | undefined
  let judged = 0
  const notes: string[] = []
  const alerts: unknown[] = []
  beforeAll(async () => {
    stage = await openStage()
  }, 120_000)
  afterAll(async () => {
    await running?.stop()
    await stage?.close()
  })

  function start(dataDir: string, capture?: string, fromBlock = stage.config.chain.fromBlock): RunningNode {
    const config = { ...stage.config, chain: { ...stage.config.chain, fromBlock } }
    const [node] = config.nodes
    if (!node?.key) throw new Error('the stage has no node with a key')
    mkdirSync(dataDir, { recursive: true })
    judged = 0
    return startNode({
      config,
      node: { id: node.id, endpoints: [node.rpc as string].flat(), dataDir },
      exchange: localExchange(),
      ...(capture ? { capture: openCapture(capture, { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash }) } : {}),
      wallet: loadWallet(node.key),
      events: {
        note: (_, text) => notes.push(text),
        block: (_, number) => {
          judged = number
        },
        alert: (_, alert) => alerts.push(alert.finding),
      },
    })
  }
  const mine = async (blocks: number): Promise<number> => {
    let head = 0
    for (let i = 0; i < blocks; i++) head = await stage.mine()
    return head
  }
  let branch = 0
  const reorged = async (): Promise<number> => {
    // empty blocks at the same times would be the same blocks again
    await stage.anvil.rpc.call('anvil_setCoinbase', [`0x${(++branch).toString(16).padStart(40, '0')}`])
    await stage.anvil.rpc.call('anvil_reorg', [DEEP, []])
    return stage.mine()
  }
  const read = <T>(dataDir: string, what: (record: ReturnType<typeof openRecordReadOnly>) => T): T => {
    const record = openRecordReadOnly(dataDir)
    try {
      return what(record)
    } finally {
      record.close()
    }
  }
  const reorgs = (dataDir: string) =>
    read(dataDir, (record) => [...record.entries({ kinds: ['reorg'] })].map((entry) => entry.body as { toNumber: number; deep?: boolean }))

  test('while it runs, and once more after a restart: it says so, tells people, and sees the new chain', async () => {
    const dataDir = join(stage.folder, 'deep')
    running = start(dataDir)
    const head = await mine(DEEP + 4)
    await until('the node has caught up', () => judged === head)
    let now = await reorged()
    await until('the node is on the new chain', () => judged === now, 30_000)
    expect(notes.at(-1)).toBe(
      `deep reorg, from before block ${head - 64} on; back at the checkpoint of block 256: reading again from block 257`,
    )
    expect(alerts).toMatchObject([{ detector: 'blind', evidence: { reason: 'deep-reorg' } }])
    expect(reorgs(dataDir)).toMatchObject([{ deep: true, toNumber: 256 }])

    await running.stop()
    now = await reorged()
    running = start(dataDir)
    await until('the node is on the third chain', () => judged === now, 30_000)
    expect(reorgs(dataDir)).toMatchObject([{ deep: true }, { deep: true }])
    await running.stop()
    expect(read(dataDir, (record) => record.verify())).toMatchObject({ ok: true })
    expect(read(dataDir, (record) => record.status().pendingAlerts)).toBe(0)

    // it stands where a node stands that never saw the other chains
    now = await stage.mine()
    const captures = [join(stage.folder, 'fresh.jsonl')] as const
    running = start(join(stage.folder, 'fresh'), captures[0])
    await until('a fresh node has caught up', () => judged === now, 30_000)
    await running.stop()
    running = start(dataDir)
    await until('the node has caught up', () => judged === now, 30_000)
    await running.stop()
    const straight = await replay(stage.config, captures[0])
    expect(straight.head).toBe(now)
    expect(read(dataDir, (record) => record.cursors()[0])).toMatchObject({ number: now })
    const findings = (dir: string) =>
      read(dir, (record) => [...record.entries({ kinds: ['verdict'], newestFirst: true, limit: 20 })].map((entry) => entry.body))
    expect(findings(dataDir)).toEqual(findings(join(stage.folder, 'fresh')))
  }, 120_000)

  test('no checkpoint yet: it reads the chain again from its first block', async () => {
    const dataDir = join(stage.folder, 'young')
    const head = (await stage.chain.head()).number
    running = start(dataDir, undefined, head - DEEP + 3)
    await until('the node has caught up', () => judged === head, 30_000)
    const now = await reorged()
    await until('the node is on the new chain', () => judged === now, 30_000)
    expect(notes.at(-1)).toMatch(/no checkpoint is on that chain: reading again from block/)
    expect(reorgs(dataDir)).toMatchObject([{ deep: true, toNumber: head - DEEP + 2, toHash: null }])
  }, 60_000)
})
