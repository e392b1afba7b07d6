// The block that holds our execution is reorged away, from every depth: it is executed again, once, and nothing of the other branch is left.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Input } from '../src/core/flow.ts'
import { Fold } from '../src/fold.ts'
import { readCapture } from '../src/ingest/capture.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { rulesOf } from '../src/rules.ts'
import { stateHash } from '../src/store/checkpoint.ts'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

const DEEPEST = 8
/** Nodes give a transaction up so many blocks after a reorg; some more until all that is left has ended. */
const MOST_BLOCKS = 24

describe('a reorg of every depth around an action', () => {
  let stage: Stage
  let nodes: StagedNodes
  let captures: string
  let base = 0
  beforeAll(async () => {
    stage = await openStage()
    captures = join(stage.folder, 'captures')
    nodes = await startNodes(stage, { armed: true, captures })
    await nodes.judged(stage.prepared.head.number)
    base = await step()
  }, 120_000)
  afterAll(async () => {
    await nodes?.stop()
    await stage?.close()
  })

  const step = async (): Promise<number> => {
    const number = await stage.mine()
    await nodes.judged(number)
    return number
  }
  const executed = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed')
  const acted = () =>
    until('the action is executed', async () => {
      await step()
      return (await executed()).length > 0
    })
  const head = async () => (await stage.chain.head()).number
  const openIntents = () =>
    stage.config.nodes.flatMap(({ dataDir }) => {
      const record = openRecordReadOnly(dataDir)
      try {
        return record.status().activeIntents.map(({ state, operation, reason }) => ({ dataDir, state, operation, reason }))
      } finally {
        record.close()
      }
    })
  /** All that the node took in, reorgs too, against the blocks alone that are on the chain in the end. */
  const states = async (): Promise<{ readonly reorged: string; readonly straight: string }> => {
    const rules = rulesOf(stage.config)
    const all = new Fold(rules)
    let branch: Extract<Input, { kind: 'committed' }>[] = []
    for await (const input of (await readCapture(join(captures, 'a.jsonl'))).inputs) {
      all.step(input)
      if (input.kind === 'committed') branch.push(input)
      if (input.kind === 'reorged') branch = branch.filter(({ block }) => block.number <= input.toNumber)
    }
    const straight = new Fold(rules)
    for (const input of branch) straight.step(input)
    return { reorged: stateHash(all.world.store.dump()), straight: stateHash(straight.world.store.dump()) }
  }

  for (let depth = 1; depth <= DEEPEST; depth++)
    test(`depth ${depth}`, async () => {
      await stage.falsePrice()
      await acted()
      const at = Number((await executed())[0]?.blockNumber)
      while ((await head()) < at + depth - 1) await step()
      await stage.anvil.rpc.call('anvil_reorg', [(await head()) - at + 1, []])
      expect(await executed()).toEqual([])
      await acted()
      await until('all intents have ended', async () => {
        await step()
        return openIntents().length === 0 || (await head()) > at + depth + MOST_BLOCKS
      })
      expect(openIntents()).toEqual([])
      expect((await executed()).map((e) => e.args.round)).toEqual([0])
      const { reorged, straight } = await states()
      expect(reorged).toBe(straight)

      // back to before the attack, for the next depth
      await stage.anvil.rpc.call('anvil_reorg', [(await head()) - base, []])
      stage.rewind()
      await step()
    }, 120_000)
})
