// The bytes of an eth_getLogs answer straight to logs, without JSON.parse: it knows one strict form and gives up on any other, never guesses.
import type { Hex, Log } from '../core/flow.ts'
import type { BlockLogs } from './schemas.ts'

/**
 * What `readRangeLogs` makes of the parsed answer, or undefined: then the answer is read the slow way, which also says what is wrong with
 * it. It gives up on escapes in strings, upper-case hex, nested objects, fields that are missing or come twice, an `error`, and whatever
 * is no JSON. The strings of the logs share the memory of the whole answer: who keeps them for long must copy them.
 * @param id of the question: an answer to another one is not ours
 */
export function scanLogs(body: Buffer, id: number): readonly BlockLogs[] | undefined {
  const scan: Scan = { bytes: body, text: body.toString('latin1'), at: 0 }
  let blocks: readonly BlockLogs[] | undefined
  let seen = 0
  if (!open(scan, BRACE)) return undefined
  do {
    const key = keyOf(scan)
    if (key === 'result') {
      blocks = blocksOf(scan)
      if (blocks === undefined) return undefined
    } else if (key === 'id') {
      if (!literal(scan, String(id))) return undefined
    } else if (key !== 'jsonrpc' || !skipString(scan)) return undefined
    const bit = key === 'result' ? 1 : key === 'id' ? 2 : 4
    if ((seen & bit) !== 0) return undefined
    seen |= bit
  } while (next(scan))
  if (!close(scan, BRACE + 2)) return undefined
  space(scan)
  return scan.at === body.length && (seen & 3) === 3 ? blocks : undefined
}

interface Scan {
  readonly bytes: Buffer
  /** The same bytes; slices of it are pointers, not copies. */
  readonly text: string
  at: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BRACKET = 0x5b
const BACKSLASH = 0x5c
const BRACE = 0x7b
const HASH_CHARS = 66
const ADDRESS_CHARS = 42
/** readRangeLogs takes 16, of which most are beyond a safe integer. */
const MOST_DIGITS = 12

/** One where the byte is a digit of lower-case hex. */
const IS_HEX = new Uint8Array(256)
const VALUE = new Uint8Array(256)
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  IS_HEX[digit.charCodeAt(0)] = 1
  VALUE[digit.charCodeAt(0)] = value
}

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

function blocksOf(scan: Scan): readonly BlockLogs[] | undefined {
  const blocks: BlockLogs[] = []
  if (!open(scan, BRACKET)) return undefined
  if (close(scan, BRACKET + 2)) return blocks
  let number = -1
  let hash: Hex = '0x'
  let logs: Log[] = []
  let last = -1
  const order: Key[] = []
  do {
    const log = logOf(scan, order)
    if (log === undefined) return undefined
    if (raw.blockNumber !== number) {
      if (raw.blockNumber < number) return undefined
      number = raw.blockNumber
      hash = raw.blockHash
      logs = []
      last = -1
      blocks.push({ number, hash, logs })
    } else if (raw.blockHash !== hash) return undefined
    if (log.logIndex <= last) return undefined
    last = log.logIndex
    logs.push(log)
  } while (next(scan))
  return close(scan, BRACKET + 2) ? blocks : undefined
}

/** A key of the first log, with its quotes and colon: those of later logs are only compared with it. */
interface Key {
  readonly field: Field | undefined
  readonly bit: number
  readonly bytes: Uint8Array
}

/** Fields of the log being read: one object for all, so that none is made for each. */
const raw = {
  address: '0x' as Hex,
  data: '0x' as Hex,
  blockNumber: 0,
  blockHash: '0x' as Hex,
  txHash: '0x' as Hex,
  txIndex: 0,
  logIndex: 0,
}

function logOf(scan: Scan, order: Key[]): Log | undefined {
  if (!open(scan, BRACE)) return undefined
  let seen = 0
  let topics: Hex[] = []
  let place = 0
  do {
    const key = expectedKey(scan, order, place++)
    if (key === undefined || (seen & key.bit) !== 0) return undefined
    seen |= key.bit
    switch (key.field) {
      case 'address':
        raw.address = fixed(scan, ADDRESS_CHARS)
        if (raw.address === '0x') return undefined
        break
      case 'topics': {
        const found = topicsOf(scan)
        if (found === undefined) return undefined
        topics = found
        break
      }
      case 'data': {
        const data = bytesOf(scan)
        if (data === undefined) return undefined
        raw.data = data
        break
      }
      case 'blockNumber':
        raw.blockNumber = quantityOf(scan)
        if (raw.blockNumber < 0) return undefined
        break
      case 'blockHash':
        raw.blockHash = again(scan, raw.blockHash)
        if (raw.blockHash === '0x') return undefined
        break
      case 'transactionHash':
        raw.txHash = again(scan, raw.txHash)
        if (raw.txHash === '0x') return undefined
        break
      case 'transactionIndex':
        raw.txIndex = quantityOf(scan)
        if (raw.txIndex < 0) return undefined
        break
      case 'logIndex':
        raw.logIndex = quantityOf(scan)
        if (raw.logIndex < 0) return undefined
        break
      case 'removed':
        if (!literal(scan, 'false')) return undefined
        break
      default:
        if (!skipValue(scan)) return undefined
    }
  } while (next(scan))
  if ((seen & NEEDED) !== NEEDED || !close(scan, BRACE + 2)) return undefined
  const { address, data, txHash, txIndex, logIndex } = raw
  return { address, topics, data, txHash, txIndex, logIndex }
}

/** Most logs of an answer have their keys in the order of the first. */
function expectedKey(scan: Scan, order: Key[], place: number): Key | undefined {
  const expected = order[place]
  if (expected !== undefined && startsWith(scan, expected.bytes)) return expected
  space(scan)
  const from = scan.at
  const name = keyOf(scan)
  if (name === undefined) return undefined
  const bit = KNOWN.get(name) ?? 0
  const key = { field: bit === 0 ? undefined : (name as Field), bit, bytes: new Uint8Array(scan.bytes.subarray(from, scan.at)) }
  order[place] = key
  return key
}

function startsWith(scan: Scan, expected: Uint8Array): boolean {
  const { bytes, at } = scan
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false
  scan.at = at + expected.length
  return true
}

function topicsOf(scan: Scan): Hex[] | undefined {
  if (!open(scan, BRACKET)) return undefined
  if (close(scan, BRACKET + 2)) return []
  const topics: Hex[] = []
  do {
    const topic = fixed(scan, HASH_CHARS)
    if (topic === '0x' || topics.length === 4) return undefined
    topics.push(topic)
  } while (next(scan))
  return close(scan, BRACKET + 2) ? topics : undefined
}

/** A string of so many characters, `0x` and hex; '0x' if it is another. */
function fixed(scan: Scan, chars: number): Hex {
  space(scan)
  const { bytes } = scan
  const from = scan.at + 1
  if (bytes[scan.at] !== QUOTE || bytes[from] !== 0x30 || bytes[from + 1] !== 0x78 || bytes[from + chars] !== QUOTE) return '0x'
  let good = 1
  for (let i = from + 2; i < from + chars; i++) good &= IS_HEX[bytes[i] as number] as number
  if (good === 0) return '0x'
  scan.at = from + chars + 1
  return scan.text.slice(from, from + chars) as Hex
}

/** A hash that is likely the one of the log before. */
function again(scan: Scan, before: Hex): Hex {
  const hash = fixed(scan, HASH_CHARS)
  return hash === before ? before : hash
}

function bytesOf(scan: Scan): Hex | undefined {
  space(scan)
  const { bytes } = scan
  const from = scan.at + 1
  if (bytes[scan.at] !== QUOTE || bytes[from] !== 0x30 || bytes[from + 1] !== 0x78) return undefined
  let i = from + 2
  while (IS_HEX[bytes[i] as number] === 1) i++
  if (bytes[i] !== QUOTE || (i - from) % 2 !== 0) return undefined
  scan.at = i + 1
  return scan.text.slice(from, i) as Hex
}

/** Below 2^48; negative if it is no quantity of that size. */
function quantityOf(scan: Scan): number {
  space(scan)
  const { bytes } = scan
  const from = scan.at + 1
  if (bytes[scan.at] !== QUOTE || bytes[from] !== 0x30 || bytes[from + 1] !== 0x78) return -1
  let i = from + 2
  let value = 0
  while (IS_HEX[bytes[i] as number] === 1) value = value * 16 + (VALUE[bytes[i++] as number] as number)
  if (bytes[i] !== QUOTE || i === from + 2 || i - from - 2 > MOST_DIGITS) return -1
  scan.at = i + 1
  return value
}

/** The name of a key without escapes, and its colon. */
function keyOf(scan: Scan): string | undefined {
  space(scan)
  const from = scan.at + 1
  if (!skipString(scan)) return undefined
  const name = scan.text.slice(from, scan.at - 1)
  space(scan)
  return scan.bytes[scan.at++] === COLON ? name : undefined
}

/** A field that nobody asked for: a plain string, a whole number, true, false or null. */
function skipValue(scan: Scan): boolean {
  space(scan)
  const first = scan.bytes[scan.at]
  if (first === QUOTE) return skipString(scan)
  if (first === 0x74) return literal(scan, 'true')
  if (first === 0x66) return literal(scan, 'false')
  if (first === 0x6e) return literal(scan, 'null')
  const from = scan.at
  while (isDigit(scan.bytes[scan.at])) scan.at++
  const digits = scan.at - from
  return digits > 0 && (digits === 1 || first !== 0x30)
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

function skipString(scan: Scan): boolean {
  space(scan)
  const { bytes } = scan
  if (bytes[scan.at] !== QUOTE) return false
  for (let i = scan.at + 1; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === QUOTE) {
      scan.at = i + 1
      return true
    }
    if (byte < 0x20 || byte === BACKSLASH) return false
  }
  return false
}

/** Whole: `false1` is no literal, since what follows it is no comma or bracket. */
function literal(scan: Scan, text: string): boolean {
  space(scan)
  if (!scan.text.startsWith(text, scan.at)) return false
  scan.at += text.length
  return true
}

function open(scan: Scan, bracket: number): boolean {
  space(scan)
  if (scan.bytes[scan.at] !== bracket) return false
  scan.at++
  return true
}

/** The same, for the end of a list or object: nothing is read where it is not. */
const close = open

function next(scan: Scan): boolean {
  space(scan)
  if (scan.bytes[scan.at] !== COMMA) return false
  scan.at++
  return true
}

function space(scan: Scan): void {
  const { bytes } = scan
  for (let byte = bytes[scan.at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[scan.at]) scan.at++
}
