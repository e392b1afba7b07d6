// For tests of the mempool: the stage's market with nodes that watch it, and an attacker whose transactions wait where all can see them.
import { encodeFunctionData } from 'viem'
import { accountOf } from '../../lab/accounts.ts'
import type { Signed } from '../../lab/chain.ts'
import type { Config } from '../../src/config.ts'
import type { Hex } from '../../src/core/flow.ts'
import type { Stage } from './stage.ts'

const GWEI = 1_000_000_000n

export const watchingMempool = (stage: Stage): Stage => ({
  ...stage,
  config: { ...stage.config, mempool: { queued: 256, looksPerSender: 64, ttlS: 180 } } as Config,
})
