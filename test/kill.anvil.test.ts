// kill -9 between any two steps of a response, then a restart: the action happens once, and what was signed is paid once.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRecord } from '../src/record/record.ts'
import { openStage, type Stage, startNodes, until } from './support/stage.ts'

const BLOCK_MS = 100
const STEPS = ['planned', 'simulated', 'signed', 'sent', 'mined'] as const

describe('kill -9', () => {
  let stage: Stage
  let clean: string
  let snapshot: unknown
  beforeAll(async () => {
    stage = await openStage()
    // the history is read once: each case starts from a copy of these data folders
    const nodes = await startNodes(stage, { armed: false })
    await nodes.judged(await stage.mine())
    await nodes.stop()
    clean = join(stage.folder, 'clean')
    cpSync(join(stage.folder, 'nodes'), clean, { recursive: true })
    snapshot = await stage.anvil.rpc.call('evm_snapshot')
  }, 120_000)
  afterAll(() => stage?.close())

  function spawnNodes(step: string): {
    readonly child: ChildProcess
    readonly ready: Promise<void>
    readonly ended: Promise<string | null>
  } {
    const script = join(import.meta.dirname, 'support', 'doomed.ts')
    const child = spawn(process.execPath, ['--import', 'tsx', script, stage.configFile, step], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const ended = new Promise<string | null>((done) => child.once('exit', (_, signal) => done(signal)))
    return { child, ended, ready: new Promise((done) => child.once('message', () => done())) }
  }

  /** Nodes of which more than one transaction to the Guard was mined. */
  async function paidTwice(): Promise<readonly string[]> {
    const counts = new Map<string, number>()
    const { head, deployment } = stage.prepared
    for (let block = head.number + 1; block <= (await stage.chain.head()).number; block++)
      for (const receipt of (await stage.chain.receipts(block)) as unknown as { from: string; to: string | null; logs: unknown[] }[])
        if (receipt.to?.toLowerCase() === deployment.guard.toLowerCase()) counts.set(receipt.from, (counts.get(receipt.from) ?? 0) + 1)
    return [...counts].filter(([, n]) => n > 1).map(([from]) => from)
  }

  const executed = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed')

  for (const step of STEPS)
    test(`after "${step}": the action happens once`, async () => {
      // anvil takes back a snapshot once: the next case needs a new one
      await stage.anvil.rpc.call('evm_revert', [snapshot])
      snapshot = await stage.anvil.rpc.call('evm_snapshot')
      stage.rewind()
      rmSync(join(stage.folder, 'nodes'), { recursive: true })
      cpSync(clean, join(stage.folder, 'nodes'), { recursive: true })
      const first = spawnNodes(step)
      const stopMining = stage.mineEvery(BLOCK_MS)
      let second: ReturnType<typeof spawnNodes> | undefined
      try {
        await first.ready
        await stage.falsePrice()
        expect(await first.ended).toBe('SIGKILL')
        second = spawnNodes('none')
        await second.ready
        await until('the action is executed', async () => (await executed()).length > 0)
        await new Promise((rest) => setTimeout(rest, 10 * BLOCK_MS))
        expect((await executed()).map((e) => e.args.round)).toEqual([0])
      } finally {
        await stopMining()
        first.child.kill('SIGKILL')
        second?.child.kill('SIGKILL')
        await second?.ended
      }
      // the log survived, and of all transactions that the nodes sent only one did something
      for (const node of stage.config.nodes) {
        const record = openRecord({ folder: node.dataDir, nodeId: node.id })
        expect(record.verify()).toMatchObject({ ok: true })
        record.close()
      }
      expect(await paidTwice()).toEqual([])
    }, 60_000)
})
