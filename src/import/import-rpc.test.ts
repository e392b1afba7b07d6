// An import from a node that refuses, forgets, changes its chain or is another one: what is stored is right, or nothing is.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { at, honest, scriptedBlock, word } from '../../test/support/scripted-chain.ts'
import type { Call, Hex } from '../core/flow.ts'
import { openHistory } from '../history/history.ts'
import type { Chunk, History, StoredBlock } from '../history/types.ts'
import type { Protocol } from '../state/protocol.ts'
import { type ImportRpcOptions, importRpc } from './import-rpc.ts'

const CHAIN_ID = 31_337
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

interface Question {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}
type Filter = {
  readonly fromBlock: Hex
  readonly toBlock: Hex
  readonly address: readonly Hex[]
  readonly topics?: readonly (readonly Hex[])[]
}
/** undefined: as an honest node answers. */
type Spoil = (question: Question, honestly: () => Promise<unknown>) => unknown

interface FakeNode {
  readonly url: string
  /** Ranges of eth_getLogs that were asked for. */
  readonly ranges: [number, number][]
  readonly asked: string[]
}

async function startNode(
  blocks: number,
  spoil: Spoil = () => undefined,
  takesBatches = true,
  branchOf: () => number = () => 0,
): Promise<FakeNode> {
  const ranges: [number, number][] = []
  const asked: string[] = []
  const chain = () => Array.from({ length: blocks }, (_, number) => scriptedBlock(number, branchOf()))
  const script = honest(chain)
  const honestly = async ({ method, params }: Question): Promise<unknown> => {
    if (method !== 'eth_getLogs') return script(method, params)
    const { fromBlock, toBlock, address } = params[0] as Filter
    const found = chain()
      .slice(Number(fromBlock), Number(toBlock) + 1)
      .flatMap(({ header, receipts }) => receipts.flatMap(({ logs }) => logs.map((log) => ({ ...log, blockNumber: header.number }))))
    return { result: found.filter((log) => address.includes(log.address)) }
  }
  const answer = async (question: Question): Promise<unknown> => {
    asked.push(question.method)
    if (question.method === 'eth_getLogs') {
      const { fromBlock, toBlock } = question.params[0] as Filter
      ranges.push([Number(fromBlock), Number(toBlock)])
    }
    const said = (await spoil(question, () => honestly(question))) ?? (await honestly(question))
    return { jsonrpc: '2.0', id: question.id, ...(said as object) }
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Question | Question[]
      const batch = { jsonrpc: '2.0', id: null, error: { code: -32_600, message: 'batches are not taken here' } }
      const text = JSON.stringify(!Array.isArray(body) ? await answer(body) : takesBatches ? await Promise.all(body.map(answer)) : batch)
      response.setHeader('content-type', 'application/json').end(text)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, ranges, asked }
}

function newHistory(): History {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-import-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  return openHistory(folder, CHAIN_ID)
}

/** Watches one contract and reads one view of it, whose call names the logs seen so far: so it depends on all blocks before. */
function counting(over: Partial<Protocol> = {}): Protocol {
  let seen = 0
  return {
    id: 'counting',
    writes: [],
    watches: () => [{ address: at(0xa1) }],
    reads: (_, { logs }, sofar) => sofar.missing([{ to: at(0xa1), data: word(seen + logs.length) } satisfies Call]),
    apply: (_, { logs }) => {
      seen += logs.length
    },
    actions: {},
    steps: () => [],
    ...over,
  }
}

function start(node: FakeNode | string, history: History, over: Partial<ImportRpcOptions> = {}) {
  return importRpc({
    chainId: CHAIN_ID,
    endpoints: [typeof node === 'string' ? node : node.url],
    timeoutMs: 2_000,
    headerForm: 'ethereum',
    history,
    protocols: [counting()],
    fromBlock: 1,
    toBlock: 60,
    reads: { kind: 'none' },
    batch: 16,
    inFlight: 3,
    stop: new AbortController().signal,
    onProgress: () => undefined,
    onNote: () => undefined,
    ...over,
  })
}

/** Copied out of the columns. */
function plain(chunk: Chunk, n: number): StoredBlock & { readonly chainId: number; readonly state: string } {
  const { chainId, number, hash, parentHash, timeS, logs, reads } = chunk.block(n)
  const copied = logs.map(({ address, topics, data, txHash, txIndex, logIndex }) => ({ address, topics, data, txHash, txIndex, logIndex }))
  return { chainId, number, hash, parentHash, timeS, logs: copied, reads, state: chunk.readsState(n) } as never
}
const stored = (history: History): readonly (StoredBlock & { readonly state: string })[] =>
  [...history.chunks(0, 1e9)].flatMap((chunk) => Array.from({ length: chunk.blocks }, (_, n) => plain(chunk, n)))
const numbers = (history: History): readonly number[] => stored(history).map(({ number }) => number)
const upTo = (from: number, to: number): readonly number[] => Array.from({ length: to + 1 - from }, (_, n) => from + n)

/** As the chain has it. */
function expected(number: number) {
  const { header, receipts } = scriptedBlock(number)
  const logs = receipts
    .flatMap(({ logs }) => logs as unknown as readonly Readonly<Record<string, Hex>>[])
    .filter(({ address }) => address === at(0xa1))
  return {
    chainId: CHAIN_ID,
    number,
    hash: header.hash,
    parentHash: header.parentHash,
    timeS: Number(header.timestamp),
    logs: logs.map(({ address, topics, data, transactionHash, transactionIndex, logIndex }) => ({
      address,
      topics,
      data,
      txHash: transactionHash,
      txIndex: Number(transactionIndex),
      logIndex: Number(logIndex),
    })),
  }
}

describe('import from a node', () => {
  test.each([true, false])('every block with its logs, in order, also where a node takes no batches (%s)', async (batches) => {
    const node = await startNode(70, undefined, batches)
    const history = newHistory()
    const result = await start(node, history)
    expect(result).toMatchObject({
      added: 60,
      known: 0,
      replaced: 0,
      nextBlock: null,
      logs: upTo(1, 60).reduce((sum, n) => sum + (n % 3), 0),
    })
    expect(stored(history)).toEqual(upTo(1, 60).map((n) => ({ ...expected(n), reads: [], state: 'not-asked' })))
    // small at first, then as large as allowed
    expect(node.ranges[0]).toEqual([1, 8])
    expect(Math.max(...node.ranges.map(([from, to]) => to + 1 - from))).toBe(16)
  })

  test('what is there is passed over: a second run asks for nothing, a wider one for the rest', async () => {
    const node = await startNode(70)
    const history = newHistory()
    await start(node, history, { fromBlock: 20, toBlock: 30 })
    node.ranges.length = 0
    expect(await start(node, history, { fromBlock: 20, toBlock: 30 })).toMatchObject({ added: 0, known: 11 })
    expect(node.ranges).toEqual([])
    expect(await start(node, history)).toMatchObject({ added: 49, known: 11 })
    expect(node.ranges.every(([from, to]) => to < 20 || from > 30)).toBe(true)
    expect(numbers(history)).toEqual(upTo(1, 60))
  })

  test.each([
    ['by its words', { error: { code: -32_005, message: 'query returned more than 10000 results' } }],
    ['by its range', { error: { code: -32_602, message: 'eth_getLogs is limited to a 5 block range' } }],
  ])('a node that refuses a large range is asked for smaller ones, %s', async (_, refusal) => {
    const node = await startNode(70, ({ method, params }) => {
      if (method !== 'eth_getLogs') return
      const { fromBlock, toBlock } = params[0] as Filter
      return Number(toBlock) - Number(fromBlock) >= 5 ? refusal : undefined
    })
    const history = newHistory()
    await start(node, history)
    expect(stored(history)).toEqual(upTo(1, 60).map((n) => ({ ...expected(n), reads: [], state: 'not-asked' })))
  })

  test('failures that pass are waited out: errors, and logs of a block that is being replaced', async () => {
    const asked = new Map<string, number>()
    const node = await startNode(70, async ({ method, params }, honestly) => {
      const times = asked.get(JSON.stringify([method, params])) ?? 0
      asked.set(JSON.stringify([method, params]), times + 1)
      if (times > 0) return
      if (method === 'eth_getBlockByNumber')
        return params[0] === '0x7' ? { error: { code: -32_000, message: 'header not found' } } : undefined
      if (method !== 'eth_getLogs') return
      const { result } = (await honestly()) as { readonly result: readonly object[] }
      return { result: result.map((log) => ({ ...log, blockHash: word(7) })) }
    })
    const history = newHistory()
    await start(node, history)
    expect(numbers(history)).toEqual(upTo(1, 60))
    expect(stored(history)[9]).toMatchObject(expected(10))
  })

  test('a chain that changes under the import: never blocks of two branches', async () => {
    let branch = 0
    let asked = 0
    const node = await startNode(
      70,
      () => {
        if (++asked === 25) branch = 1
        return undefined
      },
      true,
      () => branch,
    )
    const history = newHistory()
    await start(node, history).catch(() => undefined)
    const blocks = stored(history)
    for (const [n, { parentHash }] of blocks.entries()) if (n > 0) expect(parentHash).toBe(blocks[n - 1]?.hash)
  })

  test.each<[string, Partial<ImportRpcOptions>, RegExp]>([
    ['another chain', { chainId: 5 }, /chain 31337; want chain 5|"chain 31337"; want chain 5/],
    ['a block that is not there yet', { toBlock: 90 }, /--to: got 90; want at most 69/],
  ])('refused with both sides named: %s', async (_, over, message) => {
    const node = await startNode(70)
    await expect(start(node, newHistory(), over)).rejects.toThrow(message)
  })

  test('the next endpoint is used when one cannot be reached', async () => {
    const node = await startNode(70)
    const history = newHistory()
    const notes: string[] = []
    await start(node, history, { endpoints: ['http://127.0.0.1:9', node.url], onNote: (text) => notes.push(text) })
    expect(numbers(history)).toEqual(upTo(1, 60))
    expect(notes.some((note) => note.includes('turning to the next endpoint'))).toBe(true)
  })

  test('told to stop: what has come is stored, and the next run goes on there', async () => {
    const node = await startNode(70)
    const history = newHistory()
    const stop = new AbortController()
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 20) stop.abort()
    }
    const first = await start(node, history, { stop: stop.signal, onProgress })
    expect(first).toMatchObject({ added: 20, nextBlock: 21 })
    expect(await start(node, history)).toMatchObject({ added: 40, known: 20, nextBlock: null })
    expect(numbers(history)).toEqual(upTo(1, 60))
  })

  test.each<[ImportRpcOptions['reads'], (n: number) => boolean]>([
    [{ kind: 'all' }, () => true],
    [{ kind: 'every', blocks: 7 }, (n) => n % 7 === 1],
    [{ kind: 'at-start' }, (n) => n === 1],
  ])('reads %j, also when stopped and gone on: each as after all blocks before', async (reads, asks) => {
    const node = await startNode(70)
    const history = newHistory()
    const stop = new AbortController()
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 25) stop.abort()
    }
    await start(node, history, { reads, stop: stop.signal, onProgress })
    await start(node, history, { reads })
    let seen = 0
    for (const { number, logs, reads: found, state } of stored(history)) {
      seen += logs.length
      expect([number, state]).toEqual([number, asks(number) ? 'asked' : 'not-asked'])
      expect(found.map(({ data }) => data)).toEqual(asks(number) ? [word(seen)] : [])
    }
    expect(numbers(history)).toEqual(upTo(1, 60))
  })

  test('blocks that are there without reads get them', async () => {
    const node = await startNode(70)
    const history = newHistory()
    await start(node, history)
    expect(await start(node, history, { reads: { kind: 'all' } })).toMatchObject({ added: 0, replaced: 60 })
    expect(stored(history).every(({ reads, state }) => reads.length === 1 && state === 'asked')).toBe(true)
    expect(history.gaps(1, 60)).toEqual([])
  })

  test('a contract that the adapters meet on the way is watched from the block after', async () => {
    const node = await startNode(70)
    const history = newHistory()
    let met = false
    const meeting = counting({
      watches: () => [{ address: at(0xa1) }, ...(met ? upTo(1, 70).map((n) => ({ address: at(0xb0 + n) })) : [])],
      reads: () => [],
      apply: (_, { number }) => {
        met ||= number === 31
      },
    })
    await start(node, history, { protocols: [meeting], reads: { kind: 'all' } })
    for (const { number, logs } of stored(history)) expect([number, logs.length]).toEqual([number, (number % 3) * (number > 31 ? 2 : 1)])
  })
})
