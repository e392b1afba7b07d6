// From what is wanted to calldata: the Guard's, or what anyone may call. Nothing is chosen here: a relayer brings what k nodes signed, or what anyone may bring.
import { encodeFunctionData } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import type { Certificate, Errand } from '../core/flow.ts'
import type { NewIntent } from '../record/intent.ts'

export type Wanted = Certificate | Errand

export type GuardCall = Omit<NewIntent, 'class'>

export function callOf(wanted: Wanted): GuardCall {
  if ('kind' in wanted) return errandCall(wanted)
  const { proposal, window, signers, signatures } = wanted
  const { chainId, guard, entry, subject, step, round, incident } = proposal
  const common = { chainId, guard, entry, subject, round, incident, window }
  const voucher = [BigInt(window), signers, signatures] as const
  switch (proposal.operation) {
    case 'execute': {
      const calldata = encodeFunctionData({ abi: Guard.abi, functionName: 'execute', args: [entry, subject, step, round, ...voucher] })
      return { ...common, operation: 'execute', step, calldata }
    }
    case 'renew': {
      const calldata = encodeFunctionData({ abi: Guard.abi, functionName: 'renew', args: [entry, subject, round, ...voucher] })
      return { ...common, operation: 'renew', step: 0, calldata }
    }
    case 'lift': {
      const calldata = encodeFunctionData({ abi: Guard.abi, functionName: 'beginLift', args: [entry, subject, round, ...voucher] })
      return { ...common, operation: 'beginLift', step: 0, calldata }
    }
    case 'call':
      return { ...common, operation: 'call', step: 0, calldata: proposal.data ?? '0x' }
    default:
      return proposal.operation satisfies never
  }
}

function errandCall({ kind, chainId, guard, entry, subject, round, incident }: Errand): GuardCall {
  const calldata =
    kind === 'lift'
      ? encodeFunctionData({ abi: Guard.abi, functionName: 'lift', args: [entry, subject] })
      : encodeFunctionData({ abi: Guard.abi, functionName: 'beginLift', args: [entry, subject, round, 0n, 0n, '0x'] })
  return { chainId, guard, entry, subject, round, incident, window: null, operation: kind, step: 0, calldata }
}
