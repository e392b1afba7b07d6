// The header's bloom of log addresses and topics: it never misses a log that is there, so it can catch a log that was left out.
import { createKeccak } from 'hash-wasm'
import type { Hex, Log } from '../core/flow.ts'
import { LANES, readWords } from '../decode/lanes.ts'
import { WordLog } from '../decode/word-log.ts'

const BYTES = 256
const WORDS = BYTES / 32
const CHARS = 2 + 2 * BYTES

/** 2048 bits in 32-bit lanes, laid as `readWords` does: words as in the text, lanes of a word lowest first. */
export type Bloom = Uint32Array

export const noBloom = (): Bloom => new Uint32Array(WORDS * LANES)

/** undefined: it is not 256 bytes of hex. */
export function readBloom(raw: unknown): Bloom | undefined {
  const bloom = noBloom()
  return typeof raw === 'string' && raw.length === CHARS && readWords(raw, WORDS, bloom, 0) ? bloom : undefined
}

export function joinBloom(into: Bloom, bloom: Bloom): void {
  for (let lane = 0; lane < into.length; lane++) into[lane] = (into[lane] as number) | (bloom[lane] as number)
}

export function bloomText(bloom: Bloom): Hex {
  const bytes = Buffer.alloc(BYTES)
  for (let lane = 0; lane < bloom.length; lane++) bytes.writeUInt32BE(bloom[lane] as number, 4 * (lane ^ (LANES - 1)))
  return `0x${bytes.toString('hex')}`
}

/** May the item (an address or a topic) be in the bloom? False is certain. */
export function mayContain(bloom: Bloom, item: Hex): boolean {
  for (const bit of knownBitsOf(item)) if (((bloom[laneOf(bit)] as number) & (1 << (bit & 31))) === 0) return false
  return true
}

export const mayContainLog = (bloom: Bloom, log: Log): boolean =>
  mayContain(bloom, log.address) && log.topics.every((topic) => mayContain(bloom, topic))

/** The highest bits come first in the text, and so in the words. */
const laneOf = (bit: number): number => (WORDS - 1 - (bit >> 8)) * LANES + ((bit >> 5) & (LANES - 1))

type Filtered = readonly Pick<Log, 'address' | 'topics'>[]

/** The bloom of some logs, as a node computes it. */
export function bloomOf(logs: Filtered, bitsOf = knownBitsOf): Bloom {
  const bloom = noBloom()
  addLogs(bloom, logs, bitsOf)
  return bloom
}

/** Of one receipt after the other. */
const scratch = noBloom()

export function isBloomOf(bloom: Bloom, logs: Filtered): boolean {
  scratch.fill(0)
  addLogs(scratch, logs, knownBitsOf)
  for (let lane = 0; lane < scratch.length; lane++) if (scratch[lane] !== bloom[lane]) return false
  return true
}

function addLogs(bloom: Bloom, logs: Filtered, bitsOf: (item: Hex) => readonly number[]): void {
  for (const log of logs) {
    add(bloom, bitsOf(log.address), 0)
    if (log instanceof WordLog) {
      if (log.topic0 !== undefined) add(bloom, bitsOf(log.topic0), 0)
      for (let n = 1; n < log.topicCount; n++) {
        const from = log.at + (n - 1) * LANES
        add(bloom, wordBits, placeOf(log.lanes, from))
      }
    } else for (const topic of log.topics) add(bloom, bitsOf(topic), 0)
  }
}

/** Three bits, from `from` on. */
function add(bloom: Bloom, bits: ArrayLike<number>, from: number): void {
  for (let n = from; n < from + 3; n++) {
    const bit = bits[n] as number
    const lane = laneOf(bit)
    bloom[lane] = (bloom[lane] as number) | (1 << (bit & 31))
  }
}

/** Eleven times as fast as JavaScript's: a busy block names hundreds of accounts that no block before it did. */
const keccak = await createKeccak(256)

/** The three bits that an item sets: two bytes each of its hash's start, eleven bits of those. */
export function bitsOf(item: Hex): readonly number[] {
  const bits = [0, 0, 0]
  writeBits(Buffer.from(item.slice(2), 'hex'), bits, 0)
  return bits
}

function writeBits(bytes: Buffer, into: number[] | Uint16Array, from: number): void {
  const hash = keccak.init().update(bytes).digest('binary')
  for (let n = 0; n < 3; n++) into[from + n] = (((hash[2 * n] as number) << 8) | (hash[2 * n + 1] as number)) & 2047
}

// Hashing dominates, and a block's watched addresses and event topics are the same again and again. Caches of a pure function: one by text,
// and one of words, in which each has one place and the newer word takes it.
const known = new Map<Hex, readonly number[]>()
const MOST_KNOWN = 20_000
const PLACES = 1 << 15
const words = new Uint32Array(PLACES * LANES)
const wordBits = new Uint16Array(PLACES * 3)
const taken = new Uint8Array(PLACES)
const bytesOfWord = Buffer.alloc(32)

function knownBitsOf(item: Hex): readonly number[] {
  let bits = known.get(item)
  if (bits === undefined) {
    bits = bitsOf(item)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(item, bits)
  }
  return bits
}

/** Where in `wordBits` the bits of the word at lane `from` are. */
function placeOf(lanes: Uint32Array, from: number): number {
  let hash = 0
  for (let lane = from; lane < from + LANES; lane++) {
    hash = Math.imul(hash ^ (lanes[lane] as number), 0x9e37_79b1)
    hash ^= hash >>> 15
  }
  const place = hash & (PLACES - 1)
  const at = place * LANES
  let same = taken[place] === 1
  for (let lane = 0; lane < LANES && same; lane++) same = words[at + lane] === lanes[from + lane]
  if (same) return place * 3
  for (let lane = 0; lane < LANES; lane++) {
    words[at + lane] = lanes[from + lane] as number
    bytesOfWord.writeUInt32BE(lanes[from + lane] as number, 4 * (LANES - 1 - lane))
  }
  writeBits(bytesOfWord, wordBits, place * 3)
  taken[place] = 1
  return place * 3
}
