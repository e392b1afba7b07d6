// A vault's log as one of two flows; a log that isn't shaped like one of them is none.
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordsOf } from '../../core/words.ts'
import { VAULT_FLOW } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'

export interface VaultFlow {
  readonly kind: typeof VAULT_FLOW.deposit | typeof VAULT_FLOW.withdraw
  /** Who gets the shares, or whose shares are burned. */
  readonly owner: Hex
  readonly assets: bigint
  readonly shares: bigint
}

export function decodeVaultLog({ topics, data }: Pick<Log, 'topics' | 'data'>): VaultFlow | undefined {
  const isDeposit = topics[0] === TOPIC.deposit && topics.length === 3
  const isWithdraw = topics[0] === TOPIC.withdraw && topics.length === 4
  if (!isDeposit && !isWithdraw) return undefined
  const owner = topicAt(topics, isDeposit ? 2 : 3)
  const [assets, shares] = wordsOf(data, 2) ?? []
  if (owner === undefined || owner >> 160n !== 0n || assets === undefined || shares === undefined) return undefined
  return { kind: isDeposit ? VAULT_FLOW.deposit : VAULT_FLOW.withdraw, owner: addressOf(owner), assets, shares }
}
