// From hex to 32-byte words in typed arrays, and from there to numbers, without an object for each word.

/** 32-bit parts of a word, lowest first: the layout of a `word` column in store/column.ts. */
export const LANES = 8

const BAD = 256
/** From two ASCII characters, as this machine orders the bytes of a 16-bit load, to the byte that they spell; BAD if they spell none. */
const BYTE_OF_PAIR = pairTable()
const PREFIX = new Uint16Array(new Uint8Array([48, 120]).buffer)[0] as number

function pairTable(): Uint16Array {
  const table = new Uint16Array(65_536).fill(BAD)
  const bytes = new Uint8Array(2)
  const pair = new Uint16Array(bytes.buffer)
  const digits = [...'0123456789abcdef', ...'ABCDEF'].map((digit) => [digit.charCodeAt(0), Number.parseInt(digit, 16)] as const)
  for (const [high, highValue] of digits)
    for (const [low, lowValue] of digits) {
      bytes[0] = high
      bytes[1] = low
      table[pair[0] as number] = (highValue << 4) | lowValue
    }
  return table
}

/** Text lies so that its digits begin at a multiple of eight bytes, and eight zeros, the commonest lane, are one comparison of floats. */
const DIGITS_AT = 8
const EIGHT_ZEROS = new Float64Array(new Uint8Array(8).fill(48).buffer)[0] as number

interface Text {
  /** Where text is written: two bytes, `0x`, before its digits. */
  readonly bytes: Buffer
  readonly pairs: Uint16Array
  readonly eights: Float64Array
}
function textOf(bytes: number): Text {
  const buffer = new ArrayBuffer(bytes)
  return { bytes: Buffer.from(buffer, DIGITS_AT - 2), pairs: new Uint16Array(buffer), eights: new Float64Array(buffer) }
}
let text = textOf(8_192)

/**
 * Writes the `words` words of `0x...` hex to `lanes` from lane `at` on. `hex` must be 2 + 64 * words long. False: it is not hex, and what
 * `lanes` holds there means nothing.
 */
export function readWords(hex: string, words: number, lanes: Uint32Array, at: number): boolean {
  // three bytes are the most that a UTF-16 unit takes in UTF-8: nothing is cut off, so that equal lengths do mean ASCII
  if (hex.length * 3 > text.bytes.length) text = textOf(8 * hex.length)
  const { bytes, pairs, eights } = text
  if (bytes.write(hex) !== hex.length || pairs[DIGITS_AT / 2 - 1] !== PREFIX) return false
  let eight = DIGITS_AT / 8
  let seen = 0
  for (let word = at; word < at + words * LANES; word += LANES)
    for (let lane = word + LANES - 1; lane >= word; lane--) {
      if (eights[eight] === EIGHT_ZEROS) lanes[lane] = 0
      else {
        const from = eight * 4
        const a = BYTE_OF_PAIR[pairs[from] as number] as number
        const b = BYTE_OF_PAIR[pairs[from + 1] as number] as number
        const c = BYTE_OF_PAIR[pairs[from + 2] as number] as number
        const d = BYTE_OF_PAIR[pairs[from + 3] as number] as number
        seen |= a | b | c | d
        lanes[lane] = (a << 24) | (b << 16) | (c << 8) | d
      }
      eight += 1
    }
  return seen < BAD
}

const LOW = 2 ** 32
const scratch = new DataView(new ArrayBuffer(32))

/** The word at lane `at` as uint256: what `WordColumn` holds. */
export function bigintAt(lanes: Uint32Array, at: number): bigint {
  let top = LANES - 1
  while (top > 1 && lanes[at + top] === 0) top--
  const second = lanes[at + 1] as number
  if (top === 1 && second < 2 ** 21) return BigInt(second * LOW + (lanes[at] as number))
  for (let lane = 0; lane < LANES; lane++) scratch.setUint32(lane * 4, lanes[at + lane] as number, true)
  let value = scratch.getBigUint64(0, true)
  if (top > 1) value |= scratch.getBigUint64(8, true) << 64n
  if (top > 3) value |= (scratch.getBigUint64(16, true) | (scratch.getBigUint64(24, true) << 64n)) << 128n
  return value
}

/** The word as int256. */
export function signedAt(lanes: Uint32Array, at: number): bigint {
  const value = bigintAt(lanes, at)
  return (lanes[at + LANES - 1] as number) >>> 31 === 1 ? value - (1n << 256n) : value
}

/** The float nearest to the uint256, as `Number` rounds it; for statistics only. */
export function f64At(lanes: Uint32Array, at: number): number {
  let top = LANES - 1
  while (top > 1 && lanes[at + top] === 0) top--
  if (top === 1) return (lanes[at + 1] as number) * LOW + (lanes[at] as number)
  // of the top three lanes both parts are exact, so that their sum rounds once; lower ones can only decide a tie
  const middle = lanes[at + top - 1] as number
  let last = lanes[at + top - 2] as number
  for (let lane = top - 3; lane >= 0; lane--) if (lanes[at + lane] !== 0) last |= 1
  let value = ((lanes[at + top] as number) * 2 ** 21 + (middle >>> 11)) * 2 ** 43 + ((middle & 0x7ff) * LOW + (last >>> 0))
  for (let lane = 2; lane < top; lane++) value *= LOW
  return value
}

const negated = new Uint32Array(LANES)

/** The float nearest to the int256. */
export function signedF64At(lanes: Uint32Array, at: number): number {
  if ((lanes[at + LANES - 1] as number) >>> 31 === 0) return f64At(lanes, at)
  let carry = 1
  for (let lane = 0; lane < LANES; lane++) {
    const value = (~(lanes[at + lane] as number) >>> 0) + carry
    negated[lane] = value
    carry = value >= LOW ? 1 : 0
  }
  return -f64At(negated, 0)
}
