// The header's bloom of log addresses and topics: it never misses a log that is there, so it can catch a log that was left out.
import { createKeccak } from 'hash-wasm'
import type { Hex, Log } from '../core/flow.ts'

const BYTES = 256
const EMPTY: Hex = `0x${'0'.repeat(2 * BYTES)}`

/** May the item (an address or a topic) be in the bloom? False is certain. */
export function mayContain(bloom: Hex, item: Hex): boolean {
  for (const bit of knownBitsOf(item)) {
    // Bit 0 is the lowest of the last byte; a nibble of the text holds four bits.
    const nibble = Number.parseInt(bloom[2 + 2 * BYTES - 1 - (bit >> 2)] ?? '0', 16)
    if ((nibble & (1 << (bit & 3))) === 0) return false
  }
  return true
}

export const mayContainLog = (bloom: Hex, log: Log): boolean =>
  mayContain(bloom, log.address) && log.topics.every((topic) => mayContain(bloom, topic))

export function joinBlooms(blooms: readonly Hex[]): Hex {
  const joined = Buffer.alloc(BYTES)
  for (const bloom of blooms) {
    if (bloom === EMPTY) continue
    const bytes = Buffer.from(bloom.slice(2), 'hex')
    for (let i = 0; i < BYTES; i++) joined[i] = (joined[i] as number) | (bytes[i] as number)
  }
  return `0x${joined.toString('hex')}`
}

/** The bloom of some logs, as a node computes it. */
export function bloomOf(logs: readonly Pick<Log, 'address' | 'topics'>[], bitsOf = knownBitsOf): Hex {
  const bytes = Buffer.alloc(BYTES)
  const add = (item: Hex): void => {
    const bits = bitsOf(item)
    for (let n = 0; n < bits.length; n++) {
      const bit = bits[n] as number
      const at = BYTES - 1 - (bit >> 3)
      bytes[at] = (bytes[at] as number) | (1 << (bit & 7))
    }
  }
  for (const { address, topics } of logs) {
    add(address)
    for (let n = 0; n < topics.length; n++) add(topics[n] as Hex)
  }
  return `0x${bytes.toString('hex')}`
}

/** Eleven times as fast as JavaScript's: a busy block names hundreds of accounts that no block before it did. */
const keccak = await createKeccak(256)

/** The three bits that an item sets: two bytes each of its hash's start, eleven bits of those. */
export function bitsOf(item: Hex): readonly number[] {
  const hash = keccak
    .init()
    .update(Buffer.from(item.slice(2), 'hex'))
    .digest('binary')
  return [0, 2, 4].map((at) => (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 2047)
}

// Hashing dominates, and a block's watched addresses and event topics are the same again and again. A cache of a pure function.
const known = new Map<Hex, readonly number[]>()
const MOST_KNOWN = 20_000

function knownBitsOf(item: Hex): readonly number[] {
  let bits = known.get(item)
  if (bits === undefined) {
    bits = bitsOf(item)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(item, bits)
  }
  return bits
}
