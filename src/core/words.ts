// Contract data as 32-byte words, read without trust: what is too short or isn't there is undefined, never a throw.
import type { Call, Hex } from './flow.ts'

const HEX_WORD = 64

/** The n-th word of return or event data. */
export function wordAt(data: Hex | null | undefined, n: number): bigint | undefined {
  if (data === null || data === undefined) return undefined
  const from = 2 + n * HEX_WORD
  if (data.length < from + HEX_WORD) return undefined
  return BigInt(`0x${data.slice(from, from + HEX_WORD)}`)
}

/** A topic as a word; a log with fewer topics has none. */
export function topicAt(topics: readonly Hex[], n: number): bigint | undefined {
  const topic = topics[n]
  return topic === undefined ? undefined : wordAt(topic, 0)
}

/** A topic's low 20 bytes as an address in lower case, without making a number of it. */
export function addressTopic(topics: readonly Hex[], n: number): Hex | undefined {
  const topic = topics[n]
  return topic === undefined || topic.length < 2 + HEX_WORD ? undefined : (`0x${topic.slice(26, 66)}`.toLowerCase() as Hex)
}

/** The first `count` words, or undefined if one is missing. */
export function wordsOf(data: Hex | null | undefined, count: number): readonly bigint[] | undefined {
  if (data === null || data === undefined || data.length < 2 + count * HEX_WORD) return undefined
  const words: bigint[] = []
  for (let n = 0; n < count; n++) words.push(wordAt(data, n) as bigint)
  return words
}

/** A dynamic array of words at offset word 0: how a view returns address[] or uint256[]. */
export function arrayOf(data: Hex | null | undefined): readonly bigint[] | undefined {
  const offset = wordAt(data, 0)
  if (offset === undefined || offset % 32n !== 0n || offset > 1_048_576n) return undefined
  const at = Number(offset / 32n)
  const length = wordAt(data, at)
  if (length === undefined || length > 65_536n) return undefined
  const out: bigint[] = []
  for (let n = 0; n < Number(length); n++) {
    const word = wordAt(data, at + 1 + n)
    if (word === undefined) return undefined
    out.push(word)
  }
  return out
}

const ADDRESS = (1n << 160n) - 1n

/** The low 20 bytes as an address in lower case. */
export const addressOf = (word: bigint): Hex => `0x${(word & ADDRESS).toString(16).padStart(40, '0')}`
/** An address as a word. */
export const addressWord = (address: Hex): bigint => BigInt(address)

/** A call of static arguments: the 4-byte selector and one word each. */
export function callOf(to: Hex, selector: Hex, ...args: readonly bigint[]): Call {
  return { to, data: `${selector}${args.map((arg) => arg.toString(16).padStart(HEX_WORD, '0')).join('')}` }
}

/** A storage slot as a question: its `data` is exactly 32 bytes, the slot, which no ABI call is long. The answer is the word in it. */
export const slotCall = (to: Hex, slot: bigint): Call => ({ to, data: hex32(slot) })
export const isSlotCall = ({ data }: Call): boolean => data.length === 2 + HEX_WORD

/**
 * The code of an address as a question: its `data` is two bytes, which no ABI call is long. The answer is two words: the code's hash
 * (0: no code) and its first 32 bytes. Of a delegated key (EIP-7702) it is the delegation itself, not the code it names.
 */
export const codeCall = (to: Hex): Call => ({ to, data: '0xc0de' })
export const isCodeCall = ({ data }: Call): boolean => data.length === 6

/** A word as 32 bytes. */
export const hex32 = (word: bigint): Hex => `0x${word.toString(16).padStart(HEX_WORD, '0')}`
