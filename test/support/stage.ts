// A stage for tests of the whole: the prepared market on a real anvil, three nodes each behind a proxy of its own, an attack at hand.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEventLogs } from 'viem'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { Chain, type Signed } from '../../lab/chain.ts'
import { FEES } from '../../lab/fees.ts'
import { type PreparedState, preparedState } from '../../lab/prepared.ts'
import { type Proxy as NodeProxy, startProxy } from '../../lab/proxy.ts'
import { submission } from '../../lab/reporters.ts'
import { writeConfig } from '../../src/cli/drill-nodes.ts'
import { loadConfig } from '../../src/cli/load-config.ts'
import type { Config } from '../../src/config.ts'
import { Guard } from '../../src/contracts/Guard.ts'
import type { Hex } from '../../src/core/flow.ts'
import { openCapture } from '../../src/ingest/capture.ts'
import { type RunningNode, startNode } from '../../src/pipeline.ts'
import { localExchange } from '../../src/quorum/exchange.ts'
import { loadWallet } from '../../src/respond/wallet.ts'
import { rulesOf } from '../../src/rules.ts'

export interface GuardEvent {
  readonly eventName: string
  readonly blockNumber: Hex
  /** `Armed` has none. */
  readonly args: {
    readonly entry: Hex
    readonly subject: Hex
    readonly round: number
    /** Of a renewal or execution. */
    readonly expiresAtS?: bigint
    readonly capped?: boolean
  }
}

export interface Stage {
  readonly prepared: PreparedState
  readonly anvil: Anvil
  readonly chain: Chain
  readonly proxies: readonly NodeProxy[]
  readonly config: Config
  readonly configFile: string
  readonly folder: string
  /** Mines one block; its number. */
  mine(): Promise<number>
  /** Mines at fixed moments until the returned function is called. */
  mineEvery(blockMs: number): () => Promise<void>
  /** Two of three reporters of LINK report ten times the price, at this fee for the first; not mined yet. */
  falsePrice(maxFeePerGas?: bigint): Promise<void>
  /** All three report the truth in the next round; not mined yet. */
  truePrice(): Promise<void>
  /** After the chain was set back to the prepared head: nonces and rounds are again as they were there. */
  rewind(): void
  /** Of the market's Guard, or of another. */
  guardEvents(guard?: Hex): Promise<readonly GuardEvent[]>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const prepared = await preparedState({ log: (line) => console.log(line) })
  const anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  const { deployment, head } = prepared
  await anvil.rpc.call('evm_setNextBlockTimestamp', [head.timeS + 12])
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  const chain = new Chain(anvil.rpc, prepared.nonces)
  const proxies = await Promise.all(deployment.nodes.map(() => startProxy({ targetPort: anvil.port })))
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-test-'))
  const written = writeConfig(
    join(folder, 'nodes'),
    deployment,
    proxies.map((p) => p.port),
    Number(FEES.responderWon) / 1e9,
  )
  // drills keep none; nodes of users do
  const config = { ...(await loadConfig(written.file)), history: true }
  const feed = deployment.feeds.find((f) => f.id === 'LINK')
  if (!feed) throw new Error('the lab has no LINK feed')
  let round = prepared.rounds['LINK'] ?? 0
  const report = async (factors: readonly number[], fee: bigint = FEES.falseReporter): Promise<void> => {
    round += 1
    const signed: Signed[] = []
    for (const [i, factor] of factors.entries()) {
      const tx = submission(feed, feed.reporters[i] as Hex, round, prepared.prices.LINK * factor)
      signed.push(await chain.sign({ ...tx, maxFeePerGas: fee - BigInt(i) }))
    }
    await chain.broadcast(signed)
  }
  const mine = async () => {
    await chain.mine()
    return (await chain.head()).number
  }
  return {
    prepared,
    anvil,
    chain,
    proxies,
    config,
    configFile: written.file,
    folder,
    mine,
    mineEvery(blockMs) {
      let stopped = false
      const loop = (async () => {
        for (let dueMs = performance.now() + blockMs; !stopped; dueMs += blockMs) {
          await new Promise((due) => setTimeout(due, Math.max(0, dueMs - performance.now())))
          if (!stopped) await chain.mine()
        }
      })()
      loop.catch(() => undefined) // a chain that is gone ends it; whoever stops it hears of it
      return () => {
        stopped = true
        return loop
      }
    },
    falsePrice: (fee) => report([10, 10], fee),
    truePrice: () => report([1, 1, 1]),
    rewind() {
      round = prepared.rounds['LINK'] ?? 0
      chain.nonces.clear()
      for (const [address, nonce] of Object.entries(prepared.nonces)) chain.nonces.set(address as Hex, nonce)
    },
    async guardEvents(guard = deployment.guard) {
      const raw = await anvil.rpc.call<unknown[]>('eth_getLogs', [
        { address: guard, fromBlock: `0x${head.number.toString(16)}`, toBlock: 'latest' },
      ])
      return parseEventLogs({ abi: Guard.abi, logs: raw as never }) as unknown as GuardEvent[]
    },
    async close() {
      for (const proxy of proxies) await proxy.close()
      await anvil.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface StagedNodes {
  readonly entries: Map<string, { readonly kind: string; readonly block: number; readonly body: unknown }[]>
  /** Resolves when these nodes (all without names) have judged this block. */
  judged(block: number, nodes?: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** The nodes of the stage's config, in this process. */
export async function startNodes(
  stage: Stage,
  options: { readonly armed: boolean; readonly captures?: string; readonly only?: readonly string[] },
): Promise<StagedNodes> {
  const { config } = stage
  const exchange = localExchange()
  const entries: StagedNodes['entries'] = new Map()
  const judgedTo = new Map<string, number>()
  const waiting = new Set<() => void>()
  const chosen = config.nodes.filter((node) => options.only?.includes(node.id) ?? true)
  const running: RunningNode[] = []
  for (const node of chosen) {
    mkdirSync(node.dataDir, { recursive: true })
    entries.set(node.id, [])
    if (options.captures) mkdirSync(options.captures, { recursive: true })
    const capture =
      options.captures &&
      openCapture(join(options.captures, `${node.id}.jsonl`), { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash })
    running.push(
      startNode({
        config,
        node: { id: node.id, endpoints: [node.rpc as string].flat(), dataDir: node.dataDir },
        exchange,
        ...(options.armed && node.key ? { wallet: loadWallet(node.key) } : {}),
        ...(capture ? { capture } : {}),
        events: {
          entries: (id, all) => entries.get(id)?.push(...all),
          block: (id, number) => {
            judgedTo.set(id, number)
            for (const check of [...waiting]) check()
          },
        },
      }),
    )
  }
  return {
    entries,
    judged: (block, nodes = chosen.map((n) => n.id)) =>
      new Promise((done) => {
        const check = () => {
          if (!nodes.every((id) => (judgedTo.get(id) ?? 0) >= block)) return
          waiting.delete(check)
          done()
        }
        waiting.add(check)
        check()
      }),
    async stop() {
      await Promise.all(running.map((node) => node.stop()))
    },
  }
}

/** Asks until the answer is yes. */
export async function until(what: string, ask: () => Promise<boolean> | boolean, withinMs = 40_000): Promise<void> {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; ) {
    if (await ask()) return
    await new Promise((again) => setTimeout(again, 20))
  }
  throw new Error(`not within ${withinMs} ms: ${what}`)
}
