// The nodes of a drill: a config written to disk and `firebreak watch` run on it as a child, just as a user would.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LabDeployment } from '../tools/lab-module.ts'

export interface WatchLine {
  readonly node?: string
  readonly kind: string
  readonly block?: number
  readonly body?: unknown
  readonly [key: string]: unknown
}

export interface DrillNodes {
  readonly configFile: string
  readonly command: string
  readonly dataDirs: readonly string[]
  /** Resolves when every node has caught up with the chain. */
  readonly ready: Promise<void>
  /** Resolves when every node has judged this block. */
  judged(block: number): Promise<void>
  stop(): Promise<void>
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

/** Writes the config of the lab's nodes, keys in files of their own that only their owner can read. */
export function writeConfig(
  folder: string,
  chain: Omit<LabDeployment, 'guardEntries'>,
  ports: readonly number[],
  maxFeeGwei: number,
): { readonly file: string; readonly dataDirs: readonly string[] } {
  rmSync(folder, { recursive: true, force: true })
  const nodes = chain.nodes.map(({ privateKey }, i) => {
    const id = NAMES[i] ?? `n${i}`
    const dataDir = join(folder, `node-${id}`)
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(join(dataDir, 'key'), `${privateKey}\n`, { mode: 0o600 })
    return { id, rpc: `ws://127.0.0.1:${ports[i]}`, key: { file: join(dataDir, 'key') }, dataDir }
  })
  const { chainId, pool, guard, configurator, dataProvider, quorum } = chain
  const assets = chain.assets.map(({ address, decimals, symbol }) => ({ address, decimals, symbol }))
  const feeds = chain.feeds.map(({ id, proxy }) => ({
    name: `${id} / USD`,
    proxy,
    ...(id === chain.secondFeed.symbol ? { secondProxy: chain.secondFeed.proxy } : {}),
  }))
  const show = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
  const text = `// Written by firebreak drill: ${chain.nodes.length} nodes on the embedded lab. Use it with: firebreak watch --config <this file>
import { aaveV3Pool, accountHealth, blind, chainlinkFeeds, defineConfig, oracleJump, oracleReporters, outflowRate } from 'firebreak'

export default defineConfig({
  chain: { id: ${chainId}, fromBlock: ${chain.deployBlock} },
  nodes: ${show(nodes)},
  watch: [
    chainlinkFeeds(${show({ chainId, feeds })}),
    aaveV3Pool(${show({ chainId, pool, guard: { address: guard, configurator, dataProvider, assets } })}),
  ],
  detectors: [oracleJump(), oracleReporters(), outflowRate(), accountHealth(), blind()],
  quorum: ${show({ signers: chain.nodes.map((n) => n.address), k: quorum.k, windowS: quorum.windowS })},
  fees: { maxFeeGwei: ${maxFeeGwei}, priorityFeeGwei: 2 },
})
`
  const file = join(folder, 'firebreak.config.ts')
  writeFileSync(file, text)
  return { file, dataDirs: nodes.map((n) => n.dataDir) }
}

export function startNodes(
  written: { readonly file: string; readonly dataDirs: readonly string[] },
  options: { readonly armed: boolean; readonly capture?: string; readonly onLine: (line: WatchLine) => void },
): DrillNodes {
  const bin = fileURLToPath(new URL('../../bin/firebreak.mjs', import.meta.url))
  const args = [
    'watch',
    ...(options.armed ? ['--armed'] : []),
    '--config',
    written.file,
    '--json',
    ...(options.capture ? ['--capture', options.capture] : []),
  ]
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // what its nodes say of their connections is noise here, unless somebody asks
    env: { FIREBREAK_LOG_LEVEL: 'error', ...process.env },
  })
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  let nodes = written.dataDirs.length
  const judgedBy = new Map<number, number>()
  const waiting = new Map<number, () => void>()
  let becomeReady: () => void = () => undefined
  let stopping = false
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve
    void exited.then((code) => {
      reject(new Error(`firebreak watch ended with exit code ${code} before it was ready`))
      for (const go of waiting.values()) go() // nobody judges any more: let the run end and say so
      if (!stopping) options.onLine({ kind: 'ended', code })
    })
  })
  ready.catch(() => undefined) // whoever awaits it hears of it
  createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (text) => {
    const line = parse(text)
    if (!line) return
    if (line.kind === 'ready') becomeReady()
    if (line.kind === 'error' && line['ended'] === true) {
      nodes -= 1
      for (const [block, go] of waiting) if ((judgedBy.get(block) ?? 0) >= nodes) go()
    }
    if (line.kind === 'block' && line.block !== undefined) {
      const count = (judgedBy.get(line.block) ?? 0) + 1
      judgedBy.set(line.block, count)
      if (count >= nodes) waiting.get(line.block)?.()
    }
    options.onLine(line)
  })
  return {
    configFile: written.file,
    command: `firebreak ${args.map((a) => (a.startsWith('/') ? relative(process.cwd(), a) : a)).join(' ')}`,
    dataDirs: written.dataDirs,
    ready,
    async judged(block) {
      if ((judgedBy.get(block) ?? 0) >= nodes || child.exitCode !== null) return
      await new Promise<void>((resolve) => waiting.set(block, resolve))
      waiting.delete(block)
    },
    async stop() {
      stopping = true
      if (child.exitCode === null) child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(late)
    },
  }
}

function parse(text: string): WatchLine | undefined {
  try {
    return JSON.parse(text) as WatchLine
  } catch {
    return undefined // not one of ours
  }
}
