// From a node to segments, beside what others do to have the same logs decoded in memory. The node is another process on the loopback.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, decodeEventLog, type Hex, http, toEventSelector } from 'viem'
import { openHistory } from '../../src/history/history.ts'
import { importRpc } from '../../src/import/import-rpc.ts'
import type { Protocol } from '../../src/state/protocol.ts'
import { CHAIN_ID, EVENTS, FIRST_BLOCK, WATCHED } from './generated-history.ts'
import { rivals } from './rivals.ts'
import { type Row, row } from './rows.ts'

const ACCOUNTS = 20_000
/** Blocks a question of the others: as many logs as many public nodes give at most. */
const PER_QUESTION = 30

export async function measureImport({
  blocks,
  logsPerBlock,
}: {
  readonly blocks: number
  readonly logsPerBlock: number
}): Promise<readonly Row[]> {
  const server = fork(join(import.meta.dirname, 'generated-node.ts'), [blocks, logsPerBlock, ACCOUNTS].map(String), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  try {
    const port = await new Promise<number>((found, failed) => {
      server.stdout?.once('data', (text: Buffer) => found(Number(text.toString().trim())))
      server.once('exit', (code) => failed(new Error(`the server of the history ended with ${code}`)))
    })
    const url = `http://127.0.0.1:${port}`
    const lastBlock = FIRST_BLOCK + blocks - 1
    const others = await otherRates(url, lastBlock)
    const ours = await ourRates(url, lastBlock)
    return ours.flatMap(({ name, logsPerS }) =>
      others.map(({ rival, logsPerS: theirs }) =>
        row(name, logsPerS, 'logs/s', { rival, ratio: logsPerS / theirs }, rival.startsWith('viem') ? { times: 10 } : undefined),
      ),
    )
  } finally {
    server.kill()
  }
}

/** Logs and headers checked, decoded, and on the disk. */
async function ourRates(url: string, toBlock: number): Promise<readonly { readonly name: string; readonly logsPerS: number }[]> {
  const watches: Protocol = {
    id: 'bench',
    writes: [],
    watches: () => WATCHED.map((address) => ({ address })),
    reads: () => [],
    apply: () => undefined,
    actions: {},
    steps: () => [],
  }
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'))
  try {
    const from = performance.now()
    const { logs } = await importRpc({
      chainId: CHAIN_ID,
      endpoints: [url],
      timeoutMs: 60_000,
      headerForm: 'unchecked',
      onNote: (text) => console.log(`  ${text}`),
      history: openHistory(folder, CHAIN_ID),
      protocols: [watches],
      fromBlock: FIRST_BLOCK,
      toBlock,
      reads: { kind: 'none' },
      batch: 100,
      inFlight: 4,
      stop: new AbortController().signal,
      onProgress: () => undefined,
    })
    return [{ name: 'import to segments on disk', logsPerS: (1_000 * logs) / (performance.now() - from) }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The whole history each, in questions of the same size, four at once. */
async function otherRates(url: string, toBlock: number): Promise<readonly { readonly rival: string; readonly logsPerS: number }[]> {
  const { ox, ethers } = await rivals()
  const ranges: { readonly fromBlock: number; readonly toBlock: number }[] = []
  for (let at = FIRST_BLOCK; at <= toBlock; at += PER_QUESTION)
    ranges.push({ fromBlock: at, toBlock: Math.min(toBlock, at + PER_QUESTION - 1) })
  const inFlight = async (ask: (range: { readonly fromBlock: number; readonly toBlock: number }) => Promise<number>): Promise<number> => {
    const from = performance.now()
    let next = 0
    let logs = 0
    const worker = async (): Promise<void> => {
      for (let range = ranges[next++]; range !== undefined; range = ranges[next++]) logs += await ask(range)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    return (1_000 * logs) / (performance.now() - from)
  }
  const client = createPublicClient({ transport: http(url, { timeout: 60_000 }) })
  const abis = new Map(EVENTS.map((event) => [toEventSelector(event), [event]]))
  const found = [
    {
      rival: 'viem getLogs, decodeEventLog',
      logsPerS: await inFlight(async ({ fromBlock, toBlock }) => {
        const logs = await client.getLogs({ address: [...WATCHED], fromBlock: BigInt(fromBlock), toBlock: BigInt(toBlock) })
        for (const { topics, data } of logs) decodeEventLog({ abi: abis.get(topics[0] as Hex) ?? [], topics, data })
        return logs.length
      }),
    },
  ]
  if (ox) {
    const events = new Map(EVENTS.map((event) => [toEventSelector(event) as string, ox.from(event)]))
    const logsPerS = await inFlight(async ({ fromBlock, toBlock }) => {
      const params = [{ address: WATCHED, fromBlock: `0x${fromBlock.toString(16)}`, toBlock: `0x${toBlock.toString(16)}` }]
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getLogs', params })
      const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const { result } = (await answer.json()) as { readonly result: readonly { readonly topics: readonly Hex[]; readonly data: Hex }[] }
      for (const log of result) ox.decode(events.get(log.topics[0] ?? ''), log)
      return result.length
    })
    found.push({ rival: 'fetch, ox AbiEvent.decode', logsPerS })
  }
  if (ethers) {
    const provider = ethers.provider(url, CHAIN_ID)
    const interfaces = new Map(EVENTS.map((event) => [toEventSelector(event) as string, ethers.interfaceOf(event)]))
    const logsPerS = await inFlight(async ({ fromBlock, toBlock }) => {
      const logs = await provider.getLogs({ address: WATCHED, fromBlock, toBlock })
      for (const log of logs) interfaces.get(log.topics[0] ?? '')?.parseLog(log)
      return logs.length
    })
    provider.destroy()
    found.push({ rival: 'ethers getLogs, parseLog', logsPerS })
  }
  return found
}
