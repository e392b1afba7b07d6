// One scenario run on one lab chain: with nodes in a child process that only observe or are armed, or without any, as the baselines are.
import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseEventLogs } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import type { Hex } from '../core/flow.ts'
import type { Scenario } from '../scenario.ts'
import type { Ordering } from '../tools/drill-document.ts'
import { finalLoss, isHigh, type LabRun, type Response } from '../tools/drill-measure.ts'
import { guardedResponse, type NodeReport } from '../tools/drill-response.ts'
import type { Intervention, LabModule, LabPrepared, LabReady } from '../tools/lab-module.ts'
import { type DrillNodes, startNodes, type WatchLine, writeConfig } from './drill-nodes.ts'
import { drillShow } from './drill-show.ts'
import { describe, paint, plain, usd } from './show.ts'

export interface RunSetup {
  readonly lab: LabModule
  readonly scenario: Scenario
  readonly prepared: LabPrepared
  readonly seed: number
  readonly folder: string
  /** Of the folder and captures of a run, from the part: unguarded or guarded. */
  readonly name: (part: string) => string
  readonly capture?: string
  readonly say: (text: string) => void
  /** Told after each block, for who waits. */
  readonly onBlock?: () => void
}

export interface GuardedRun {
  readonly run: LabRun
  readonly response: Response
  /** Block of the first transaction of a node. */
  readonly firstOwnBlock: number | undefined
}

export interface ObservedRun {
  readonly run: LabRun
  /** Block of the nodes' first finding of severity high or more. */
  readonly firstHighBlock: number | undefined
}

/** The unguarded run goes on longer than any guarded one does, so that operations of both pair. */
const EXTRA_BLOCKS = 30
/** The guarded run goes on after the last lift, for the attacker's retries. */
const AFTER_LIFT_BLOCKS = 20

export const plannedBlocks = ({ startBlock, minBlocks }: Scenario, kind: 'unguarded' | 'baseline' | 'guarded'): number =>
  startBlock + minBlocks + (kind === 'guarded' ? 0 : EXTRA_BLOCKS)

export async function observeRun(setup: RunSetup): Promise<ObservedRun> {
  const { lab, scenario, prepared, seed, say } = setup
  const found = new Map<string, number>()
  let firstHighBlock: number | undefined
  let headBlock = prepared.head.number
  const watch = await watchLab({ ...setup, part: 'unguarded', armed: false })
  watch.onLine = (line) => {
    const finding = line.body as { severity: string; detector: string; summary: string } | undefined
    if (line.kind !== 'finding' || line.node !== 'a' || !finding || !isHigh(finding.severity) || (line.block ?? 0) <= headBlock) return
    firstHighBlock ??= line.block
    if (!found.has(finding.detector))
      for (const text of describe({ kind: line.kind, block: line.block ?? 0, body: line.body })) say(`  ${text}`)
    found.set(finding.detector, (found.get(finding.detector) ?? 0) + 1)
  }
  try {
    const run = await lab.runScenario(scenario, {
      prepared,
      seed,
      blockMs: 0,
      ordering: 'won',
      endAfterBlocks: plannedBlocks(scenario, 'unguarded'),
      onReady: (ready) => {
        headBlock = ready.headBlock
        return watch.onReady(ready)
      },
      onBlock: (block) => {
        setup.onBlock?.()
        return watch.nodes().judged(block)
      },
    })
    const seen = [...found].map(([detector, n]) => `${detector} ${n} times`).join(', ') || 'nothing'
    say(`  ${run.blocks.length} blocks; found ${seen}${scenario.kind === 'attack' ? `; loss ${usd(finalLoss(run))}` : ''}`)
    return { run, firstHighBlock }
  } finally {
    await watch.stop()
  }
}

/** The same scenario without nodes, where somebody else does something. */
export async function interveneRun(setup: Omit<RunSetup, 'name' | 'say'>, intervene: Intervention): Promise<LabRun> {
  const { lab, scenario, prepared, seed } = setup
  return lab.runScenario(scenario, {
    prepared,
    seed,
    blockMs: 0,
    ordering: 'won',
    intervene,
    endAfterBlocks: plannedBlocks(scenario, 'baseline'),
    onReady: async () => undefined,
    onBlock: () => setup.onBlock?.(),
  })
}

export interface GuardedOptions extends RunSetup {
  readonly blockMs: number
  readonly ordering: Ordering | null
  readonly show: boolean
  /** Told when a node ends before the run does. */
  readonly warn: (text: string) => void
  /** Called with the result while chain and nodes still run. */
  readonly hold?: (guarded: GuardedRun, alive: { readonly rpcUrl: string; readonly dataDirs: readonly string[] }) => Promise<void>
}

export async function runGuarded(options: GuardedOptions): Promise<GuardedRun> {
  const { lab, scenario, prepared, seed, blockMs, ordering, show, hold, say } = options
  const watch = await watchLab({ ...options, part: 'guarded', armed: true })
  let headBlock = prepared.head.number
  const lines: NodeReport[] = []
  const shown = drillShow(say, 'a')
  watch.onLine = (line) => {
    lines.push(line as NodeReport)
    if (show) shown.line(line)
    else if (line.kind === 'ended' || line['ended'] === true)
      options.warn(
        `  ${paint('red', line.node ? `node ${line.node} ended` : 'the nodes ended')}: ${plain(String(line['error'] ?? `exit code ${line['code']}`))}`,
      )
  }
  let guarded: GuardedRun | undefined
  try {
    await lab.runScenario(scenario, {
      prepared,
      seed,
      blockMs,
      ...(ordering ? { ordering } : {}),
      onReady: (ready) => {
        headBlock = ready.headBlock
        return watch.onReady(ready)
      },
      onBlock: (block) => {
        options.onBlock?.()
        if (block === headBlock + scenario.startBlock - 1) say(paint('bold', `  block ${block}  next: ${scenario.title}`))
        return blockMs === 0 ? watch.nodes().answered(block) : undefined
      },
      onTraffic: (block, settled) => {
        if (show) shown.traffic(block, settled)
      },
      stopWhen: (block) => isQuiet(watch.rpc(), prepared, block),
      beforeEnd: async (run) => {
        const response = await guardedResponse(watch.rpc(), prepared, lines, run.blocks.at(-1)?.number ?? prepared.head.number)
        guarded = { run, ...response }
        await hold?.(guarded, { rpcUrl: watch.rpcUrl(), dataDirs: watch.nodes().dataDirs })
      },
    })
    return guarded ?? Promise.reject(new Error('the guarded run gave no result'))
  } finally {
    await watch.stop()
  }
}

type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>

interface LabWatch {
  onLine: (line: WatchLine) => void
  readonly onReady: (ready: LabReady) => Promise<void>
  readonly nodes: () => DrillNodes
  readonly rpc: () => Rpc
  readonly rpcUrl: () => string
  stop(): Promise<void>
}

/** Nodes behind a proxy each, on a chain that is not there yet. */
async function watchLab(setup: RunSetup & { readonly part: 'unguarded' | 'guarded'; readonly armed: boolean }): Promise<LabWatch> {
  const { lab, prepared, folder, armed, say, capture } = setup
  const name = setup.name(setup.part)
  // who only observes bids nothing
  const maxFeeGwei = armed ? Number(lab.fees.responderWon) / 1e9 : 1
  const proxies: Awaited<ReturnType<LabModule['startProxy']>>[] = []
  let nodes: DrillNodes | undefined
  let url = ''
  const watch: LabWatch = {
    onLine: () => undefined,
    async onReady({ rpcUrl, port }) {
      url = rpcUrl
      for (const _ of prepared.deployment.nodes) proxies.push(await lab.startProxy({ targetPort: port }))
      const ports = proxies.map((p) => p.port)
      const written = writeConfig(join(folder, name), prepared.deployment, ports, maxFeeGwei)
      const file = capture && join(capture, `${setup.scenario.id}-${name}.jsonl`)
      if (capture) mkdirSync(capture, { recursive: true })
      nodes = startNodes(written, { armed, ...(file ? { capture: file } : {}), onLine: (line) => watch.onLine(line) })
      say(`  config  ${relative(process.cwd(), written.file)}`)
      say(`  nodes   ${nodes.command}`)
      await nodes.ready
    },
    nodes: () => nodes as DrillNodes,
    rpc: () => rpcAt(url),
    rpcUrl: () => url,
    async stop() {
      await nodes?.stop()
      for (const proxy of proxies) await proxy.close()
    },
  }
  return watch
}

/** No action of ours in force, and none lifted within the last blocks. */
async function isQuiet(rpc: Rpc, prepared: LabPrepared, block: number): Promise<boolean> {
  const fromBlock = `0x${prepared.head.number.toString(16)}`
  const raw = (await rpc('eth_getLogs', [{ address: prepared.deployment.guard, fromBlock, toBlock: 'latest' }])) as {
    blockNumber: Hex
    topics: Hex[]
    data: Hex
  }[]
  const events = parseEventLogs({ abi: Guard.abi, logs: raw as never }) as unknown as {
    eventName: string
    blockNumber: Hex
    args: { entry: Hex; subject: Hex }
  }[]
  const active = new Set<string>()
  let lastEnd = 0
  for (const { eventName, args, blockNumber } of events) {
    const key = `${args.entry}:${args.subject}`
    if (eventName === 'Executed') active.add(key)
    if (eventName === 'Ended') {
      active.delete(key)
      lastEnd = Number(blockNumber)
    }
  }
  return active.size === 0 && block >= lastEnd + AFTER_LIFT_BLOCKS
}

function rpcAt(url: string): Rpc {
  return async (method, params) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }
}
