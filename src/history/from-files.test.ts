import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canonical } from '../core/canonical.ts'
import type { Hex, Log } from '../core/flow.ts'
import { fromCapture } from './from-capture.ts'
import { fromRpcFiles } from './from-rpc-files.ts'
import { hashOf, linked, quiet } from './history.builders.ts'
import type { StoredBlock } from './types.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function allOf<T>(some: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of some) found.push(one)
  return found
}

describe('a capture', () => {
  const write = (...inputs: readonly unknown[]): string => {
    const file = join(folder, 'capture.jsonl')
    writeFileSync(file, [{ format: 'firebreak-capture', version: 1, chainId: 1 }, ...inputs].map((line) => `${canonical(line)}\n`).join(''))
    return file
  }
  const committed = (number: number, branch = '', parent = '') => ({
    kind: 'committed',
    block: { chainId: 1, ...linked(number), hash: hashOf(number, branch), parentHash: hashOf(number - 1, parent), logs: [], reads: [] },
  })

  test('gives what was committed and stayed, its reads asked', async () => {
    const file = write(
      committed(5),
      committed(6, 'other'),
      { ...committed(9), kind: 'provisional' },
      committed(7, 'other', 'other'),
      { kind: 'reorged', chainId: 1, toNumber: 5, toHash: hashOf(5) },
      committed(6),
      { kind: 'tick', chainId: 1, timeS: 12 },
      { kind: 'finalized', chainId: 1, number: 5, hash: hashOf(5) },
      committed(7),
    )
    expect(await allOf(fromCapture(file, 1))).toEqual([5, 6, 7].map((number) => quiet(number, { readsState: 'asked' })))
  })

  test('of another chain, or none at all', async () => {
    await expect(allOf(fromCapture(write(), 2))).rejects.toThrow(/got "chain 1"; want chain 2/)
    await expect(allOf(fromCapture(join(folder, 'none')))).rejects.toThrow(/none/)
    writeFileSync(join(folder, 'text'), 'hello\n')
    await expect(allOf(fromCapture(join(folder, 'text')))).rejects.toThrow(/text:1/)
  })
})

describe('recorded answers', () => {
  const quantity = (n: number): Hex => `0x${n.toString(16)}`
  const noBloom = `0x${'00'.repeat(256)}`
  const allBloom = `0x${'ff'.repeat(256)}`
  const log = (number: number, index: number): Log => ({
    address: `0x${'ab'.repeat(20)}`,
    topics: [hashOf(index, 'topic')],
    data: '0x0102',
    txHash: hashOf(number, 'tx'),
    txIndex: 0,
    logIndex: index,
  })
  const rawLog = (number: number, index: number) => {
    const { txHash, txIndex, logIndex, ...rest } = log(number, index)
    const at = { blockHash: hashOf(number), blockNumber: quantity(number), transactionHash: txHash, transactionIndex: quantity(txIndex) }
    return { ...rest, ...at, logIndex: quantity(logIndex), removed: false }
  }
  const header = (number: number, transactions: readonly unknown[] = [hashOf(number, 'tx')], logsBloom = allBloom) => ({
    request: { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: [quantity(number), false] },
    response: {
      jsonrpc: '2.0',
      id: 1,
      result: {
        number: quantity(number),
        hash: hashOf(number),
        parentHash: hashOf(number - 1),
        timestamp: quantity(linked(number).timeS),
        logsBloom,
        transactions,
      },
    },
  })
  const receipts = (number: number, logs: number) => ({
    request: { method: 'eth_getBlockReceipts', params: [quantity(number)] },
    response: {
      result: [
        {
          blockHash: hashOf(number),
          transactionIndex: '0x0',
          transactionHash: hashOf(number, 'tx'),
          logsBloom: allBloom,
          logs: Array.from({ length: logs }, (_, n) => rawLog(number, n)),
        },
      ],
    },
  })
  const logs = (params: unknown, result: readonly unknown[]) => ({
    request: { method: 'eth_getLogs', params: [params] },
    response: { result },
  })
  const put = (name: string, value: unknown): void => {
    const text = JSON.stringify(value)
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  }
  const blocks = async (said: string[] = []): Promise<StoredBlock[]> => allOf(fromRpcFiles(folder, (why) => said.push(why)))

  test('a header and its receipts make a block, whatever files they are in', async () => {
    mkdirSync(join(folder, 'more'))
    put('b.json.gz', [header(8), header(7)])
    put('more/a.json', [receipts(7, 2), receipts(8, 0)])
    expect(await blocks()).toEqual([quiet(7, { logs: [log(7, 0), log(7, 1)] }), quiet(8)])
  })

  test('logs by range and by hash; a block without transactions has none', async () => {
    put('a.json', [
      header(1),
      header(2),
      header(3),
      header(4, [], noBloom),
      header(5),
      logs({ fromBlock: '0x1', toBlock: '0x2' }, [rawLog(2, 0), rawLog(2, 5)]),
      logs({ blockHash: hashOf(3) }, [rawLog(3, 1)]),
      logs({ fromBlock: '0x3', toBlock: 'latest' }, []),
    ])
    const said: string[] = []
    const want = [quiet(1), quiet(2, { logs: [log(2, 0), log(2, 5)] }), quiet(3, { logs: [log(3, 1)] }), quiet(4)]
    expect(await blocks(said)).toEqual(want)
    expect(said).toEqual(['1 blocks without their logs: 5'])
  })

  test('a tar of them', async () => {
    const text = Buffer.from(JSON.stringify([header(7), receipts(7, 1)]))
    const head = Buffer.alloc(512)
    head.write('answers.json')
    head.write(text.length.toString(8).padStart(11, '0'), 124)
    head.write('0', 156)
    head.write('ustar\x0000', 257)
    const tar = Buffer.concat([head, text, Buffer.alloc(512 - (text.length % 512)), Buffer.alloc(1_024)])
    writeFileSync(join(folder, 'a.tar.gz'), gzipSync(tar))
    expect(await blocks()).toEqual([quiet(7, { logs: [log(7, 0)] })])
    writeFileSync(join(folder, 'a.tar.gz'), gzipSync(tar.subarray(0, 700)))
    await expect(blocks()).rejects.toThrow(/a whole tar file/)
  })

  test('what gives no block is told, not taken', async () => {
    put('a.json', [
      receipts(9, 1),
      { request: { method: 'eth_getBlockByNumber', params: ['0xff', false] }, response: { result: null } },
      { request: { method: 'trace_block', params: [] }, response: { result: [] } },
      { request: { method: 'eth_getBlockReceipts', params: ['latest'] }, response: { error: { code: 1 } } },
    ])
    writeFileSync(join(folder, 'b.tar.gz'), gzipSync('BZh91AY'))
    const said: string[] = []
    expect(await blocks(said)).toEqual([])
    expect(said).toEqual([
      `${join(folder, 'b.tar.gz')}: compressed with bzip2, which is not read`,
      '2 answers without a result',
      '1 answers of trace_block',
      `receipts of 1 blocks without their header: ${hashOf(9)}`,
    ])
  })

  test('what is no recorded answer is an error that names the file', async () => {
    await expect(blocks()).rejects.toThrow(/a folder with \.json/)
    await expect(allOf(fromRpcFiles(join(folder, 'none')))).rejects.toThrow(/a folder or file that exists/)
    const cases: [string, unknown, RegExp][] = [
      ['a.json', { blocks: [] }, /a\.json: its content .*want a list of \{request, response\}/],
      ['a.json', [{ request: { method: 'eth_getLogs' } }], /its 0\.response/],
      [
        'a.json',
        [header(7), { ...header(7), response: { result: { ...header(7).response.result, hash: hashOf(7, 'x') } } }],
        /answer 1: the hash of block 7/,
      ],
      [
        'a.json',
        [header(7), { ...receipts(7, 1), response: { result: [{ ...receipts(7, 1).response.result[0], logs: 5 }] } }],
        /a receipt's logs/,
      ],
      ['a.json', [header(7), logs({ fromBlock: '0x7', toBlock: '0x7' }, [{ ...rawLog(7, 0), data: '0xz' }])], /a log's data/],
    ]
    for (const [name, value, want] of cases) {
      put(name, value)
      await expect(blocks()).rejects.toThrow(want)
    }
    writeFileSync(join(folder, 'a.json'), 'no')
    await expect(blocks()).rejects.toThrow(/its text/)
    rmSync(join(folder, 'a.json'))
    writeFileSync(join(folder, 'c.json.gz'), gzipSync('[]').subarray(0, 15))
    await expect(blocks()).rejects.toThrow(/a whole gzip file/)
  })
})
