// SIGKILL at seeded moments over all steps of a response, with whole nodes as child processes:
// `npm run bench:kills -- [--kills 200] [--seed 1] [--minutes 120] [--block-ms 250] [--moments sent,any]`; it stops after so many minutes
// with what it has. After each kill the nodes are started again and must have executed once, paid for one success, ended every intent and
// kept their logs whole. Exit code 1 if not.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { getAbiItem, toFunctionSelector } from 'viem'
import { Guard } from '../src/contracts/Guard.ts'
import type { Hex } from '../src/core/flow.ts'
import { openRecord, openRecordReadOnly } from '../src/record/record.ts'
import { openStage, startNodes, until } from '../test/support/stage.ts'

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
const { values } = parseArgs({
  options: { kills: text('200'), seed: text('1'), minutes: text('120'), 'block-ms': text('250'), moments: text('') },
})
const KILLS = Number(values.kills)
const BLOCK_MS = Number(values['block-ms'])
/** Of wall time, for all that is waited for: nodes start slowly beside other work. */
const PATIENCE_MS = 90_000
/** Blocks after the execution, all nodes at the head, in which all that was under way must have ended. */
const MOST_BLOCKS = 14
/** `any`: so many milliseconds after the attack, wherever the nodes are then. `twice`: at a step, and again while they start. */
const MOMENTS = ['planned', 'simulated', 'signed', 'sent', 'mined', 'any', 'twice'] as const
type Moment = (typeof MOMENTS)[number]
const STEPS = MOMENTS.slice(0, 5)
const MOST_ANY_MS = 1_500
const MOST_START_MS = 2_500

interface Run {
  readonly moment: Moment
  readonly blocks: number
  readonly reverted: number
  readonly faults: readonly string[]
}

const chosen = MOMENTS.filter((moment) => values.moments === '' || values.moments.split(',').includes(moment))
let state = Number(values.seed) >>> 0
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const clean = mkdtempSync(join(tmpdir(), 'firebreak-kills-'))
const stage = await openStage()
const first = await startNodes(stage, { armed: false })
await first.judged(stage.prepared.head.number)
await first.stop()
for (const { id, dataDir } of stage.config.nodes) cpSync(dataDir, join(clean, id), { recursive: true })

/** A process that has loaded its code and starts its nodes at `go`. */
function spawnNodes(step: string) {
  const script = join(import.meta.dirname, '..', 'test', 'support', 'doomed.ts')
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, stage.configFile, step, 'execute', 'wait'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = new Promise<string | null>((done) => child.once('exit', (_, signal) => done(signal)))
  const heard = (word: string) => new Promise<void>((done) => child.on('message', (text) => text === word && done()))
  return { child, ended, loaded: heard('loaded'), ready: heard('ready'), go: () => child.send('go') }
}
const EXECUTE = toFunctionSelector(getAbiItem({ abi: Guard.abi, name: 'execute' }))
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms))
const head = async () => (await stage.chain.head()).number
const executed = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed')

async function kill(moment: Moment, from: number): Promise<Run> {
  for (const { id, dataDir } of stage.config.nodes) {
    rmSync(dataDir, { recursive: true, force: true })
    cpSync(join(clean, id), dataDir, { recursive: true })
  }
  const faults: string[] = []
  const step = moment === 'any' ? 'none' : moment === 'twice' ? (STEPS[random(STEPS.length)] ?? 'sent') : moment
  const [doomed, later, last] = [spawnNodes(step), spawnNodes('none'), moment === 'twice' ? spawnNodes('none') : undefined]
  let stopMining = async (): Promise<void> => {}
  try {
    await Promise.all([doomed.loaded, later.loaded, last?.loaded])
    doomed.go()
    stopMining = stage.mineEvery(BLOCK_MS)
    await doomed.ready
    const evidence = await head()
    await stage.falsePrice()
    if (moment === 'any') {
      await rest(random(MOST_ANY_MS))
      doomed.child.kill('SIGKILL')
    }
    await Promise.race([doomed.ended, rest(PATIENCE_MS)])
    if (doomed.child.exitCode === null && doomed.child.signalCode === null) faults.push(`never came to "${step}"`)
    doomed.child.kill('SIGKILL')
    await doomed.ended
    later.go()
    if (last) {
      await rest(random(MOST_START_MS))
      later.child.kill('SIGKILL')
      await later.ended
      last.go()
    }
    await until('an execution', async () => (await executed()).length > 0, PATIENCE_MS)
    const at = Number((await executed())[0]?.blockNumber)
    const survivor = last ?? later
    await survivor.ready
    const caughtUp = await head()
    await until('the end of all that was under way', async () => (await head()) > caughtUp + MOST_BLOCKS, PATIENCE_MS)
    survivor.child.kill('SIGKILL')
    await survivor.ended
    await stopMining()
    return { moment, blocks: at - evidence, ...(await judged(from, faults)) }
  } catch (error) {
    return { moment, blocks: Number.NaN, reverted: 0, faults: [...faults, String(error), ...(await whereTheyStand())] }
  } finally {
    for (const { child } of [doomed, later, ...(last ? [last] : [])]) child.kill('SIGKILL')
    await stopMining()
  }
}

async function whereTheyStand(): Promise<string[]> {
  const now = await head()
  return stage.config.nodes.map(({ id, dataDir }) => {
    const record = openRecordReadOnly(dataDir)
    const { cursors, counts, activeIntents } = record.status()
    const open = activeIntents.map(({ state, reason }) => `${state} (${reason ?? 'no reason'})`)
    record.close()
    const at = cursors[0]?.number ?? 0
    return `${id} is ${now - at} blocks behind, ${counts.decision ?? 0} decisions, ${counts.certificate ?? 0} certificates, open: ${open.join(', ') || 'nothing'}`
  })
}

/** What is on the chain, and what each node has on its disk. */
async function judged(from: number, faults: string[]): Promise<Pick<Run, 'reverted' | 'faults'>> {
  const rounds = (await executed()).map((e) => e.args.round)
  if (rounds.join() !== '0') faults.push(`executed ${rounds.length} times`)
  const { guard, nodes } = stage.prepared.deployment
  const payers = nodes.map(({ address }) => address.toLowerCase())
  let [paid, reverted] = [0, 0]
  for (let number = from + 1; number <= (await head()); number++) {
    type Mined = { readonly hash: Hex; readonly from: Hex; readonly to: Hex | null; readonly input: Hex }
    const block = await stage.anvil.rpc.call<{ transactions: Mined[] }>('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])
    for (const { hash, from: payer, to, input } of block.transactions) {
      if (!payers.includes(payer.toLowerCase()) || to?.toLowerCase() !== guard.toLowerCase() || !input.startsWith(EXECUTE)) continue
      const { status } = await stage.anvil.rpc.call<{ status: Hex }>('eth_getTransactionReceipt', [hash])
      if (status === '0x1') paid += 1
      else reverted += 1
    }
  }
  if (paid !== 1) faults.push(`${paid} executions were paid for with success`)
  for (const { id, dataDir } of stage.config.nodes) {
    const record = openRecord({ folder: dataDir, nodeId: id })
    const { ok } = record.verify()
    const open = record.intents.open().filter(({ operation }) => operation === 'execute')
    if (!ok) faults.push(`the log of ${id} is broken`)
    for (const { state, reason } of open) faults.push(`an intent of ${id} is still ${state} (${reason ?? 'no reason'})`)
    record.close()
  }
  return { reverted, faults }
}

const startedMs = Date.now()
const runs: Run[] = []
const from = stage.prepared.head.number
for (let i = 0; i < KILLS && Date.now() - startedMs < Number(values.minutes) * 60_000; i++) {
  const snapshot = await stage.anvil.rpc.call<Hex>('evm_snapshot')
  const run = await kill(chosen[i % chosen.length] ?? 'any', from)
  runs.push(run)
  console.log(`kill ${i + 1} (${run.moment}): ${run.faults.join('; ') || `executed after ${run.blocks} blocks`}`)
  await stage.anvil.rpc.call('evm_revert', [snapshot])
  stage.rewind()
}
const seconds = (Date.now() - startedMs) / 1_000
const pad = (cells: readonly (string | number)[]) =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(10) : String(cell).padStart(16))).join('')
console.log(
  `\n${runs.length} kills, seed ${values.seed}, blocks every ${BLOCK_MS} ms, ${cpus().length} cores, Node ${process.version}: ${seconds.toFixed(0)} s`,
)
console.log(pad(['killed at', 'kills', 'executed once', 'reverted, paid', 'most blocks']))
for (const moment of MOMENTS) {
  const of = runs.filter((run) => run.moment === moment)
  if (of.length === 0) continue
  const reverted = of.reduce((sum, run) => sum + run.reverted, 0)
  console.log(
    pad([moment, of.length, of.filter((run) => run.faults.length === 0).length, reverted, Math.max(...of.map((run) => run.blocks))]),
  )
}
rmSync(clean, { recursive: true, force: true })
await stage.close()
process.exit(runs.some((run) => run.faults.length > 0) ? 1 : 0)
