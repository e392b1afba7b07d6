// Could a waiting transaction be in the next block at all? One that can't is a pretence: it is told, and nothing is done about it.
import type { PendingTx } from '../../core/flow.ts'

/** What the next block allows. */
export interface NextBlock {
  readonly baseFee: bigint
  readonly gasLimit: number
}

/** Of the sender, after the block that the next one stands on. */
export interface Sender {
  readonly nonce: number
  /** The same with what waits counted: up to there nothing is missing. */
  readonly pendingNonce: number
  readonly balance: bigint
  /** It has code that isn't a delegation, so nothing it signs is taken (EIP-3607). */
  readonly isContract: boolean
  /** Waiting transactions of its own that go before this one, by nonce. */
  readonly earlier: readonly PendingTx[]
}

/** Cheapest transaction there is. */
const LEAST_GAS = 21_000

/** Empty: it can be included. */
export function obstacleOf(tx: PendingTx, block: NextBlock, sender: Sender): string {
  const { gas, nonce } = tx
  if (sender.isContract) return 'its sender has code'
  if (gas < LEAST_GAS) return `a gas limit of ${gas} pays for no transaction`
  if (gas > block.gasLimit) return `a gas limit of ${gas}, over the block's ${block.gasLimit}`
  if (BigInt(tx.maxFeePerGas) < block.baseFee) return `a fee of ${BigInt(tx.maxFeePerGas)} wei, under the base fee of ${block.baseFee}`
  if (BigInt(tx.priorityFeePerGas) > BigInt(tx.maxFeePerGas)) return 'a priority fee over its whole fee'
  if (nonce < sender.nonce) return `nonce ${nonce} is used up`
  if (nonce > sender.pendingNonce && !isLinked(nonce, sender)) return `nonce ${nonce}, and nothing waits for one below it`
  const needed = [...sender.earlier.filter((earlier) => earlier.nonce < nonce), tx].reduce((sum, one) => sum + mostCost(one), 0n)
  return needed > sender.balance ? `it may cost ${needed} wei, and its sender has ${sender.balance}` : ''
}

/** Does each nonce from the pool's to this one wait with us? */
function isLinked(nonce: number, { pendingNonce, earlier }: Sender): boolean {
  for (let n = pendingNonce; n < nonce; n++) if (!earlier.some((one) => one.nonce === n)) return false
  return true
}

const mostCost = ({ gas, maxFeePerGas, value }: PendingTx): bigint => BigInt(gas) * BigInt(maxFeePerGas) + BigInt(value)

/** The base fee after a block (EIP-1559); 0 where there is none. */
export function nextBaseFee(parent: { readonly baseFee: bigint; readonly gasUsed: bigint; readonly gasLimit: bigint }): bigint {
  const { baseFee, gasUsed } = parent
  const target = parent.gasLimit / 2n
  if (target === 0n || gasUsed === target) return baseFee
  if (gasUsed > target) {
    const up = (baseFee * (gasUsed - target)) / target / 8n
    return baseFee + (up > 1n ? up : 1n)
  }
  return baseFee - (baseFee * (target - gasUsed)) / target / 8n
}
