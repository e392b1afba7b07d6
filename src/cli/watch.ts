// `firebreak watch`: the nodes of a config, on their chain or on a capture.
import { mkdirSync } from 'node:fs'
import { extname } from 'node:path'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import { openCapture } from '../ingest/capture.ts'
import { type NodeEvents, type RunningNode, startNode } from '../pipeline.ts'
import { localExchange } from '../quorum/exchange.ts'
import { loadWallet } from '../respond/wallet.ts'
import { rulesOf } from '../rules.ts'
import { replay } from '../tools/replay.ts'
import { loadConfig } from './load-config.ts'
import { readSecret } from './secrets.ts'
import { describe, paint, plain } from './show.ts'

export interface WatchOptions {
  readonly config: string
  readonly armed: boolean
  readonly capture?: string
  readonly replay?: string
  readonly json: boolean
}

export async function watch(options: WatchOptions): Promise<void> {
  const config = await loadConfig(options.config)
  if (options.replay !== undefined) return replayed(config, options.replay, options.json)
  if (options.armed) mustBeArmable(config)
  const exchange = localExchange()
  const events = options.json ? jsonEvents(config) : textEvents(config)
  const nodes = await Promise.all(
    config.nodes.map(async (node): Promise<RunningNode> => {
      mkdirSync(node.dataDir, { recursive: true, mode: 0o700 })
      const endpoint = typeof node.rpc === 'string' ? node.rpc : readSecret(`config.nodes.${node.id}.rpc`, node.rpc)
      const wallet = options.armed && node.key ? loadWallet(node.key) : undefined
      const file = options.capture && captureName(options.capture, node.id, config.nodes.length)
      const capture =
        file === undefined ? undefined : await openCapture(file, { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash })
      const run = startNode({
        config,
        node: { id: node.id, endpoint, dataDir: node.dataDir },
        exchange,
        events,
        ...(wallet ? { wallet } : {}),
        ...(capture ? { capture } : {}),
      })
      return { ...run, done: run.done.finally(() => capture?.close()) }
    }),
  )
  const stop = () => void Promise.allSettled(nodes.map((node) => node.stop()))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  // a parent that goes away takes its nodes along
  process.once('disconnect', stop)
  const ends = await Promise.allSettled(nodes.map((node) => node.done))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
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

/** For programs: every entry of every node, blocks and errors, as JSON lines. */
function jsonEvents(config: Config): NodeEvents {
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
    ingest: (node, event) => event.kind !== 'history' && write({ node, kind: 'ingest', event }),
    step: (node, step, intent) => {
      write({
        node,
        kind: 'intent',
        block: intent?.updatedBlock ?? 0,
        body: { step, operation: intent?.operation, txHash: intent?.signed?.txHash },
      })
    },
    error: (node, error) => write({ node, kind: 'error', error: String(error) }),
  }
}

/** For people: what the first node finds and decides, and what every node signs and sends. */
function textEvents(config: Config): NodeEvents {
  const first = config.nodes[0]?.id
  const live = new Set<string>()
  const say = (node: string, line: string) => console.log(config.nodes.length > 1 ? `${paint('dim', node.padEnd(4))} ${line}` : line)
  return {
    entries: (node, entries) => {
      for (const entry of entries) if (node === first || entry.kind === 'blind') for (const line of describe(entry)) say(node, line)
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
      if (event.kind === 'history') {
        if (event.done % 100 === 0) say(node, `reading history: ${event.done} of ${event.total} blocks`)
      } else say(node, plain(`endpoint ${Object.values(event).join(' ')}`))
    },
    error: (node, error) => say(node, paint('red', plain(String(error)))),
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
