// Signed amounts in uint128 columns: two's complement, read exactly or as the nearest float.
import type { U128Column } from '../../store/column.ts'

const LIMIT = 1n << 128n
const HALF = 1n << 127n

export function setSigned(column: U128Column, row: number, value: bigint): void {
  if (value < -HALF || value >= HALF) throw new RangeError(`${column.name}: ${value} is not an int128`)
  column.set(row, value < 0n ? value + LIMIT : value)
}

export function signedAt(column: U128Column, row: number): bigint {
  const word = column.get(row)
  return word < HALF ? word : word - LIMIT
}

/** Within 2^-52 of the value, without making a bigint of it. */
export function signedFloatAt({ raw }: U128Column, row: number): number {
  const at = row * 4
  if (at >= raw.length) return 0
  const [a, b, c, d] = [raw[at] as number, raw[at + 1] as number, raw[at + 2] as number, raw[at + 3] as number]
  if (d < 0x8000_0000) return a + b * 2 ** 32 + (c * 2 ** 64 + d * 2 ** 96)
  return -((~a >>> 0) + 1 + (~b >>> 0) * 2 ** 32 + ((~c >>> 0) * 2 ** 64 + (~d >>> 0) * 2 ** 96))
}
