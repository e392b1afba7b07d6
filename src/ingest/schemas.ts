// Answers of a node, taken apart by hand: strict as a schema, fast enough for blocks of thousands of logs.
import type { Hex, Log } from '../core/flow.ts'
import { type Bloom, bloomText, joinBloom, noBloom, readBloom } from './bloom.ts'
import { type Fields, fail, list, matching, maybeQuantity, object, quantity, same, type Where, word } from './fields.ts'
import { type HeaderForm, headerHash } from './header-hash.ts'
import { LogReader } from './log-reader.ts'

export interface Header {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timeS: number
  readonly logsBloom: Hex
  /** How many transactions; undefined in a head notification, which doesn't list them. */
  readonly transactions: number | undefined
}

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
  readonly bloom: Bloom
  readonly logs: readonly Log[]
}

const BLOOM = /^0x[0-9a-fA-F]{512}$/

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
  const reader = new LogReader()
  const joined = noBloom()
  let logIndex = 0
  for (const item of list(where, 'the receipts', raw)) {
    const receipt = object(where, 'a receipt', item)
    same(where, "a receipt's blockHash", receipt.blockHash, header.hash)
    same(where, "a receipt's transactionIndex", receipt.transactionIndex, `0x${receipts.length.toString(16)}`)
    const txHash = word(where, "a receipt's transactionHash", receipt.transactionHash)
    const logs: Log[] = []
    for (const entry of list(where, "a receipt's logs", receipt.logs)) {
      const log = reader.read(where, entry, header, txHash)
      if (log.logIndex !== logIndex) fail(where, "a log's logIndex", log.logIndex, `${logIndex}: receipts hold every log of the block`)
      if (log.txHash !== txHash || log.txIndex !== receipts.length) fail(where, "a log's transaction", log.txHash, txHash)
      logs.push(log)
      logIndex++
    }
    const gasUsed = maybeQuantity(receipt.gasUsed) ?? 0
    const bloom = readBloom(receipt.logsBloom) ?? fail(where, "a receipt's logsBloom", receipt.logsBloom, '256 bytes of hex')
    joinBloom(joined, bloom)
    receipts.push({ txHash, gasUsed, bloom, logs })
  }
  if (header.transactions !== undefined && receipts.length !== header.transactions)
    fail(where, 'the number of receipts', receipts.length, `${header.transactions}, as the block has transactions`)
  const said = bloomText(joined)
  if (said !== header.logsBloom) fail(where, "the receipts' joined bloom", said, `the bloom of block ${header.number} (${header.hash})`)
  return receipts
}

/** An eth_getLogs answer for one block: strictly in order. */
export function readLogs(where: Where, raw: unknown, header: Header): readonly Log[] {
  const reader = new LogReader()
  let last = -1
  return list(where, 'the logs', raw).map((item) => {
    const log = reader.read(where, item, header)
    if (log.logIndex <= last) fail(where, "a log's logIndex", log.logIndex, `more than ${last}, the one before`)
    last = log.logIndex
    return log
  })
}

/** An eth_getLogs answer for a range: strictly in order, a block once. The hashes are still to be compared with the headers'. */
export function readRangeLogs(where: Where, raw: unknown): readonly BlockLogs[] {
  const blocks: { readonly number: number; readonly hash: Hex; readonly logs: Log[] }[] = []
  const reader = new LogReader()
  for (const item of list(where, 'the logs', raw)) {
    const fields = object(where, 'a log', item)
    const number = quantity(where, "a log's blockNumber", fields.blockNumber)
    const hash = word(where, "a log's blockHash", fields.blockHash)
    const last = blocks.at(-1)
    if (last !== undefined && number < last.number) fail(where, "a log's blockNumber", number, `at least ${last.number}, the one before`)
    const log = reader.read(where, item, number === last?.number ? last : { hash })
    if (number !== last?.number) blocks.push({ number, hash, logs: [log] })
    else {
      const before = last.logs.at(-1)?.logIndex ?? -1
      if (log.logIndex <= before) fail(where, "a log's logIndex", log.logIndex, `more than ${before}, the one before`)
      last.logs.push(log)
    }
  }
  return blocks
}
