// From a config to the way past the public mempool: where its address and key are read.
import type { Config } from '../config.ts'
import { privateRelay } from '../respond/private-relay.ts'
import type { Submission } from '../respond/submission.ts'
import { loadWallet, type Wallet } from '../respond/wallet.ts'
import { readSecret } from './secrets.ts'

/** undefined: everything is public. */
export function submissionOf({ submission }: Config, wallet: Wallet): Submission | undefined {
  if (!submission) return undefined
  const { relay, key, method, use, fallbackBlocks } = submission
  const url = typeof relay === 'string' ? relay : readSecret('config.submission.relay', relay)
  return { relay: privateRelay({ url, method, identity: key ? loadWallet(key) : wallet }), use, fallbackBlocks }
}
