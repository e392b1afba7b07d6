// What stands behind an address that holds a power: one key, a Safe, a timelock with its delay, or a contract that we don't know.
import { toFunctionSelector } from 'viem'
import type { Hex } from '../core/flow.ts'
import { arrayOf, callOf, wordAt } from '../core/words.ts'
import type { Look } from './look.ts'

export interface Holder {
  readonly kind: 'key' | 'timelock' | 'safe' | 'contract'
  /** For a sentence: `a timelock with 86400 s delay`. */
  readonly what: string
}

const VIEW = {
  minDelay: toFunctionSelector('getMinDelay()'),
  threshold: toFunctionSelector('getThreshold()'),
  owners: toFunctionSelector('getOwners()'),
} as const
/** An account that has delegated itself to code (EIP-7702) is still ruled by its one key. */
const DELEGATED = /^0xef0100/i

export async function holderOf(look: Look, at: Hex): Promise<Holder> {
  const code = await look.code(at)
  if (code === '0x') return { kind: 'key', what: 'a plain account' }
  if (DELEGATED.test(code)) return { kind: 'key', what: 'a plain account with delegated code' }
  const [delay, threshold, owners] = await look.calls([callOf(at, VIEW.minDelay), callOf(at, VIEW.threshold), callOf(at, VIEW.owners)])
  const delayS = wordAt(delay, 0)
  if (delayS !== undefined) return { kind: 'timelock', what: `a timelock with ${delayS} s delay` }
  const [k, all] = [wordAt(threshold, 0), arrayOf(owners)]
  if (k !== undefined && all !== undefined) return { kind: 'safe', what: `a Safe, ${k} of ${all.length} owners` }
  return { kind: 'contract', what: 'a contract that shows neither delay nor owners' }
}
