// A log of an answer, taken apart: its topics and data go into lanes, so that a block leaves few objects and little text behind.
import type { Hex } from '../core/flow.ts'
import { LANES, readWords } from '../decode/lanes.ts'
import { WordLog } from '../decode/word-log.ts'
import { fail, list, matching, object, quantity, readBytes, same, type Where, word } from './fields.ts'

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const MOST_TOPICS = 4
const WORD_CHARS = 64
const LEAST_LANES = 1 << 10
const MOST_LANES = 1 << 15

/** For the logs of one answer: those of a block share memory, and the text of what comes again. */
export class LogReader {
  private lanes = new Uint32Array(0)
  private next = 0
  /** By the text that came: in lower case, and looked at. */
  private readonly addresses = new Map<unknown, Hex>()
  private readonly signatures = new Map<unknown, Hex>()

  /** @param txHash of the transaction that it is said to be of */
  read(where: Where, raw: unknown, header: { readonly hash: Hex }, txHash?: Hex): WordLog {
    const log = object(where, 'a log', raw)
    same(where, "a log's blockHash", log.blockHash, header.hash)
    if (log.removed === true) fail(where, "a log's removed", true, 'a log of a block that stands')
    const topics = list(where, "a log's topics", log.topics)
    if (topics.length > MOST_TOPICS) fail(where, "a log's topics", topics, 'at most 4')
    const address = this.address(where, log.address)
    const topic0 = topics.length === 0 ? undefined : this.signature(where, topics[0])
    const { data } = log
    const dataWords = typeof data === 'string' && data.length % WORD_CHARS === 2 ? (data.length - 2) / WORD_CHARS : -1
    const at = this.reserve(Math.max(0, topics.length - 1) + Math.max(0, dataWords))
    let to = at
    for (let n = 1; n < topics.length; n++, to += LANES) {
      const topic = topics[n]
      if (typeof topic !== 'string' || topic.length !== 2 + WORD_CHARS || !readWords(topic, 1, this.lanes, to))
        fail(where, "a log's topic", topic, '32 bytes of hex')
    }
    if (dataWords >= 0 && !readWords(data as string, dataWords, this.lanes, to)) fail(where, "a log's data", data, 'whole bytes of hex')
    const odd = dataWords < 0 ? readBytes(where, "a log's data", data) : undefined
    const tx = txHash !== undefined && log.transactionHash === txHash ? txHash : word(where, "a log's transactionHash", log.transactionHash)
    const txIndex = quantity(where, "a log's transactionIndex", log.transactionIndex)
    const logIndex = quantity(where, "a log's logIndex", log.logIndex)
    return new WordLog(address, topic0, topics.length, dataWords, odd, this.lanes, at, tx, txIndex, logIndex)
  }

  private address(where: Where, raw: unknown): Hex {
    let address = this.addresses.get(raw)
    if (address === undefined) {
      address = matching(where, "a log's address", raw, ADDRESS, 'an address')
      this.addresses.set(raw, address)
    }
    return address
  }

  private signature(where: Where, raw: unknown): Hex {
    let topic = this.signatures.get(raw)
    if (topic === undefined) {
      topic = word(where, "a log's topic", raw)
      this.signatures.set(raw, topic)
    }
    return topic
  }

  /** Logs that have their lanes keep the array that they have; the first is small, since most blocks have few logs of ours. */
  private reserve(words: number): number {
    if (this.next + words * LANES > this.lanes.length) {
      this.lanes = new Uint32Array(Math.max(words * LANES, LEAST_LANES, Math.min(2 * this.lanes.length, MOST_LANES)))
      this.next = 0
    }
    const at = this.next
    this.next += words * LANES
    return at
  }
}
