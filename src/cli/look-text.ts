// Text that a contract gives of itself: anybody may have put anything there, so it is cut short and made of printable ASCII.
import { decodeAbiParameters } from 'viem'
import type { Hex } from '../core/flow.ts'

const LONGEST = 48

/** A string, or the bytes32 that old tokens answer; undefined: neither, or empty. */
export function textOf(data: Hex | null | undefined): string | undefined {
  if (!data || data === '0x') return undefined
  return tame(data.length === 66 ? fixed(data) : dynamic(data))
}

/** Safe in a terminal, in a comment and in a file: one line, printable ASCII, short. */
export function tame(text: string | undefined): string | undefined {
  const tamed = text?.replace(/[^\x20-\x7e]/g, '?').trim()
  if (!tamed) return undefined
  return tamed.length > LONGEST ? `${tamed.slice(0, LONGEST - 3)}...` : tamed
}

function dynamic(data: Hex): string | undefined {
  try {
    return decodeAbiParameters([{ type: 'string' }], data)[0]
  } catch {
    return undefined
  }
}

const fixed = (data: Hex): string => Buffer.from(data.slice(2), 'hex').toString('latin1').replace(/\0+$/, '')
