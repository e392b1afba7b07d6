// `firebreak import`: history from a node, from cryo's Parquet, from files of recorded answers, or from a capture.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import { fromCapture } from '../history/from-capture.ts'
import { fromRpcFiles } from '../history/from-rpc-files.ts'
import { openHistory } from '../history/history.ts'
import type { History } from '../history/types.ts'
import { openCryo } from '../import/cryo.ts'
import { importBlocks } from '../import/import-blocks.ts'
import { importRpc } from '../import/import-rpc.ts'
import { type ProgressLine, progressLine } from '../import/progress.ts'
import { readsMode } from '../import/reads-mode.ts'
import type { ImportResult } from '../import/result.ts'
import { profileOf } from '../ingest/profiles.ts'
import { rulesOf } from '../rules.ts'
import { loadConfig } from './load-config.ts'
import { endpointsOf } from './secrets.ts'

export interface ImportOptions {
  readonly config?: string
  /** The chain's id, where there is no config to say it. */
  readonly chain?: number
  /** An address; true: the endpoints of the config's first node. */
  readonly rpc?: string | true
  readonly cryo?: string
  readonly rpcFiles?: string
  readonly capture?: string
  readonly from?: number
  readonly to?: number
  readonly folder?: string
  readonly reads: string
  readonly batch: number
  readonly inFlight: number
  readonly json: boolean
}

const SOURCES = { rpc: '--rpc', cryo: '--cryo', rpcFiles: '--rpc-files', capture: '--capture' } as const
type Source = keyof typeof SOURCES

/** Logs of hundreds of blocks take a node longer than the few questions of a live block. */
const TIMEOUT_MS = 60_000

type Done = ImportResult & { readonly requests?: number; readonly notKept?: readonly { readonly dataset: string; readonly rows: number }[] }

export async function importHistory(options: ImportOptions): Promise<void> {
  const source = sourceOf(options)
  const { from, to } = options
  if (from !== undefined && to !== undefined && from > to) throw new UserError('--from', from, `a block at or before --to, ${to}`)
  const config = options.config === undefined ? undefined : await loadConfig(options.config)
  const chainId = chainOf(options, config)
  const folder = options.folder ?? join(config?.nodes[0]?.dataDir ?? '.firebreak', 'history')
  const history = openHistory(folder, chainId)
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  // a second one ends the process at once; what was written stays
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const isTerminal = process.stderr.isTTY === true
  const progress = progressLine({ isTerminal, write: (text) => void process.stderr.write(text), nowMs: () => performance.now() })
  const notes: string[] = []
  const onNote = (text: string): void => {
    notes.push(text)
    console.error(`${isTerminal ? '\r\u001b[K' : ''}note: ${text}`)
  }
  const startedMs = performance.now()
  let result: Done
  try {
    result = await run(source, { options, config, chainId, history, stop: stopping.signal, progress, onNote })
  } finally {
    progress.end()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  const seconds = (performance.now() - startedMs) / 1_000
  if (options.json) console.log(JSON.stringify({ source: SOURCES[source].slice(2), chainId, folder, ...result, seconds, notes }))
  else for (const line of linesOf(result, folder, seconds)) console.log(line)
  if (result.nextBlock !== null) {
    console.error(`stopped before block ${result.nextBlock}: the same command goes on from there`)
    process.exitCode = 2
  }
}

interface Work {
  readonly options: ImportOptions
  readonly config: Config | undefined
  readonly chainId: number
  readonly history: History
  readonly stop: AbortSignal
  readonly progress: ProgressLine
  readonly onNote: (text: string) => void
}

async function run(source: Source, work: Work): Promise<Done> {
  const { options, chainId, history, stop, progress, onNote } = work
  const onProgress: ProgressLine['show'] = (now) => progress.show(now)
  const into = { history, fromBlock: options.from, toBlock: options.to, stop, onProgress }
  switch (source) {
    case 'rpc':
      return ofRpc(work, onProgress)
    case 'capture':
      return importBlocks(fromCapture(options.capture ?? '', chainId), { ...into, source: 'capture' })
    case 'rpcFiles':
      return importBlocks(fromRpcFiles(folderOf('--rpc-files', options.rpcFiles), onNote), { ...into, source: 'rpc-files' })
    case 'cryo': {
      const hashOf = (number: number) => [...history.chunks(number, number)][0]?.hash(0)
      const cryo = openCryo(folderOf('--cryo', options.cryo), { chainId, hashOf, onNote })
      const done = await importBlocks(cryo.read(), { ...into, source: 'cryo' }, cryo.blocks)
      return { ...done, notKept: cryo.notKept.map(({ dataset, rows }) => ({ dataset, rows })) }
    }
    default:
      return source satisfies never
  }
}

async function ofRpc({ options, config, chainId, history, stop, onNote }: Work, onProgress: ProgressLine['show']): Promise<Done> {
  const node = config?.nodes[0]
  if (!config || !node) throw new UserError('--config', undefined, 'a config file: it says which contracts are watched')
  const { from = config.chain.fromBlock, to } = options
  if (to === undefined) throw new UserError('--to', undefined, 'the last block to import')
  if (from > to) throw new UserError('--from', from, `a block at or before --to, ${to}`)
  const { blockTimeS, headerHash } = config.chain
  const profile = profileOf(chainId, { ...(blockTimeS ? { blockTimeS } : {}), ...(headerHash ? { headerHash } : {}) })
  return importRpc({
    chainId,
    endpoints: typeof options.rpc === 'string' ? [options.rpc] : endpointsOf(node),
    timeoutMs: TIMEOUT_MS,
    headerForm: profile.headerHash,
    history,
    protocols: rulesOf(config).protocols,
    fromBlock: from,
    toBlock: to,
    reads: readsMode(options.reads),
    batch: options.batch,
    inFlight: options.inFlight,
    stop,
    onProgress,
    onNote,
  })
}

function sourceOf(options: ImportOptions): Source {
  const given = (Object.keys(SOURCES) as Source[]).filter((name) => options[name] !== undefined)
  const [source] = given
  if (source === undefined || given.length > 1)
    throw new UserError(
      'source',
      given.length === 0 ? 'none' : given.map((name) => SOURCES[name]).join(' and '),
      `exactly one of ${Object.values(SOURCES).join(', ')}`,
    )
  return source
}

function chainOf({ chain }: ImportOptions, config: Config | undefined): number {
  const configured = config?.chain.id
  if (chain !== undefined && configured !== undefined && chain !== configured)
    throw new UserError('--chain', chain, `${configured}, as config.chain.id says`)
  const id = configured ?? chain
  if (id === undefined) throw new UserError('--config', undefined, "a config file, or --chain with the chain's id")
  return id
}

function folderOf(flag: string, folder = ''): string {
  if (!existsSync(folder)) throw new UserError(flag, folder, 'a folder that exists')
  return folder
}

function linesOf(
  { fromBlock, toBlock, added, replaced, known, logs, reads, notKept = [] }: Done,
  folder: string,
  seconds: number,
): readonly string[] {
  if (added + replaced + known === 0) return [`nothing to import into ${folder}`]
  return [
    `blocks ${fromBlock} to ${toBlock} in ${folder}: ${added} new${replaced > 0 ? `, ${replaced} got their reads` : ''}, ${known} were there`,
    `${logs} logs and ${reads} reads in ${seconds.toFixed(1)} s, ${Math.round(logs / Math.max(seconds, 0.001))} logs/s`,
    ...notKept.map(({ dataset, rows }) => `${dataset}: ${rows} rows looked at and not kept, history has no table for them`),
  ]
}
