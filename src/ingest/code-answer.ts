// A whole code as the answer to a `codeCall`: its hash (0: none) and its first 32 bytes, as the Reader gives them.
import { keccak256 } from 'viem'
import type { Hex } from '../core/flow.ts'

const WORD_HEX = 64

export function codeAnswer(code: Hex): Hex {
  if (code === '0x') return `0x${'0'.repeat(2 * WORD_HEX)}`
  return `${keccak256(code)}${code.slice(2, 2 + WORD_HEX).padEnd(WORD_HEX, '0')}`
}
