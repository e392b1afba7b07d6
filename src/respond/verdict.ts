// What a refusal of the Guard's or the Liquidator's means for the intent: somebody was faster, it is too early, or it can't be done.
import { decodeErrorResult } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import { Liquidator } from '../contracts/Liquidator.ts'
import type { Hex } from '../core/flow.ts'

export type Verdict =
  | { readonly kind: 'ok' }
  /** Somebody else did it: there is nothing left to do. */
  | { readonly kind: 'obsolete'; readonly reason: string }
  /** Not now; later, or with a newer certificate. */
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

export const OK: Verdict = { kind: 'ok' }

/** The Liquidator's too: somebody made the account healthy, or nothing helps it any more. */
const DONE_ALREADY: readonly string[] = [
  'AlreadyActive',
  'NotActive',
  'LiftBegun',
  'CapReached',
  'Healthy',
  'Toxic',
  'NotBetter',
  'BadDebt',
]
const TOO_EARLY: readonly string[] = ['WrongWindow', 'NotExpired', 'LiftTooEarly']
const MAX_TEXT = 200

/** @param data the revert's return data, if the node gave it */
export function verdictOf(data: Hex | undefined): Verdict {
  if (data === undefined || data === '0x') return { kind: 'failed', reason: 'reverted without a reason' }
  let name: string
  let args: readonly unknown[]
  try {
    const decoded = decodeErrorResult({ abi: [...Guard.abi, ...Liquidator.abi], data })
    ;[name, args] = [decoded.errorName, decoded.args ?? []]
  } catch {
    return { kind: 'failed', reason: short(`reverted with ${data}`) }
  }
  const reason = short(`${name}(${args.join(', ')})`)
  // A node that is behind counts fewer rounds than the certificate: then nothing is over yet.
  if (name === 'WrongRound') return { kind: Number(args[0]) < Number(args[1]) ? 'obsolete' : 'wait', reason }
  if (DONE_ALREADY.includes(name)) return { kind: 'obsolete', reason }
  if (TOO_EARLY.includes(name)) return { kind: 'wait', reason }
  return { kind: 'failed', reason }
}

const short = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text)
