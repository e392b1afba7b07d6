// The whole fold over one generated history: live, from the text of a node's answers to findings; from segments; and back, by the journal.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEventLog, toEventSelector } from 'viem'
import type { Config } from '../../src/config.ts'
import type { BlockInput, Call, Hex, Log, ReadResult } from '../../src/core/flow.ts'
import { Fold } from '../../src/fold.ts'
import { openHistory } from '../../src/history/history.ts'
import type { StoredBlock } from '../../src/history/types.ts'
import { type Bloom, bitsOf, bloomOf, bloomText, joinBloom, noBloom } from '../../src/ingest/bloom.ts'
import type { ChainClient } from '../../src/ingest/chain-client.ts'
import { readHeader, readReceipts } from '../../src/ingest/schemas.ts'
import { watchedLogs } from '../../src/ingest/watched-logs.ts'
import { rulesOf } from '../../src/rules.ts'
import { Answers } from '../../src/state/protocol.ts'
import { eventDetectors } from './engine-bench.ts'
import { CHAIN_ID, EVENTS, generatedHistory, readsFor } from './generated-history.ts'
import { type Row, row } from './rows.ts'

export interface FoldBenchOptions {
  readonly blocks: number
  readonly logsPerBlock: number
  readonly accounts: number
  /** In all: the built-in ones, and of event tables as many as are then wanted. */
  readonly detectors: number
}

/** Blocks that are final so many later, as in the lab's profile. */
const FINAL_AFTER = 64
const CHUNK = 500
const WHERE = { endpoint: 'bench', method: 'eth_getBlockReceipts' }
const CLIENT = { rpc: WHERE } as unknown as ChainClient

export async function measureFold({ detectors, ...options }: FoldBenchOptions): Promise<readonly Row[]> {
  const history = generatedHistory({ ...options, seed: 7 })
  const builtIn = history.config.detectors
  const config = { ...history.config, detectors: [...builtIn, ...eventDetectors(Math.max(0, detectors - builtIn.length))] }
  const rules = rulesOf(config)
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'))
  try {
    const live = new Fold(rules)
    const store = openHistory(folder, CHAIN_ID)
    const ms: number[] = []
    const parsing: number[] = []
    const handing: number[] = []
    let pending: StoredBlock[] = []
    let sample: readonly Log[] = []
    let findings = 0
    for (const { answer, ...block } of history.blocks()) {
      const { header, receipts } = answersOf(block)
      // own time: from the text of header and receipts to the findings. What a node takes to answer isn't ours.
      let own = -performance.now()
      const watches = rules.protocols.flatMap((p) => p.watches(live.world))
      const head = readHeader(WHERE, JSON.parse(header), 'unchecked')
      const parseFrom = performance.now()
      const parsed = readReceipts(WHERE, JSON.parse(receipts), head)
      parsing.push(performance.now() - parseFrom)
      own -= clonedMs(parsed, handing)
      const logs = await watchedLogs(CLIENT, { header: head, receipts: parsed }, watches)
      const soFar = { number: block.number, timeS: block.timeS, logs }
      const ask = (reads: readonly ReadResult[]): readonly Call[] => {
        const answers = new Answers(reads)
        return answers.missing(rules.protocols.flatMap((p) => p.reads(live.world, soFar, answers)))
      }
      const reads = readsFor(ask, (call) => {
        own += performance.now()
        const said = answer(call)
        own -= performance.now()
        return said
      })
      const input: BlockInput = { chainId: CHAIN_ID, ...block, logs, reads }
      const step = live.step({ kind: 'committed', block: input })
      ms.push(own + performance.now())
      findings += step.entries.filter((e) => e.kind === 'finding').length
      if (ms.length % FINAL_AFTER === 0)
        live.step({ kind: 'finalized', chainId: CHAIN_ID, number: block.number - FINAL_AFTER, hash: block.hash })
      if (logs.length !== block.logs.length)
        throw new Error(`block ${block.number}: ${logs.length} of ${block.logs.length} logs are watched`)
      // as text, which is what the rival reads
      if (ms.length === Math.ceil(options.blocks / 2)) sample = block.logs
      pending.push({ ...block, logs, reads })
      if (pending.length === CHUNK) {
        store.append(pending, 'rpc')
        pending = []
      }
    }
    if (pending.length > 0) store.append(pending, 'rpc')
    return [
      ...liveRows(ms, live, options, config.detectors.length),
      ...workerRows(parsing, handing),
      ...undoRow(live),
      ...historyRows(folder, config, options, sample, findings),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** How long it takes to copy what a worker would hand over: writing and reading it, of which this thread does the reading. */
function clonedMs(value: unknown, into: number[]): number {
  const from = performance.now()
  structuredClone(value)
  const took = performance.now() - from
  into.push(took)
  return took
}

/** Would a worker that parses save anything? It saves the parsing and costs the handing over, about half of it on each side. */
function workerRows(parsing: readonly number[], handing: readonly number[]): readonly Row[] {
  const median = (of: readonly number[]): number =>
    at(
      of.slice(of.length >> 1).sort((a, b) => a - b),
      0.5,
    )
  return [
    row('of it parsing and checking receipts, p50', median(parsing), 'ms'),
    row('copying them from one thread to another, both sides, p50', median(handing), 'ms'),
  ]
}

/** Header and receipts of a block as a node's JSON. */
function answersOf({ number, hash, parentHash, timeS, logs }: Omit<StoredBlock, 'reads'>): {
  readonly header: string
  readonly receipts: string
} {
  const hex = (n: number): Hex => `0x${n.toString(16)}`
  const byTx: Log[][] = []
  for (const log of logs) {
    const of = byTx[log.txIndex] ?? []
    byTx[log.txIndex] = of
    of.push(log)
  }
  const joined = noBloom()
  const receipts = byTx.map((of, txIndex) => ({
    blockHash: hash,
    blockNumber: hex(number),
    transactionIndex: hex(txIndex),
    transactionHash: of[0]?.txHash,
    status: '0x1',
    gasUsed: '0x5208',
    cumulativeGasUsed: '0x5208',
    // not by what the measured side remembers
    logsBloom: bloomText(bloomAlso(joined, of)),
    logs: of.map((log) => ({
      address: log.address,
      topics: log.topics,
      data: log.data,
      blockNumber: hex(number),
      blockHash: hash,
      transactionHash: log.txHash,
      transactionIndex: hex(txIndex),
      logIndex: hex(log.logIndex),
      removed: false,
    })),
  }))
  const logsBloom = bloomText(joined)
  const transactions = receipts.map((receipt) => receipt.transactionHash)
  const header = { number: hex(number), hash, parentHash, timestamp: hex(timeS), logsBloom, transactions }
  return { header: JSON.stringify(header), receipts: JSON.stringify(receipts) }
}

function bloomAlso(into: Bloom, logs: readonly Log[]): Bloom {
  const bloom = bloomOf(logs, bitsOf)
  joinBloom(into, bloom)
  return bloom
}

const at = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN

/** Over the second half, when the accounts are there. */
function liveRows(
  ms: readonly number[],
  live: Fold,
  { logsPerBlock }: Pick<FoldBenchOptions, 'logsPerBlock'>,
  detectors: number,
): readonly Row[] {
  const late = ms.slice(ms.length >> 1).sort((a, b) => a - b)
  const what = `live, own time of a block of ${logsPerBlock} logs, ${detectors} detectors, ${live.world.accounts.count} accounts`
  return [
    row(`${what}, p50`, at(late, 0.5), 'ms', undefined, { atMost: 5 }),
    row(`${what}, p99`, at(late, 0.99), 'ms', undefined, { atMost: 5 }),
  ]
}

function undoRow(live: Fold): readonly Row[] {
  const recent = live.recent.slice(-11)
  const target = recent[0]
  if (!target) return []
  const from = performance.now()
  live.step({ kind: 'reorged', chainId: CHAIN_ID, toNumber: target.number, toHash: target.hash })
  return [row('undo of a block', (performance.now() - from) / (recent.length - 1), 'ms')]
}

/** The same blocks out of the segments, through the same fold. */
function historyRows(
  folder: string,
  config: Config,
  { blocks }: Pick<FoldBenchOptions, 'blocks'>,
  sample: readonly Log[],
  findings: number,
): readonly Row[] {
  const fold = new Fold(rulesOf(config))
  fold.world.store.journal.on = false
  let logs = 0
  let found = 0
  const from = performance.now()
  for (const chunk of openHistory(folder, CHAIN_ID).chunks(0, Number.MAX_SAFE_INTEGER)) {
    fold.adopt(chunk)
    for (let n = 0; n < chunk.blocks; n++) {
      const block = chunk.block(n)
      found += fold.step({ kind: 'committed', block }).entries.filter((e) => e.kind === 'finding').length
      logs += block.logs.length
      if (n % FINAL_AFTER === 0) fold.step({ kind: 'finalized', chainId: CHAIN_ID, number: block.number, hash: block.hash })
    }
  }
  const seconds = (performance.now() - from) / 1_000
  if (found !== findings) throw new Error(`${found} findings from segments, ${findings} live`)
  const viem = viemRate(sample)
  return [
    row(
      'full exact fold from segments, all adapters and the account book',
      logs / seconds,
      'logs/s',
      { rival: "viem's decoding alone", ratio: logs / seconds / viem },
      { times: 20 },
    ),
    row('full exact fold from segments', blocks / seconds, 'blocks/s'),
  ]
}

function viemRate(sample: readonly Log[]): number {
  const abis = new Map(EVENTS.map((event) => [toEventSelector(event), [event]]))
  let best = 0
  for (let round = 0; round < 5; round++) {
    const from = performance.now()
    for (const { topics, data } of sample)
      decodeEventLog({ abi: abis.get(topics[0] as Hex) ?? [], topics: topics as [Hex, ...Hex[]], data })
    best = Math.max(best, (1_000 * sample.length) / (performance.now() - from))
  }
  return best
}
