import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { openHistory } from '../src/history/history.ts'
import { openStage, type Stage, until } from './support/stage.ts'
let stage: Stage
beforeAll(async () => { stage = await openStage() }, 120_000)
afterAll(async () => { await stage?.close() })
test('x', async () => {
  const dataDir = join(stage.folder, 'h'); mkdirSync(dataDir, { recursive: true })
  const notes: string[] = []; let judged = 0
  const start = () => startNode({ config: stage.config, node: { id: stage.config.nodes[0]!.id, endpoints: [stage.config.nodes[0]!.rpc as string].flat(), dataDir }, exchange: localExchange(), events: { note: (_, t) => notes.push(t), block: (_, n) => { judged = n } } })
  for (const round of [1, 2, 3]) {
    const n = start()
    let head = 0
    for (let i = 0; i < 75; i++) head = await stage.mine()
    await until('caught up', () => judged === head, 30_000)
    await n.stop()
    const h = openHistory(join(dataDir, 'history'), stage.config.chain.id)
    console.log(round, head, JSON.stringify(h.ranges()), h.verify(), notes)
    for (const c of h.chunks(0, 1e9)) console.log(c.fromBlock, c.toBlock, c.events.map((e) => `${e.event.name} ${e.rows}`).join())
  }
  expect(1).toBe(1)
}, 120_000)
