// A node's answers for a generated history, made before anybody asks: run as a process of its own, so that serving costs the client nothing.
// Prints the port. Knows eth_chainId, eth_blockNumber, eth_getBlockByNumber and eth_getLogs over a range, alone and in batches.
import { createServer } from 'node:http'
import type { Hex, Log } from '../../src/core/flow.ts'
import { CHAIN_ID, FIRST_BLOCK, generatedHistory } from './generated-history.ts'

const [blocks = 0, logsPerBlock = 0, accounts = 0] = process.argv.slice(2).map(Number)
const hex = (n: number): Hex => `0x${n.toString(16)}`

const headers: string[] = []
/** Of a block, without the brackets, each log behind a comma. As bytes: making them of text at each question would cost more than sending. */
const logs: Buffer[] = []
for (const block of generatedHistory({ blocks, logsPerBlock, accounts, seed: 7 }).blocks()) {
  const { number, hash, parentHash, timeS } = block
  headers.push(
    JSON.stringify({
      number: hex(number),
      hash,
      parentHash,
      timestamp: hex(timeS),
      logsBloom: `0x${'f'.repeat(512)}`,
      transactions: [],
      nonce: '0x0000000000000000',
      gasLimit: '0x1c9c380',
      gasUsed: '0x1c9c380',
      miner: `0x${'0'.repeat(40)}`,
      extraData: '0x',
      difficulty: '0x0',
      size: '0x400',
      uncles: [],
    }),
  )
  logs.push(Buffer.from(block.logs.map((log) => `,${text(log, number, hash)}`).join('')))
}

function text({ address, topics, data, txHash, txIndex, logIndex }: Log, number: number, blockHash: Hex): string {
  return JSON.stringify({
    address,
    topics,
    data,
    blockNumber: hex(number),
    transactionHash: txHash,
    transactionIndex: hex(txIndex),
    blockHash,
    logIndex: hex(logIndex),
    removed: false,
  })
}

interface Question {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

function answer(question: Question): Buffer {
  if (question.method === 'eth_getLogs') return logsAnswer(question)
  return Buffer.from(`{"jsonrpc":"2.0","id":${question.id},"result":${resultOf(question.method, question.params)}}`)
}

const COMMA = Buffer.from(',')
const together = (questions: readonly Question[]): Buffer =>
  Buffer.concat([Buffer.from('['), ...questions.flatMap((one, n) => (n === 0 ? [answer(one)] : [COMMA, answer(one)])), Buffer.from(']')])

function resultOf(method: string, params: readonly unknown[]): string {
  const last = FIRST_BLOCK + headers.length - 1
  const numberOf = (tag: unknown): number => (String(tag).startsWith('0x') ? Number(tag) : last)
  switch (method) {
    case 'eth_chainId':
      return `"${hex(CHAIN_ID)}"`
    case 'eth_blockNumber':
      return `"${hex(last)}"`
    case 'eth_getBlockByNumber':
      return headers[numberOf(params[0]) - FIRST_BLOCK] ?? 'null'
    default:
      throw new Error(`no such method here: ${method}`)
  }
}

function logsAnswer({ id, params }: Question): Buffer {
  const { fromBlock, toBlock } = params[0] as { readonly fromBlock: Hex; readonly toBlock: Hex }
  const of = logs.slice(Number(fromBlock) - FIRST_BLOCK, Number(toBlock) - FIRST_BLOCK + 1).filter(({ length }) => length > 0)
  return Buffer.concat([
    Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":[`),
    ...of.map((one, n) => (n === 0 ? one.subarray(1) : one)),
    Buffer.from(']}'),
  ])
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const asked = JSON.parse(Buffer.concat(parts).toString()) as Question | readonly Question[]
    const body = 'map' in asked ? together(asked) : answer(asked)
    response.setHeader('content-type', 'application/json')
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const at = server.address()
  console.log(typeof at === 'object' && at ? at.port : 0)
})
process.once('disconnect', () => process.exit(0))
