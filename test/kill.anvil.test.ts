// kill -9 between any two steps of a response, then a restart: the action happens once.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openRecord } from '../src/record/record.ts'
import { openStage, type Stage, startNodes, until } from './support/stage.ts'

const BLOCK_MS = 250
const STEPS = ['planned', 'simulated', 'signed', 'sent', 'mined'] as const

describe('kill -9', () => {
  // the history is read once: each case starts a chain of its own, with nodes from a copy of these data folders
  const clean = mkdtempSync(join(tmpdir(), 'firebreak-clean-'))
  let stage: Stage
  beforeAll(async () => {
    const first = await openStage()
    const nodes = await startNodes(first, { armed: false })
    await nodes.judged(first.prepared.head.number)
    await nodes.stop()
    for (const { id, dataDir } of first.config.nodes) cpSync(dataDir, join(clean, id), { recursive: true })
    await first.close()
  }, 120_000)
  beforeEach(async () => {
    stage = await openStage()
    for (const { id, dataDir } of stage.config.nodes) cpSync(join(clean, id), dataDir, { recursive: true })
  }, 120_000)
  afterEach(() => stage.close())
  afterAll(() => rmSync(clean, { recursive: true, force: true }))

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

  const executed = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed')

  for (const step of STEPS)
    test(`after "${step}": the action happens once`, async () => {
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
        await new Promise((rest) => setTimeout(rest, 6 * BLOCK_MS))
        expect((await executed()).map((e) => e.args.round)).toEqual([0])
      } finally {
        await stopMining()
        first.child.kill('SIGKILL')
        second?.child.kill('SIGKILL')
        await second?.ended
      }
      // and every node's log is whole
      for (const node of stage.config.nodes) {
        const record = openRecord({ folder: node.dataDir, nodeId: node.id })
        expect(record.verify()).toMatchObject({ ok: true })
        record.close()
      }
    }, 120_000)
})
