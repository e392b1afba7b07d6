// The scanner against JSON.parse: whatever the form of the answer, the same logs or none, never others.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanLogs as scan } from './scan-logs.ts'
import { readRangeLogs } from './schemas.ts'

/** As plain values. */
const scanLogs = (body: Buffer, id: number) =>
  scan(body, id)?.map(({ number, hash, logs }) => ({
    number,
    hash,
    logs: logs.map(({ address, topics, data, txHash, txIndex, logIndex }) => ({ address, topics, data, txHash, txIndex, logIndex })),
  }))

const where = { endpoint: 'test', method: 'eth_getLogs' }
const hex = (chars: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: chars, maxLength: chars })
const word = hex(64).map((digits) => `0x${digits}`)
const bytes = fc.nat(70).chain((n) => hex(2 * n).map((digits) => `0x${digits}`))
const plain = (text: string) => Buffer.from(text, 'utf8')

/** What JSON.parse and the checks make of it: undefined if they refuse. */
function slowly(body: Buffer, id: number): unknown {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { readonly id?: unknown; readonly result?: unknown; readonly error?: unknown }
    if (answer.id !== id || (answer.error !== undefined && answer.error !== null)) return undefined
    return readRangeLogs(where, answer.result)
  } catch {
    return undefined
  }
}

const logOf = (over: object = {}) => ({
  address: `0x${'ab'.repeat(20)}`,
  topics: [`0x${'01'.repeat(32)}`],
  data: '0x0102',
  blockNumber: '0x10',
  blockHash: `0x${'cd'.repeat(32)}`,
  transactionHash: `0x${'ef'.repeat(32)}`,
  transactionIndex: '0x0',
  logIndex: '0x0',
  removed: false,
  ...over,
})
const answerOf = (logs: unknown, over: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: logs, ...over })

/** Logs in order, as a node gives them. */
const history = fc
  .array(
    fc.record({
      hash: word,
      logs: fc.array(fc.record({ address: hex(40), topics: fc.array(word, { maxLength: 4 }), data: bytes, txHash: word }), {
        maxLength: 4,
      }),
    }),
    { maxLength: 5 },
  )
  .map((blocks) =>
    blocks.flatMap(({ hash, logs }, b) =>
      logs.map(({ address, topics, data, txHash }, i) =>
        logOf({
          address: `0x${address}`,
          topics,
          data,
          blockNumber: `0x${(1000 + b).toString(16)}`,
          blockHash: hash,
          transactionHash: txHash,
          transactionIndex: `0x${(i >> 1).toString(16)}`,
          logIndex: `0x${i.toString(16)}`,
          blockTimestamp: '0x6553f100',
        }),
      ),
    ),
  )

describe('scanLogs', () => {
  test('reads what a node sends, every field', () => {
    fc.assert(
      fc.property(history, fc.nat(1e9), (logs, id) => {
        const body = plain(answerOf(logs, { id }))
        const found = scanLogs(body, id)
        expect(found).toBeDefined()
        expect(found).toEqual(slowly(body, id))
      }),
    )
  })

  test('spaces, another order of keys, and fields that it does not know are taken', () => {
    const { address, ...rest } = logOf({ logIndex: '0x1', blockTimestamp: null, l1Fee: 12, shard: 'ü', used: true })
    const body = plain(JSON.stringify({ id: 7, result: [logOf(), { ...rest, address }], jsonrpc: '2.0' }, null, 2))
    expect(scanLogs(body, 7)).toEqual(slowly(body, 7))
    expect(scanLogs(body, 7)).toHaveLength(1)
    expect(scanLogs(plain(' {"id" :1 ,\n"result":[ ]}\r\n\t'), 1)).toEqual([])
  })

  test.each([
    ['an error', '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"query returned more than 10000 results"}}'],
    ['an error beside a result', answerOf([], { error: { code: 1, message: 'no' } })],
    ['another id', answerOf([], { id: 2 })],
    ['an id that begins alike', answerOf([], { id: 12 })],
    ['no id', '{"result":[]}'],
    ['two results', '{"id":1,"result":[],"result":[]}'],
    ['no list', answerOf(null)],
    ['text behind it', `${answerOf([])} x`],
    ['a torn end', answerOf([logOf()]).slice(0, -1)],
    ['a comma too many', answerOf([logOf()]).replace(']}', ',]}')],
    ['a key twice', answerOf([logOf()]).replace('"data"', '"data":"0x99","data"')],
    ['an escaped key', answerOf([logOf()]).replace('"data"', '"d\\u0061ta"')],
    ['an escaped value', answerOf([logOf()]).replace('0x0102', '\\u0030x0102')],
    ['upper-case hex', answerOf([logOf({ data: '0xAB' })])],
    ['half a byte', answerOf([logOf({ data: '0x012' })])],
    ['no data', answerOf([logOf({ data: undefined })])],
    ['a null', answerOf([logOf({ blockHash: null })])],
    ['a removed log', answerOf([logOf({ removed: true })])],
    ['five topics', answerOf([logOf({ topics: Array.from({ length: 5 }, () => `0x${'01'.repeat(32)}`) })])],
    ['a short topic', answerOf([logOf({ topics: ['0x01'] })])],
    ['an empty quantity', answerOf([logOf({ logIndex: '0x' })])],
    ['a number for a quantity', answerOf([logOf({ logIndex: 0 })])],
    ['a number with a leading zero', answerOf([logOf()]).replace('"removed"', '"x":01,"removed"')],
    ['an object in a field', answerOf([logOf({ extra: { a: 1 } })])],
    ['logs out of order', answerOf([logOf({ logIndex: '0x1' }), logOf()])],
    ['blocks out of order', answerOf([logOf({ blockNumber: '0x11' }), logOf()])],
    ['two hashes of one block', answerOf([logOf(), logOf({ logIndex: '0x1', blockHash: `0x${'00'.repeat(32)}` })])],
    ['nothing', ''],
  ])('gives up: %s', (_, text) => expect(scanLogs(plain(text), 1)).toBeUndefined())

  test('any answer with anything changed in it: the same as JSON.parse makes of it, or nothing', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' ',
        '0',
        'x',
        'f',
        'F',
        'null',
        'true',
        '\\u0061',
        '"data":"0x",',
        '-',
        '1e3',
        '\u0000',
      ),
      fc.string({ maxLength: 3 }),
      fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
    )
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(4), piece: pieces })
    fc.assert(
      fc.property(history, fc.array(change, { minLength: 1, maxLength: 3 }), (logs, changes) => {
        let text = answerOf(logs)
        for (const { at, cut, piece } of changes) {
          const from = Math.floor(at * text.length)
          text = text.slice(0, from) + piece + text.slice(from + cut)
        }
        const found = scanLogs(plain(text), 1)
        if (found !== undefined) expect(found).toEqual(slowly(plain(text), 1))
      }),
      { numRuns: 2_000 },
    )
  })

  test('any JSON in the place of a field: the same as JSON.parse makes of it, or nothing', () => {
    const names = Object.keys(logOf())
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      bytes,
      word,
      fc.nat().map((n) => `0x${n.toString(16)}`),
    )
    fc.assert(
      fc.property(fc.constantFrom(...names, 'other'), values, fc.boolean(), fc.boolean(), (name, value, first, pretty) => {
        const { [name as 'data']: _, ...rest } = logOf() as ReturnType<typeof logOf>
        const changed = first ? { [name]: value, ...rest } : { ...rest, [name]: value }
        const body = plain(JSON.stringify({ jsonrpc: '2.0', id: 1, result: [changed] }, null, pretty ? 1 : 0))
        const found = scanLogs(body, 1)
        if (found !== undefined) expect(found).toEqual(slowly(body, 1))
      }),
      { numRuns: 1_000 },
    )
  })
})
