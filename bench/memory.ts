// Does a node's memory stay bounded? 10,000 blocks through a whole node (ingest, fold, record, checkpoints) in a folder of its own:
// `npm run bench:memory`. Exit code 1 if the heap has grown by more than the bound since the first 2,000 blocks.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '../src/config.ts'
import type { BoundDetector } from '../src/detect/define.ts'
import { detectors } from '../src/detect/index.ts'
import { startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import type { Protocol } from '../src/state/protocol.ts'
import { FLOW } from '../src/state/tables.ts'
import type { World } from '../src/state/world.ts'
import type { Watched } from '../src/watched.ts'
import { account, CHAIN_ID, feed, flow, market, round } from '../test/builders.ts'
import { at, honest, scriptedBlock, word } from '../test/support/scripted-chain.ts'
import { startScriptedRpc } from '../test/support/scripted-rpc.ts'

const BLOCKS = Number(process.argv[2] ?? 10_000)
const SETTLED = Math.floor(BLOCKS / 5)
const STEP = Math.floor(BLOCKS / 5)
const ACCOUNTS = 500
/** What 8,000 further blocks may add after a garbage collection, in megabytes. */
const BOUND_MB = 8
const FINAL_DEPTH = 64

const { gc } = globalThis
if (!gc) throw new Error('run it with node --expose-gc')

// a market's ordinary life, written by block number: prices that wander, deposits and loans, and now and then a jump that is a finding
function apply(world: World, { number }: { readonly number: number }): void {
  const wander = 2_000 + 40 * Math.sin(number / 50) + ((number * 7_919) % 97) / 10
  const price = number % 1_000 < 5 && number > 1_000 ? wander * 1.5 : wander
  const row = feed(world, { price })
  market(world, 'WETH', { feed: row + 1, price, goodPrice: wander })
  market(world, 'USDC', { cashUsd: 1_000_000 + (number % 313) * 1_000 })
  if (number % 5 === 0 || number % 1_000 < 5) round(world, price, { roundId: BigInt(number) })
  for (const [i, kind] of [FLOW.supply, FLOW.borrow, FLOW.withdraw].entries()) flow(world, kind, 1_000 + ((number * (i + 3)) % 101) * 50)
  account(world, { collateralE8: 10n ** 12n, debtE8: BigInt(number) * 10n ** 6n }, `acc${number % ACCOUNTS}`)
}
const protocol: Protocol = {
  id: 'synthetic',
  writes: [],
  watches: () => [{ address: at(0xa1), topics: [word(0x11)] }],
  reads: (_, { logs }, answers) => (logs.length > 0 && answers.all.length === 0 ? [{ to: at(0xa1), data: '0x01' }] : []),
  apply,
  actions: {},
  steps: () => [],
}
const watched: Watched = { chainId: CHAIN_ID, rules: 'synthetic', protocols: [protocol], venues: [], guards: [] }

const chain = Array.from({ length: BLOCKS + 1 }, (_, number) => scriptedBlock(number))
const byHash = new Map(chain.map((block) => [block.header.hash as unknown, block]))
const hashIn = (params: readonly unknown[]): unknown =>
  params
    .map((param) => (typeof param === 'object' && param !== null ? (param as { blockHash?: unknown }).blockHash : param))
    .find((v) => byHash.has(v))
const server = await startScriptedRpc((method, params) => {
  const [first] = params
  if (method === 'eth_getBlockByNumber' && first === 'finalized') return { result: chain[BLOCKS - FINAL_DEPTH]?.header }
  if (method === 'eth_getBlockByNumber') return { result: chain[first === 'latest' ? BLOCKS : Number(first)]?.header ?? null }
  const block = byHash.get(hashIn(params))
  return honest(() => (block ? [block] : []), CHAIN_ID)(method, params)
})

const folder = mkdtempSync(join(tmpdir(), 'firebreak-memory-'))
const config = defineConfig({
  chain: { id: CHAIN_ID, fromBlock: 1 },
  nodes: [{ id: 'a', rpc: server.ws, dataDir: folder }],
  watch: [watched],
  detectors: Object.values(detectors).map((detector) => (detector as () => BoundDetector)()),
})
interface Sample {
  readonly block: number
  readonly heapMb: number
  readonly buffersMb: number
  readonly residentMb: number
}
const samples: Sample[] = []
let findings = 0
const sample = (block: number): void => {
  gc()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  samples.push({ block, heapMb: heapUsed / 1e6, buffersMb: arrayBuffers / 1e6, residentMb: rss / 1e6 })
}
const startMs = performance.now()
await new Promise<void>((done, fail) => {
  const node = startNode({
    config,
    node: { id: 'a', endpoints: [server.ws], dataDir: folder },
    exchange: localExchange(),
    events: {
      entries: (_, entries) => {
        findings += entries.filter(({ kind }) => kind === 'finding').length
      },
      block(_, number) {
        if (number % STEP === 0) sample(number)
        if (number === BLOCKS) node.stop().then(done, fail)
      },
    },
  })
  node.done.catch(fail)
})
const seconds = (performance.now() - startMs) / 1_000
const recordMb = statSync(join(folder, 'firebreak.db')).size / 1e6
await server.close()
rmSync(folder, { recursive: true })

const column = (value: number): string => value.toFixed(1).padStart(10)
console.log(
  `${BLOCKS} blocks with ${ACCOUNTS} accounts and ${findings} findings in ${seconds.toFixed(0)} s, Node ${process.version}, ${cpus()[0]?.model.trim()}`,
)
console.log('   block   heap MB  buffers MB  resident MB  (the scripted chain itself is in the heap, the same all the time)')
for (const { block, heapMb, buffersMb, residentMb } of samples)
  console.log(`${String(block).padStart(8)}${column(heapMb)}${column(buffersMb)}${column(residentMb)}`)
const at0 = samples.find(({ block }) => block >= SETTLED)
const end = samples.at(-1)
const grownMb = at0 && end ? end.heapMb + end.buffersMb - at0.heapMb - at0.buffersMb : Number.POSITIVE_INFINITY
console.log(
  `growth of heap and buffers since block ${SETTLED}: ${grownMb.toFixed(1)} MB, bound ${BOUND_MB} MB; record on disk ${recordMb.toFixed(1)} MB`,
)
process.exit(grownMb <= BOUND_MB ? 0 : 1)
