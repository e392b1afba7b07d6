// Events of rollups' contracts on their parent chain: OP Stack and Arbitrum Nitro.
import { toEventSelector } from 'viem'

export const TOPIC = {
  /** OptimismPortal: a transaction that the rollup must include. */
  deposited: toEventSelector('TransactionDeposited(address,address,uint256,bytes)'),
  /** L2OutputOracle, and the factory of dispute games that took its place. */
  output: toEventSelector('OutputProposed(bytes32,uint256,uint256,uint256)'),
  game: toEventSelector('DisputeGameCreated(address,uint32,bytes32)'),
  /** Nitro's Bridge: a message into the delayed inbox, by its index. */
  delayed: toEventSelector('MessageDelivered(uint256,bytes32,address,uint8,address,bytes32,uint256,uint64)'),
  /** Nitro's SequencerInbox: a batch, and how many delayed messages have been read with it. */
  batch: toEventSelector('SequencerBatchDelivered(uint256,bytes32,bytes32,bytes32,uint256,(uint64,uint64,uint64,uint64),uint8)'),
} as const
