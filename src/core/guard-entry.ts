// What a Guard entry is, as the contract encodes it, and its id: keccak256 of that encoding.
import { encodeAbiParameters, keccak256, parseAbiParameters } from 'viem'
import type { Hex } from './flow.ts'

export const ARG = { subject: 0, constant: 1, step: 2, live: 3 } as const
export const BOUND = { none: 0, range: 1, oneOf: 2, equalsLive: 3 } as const
export const DIRECTION = { down: 0, up: 1 } as const
export const CLASS = { throttle: 0, account: 1, market: 2, feed: 3, isolation: 4, pause: 5 } as const

export interface GuardLive {
  readonly target: Hex
  readonly selector: Hex
  readonly withSubject: boolean
  readonly word: number
  readonly shift: number
  readonly mask: bigint
}
export interface GuardArg {
  readonly kind: number
  readonly value: bigint
  readonly live: GuardLive
  readonly bound: number
  readonly values: readonly bigint[]
}
export interface GuardStepValue {
  readonly isLive: boolean
  readonly value: bigint
  readonly live: GuardLive
  readonly mulBps: bigint
  readonly divisor: bigint
}
export interface GuardEntry {
  readonly target: Hex
  readonly selector: Hex
  readonly class: number
  readonly expiryS: number
  readonly hardCapS: number
  readonly cooldownS: number
  readonly budget: number
  readonly budgetWindowS: number
  readonly minGas: number
  readonly owned: number
  readonly getter: GuardLive
  readonly direction: number
  readonly zeroMeansUnlimited: boolean
  readonly args: readonly GuardArg[]
  readonly steps: readonly GuardStepValue[]
}

export const NO_LIVE: GuardLive = {
  target: '0x0000000000000000000000000000000000000000',
  selector: '0x00000000',
  withSubject: false,
  word: 0,
  shift: 0,
  mask: 0n,
}

const ENTRY = parseAbiParameters([
  'Entry entry',
  'struct Live { address target; bytes4 selector; bool withSubject; uint8 word; uint8 shift; uint256 mask; }',
  'struct Arg { uint8 kind; uint256 value; Live live; uint8 bound; uint256[] values; }',
  'struct Step { bool isLive; uint256 value; Live live; uint256 mulBps; uint256 divisor; }',
  'struct Entry { address target; bytes4 selector; uint8 class; uint32 expiryS; uint32 hardCapS; uint32 cooldownS; uint16 budget; uint32 budgetWindowS; uint32 minGas; uint8 owned; Live getter; uint8 direction; bool zeroMeansUnlimited; Arg[] args; Step[] steps; }',
])

/** The id that the contract gives it. */
export function entryId(entry: GuardEntry): Hex {
  return keccak256(encodeAbiParameters(ENTRY, [entry]))
}
