// The nodes of a drill: a config written to disk and `firebreak watch` run on it as a child, just as a user would.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { detectors } from '../detect/index.ts'
import * as firebreak from '../index.ts'
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
  /** Resolves when every node has done what it does about this block, and what they asked of each other is done too. */
  answered(block: number): Promise<void>
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
  const { chainId, quorum } = chain
  // what this build has, so that a new detector is drilled from its first day
  const used = Object.keys(detectors).filter((name) => name in firebreak)
  const names = [
    ...used,
    'aaveV3Pool',
    'chainlinkFeeds',
    'defineConfig',
    'governance',
    ...(chain.pools.length > 0 ? ['uniswapV3Pools'] : []),
  ].sort()
  const show = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
  const { feeds, pools, authority, aave } = watchedOf(chain)
  const text = `// Written by firebreak drill: ${chain.nodes.length} nodes on the embedded lab. Use it with: firebreak watch --config <this file>
import { ${names.join(', ')} } from 'firebreak'

export default defineConfig({
  chain: { id: ${chainId}, fromBlock: ${chain.deployBlock} },
  nodes: ${show(nodes)},
  watch: [
    chainlinkFeeds(${show(feeds)}),
${pools.pools.length > 0 ? `    uniswapV3Pools(${show(pools)}),\n` : ''}    governance(${show(authority)}),
    aaveV3Pool(${show(aave)}),
  ],
  detectors: [${used.map((name) => `${name}()`).join(', ')}],
  quorum: ${show({ signers: chain.nodes.map((n) => n.address), k: quorum.k, windowS: quorum.windowS })},
  fees: { maxFeeGwei: ${maxFeeGwei}, priorityFeeGwei: 2 },
  history: false,
})
`
  const file = join(folder, 'firebreak.config.ts')
  writeFileSync(file, text)
  return { file, dataDirs: nodes.map((n) => n.dataDir) }
}

/** The lab's feeds report at least every two hours. */
const HEARTBEAT_S = 7_200
const ROLES = ['POOL_ADMIN', 'EMERGENCY_ADMIN', 'RISK_ADMIN'] as const

/** What the nodes watch of the lab, in the order in which it applies: prices, pools, who governs, the market. */
function watchedOf(chain: Omit<LabDeployment, 'guardEntries'>) {
  const { chainId, pool, guard, configurator, dataProvider } = chain
  const assets = chain.assets.map(({ address, decimals, symbol }) => ({ address, decimals, symbol }))
  const assetOf = (symbol: string) => {
    const asset = assets.find((a) => a.symbol === symbol)
    if (!asset) throw new Error(`the lab has no ${symbol}`)
    return asset
  }
  const feeds = chain.feeds.map(({ id, proxy }) => {
    const second = chain.secondFeeds.find((f) => f.symbol === id)
    return { name: `${id} / USD`, proxy, ...(second ? { secondProxy: second.proxy } : {}), heartbeatS: HEARTBEAT_S }
  })
  const pools = chain.pools.map(({ id, base, quote, address }) => {
    const feed = chain.feeds.find((f) => f.id === base)
    const { address: token, decimals: baseDecimals } = assetOf(base)
    const { decimals: quoteDecimals } = assetOf(quote)
    return { name: id, pool: address, base: token, baseDecimals, quoteDecimals, ...(feed ? { feed: feed.proxy } : {}) }
  })
  const authority = {
    accessControls: [{ address: chain.aclManager, roles: ROLES }],
    proxies: [pool],
    timelocks: [chain.timelock],
    safes: [chain.safe],
    own: [guard],
    // two operations wait in every drill, one of them harmful: what it does is for the scenario that executes it
    rehearse: false,
  }
  const hub = chain.pools[0] && assetOf(chain.pools[0].quote).address
  const liquidator = hub ? { liquidator: { address: chain.liquidatorContract, hub } } : {}
  return {
    feeds: { chainId, feeds },
    pools: { chainId, pools },
    authority: { chainId, ...authority, sinceBlock: chain.deployBlock + 1 },
    aave: { chainId, pool, guard: { address: guard, configurator, dataProvider, assets, ...liquidator } },
  }
}

/** Lines after which another node may have something to do, and how long none must have come. */
const TALK: ReadonlySet<string> = new Set(['decision', 'approval', 'certificate', 'intent'])
const TALK_QUIET_MS = 40

/** How many nodes have said something of a block, and who waits until all have. */
class Awaited {
  private readonly said = new Map<number, number>()
  private readonly waiting = new Map<number, () => void>()

  count(block: number, nodes: number): void {
    this.said.set(block, (this.said.get(block) ?? 0) + 1)
    this.release(nodes)
  }

  release(nodes: number): void {
    for (const [block, go] of this.waiting) if ((this.said.get(block) ?? 0) >= nodes) go()
  }

  async of(block: number, nodes: number): Promise<void> {
    if ((this.said.get(block) ?? 0) < nodes) await new Promise<void>((resolve) => this.waiting.set(block, resolve))
    this.waiting.delete(block)
  }
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
  const judged = new Awaited()
  const answered = new Awaited()
  let lastTalkMs = 0
  let becomeReady: () => void = () => undefined
  let stopping = false
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve
    void exited.then((code) => {
      reject(new Error(`firebreak watch ended with exit code ${code} before it was ready`))
      nodes = 0 // nobody judges any more: let the run end and say so
      for (const awaited of [judged, answered]) awaited.release(nodes)
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
      for (const awaited of [judged, answered]) awaited.release(nodes)
    }
    if (line.kind === 'block' && line.block !== undefined) judged.count(line.block, nodes)
    if (line.kind === 'answered' && line.block !== undefined) answered.count(line.block, nodes)
    if (TALK.has(line.kind)) lastTalkMs = performance.now()
    options.onLine(line)
  })
  return {
    configFile: written.file,
    command: `firebreak ${args.map((a) => (a.startsWith('/') ? relative(process.cwd(), a) : a)).join(' ')}`,
    dataDirs: written.dataDirs,
    ready,
    judged: (block) => judged.of(block, nodes),
    async answered(block) {
      await answered.of(block, nodes)
      for (let leftMs = 1; leftMs > 0; ) {
        leftMs = lastTalkMs + TALK_QUIET_MS - performance.now()
        if (leftMs > 0) await new Promise((due) => setTimeout(due, leftMs))
      }
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
