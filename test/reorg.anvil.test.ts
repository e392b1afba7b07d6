// A reorg in mid-attack: the state is that of a fresh run, and an action that was undone is sent again only if it is still needed.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replay } from '../src/tools/replay.ts'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

describe('reorg around an action', () => {
  let stage: Stage
  let nodes: StagedNodes
  let captures: string
  beforeAll(async () => {
    stage = await openStage()
    captures = join(stage.folder, 'captures')
    nodes = await startNodes(stage, { armed: true, captures })
    await nodes.judged(stage.prepared.head.number)
  }, 120_000)
  afterAll(async () => {
    await nodes?.stop()
    await stage?.close()
  })

  const executed = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed')
  const step = async () => nodes.judged(await stage.mine())
  const acted = () =>
    until('the action is executed', async () => {
      await step()
      return (await executed()).length > 0
    })

  test('the action goes and the attack stays: it is sent again, once', async () => {
    await step()
    await stage.falsePrice()
    await step()
    await acted()
    const at = Number((await executed())[0]?.blockNumber)
    const head = (await stage.chain.head()).number
    await stage.anvil.rpc.call('anvil_reorg', [head - at + 1, []])
    expect(await executed()).toEqual([])
    await acted()
    for (let i = 0; i < 3; i++) await step()
    const events = await executed()
    expect(events.map((e) => e.args.round)).toEqual([0])
  }, 120_000)

  test('the attack goes too: nothing is sent again', async () => {
    const head = (await stage.chain.head()).number
    const quiet = stage.prepared.head.number + 1
    await stage.anvil.rpc.call('anvil_reorg', [head - quiet, []])
    for (let i = 0; i < 4; i++) await step()
    expect(await executed()).toEqual([])
    const undone = (nodes.entries.get('a') ?? []).filter((e) => e.kind === 'reorg')
    expect(undone.length).toBeGreaterThanOrEqual(2)
  }, 120_000)

  test('the state equals that of a node that never saw the other branches', async () => {
    await nodes.stop()
    const fresh = join(stage.folder, 'fresh')
    const config = { ...stage.config, nodes: stage.config.nodes.map((n) => ({ ...n, dataDir: join(stage.folder, 'fresh-data', n.id) })) }
    const second = await startNodes({ ...stage, config }, { armed: false, captures: fresh, only: ['a'] })
    await second.judged((await stage.chain.head()).number)
    await second.stop()
    const [reorged, straight] = [await replay(stage.config, join(captures, 'a.jsonl')), await replay(stage.config, join(fresh, 'a.jsonl'))]
    expect(reorged.head).toBe(straight.head)
    expect(reorged.stateHash).toBe(straight.stateHash)
  }, 90_000)
})
