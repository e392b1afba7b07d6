// Answers of a node, taken apart by hand: strict as a schema, fast enough for blocks of thousands of logs.
import { BadDataError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import { joinBlooms } from './bloom.ts'
import { type HeaderForm, headerHash } from './header-hash.ts'

/** Whose answer to what is being read: the errors name both. */
export interface Where {
  readonly endpoint: string
  readonly method: string
}

export interface Header {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timeS: number
  readonly logsBloom: Hex
  /** How many transactions; undefined in a head notification, which doesn't list them. */
  readonly transactions: number | undefined
}

type Field =
  | ('number' | 'hash' | 'parentHash' | 'timestamp' | 'logsBloom' | 'transactions')
  | ('blockNumber' | 'blockHash' | 'transactionIndex' | 'transactionHash' | 'logs')
  | ('address' | 'topics' | 'data' | 'logIndex' | 'removed')
  | ('gasUsed' | 'calls' | 'status' | 'returnData' | 'error' | 'message')
type Fields = { readonly [name in Field]?: unknown }

/** Logs of one block in an answer over several. */
export interface BlockLogs {
  readonly number: number
  readonly hash: Hex
  readonly logs: readonly Log[]
}

/** The part of a receipt that matters here. */
export interface Receipt {
  readonly txHash: Hex
  /** 0: it doesn't say. Nothing checks it: for statistics. */
  readonly gasUsed: number
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
}

/** `form`: whether the hash must be that of the fields. */
export function readHeader(where: Where, raw: unknown, form: HeaderForm): Header {
  const fields = object(where, 'the block', raw)
  const header = headerOf(where, fields)
  if (form === 'unchecked') return header
  const hash = headerHash(fields)
  if (hash !== header.hash)
    fail(
      where,
      `the hash of block ${header.number}`,
      header.hash,
      `${hash ?? 'one of whole fields'}, the hash of its fields; if all endpoints say otherwise, see config.chain.headerHash`,
    )
  return header
}

function headerOf(where: Where, header: Fields): Header {
  const transactions = header.transactions
  return {
    number: quantity(where, 'number', header.number),
    hash: word(where, 'hash', header.hash),
    parentHash: word(where, 'parentHash', header.parentHash),
    timeS: quantity(where, 'timestamp', header.timestamp),
    logsBloom: matching(where, 'logsBloom', header.logsBloom, BLOOM, '256 bytes of hex'),
    transactions: transactions === undefined ? undefined : list(where, 'transactions', transactions).length,
  }
}

/** All receipts of a block. They are its own, complete, in order, and their blooms join to the header's. */
export function readReceipts(where: Where, raw: unknown, header: Header): readonly Receipt[] {
  const receipts: Receipt[] = []
  let logIndex = 0
  for (const item of list(where, 'the receipts', raw)) {
    const receipt = object(where, 'a receipt', item)
    same(where, "a receipt's blockHash", receipt.blockHash, header.hash)
    same(where, "a receipt's transactionIndex", receipt.transactionIndex, `0x${receipts.length.toString(16)}`)
    const txHash = word(where, "a receipt's transactionHash", receipt.transactionHash)
    const logs: Log[] = []
    for (const entry of list(where, "a receipt's logs", receipt.logs)) {
      const log = readLog(where, entry, header)
      if (log.logIndex !== logIndex) fail(where, "a log's logIndex", log.logIndex, `${logIndex}: receipts hold every log of the block`)
      if (log.txHash !== txHash || log.txIndex !== receipts.length) fail(where, "a log's transaction", log.txHash, txHash)
      logs.push(log)
      logIndex++
    }
    const gasUsed = typeof receipt.gasUsed === 'string' && QUANTITY.test(receipt.gasUsed) ? Number(receipt.gasUsed) : 0
    receipts.push({
      txHash,
      gasUsed,
      logsBloom: matching(where, "a receipt's logsBloom", receipt.logsBloom, BLOOM, '256 bytes of hex'),
      logs,
    })
  }
  if (header.transactions !== undefined && receipts.length !== header.transactions)
    fail(where, 'the number of receipts', receipts.length, `${header.transactions}, as the block has transactions`)
  const joined = joinBlooms(receipts.map(({ logsBloom }) => logsBloom))
  if (joined !== header.logsBloom) fail(where, "the receipts' joined bloom", joined, `the bloom of block ${header.number} (${header.hash})`)
  return receipts
}

/** An eth_getLogs answer for one block: strictly in order. */
export function readLogs(where: Where, raw: unknown, header: Header): readonly Log[] {
  let last = -1
  return list(where, 'the logs', raw).map((item) => {
    const log = readLog(where, item, header)
    if (log.logIndex <= last) fail(where, "a log's logIndex", log.logIndex, `more than ${last}, the one before`)
    last = log.logIndex
    return log
  })
}

/** An eth_getLogs answer for a range: strictly in order, a block once. The hashes are still to be compared with the headers'. */
export function readRangeLogs(where: Where, raw: unknown): readonly BlockLogs[] {
  const blocks: { readonly number: number; readonly hash: Hex; readonly logs: Log[] }[] = []
  for (const item of list(where, 'the logs', raw)) {
    const fields = object(where, 'a log', item)
    const number = quantity(where, "a log's blockNumber", fields.blockNumber)
    const hash = word(where, "a log's blockHash", fields.blockHash)
    const last = blocks.at(-1)
    if (last !== undefined && number < last.number) fail(where, "a log's blockNumber", number, `at least ${last.number}, the one before`)
    const log = readLog(where, item, number === last?.number ? last : { hash })
    if (number !== last?.number) blocks.push({ number, hash, logs: [log] })
    else {
      const before = last.logs.at(-1)?.logIndex ?? -1
      if (log.logIndex <= before) fail(where, "a log's logIndex", log.logIndex, `more than ${before}, the one before`)
      last.logs.push(log)
    }
  }
  return blocks
}

export function readBytes(where: Where, what: string, raw: unknown): Hex {
  const bytes = matching(where, what, raw, HEX, 'whole bytes of hex')
  return bytes.length % 2 === 0 ? bytes : fail(where, what, raw, 'whole bytes of hex')
}

export function readWord(where: Where, what: string, raw: unknown): Hex {
  return word(where, what, raw)
}

export function quantity(where: Where, what: string, raw: unknown): number {
  const number = typeof raw === 'string' && QUANTITY.test(raw) ? Number(raw) : Number.NaN
  return Number.isSafeInteger(number) ? number : fail(where, what, raw, 'a hex quantity')
}

/** An object whose fields are still to be checked, each of which may be missing. */
export function object(where: Where, what: string, raw: unknown): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return fail(where, what, raw, 'an object')
  return raw
}

export function list(where: Where, what: string, raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : fail(where, what, raw, 'a list')
}

/** Always a failure that may pass: another answer, or another node, can be right. */
export function fail(where: Where, what: string, got: unknown, want: string): never {
  throw new BadDataError({ from: where.endpoint, what: `${what} (${where.method})`, got, want, retryable: true })
}

const WORD = /^0x[0-9a-fA-F]{64}$/
const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const HEX = /^0x[0-9a-fA-F]*$/
const BLOOM = /^0x[0-9a-fA-F]{512}$/
/** A leading zero is against the specification, but some nodes send it and it means no other number. */
const QUANTITY = /^0x[0-9a-fA-F]{1,16}$/

function readLog(where: Where, raw: unknown, header: Pick<Header, 'hash'>): Log {
  const log = object(where, 'a log', raw)
  same(where, "a log's blockHash", log.blockHash, header.hash)
  if (log.removed === true) fail(where, "a log's removed", true, 'a log of a block that stands')
  const topics = list(where, "a log's topics", log.topics)
  if (topics.length > 4) fail(where, "a log's topics", topics, 'at most 4')
  return {
    address: matching(where, "a log's address", log.address, ADDRESS, 'an address'),
    topics: topics.map((topic) => word(where, "a log's topic", topic)),
    data: readBytes(where, "a log's data", log.data),
    txHash: word(where, "a log's transactionHash", log.transactionHash),
    txIndex: quantity(where, "a log's transactionIndex", log.transactionIndex),
    logIndex: quantity(where, "a log's logIndex", log.logIndex),
  }
}

const word = (where: Where, what: string, raw: unknown): Hex => matching(where, what, raw, WORD, '32 bytes of hex')

function matching(where: Where, what: string, raw: unknown, pattern: RegExp, want: string): Hex {
  return typeof raw === 'string' && pattern.test(raw) ? (raw.toLowerCase() as Hex) : fail(where, what, raw, want)
}

function same(where: Where, what: string, raw: unknown, want: string): void {
  if (typeof raw !== 'string' || raw.toLowerCase() !== want) fail(where, what, raw, want)
}
