// The header's bloom of log addresses and topics: it never misses a log that is there, so it can catch a log that was left out.
import { keccak256 } from 'viem/utils'
import type { Hex, Log } from '../core/flow.ts'

const BYTES = 256
const EMPTY: Hex = `0x${'0'.repeat(2 * BYTES)}`

/** May the item (an address or a topic) be in the bloom? False is certain. */
export function mayContain(bloom: Hex, item: Hex): boolean {
  for (const bit of bitsOf(item)) {
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
    for (let i = 0; i < BYTES; i++) joined[i] = (joined[i] ?? 0) | (bytes[i] ?? 0)
  }
  return `0x${joined.toString('hex')}`
}

/** The bloom of some logs, as a node computes it. */
export function bloomOf(logs: readonly Pick<Log, 'address' | 'topics'>[]): Hex {
  const bytes = Buffer.alloc(BYTES)
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics])
      for (const bit of bitsOf(item)) bytes[BYTES - 1 - (bit >> 3)] = (bytes[BYTES - 1 - (bit >> 3)] ?? 0) | (1 << (bit & 7))
  }
  return `0x${bytes.toString('hex')}`
}

// Hashing dominates, and a block's watched addresses and event topics are the same again and again. A cache of a pure function.
const known = new Map<Hex, readonly number[]>()
const MOST_KNOWN = 20_000

function bitsOf(item: Hex): readonly number[] {
  let bits = known.get(item)
  if (bits === undefined) {
    const hash = keccak256(item)
    bits = [0, 4, 8].map((at) => Number.parseInt(hash.slice(2 + at, 6 + at), 16) & 2047)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(item, bits)
  }
  return bits
}
