// The few words of OpenZeppelin's TimelockController about what waits in it.
import { toEventSelector } from 'viem'

export const TOPIC = {
  scheduled: toEventSelector('CallScheduled(bytes32,uint256,address,uint256,bytes,bytes32,uint256)'),
  executed: toEventSelector('CallExecuted(bytes32,uint256,address,uint256,bytes)'),
  cancelled: toEventSelector('Cancelled(bytes32)'),
} as const
