// The EIP-712 digest that the Guard checks: chain and guard by the domain, the rest by the struct. No float reaches it.
import { hashTypedData, keccak256 } from 'viem'
import { type Hex, OPERATION_CODE, type Proposal } from '../core/flow.ts'

const TYPES = {
  Approval: [
    { name: 'operation', type: 'uint8' },
    { name: 'entry', type: 'bytes32' },
    { name: 'subject', type: 'bytes32' },
    { name: 'step', type: 'uint8' },
    { name: 'round', type: 'uint32' },
    { name: 'window', type: 'uint64' },
  ],
} as const

/** Throws for a call whose data isn't what its entry is the hash of: then it is no proposal. */
export function proposalDigest(proposal: Proposal, window: number): Hex {
  const { chainId, guard, operation, entry, subject, step, round, data } = proposal
  if ((operation === 'call') !== (data !== undefined) || (data !== undefined && keccak256(data) !== entry))
    throw new TypeError(`a proposal to ${operation} of entry ${entry} with data ${data}`)
  return hashTypedData({
    domain: { name: 'Firebreak Guard', version: '1', chainId, verifyingContract: guard },
    types: TYPES,
    primaryType: 'Approval',
    message: { operation: OPERATION_CODE[operation], entry, subject, step, round, window: BigInt(window) },
  })
}

/**
 * Time slots that a signature now may be used in: the present one, and in its last quarter the next too, so that a certificate
 * made at the end of a slot is still good in the block that takes it.
 */
export function windowsAt(timeS: number, windowS: number): readonly number[] {
  const slot = Math.floor(timeS / windowS)
  return timeS % windowS >= windowS * 0.75 ? [slot, slot + 1] : [slot]
}
