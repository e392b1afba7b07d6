// Two of three nodes are enough and one is not: each node has its own connection, store, world and key.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

describe('a node that is cut off', () => {
  let stage: Stage
  let nodes: StagedNodes
  beforeAll(async () => {
    stage = await openStage()
    nodes = await startNodes(stage, { armed: true })
    await nodes.judged(stage.prepared.head.number)
  }, 120_000)
  afterAll(async () => {
    await nodes?.stop()
    await stage?.close()
  })

  const executions = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed').length

  test('two down: one node alone moves nothing', async () => {
    await stage.proxies[0]?.stop()
    await stage.proxies[1]?.stop()
    await stage.falsePrice()
    const evidence = await stage.mine()
    await nodes.judged(evidence, ['c'])
    await until('node c decides', () => (nodes.entries.get('c') ?? []).some((e) => e.kind === 'decision'))
    for (let i = 0; i < 3; i++) await nodes.judged(await stage.mine(), ['c'])
    expect(await executions()).toBe(0)
    expect((nodes.entries.get('c') ?? []).filter((e) => e.kind === 'certificate')).toEqual([])
  }, 120_000)

  test('one down: the others act, once', async () => {
    await stage.proxies[1]?.resume()
    await until(
      'the action is executed',
      async () => {
        await nodes.judged(await stage.mine(), ['c'])
        return (await executions()) > 0
      },
      40_000,
    )
    for (let i = 0; i < 3; i++) await nodes.judged(await stage.mine(), ['b', 'c'])
    expect(await executions()).toBe(1)
  }, 120_000)

  test('slow: a node that is late still follows and finds the same', async () => {
    await stage.proxies[0]?.resume()
    stage.proxies[0]?.setDelayMs(40)
    const head = await stage.mine()
    await nodes.judged(head)
    const findings = (id: string) => (nodes.entries.get(id) ?? []).filter((e) => e.kind === 'finding')
    const chain = (id: string) => findings(id).filter((e) => (e.body as { basis: string }).basis === 'chain')
    expect(chain('a').length).toBeGreaterThan(0)
    expect(chain('a').map((e) => (e.body as { id: string }).id)).toEqual(chain('c').map((e) => (e.body as { id: string }).id))
  }, 120_000)
})
