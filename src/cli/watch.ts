// `firebreak watch`: the nodes of a config, on their chain or on a capture.
import { mkdirSync } from 'node:fs'
import { extname } from 'node:path'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import type { Finding } from '../core/flow.ts'
import { openCapture } from '../ingest/capture.ts'
import { type NodeEvents, startNode } from '../pipeline.ts'
import { localExchange } from '../quorum/exchange.ts'
import { type KeyReference, loadWallet, type Wallet } from '../respond/wallet.ts'
import { rulesOf } from '../rules.ts'
import { replay } from '../tools/replay.ts'
import { loadConfig } from './load-config.ts'
import { type LogLevel, operationsLog } from './operations.ts'
import { readSecret } from './secrets.ts'
import { describe, paint, plain } from './show.ts'
import { together } from './together.ts'

export interface WatchOptions {
  readonly config: string
  readonly armed: boolean
  readonly capture?: string
  readonly replay?: string
  readonly json: boolean
  /** Of the operational log on stderr. */
  readonly logLevel: LogLevel
}

export async function watch(options: WatchOptions): Promise<void> {
  const config = await loadConfig(options.config)
  if (options.replay !== undefined) return replayed(config, options.replay, options.json)
  if (options.armed) mustBeArmable(config)
  const places = config.nodes.map((node) => ({
    ...node,
    endpoint: typeof node.rpc === 'string' ? node.rpc : readSecret(`config.nodes.${node.id}.rpc`, node.rpc),
  }))
  const operations = operationsLog(
    options.logLevel,
    places.map((place) => place.endpoint),
  )
  const shown = options.json ? jsonEvents(config) : textEvents(config)
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
  // a library's forgotten promise must not end a watcher in mid-attack; it is said aloud, not swallowed
  process.on('unhandledRejection', (error) => events.error?.('process', error))
  const wallets = new Map<string, Wallet>()
  if (options.armed)
    for (const { id, key } of config.nodes)
      if (key)
        wallets.set(
          id,
          signerOf(config, id, key, (text) => operations.warn(id, text)),
        )
  const exchange = localExchange()
  const nodes = await together(
    places.map(({ id, endpoint, dataDir }) => ({
      id,
      isUnderWay: () => underWay.has(id),
      start() {
        mkdirSync(dataDir, { recursive: true, mode: 0o700 })
        const wallet = wallets.get(id)
        const file = options.capture && captureName(options.capture, id, config.nodes.length)
        const capture = file ? openCapture(file, { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash }) : undefined
        try {
          const node = { id, endpoint, dataDir }
          const run = startNode({ config, node, exchange, events, ...(wallet ? { wallet } : {}), ...(capture ? { capture } : {}) })
          return { ...run, done: run.done.finally(() => capture?.close()) }
        } catch (error) {
          void capture?.close()
          throw error
        }
      },
    })),
    (id, error, left) => {
      operations.ended(id, error, left)
      shown.ended(id, error, left)
    },
  )
  process.once('SIGINT', nodes.stop)
  process.once('SIGTERM', nodes.stop)
  // a parent that goes away takes its nodes along
  process.once('disconnect', nodes.stop)
  await nodes.done
}

/** What people or programs see on stdout. */
type Shown = NodeEvents & { ended(node: string, error: unknown, left: number): void }

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

function mustBeArmable(config: Config): void {
  if (!config.quorum) throw new UserError('config.quorum', undefined, "the Guard's signers and k, since --armed was given")
  for (const node of config.nodes)
    if (!node.key)
      throw new UserError(`config.nodes.${node.id}.key`, undefined, '{ env } or { file } with the signing key, since --armed was given')
  if (!config.watch.some((w) => w.venues.some((v) => v.guard)))
    throw new UserError('config.watch', 'no venue with a guard', 'at least one, since --armed was given')
}

/** With several nodes each gets a file of its own: capture.jsonl becomes capture-a.jsonl. */
function captureName(file: string, node: string, nodes: number): string {
  if (nodes === 1) return file
  const ending = extname(file)
  return `${file.slice(0, file.length - ending.length)}-${node}${ending}`
}

/** For programs: every entry of every node, alerts, blocks and errors, as JSON lines. */
function jsonEvents(config: Config): Shown {
  const live = new Set<string>()
  const write = (line: object) =>
    process.stdout.write(`${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? String(value) : value))}\n`)
  return {
    entries: (node, entries) => {
      for (const { kind, block, body } of entries) if (kind !== 'verdict') write({ node, kind, block, atMs: Date.now(), body })
    },
    block: (node, number, isLive, seenAtMs) => {
      write({ node, kind: 'block', block: number, live: isLive, seenAtMs: seenAtMs ?? null })
      if (isLive && !live.has(node)) {
        live.add(node)
        if (live.size === config.nodes.length) write({ kind: 'ready', block: number })
      }
    },
    note: (node, text) => write({ node, kind: 'note', text }),
    step: (node, step, intent) => {
      write({
        node,
        kind: 'intent',
        block: intent?.updatedBlock ?? 0,
        body: { step, operation: intent?.operation, txHash: intent?.signed?.txHash },
      })
    },
    alert: (node, { id, severity, block, finding }) => write({ node, kind: 'alert', block, alert: id, severity, finding }),
    error: (node, error) => write({ node, kind: 'error', error: String(error) }),
    ended: (node, error, left) => write({ node, kind: 'error', error: String(error), ended: true, left }),
  }
}

/** For people: what the first node that is left finds and decides, and what every node signs and sends. */
function textEvents(config: Config): Shown {
  const alive = config.nodes.map(({ id }) => id)
  const live = new Set<string>()
  const say = (node: string, line: string) => console.log(config.nodes.length > 1 ? `${paint('dim', node.padEnd(4))} ${line}` : line)
  return {
    entries: (node, entries) => {
      for (const entry of entries) if (node === alive[0] || entry.kind === 'blind') for (const line of describe(entry)) say(node, line)
    },
    block: (node, number, isLive) => {
      if (isLive && !live.has(node)) {
        live.add(node)
        say(node, `caught up at block ${number}, watching`)
      }
    },
    step: (node, step, intent) => say(node, `${intent?.operation ?? ''} ${step} ${intent?.signed?.txHash ?? ''}`.trim()),
    note: (node, text) => say(node, text),
    ingest: (node, event) => {
      if (event.kind === 'history' && event.done % 100 === 0) say(node, `reading history: ${event.done} of ${event.total} blocks`)
    },
    alert: (node, { block, severity, finding }) => {
      const { detector, summary, basis } = finding as Partial<Finding>
      const runbook = config.detectors.find((d) => d.detector.id === detector)?.detector.runbook
      if (node === alive[0] || basis === 'local')
        say(node, `block ${block}  ${paint('red', `ALERT ${severity}`)} ${plain(`${detector}: ${summary}; see ${runbook}`)}`)
    },
    ended: (node, error, left) => {
      alive.splice(alive.indexOf(node), 1)
      say(
        node,
        paint('red', plain(`ended: ${error instanceof Error ? error.message : error}; ${left} of ${config.nodes.length} nodes go on`)),
      )
    },
  }
}

async function replayed(config: Config, file: string, json: boolean): Promise<void> {
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
