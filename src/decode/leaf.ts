// One word of a static type: which bits must be clear, and what the rest means.
import { UserError } from '../core/errors.ts'
import type { Fault } from './fault.ts'
import { bigintAt, LANES, signedAt } from './lanes.ts'

/** Is the word at lane `at` one that the type can have? */
type Clean = (lanes: Uint32Array, at: number) => boolean
/** `hex` from `from` on spells the word at lane `at`. */
export type Value = (lanes: Uint32Array, at: number, hex: string, from: number) => unknown

export interface Leaf {
  /** undefined: all words are clean. */
  readonly clean: Clean | undefined
  readonly fault: Fault
  readonly value: Value
}

const WORD_BITS = 256
/** Up to this size viem gives a number; so do we. */
const NUMBER_BITS = 48

/** @throws UserError for what is no static type of the ABI */
export function leafOf(type: string): Leaf {
  if (type === 'address') return { clean: zeroAbove(160), fault: 'dirty-address', value: addressText }
  if (type === 'bool') return { clean: zeroAbove(1), fault: 'dirty-bool', value: (lanes, at) => lanes[at] === 1 }
  if (type === 'function') return bytesLeaf(24)
  const [, name, size] = /^(uint|int|bytes)([1-9]\d*)$/.exec(type) ?? []
  const n = Number(size)
  if (name === 'bytes' && n <= 32) return bytesLeaf(n)
  if (name === 'uint' && n % 8 === 0 && n <= WORD_BITS)
    return {
      clean: n < WORD_BITS ? zeroAbove(n) : undefined,
      fault: 'dirty-uint',
      value: n > NUMBER_BITS ? bigintAt : (lanes, at) => (lanes[at + 1] as number) * 2 ** 32 + (lanes[at] as number),
    }
  if (name === 'int' && n % 8 === 0 && n <= WORD_BITS)
    return {
      clean: n < WORD_BITS ? signAbove(n) : undefined,
      fault: 'dirty-int',
      value: n > NUMBER_BITS ? signedAt : (lanes, at) => ((lanes[at + 1] as number) | 0) * 2 ** 32 + (lanes[at] as number),
    }
  throw new UserError('ABI type', type, 'a type of the Solidity ABI in its full name, such as uint256')
}

/** An indexed value that is longer than a word: the topic is its hash. */
export const hashLeaf: Leaf = bytesLeaf(32)

function bytesLeaf(bytes: number): Leaf {
  const end = 2 * bytes
  return {
    clean: bytes < 32 ? zeroBelow(WORD_BITS - 8 * bytes) : undefined,
    fault: 'dirty-bytes',
    value: (_lanes, _at, hex, from) => `0x${hex.slice(from, from + end).toLowerCase()}`,
  }
}

const addressText: Value = (_lanes, _at, hex, from) => `0x${hex.slice(from + 24, from + 64).toLowerCase()}`

function zeroAbove(bits: number): Clean {
  const first = bits >>> 5
  const mask = -1 << (bits & 31)
  return (lanes, at) => {
    for (let lane = LANES - 1; lane > first; lane--) if (lanes[at + lane] !== 0) return false
    return ((lanes[at + first] as number) & mask) === 0
  }
}

function signAbove(bits: number): Clean {
  const signLane = (bits - 1) >>> 5
  const up = 31 - ((bits - 1) & 31)
  const first = bits >>> 5
  const mask = -1 << (bits & 31)
  return (lanes, at) => {
    const sign = ((lanes[at + signLane] as number) << up) >> 31
    for (let lane = LANES - 1; lane > first; lane--) if (((lanes[at + lane] as number) | 0) !== sign) return false
    return (((lanes[at + first] as number) ^ sign) & mask) === 0
  }
}

export function zeroBelow(bits: number): Clean {
  const last = bits >>> 5
  const mask = ~(-1 << (bits & 31))
  return (lanes, at) => {
    for (let lane = 0; lane < last; lane++) if (lanes[at + lane] !== 0) return false
    return ((lanes[at + last] as number) & mask) === 0
  }
}
