// `firebreak watch`: the nodes of one or more configs, each on its chain, in one process; or one config on a capture.
import { mkdirSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import { openCapture } from '../ingest/capture.ts'
import { Neighbours } from '../neighbours.ts'
import { type NodeEvents, startNode } from '../pipeline.ts'
import { localExchange } from '../quorum/exchange.ts'
import { type KeyReference, loadWallet, type Wallet } from '../respond/wallet.ts'
import { rulesOf } from '../rules.ts'
import { replay } from '../tools/replay.ts'
import { loadConfig } from './load-config.ts'
import { type LogLevel, type Operations, operationsLog } from './operations.ts'
import { endpointsOf } from './secrets.ts'
import { describe } from './show.ts'
import { submissionOf } from './submission.ts'
import { type Starting, together } from './together.ts'
import { jsonEvents, type Shown, textEvents } from './watch-shown.ts'

export interface WatchOptions {
  /** Each its own chain, with its own nodes, records and quorum. */
  readonly config: readonly string[]
  readonly armed: boolean
  readonly capture?: string
  readonly replay?: string
  readonly json: boolean
  /** Of the operational log on stderr. */
  readonly logLevel: LogLevel
}

/** One config's nodes, ready to start. */
interface WatchedChain {
  readonly nodes: readonly Starting[]
  readonly operations: Operations
  readonly shown: Shown
}

export async function watch(options: WatchOptions): Promise<void> {
  const configs: Config[] = []
  for (const file of options.config) configs.push(await loadConfig(file))
  if (options.replay !== undefined) return replayed(configs, options.replay, options.json)
  mustDiffer(configs)
  if (options.armed) for (const config of configs) mustBeArmable(config)
  const chains = new Map<string, { readonly chain: WatchedChain; readonly node: string }>()
  const starting: Starting[] = []
  const neighbours = new Neighbours()
  for (const config of configs) {
    const chain = chainOf(config, configs.length, neighbours, options)
    for (const node of chain.nodes) {
      const id = `${config.chain.id}/${node.id}`
      chains.set(id, { chain, node: node.id })
      starting.push({ ...node, id })
    }
    // a library's forgotten promise must not end a watcher in mid-attack; it is said aloud, not swallowed
    if (config === configs[0])
      process.on('unhandledRejection', (error) => {
        chain.operations.error('process', error)
        chain.shown.error?.('process', error)
      })
  }
  const nodes = await together(starting, (id, error, left) => {
    const of = chains.get(id)
    of?.chain.operations.ended(of.node, error, left)
    of?.chain.shown.ended(of.node, error, left)
  })
  process.once('SIGINT', nodes.stop)
  process.once('SIGTERM', nodes.stop)
  // a parent that goes away takes its nodes along
  process.once('disconnect', nodes.stop)
  await nodes.done
}

function chainOf(
  config: Config,
  chains: number,
  neighbours: Neighbours,
  { armed, capture: into, json, logLevel }: WatchOptions,
): WatchedChain {
  const places = config.nodes.map((node) => ({ ...node, endpoints: endpointsOf(node) }))
  const operations = operationsLog(
    logLevel,
    places.flatMap(({ endpoints }) => endpoints),
    { about: chains > 1 ? { chainId: config.chain.id } : null },
  )
  const shown = json ? jsonEvents(config) : textEvents(config, chains)
  const underWay = new Set<string>()
  const events: NodeEvents = {
    ...shown,
    block(node, ...about) {
      underWay.add(node)
      shown.block?.(node, ...about)
    },
    ingest(node, event) {
      operations.ingest(node, event)
      shown.ingest?.(node, event)
    },
    error(node, error) {
      operations.error(node, error)
      shown.error?.(node, error)
    },
  }
  const wallets = new Map<string, Wallet>()
  if (armed)
    for (const { id, key } of config.nodes)
      if (key)
        wallets.set(
          id,
          signerOf(config, id, key, (text) => operations.warn(id, text)),
        )
  const exchange = localExchange()
  const nodes = places.map(({ id, endpoints, dataDir }) => ({
    id,
    isUnderWay: () => underWay.has(id),
    start() {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      const wallet = wallets.get(id)
      const parts = [...(chains > 1 ? [String(config.chain.id)] : []), ...(config.nodes.length > 1 ? [id] : [])]
      const file = into && captureName(into, parts)
      const capture = file ? openCapture(file, { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash }) : undefined
      try {
        const node = { id, endpoints, dataDir }
        const submission = wallet && submissionOf(config, wallet)
        const acting = { ...(wallet ? { wallet } : {}), ...(submission ? { submission } : {}) }
        const run = startNode({ config, node, exchange, neighbours, events, ...acting, ...(capture ? { capture } : {}) })
        return { ...run, done: run.done.finally(() => capture?.close()) }
      } catch (error) {
        void capture?.close()
        throw error
      }
    },
  }))
  return { nodes, operations, shown }
}

/** An approval by a key that is no signer counts for nothing at the Guard. */
function signerOf(config: Config, id: string, key: KeyReference, onWarning: (text: string) => void): Wallet {
  const wallet = loadWallet(key, onWarning)
  const signers = config.quorum?.signers ?? []
  if (!signers.includes(wallet.address))
    throw new UserError(
      `config.nodes.${id}.key`,
      `the key of ${wallet.address}`,
      `that of one of config.quorum.signers, ${signers.join(', ')}`,
    )
  return wallet
}

/** Lines and captures are told apart by chain, and a folder has one node. */
function mustDiffer(configs: readonly Config[]): void {
  const ids = configs.map(({ chain }) => chain.id)
  if (new Set(ids).size < ids.length) throw new UserError('--config', `chains ${ids.join(', ')}`, 'one config a chain')
  const folders = configs.flatMap(({ nodes }) => nodes.map(({ dataDir }) => resolve(dataDir)))
  const twice = folders.find((folder, i) => folders.indexOf(folder) < i)
  if (twice !== undefined) throw new UserError('config.nodes.dataDir', `${twice} twice`, 'a folder of its own for each node')
}

function mustBeArmable(config: Config): void {
  if (!config.quorum) throw new UserError('config.quorum', undefined, "the Guard's signers and k, since --armed was given")
  for (const node of config.nodes)
    if (!node.key)
      throw new UserError(`config.nodes.${node.id}.key`, undefined, '{ env } or { file } with the signing key, since --armed was given')
  if (!config.watch.some((w) => w.venues.some((v) => v.guard)))
    throw new UserError('config.watch', 'no venue with a guard', 'at least one, since --armed was given')
}

/** With several nodes or chains each gets a file of its own: capture.jsonl becomes capture-a.jsonl or capture-1-a.jsonl. */
function captureName(file: string, parts: readonly string[]): string {
  const ending = extname(file)
  return [file.slice(0, file.length - ending.length), ...parts].join('-') + ending
}

async function replayed(configs: readonly Config[], file: string, json: boolean): Promise<void> {
  const [config] = configs
  if (!config || configs.length > 1)
    throw new UserError('--replay', `${configs.length} configs`, 'the one config of the chain in the capture')
  const result = await replay(config, file, (entry) => {
    if (json) return
    for (const line of describe(entry)) console.log(line)
  })
  if (json) console.log(JSON.stringify(result))
  else
    console.log(
      `replayed ${result.inputs} inputs to block ${result.head ?? 'none'}: ${result.entries} entries, fold hash ${result.foldHash}`,
    )
}
