// The bytes of an eth_getLogs answer straight to logs, without JSON.parse: it knows one strict form and gives up on any other, never guesses.
import type { Hex } from '../core/flow.ts'
import { LANES } from '../decode/lanes.ts'
import { WordLog } from '../decode/word-log.ts'
import { HexBytes, Interned } from './hex-bytes.ts'
import type { BlockLogs } from './schemas.ts'

/**
 * What `readRangeLogs` makes of the parsed answer, or undefined: then the answer is read the slow way, which also says what is wrong with
 * it. It gives up on escapes in strings, upper-case hex, nested objects, fields that are missing or come twice, an `error`, and whatever
 * is no JSON. Nothing of the answer's memory is kept.
 * @param id of the question: an answer to another one is not ours
 */
export function scanLogs(body: Buffer, id: number): readonly BlockLogs[] | undefined {
  const scan = new Scan(body)
  let blocks: readonly BlockLogs[] | undefined
  let seen = 0
  if (!scan.take(BRACE)) return undefined
  do {
    const key = scan.key()
    if (key === 'result') {
      blocks = blocksOf(scan)
      if (blocks === undefined) return undefined
    } else if (key === 'id') {
      if (!scan.literal(String(id))) return undefined
    } else if (key !== 'jsonrpc' || !scan.skipString()) return undefined
    const bit = key === 'result' ? 1 : key === 'id' ? 2 : 4
    if ((seen & bit) !== 0) return undefined
    seen |= bit
  } while (scan.take(COMMA))
  if (!scan.take(BRACE + 2)) return undefined
  scan.space()
  return scan.at === body.length && (seen & 3) === 3 ? blocks : undefined
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BRACKET = 0x5b
const BACKSLASH = 0x5c
const BRACE = 0x7b
const WORD_CHARS = 64
const MOST_TOPICS = 4
/** readRangeLogs takes 16, of which most are beyond a safe integer. */
const MOST_DIGITS = 12
/** A log of three indexed and three other words. */
const USUAL_LANES = 6 * LANES
const USUAL_CHARS = 800

const FIELDS = [
  'address',
  'topics',
  'data',
  'blockNumber',
  'blockHash',
  'transactionHash',
  'transactionIndex',
  'logIndex',
  'removed',
] as const
type Field = (typeof FIELDS)[number]
const KNOWN = new Map<string, number>(FIELDS.map((name, n) => [name, 1 << n]))
/** All but `removed`, which a node may leave out. */
const NEEDED = (1 << (FIELDS.length - 1)) - 1

/** Few contracts and events make most logs: each text is made once and compared as bytes. */
const addresses = new Interned(40, 4_096)
const signatures = new Interned(64, 1_024)

/** Logs lie behind one another in lanes, in the order of the answer; each log's lanes are written when its fields have been seen. */
class Scan {
  readonly bytes: Buffer
  readonly hex: HexBytes
  at = 0
  lanes: Uint32Array
  /** Where the next log's lanes begin. */
  nextLane = 0
  readonly order: Key[] = []
  // fields of the log being read, kept from the one before for those that rarely change
  address: Hex = '0x'
  topic0: Hex | undefined
  topicCount = 0
  topicsAt = new Int32Array(MOST_TOPICS)
  dataAt = 0
  dataChars = 0
  blockNumber = 0
  txIndex = 0
  logIndex = 0
  readonly blockHash: LastHash
  readonly txHash: LastHash
  constructor(body: Buffer) {
    this.bytes = body
    this.hex = new HexBytes(body)
    this.lanes = new Uint32Array(Math.ceil(body.length / USUAL_CHARS) * USUAL_LANES + LANES)
    this.blockHash = new LastHash(this)
    this.txHash = new LastHash(this)
  }

  space(): void {
    const { bytes } = this
    for (let byte = bytes[this.at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[this.at]) this.at++
  }

  /** Nothing is read where it is not there. */
  take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) {
      this.space()
      if (this.bytes[this.at] !== byte) return false
    }
    this.at++
    return true
  }

  /** Whole: `false1` is no literal, since what follows it is no comma or bracket. */
  literal(text: string): boolean {
    this.space()
    for (let i = 0; i < text.length; i++) if (this.bytes[this.at + i] !== text.charCodeAt(i)) return false
    this.at += text.length
    return true
  }

  /** `"0x`: where its digits begin; -1 if there is none. */
  prefix(): number {
    if (!this.take(QUOTE)) return -1
    const { bytes, at } = this
    if (bytes[at] !== 0x30 || bytes[at + 1] !== 0x78) return -1
    return at + 2
  }

  /** Below 2^48; -1 if it is no quantity of that size. */
  quantity(): number {
    const from = this.prefix()
    if (from < 0) return -1
    const { bytes } = this
    let i = from
    let value = 0
    for (let digit = digitOf(bytes[i]); digit >= 0; digit = digitOf(bytes[++i])) value = value * 16 + digit
    if (bytes[i] !== QUOTE || i === from || i - from > MOST_DIGITS) return -1
    this.at = i + 1
    return value
  }

  /** Digits of a string of so many, which are not looked at yet. -1 if it is of another length. */
  digits(chars: number): number {
    const from = this.prefix()
    if (from < 0 || this.bytes[from + chars] !== QUOTE) return -1
    this.at = from + chars + 1
    return from
  }

  /** The name of a key without escapes, and its colon. */
  key(): string | undefined {
    this.space()
    const from = this.at + 1
    if (!this.skipString()) return undefined
    const name = this.bytes.toString('latin1', from, this.at - 1)
    return this.take(COLON) ? name : undefined
  }

  skipString(): boolean {
    if (!this.take(QUOTE)) return false
    const { bytes } = this
    for (let i = this.at; i < bytes.length; i++) {
      const byte = bytes[i] as number
      if (byte === QUOTE) {
        this.at = i + 1
        return true
      }
      if (byte < 0x20 || byte === BACKSLASH) return false
    }
    return false
  }

  /** A field that nobody asked for: a plain string, a whole number, true, false or null. */
  skipValue(): boolean {
    this.space()
    const { bytes } = this
    const first = bytes[this.at]
    if (first === QUOTE) return this.skipString()
    if (first === 0x74) return this.literal('true')
    if (first === 0x66) return this.literal('false')
    if (first === 0x6e) return this.literal('null')
    const from = this.at
    while (isDigit(bytes[this.at])) this.at++
    const digits = this.at - from
    return digits > 0 && (digits === 1 || first !== 0x30)
  }
}

/** A hash that is often that of the log before. */
class LastHash {
  text: Hex = '0x'
  private readonly chars = new Uint32Array(WORD_CHARS / 4)
  constructor(private readonly scan: Scan) {}

  /** False: it is no hash. */
  read(): boolean {
    const { scan, chars } = this
    const from = scan.digits(WORD_CHARS)
    if (from < 0) return false
    if (this.text !== '0x' && scan.hex.equals(from, chars, 0, chars.length)) return true
    if (!scan.hex.isHex(from, WORD_CHARS)) return false
    scan.hex.copy(from, chars, 0, chars.length)
    this.text = scan.bytes.toString('latin1', from - 2, from + WORD_CHARS) as Hex
    return true
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

function digitOf(byte: number | undefined): number {
  if (byte === undefined || byte < 0x30) return -1
  if (byte <= 0x39) return byte - 0x30
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1
}

function blocksOf(scan: Scan): readonly BlockLogs[] | undefined {
  const blocks: BlockLogs[] = []
  if (!scan.take(BRACKET)) return undefined
  if (scan.take(BRACKET + 2)) return blocks
  let number = -1
  let hash: Hex = '0x'
  let logs: WordLog[] = []
  let last = -1
  do {
    if (!fieldsOf(scan)) return undefined
    if (scan.blockNumber !== number) {
      if (scan.blockNumber < number) return undefined
      number = scan.blockNumber
      hash = scan.blockHash.text
      logs = []
      last = -1
      blocks.push({ number, hash, logs })
    } else if (scan.blockHash.text !== hash) return undefined
    if (scan.logIndex <= last) return undefined
    last = scan.logIndex
    const log = logOf(scan)
    if (log === undefined) return undefined
    logs.push(log)
  } while (scan.take(COMMA))
  return scan.take(BRACKET + 2) ? blocks : undefined
}

/** A key of the first log, with its quotes and colon: those of later logs are only compared with it. */
interface Key {
  readonly field: Field | undefined
  readonly bit: number
  readonly length: number
  /** Four bytes each; the last ones overlap where the length is no multiple of four. */
  readonly fours: Uint32Array
}

function fieldsOf(scan: Scan): boolean {
  if (!scan.take(BRACE)) return false
  let seen = 0
  let place = 0
  do {
    const key = expectedKey(scan, place++)
    if (key === undefined || (seen & key.bit) !== 0 || !fieldInto(scan, key.field)) return false
    seen |= key.bit
  } while (scan.take(COMMA))
  return (seen & NEEDED) === NEEDED && scan.take(BRACE + 2)
}

function fieldInto(scan: Scan, field: Field | undefined): boolean {
  switch (field) {
    case 'address': {
      const from = scan.digits(40)
      const address = from < 0 ? undefined : addresses.at(scan.hex, from)
      if (address === undefined) return false
      scan.address = address
      return true
    }
    case 'topics':
      return topicsOf(scan)
    case 'data':
      return dataOf(scan)
    case 'blockNumber':
      scan.blockNumber = scan.quantity()
      return scan.blockNumber >= 0
    case 'blockHash':
      return scan.blockHash.read()
    case 'transactionHash':
      return scan.txHash.read()
    case 'transactionIndex':
      scan.txIndex = scan.quantity()
      return scan.txIndex >= 0
    case 'logIndex':
      scan.logIndex = scan.quantity()
      return scan.logIndex >= 0
    case 'removed':
      return scan.literal('false')
    case undefined:
      return scan.skipValue()
    default:
      return field satisfies never
  }
}

/** Most logs of an answer have their keys in the order of the first. */
function expectedKey(scan: Scan, place: number): Key | undefined {
  const expected = scan.order[place]
  if (expected !== undefined && scan.hex.startsWith(scan.at, expected.fours, expected.length)) {
    scan.at += expected.length
    return expected
  }
  scan.space()
  const from = scan.at
  const name = scan.key()
  if (name === undefined) return undefined
  const bit = KNOWN.get(name) ?? 0
  const key = { field: bit === 0 ? undefined : (name as Field), bit, length: scan.at - from, fours: scan.hex.fours(from, scan.at - from) }
  scan.order[place] = key
  return key
}

function topicsOf(scan: Scan): boolean {
  if (!scan.take(BRACKET)) return false
  scan.topicCount = 0
  scan.topic0 = undefined
  if (scan.take(BRACKET + 2)) return true
  do {
    const from = scan.digits(WORD_CHARS)
    if (from < 0 || scan.topicCount === MOST_TOPICS) return false
    if (scan.topicCount === 0) {
      scan.topic0 = signatures.at(scan.hex, from)
      if (scan.topic0 === undefined) return false
    }
    scan.topicsAt[scan.topicCount++] = from
  } while (scan.take(COMMA))
  return scan.take(BRACKET + 2)
}

/** Only where it ends: its digits are looked at when they are read. */
function dataOf(scan: Scan): boolean {
  const from = scan.prefix()
  if (from < 0) return false
  const to = scan.bytes.indexOf(QUOTE, from)
  if (to < 0 || (to - from) % 2 !== 0) return false
  scan.dataAt = from
  scan.dataChars = to - from
  scan.at = to + 1
  return true
}

function logOf(scan: Scan): WordLog | undefined {
  const { hex, dataAt, dataChars, topicCount, nextLane } = scan
  const whole = dataChars % WORD_CHARS === 0
  const words = Math.max(0, topicCount - 1) + (whole ? dataChars / WORD_CHARS : 0)
  // logs that have their lanes keep the array that they have
  if (nextLane + words * LANES > scan.lanes.length) {
    scan.lanes = new Uint32Array(Math.max(words * LANES, scan.lanes.length))
    scan.nextLane = 0
  }
  const { lanes } = scan
  const at = scan.nextLane
  let to = at
  for (let n = 1; n < topicCount; n++, to += LANES) if (!hex.words(scan.topicsAt[n] as number, 1, lanes, to)) return undefined
  let odd: Hex | undefined
  if (whole) {
    if (!hex.words(dataAt, dataChars / WORD_CHARS, lanes, to)) return undefined
  } else {
    if (!hex.isHex(dataAt, dataChars)) return undefined
    odd = scan.bytes.toString('latin1', dataAt - 2, dataAt + dataChars) as Hex
  }
  scan.nextLane = at + words * LANES
  const dataWords = whole ? dataChars / WORD_CHARS : -1
  const { address, topic0, txHash, txIndex, logIndex } = scan
  return new WordLog(address, topic0, topicCount, dataWords, odd, lanes, at, txHash.text, txIndex, logIndex)
}
