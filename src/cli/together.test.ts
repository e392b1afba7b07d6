import { describe, expect, test } from 'vitest'
import type { RunningNode } from '../pipeline.ts'
import { type Starting, together } from './together.ts'

/** A node that lives until it is told to end or to die. */
function fake(id: string, { underWay = true, failsAtStart = false } = {}) {
  let end: () => void = () => undefined
  let die: (error: Error) => void = () => undefined
  const done = new Promise<void>((resolve, reject) => {
    end = resolve
    die = reject
  })
  const node = { id, started: false, stopped: false, die }
  const running: RunningNode = {
    done,
    stop() {
      node.stopped = true
      end()
      return done
    },
  }
  const starting: Starting = {
    id,
    isUnderWay: () => underWay,
    start() {
      if (failsAtStart) throw new Error(`${id} does not start`)
      node.started = true
      return running
    },
  }
  return { ...node, node, starting }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('nodes of one process', () => {
  test('one that does not start: those before it are stopped, those after it never start', async () => {
    const [a, b, c] = [fake('a'), fake('b', { failsAtStart: true }), fake('c')]
    await expect(
      together(
        [a, b, c].map((n) => n.starting),
        () => undefined,
      ),
    ).rejects.toThrow('b does not start')
    expect([a.node.stopped, c.node.started]).toEqual([true, false])
  })

  test('one that dies later is told of at once; the others go on, and the end is its failure', async () => {
    const nodes = [fake('a'), fake('b')]
    const told: unknown[] = []
    const all = await together(
      nodes.map((n) => n.starting),
      (...about) => told.push(about),
    )
    nodes[0]?.die(new Error('disk full'))
    await turn()
    expect(told).toEqual([['a', new Error('disk full'), 1]])
    expect(nodes[1]?.node.stopped).toBe(false)
    all.stop()
    await expect(all.done).rejects.toThrow('disk full')
    expect(told).toHaveLength(1)
  })

  test('one that dies before its first block takes the others along', async () => {
    const nodes = [fake('a'), fake('b', { underWay: false })]
    const all = await together(
      nodes.map((n) => n.starting),
      () => undefined,
    )
    nodes[1]?.die(new Error('wrong chain'))
    await expect(all.done).rejects.toThrow('wrong chain')
    expect(nodes[0]?.node.stopped).toBe(true)
  })

  test('edge: a single one that dies ends all; without deaths the end is quiet', async () => {
    const lone = fake('a')
    const all = await together([lone.starting], () => undefined)
    lone.die(new Error('gone'))
    await expect(all.done).rejects.toThrow('gone')
    const quiet = await together([fake('a').starting, fake('b').starting], () => undefined)
    quiet.stop()
    await expect(quiet.done).resolves.toBeUndefined()
  })
})
