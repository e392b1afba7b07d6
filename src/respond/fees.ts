// What a transaction may cost. Both fee fields rise together: pools take a replacement only if each is raised by a tenth or more.
import { UserError } from '../core/errors.ts'
import type { ActionClass } from '../core/flow.ts'

/** One amount, or one for each class of action. */
export type PerClass = bigint | ({ readonly default: bigint } & { readonly [C in ActionClass]?: bigint })

export interface Fees {
  /** First bid. Raised to twice the base fee plus priority where that is more. */
  readonly maxFeePerGasWei: PerClass
  readonly priorityFeePerGasWei: PerClass
  /** No bid goes above it. Without it: four first bids. */
  readonly capPerGasWei?: PerClass
  /** Raise of a replacement; 1,250 (12.5 %) at least, since geth wants 10 % and others 12.5 %. */
  readonly bumpBps: number
}

export interface Bid {
  readonly maxFeePerGas: bigint
  readonly priorityFeePerGas: bigint
}

const LEAST_BUMP_BPS = 1_250
const DEFAULT_CAP_BIDS = 4n
const BPS = 10_000n

export function checkFees(fees: Fees): void {
  if (!Number.isInteger(fees.bumpBps) || fees.bumpBps < LEAST_BUMP_BPS) {
    throw new UserError('fees.bumpBps', fees.bumpBps, `a whole number, ${LEAST_BUMP_BPS} or more: pools refuse a smaller raise`)
  }
}

/**
 * The bid for a nonce on which `before` was bid already; undefined if the cap doesn't allow to outbid it. `rival`: somebody else's
 * transaction that ours should come before; if the cap doesn't allow that, the cap is bid, since it is still of use a block later.
 */
export function bidOf(fees: Fees, actionClass: ActionClass | null, baseFee: bigint, before: Bid | undefined, rival?: Bid): Bid | undefined {
  const first = amount(fees.maxFeePerGasWei, actionClass)
  const cap = fees.capPerGasWei === undefined ? first * DEFAULT_CAP_BIDS : amount(fees.capPerGasWei, actionClass)
  const ownPriority = amount(fees.priorityFeePerGasWei, actionClass)
  const raise = (wei: bigint) => (wei * (BPS + BigInt(fees.bumpBps)) + BPS - 1n) / BPS // up, so that the raise is never short
  const least = before === undefined ? 0n : raise(before.maxFeePerGas)
  if (least > cap) return undefined
  const race = rival === undefined ? 0n : raise(rival.maxFeePerGas)
  const maxFeePerGas = smaller(larger(larger(larger(first, 2n * baseFee + ownPriority), least), race), cap)
  // some chains order by the whole fee, others by the priority fee: both are raised over the rival's
  const tip = larger(ownPriority, rival === undefined ? 0n : smaller(raise(rival.priorityFeePerGas), maxFeePerGas))
  const priorityFeePerGas = larger(tip, before === undefined ? 0n : raise(before.priorityFeePerGas))
  if (before !== undefined && priorityFeePerGas > maxFeePerGas) return undefined
  return { maxFeePerGas, priorityFeePerGas: smaller(priorityFeePerGas, maxFeePerGas) }
}

function amount(perClass: PerClass, actionClass: ActionClass | null): bigint {
  if (typeof perClass === 'bigint') return perClass
  return (actionClass === null ? undefined : perClass[actionClass]) ?? perClass.default
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
