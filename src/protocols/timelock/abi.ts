// The few words of OpenZeppelin's TimelockController and Governor (and Compound's Bravo) about what waits in them.
import { toEventSelector } from 'viem'

export const TOPIC = {
  scheduled: toEventSelector('CallScheduled(bytes32,uint256,address,uint256,bytes,bytes32,uint256)'),
  executed: toEventSelector('CallExecuted(bytes32,uint256,address,uint256,bytes)'),
  cancelled: toEventSelector('Cancelled(bytes32)'),
} as const

export const GOVERNOR_TOPIC = {
  proposed: toEventSelector('ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)'),
  executed: toEventSelector('ProposalExecuted(uint256)'),
  cancelled: toEventSelector('ProposalCanceled(uint256)'),
} as const
