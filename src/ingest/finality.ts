// The newest block that we yielded and that cannot be reorged any more: by the node's word or by depth, as the chain's profile says.
import type { BlockId, IngestEvent } from './block-source.ts'
import type { ChainClient } from './chain-client.ts'
import { isRetryable } from './errors.ts'
import type { ChainProfile } from './profiles.ts'
import type { Recent } from './recent.ts'

/** Undefined: none yet, or not known now. Not knowing is no reason to stop: it is reported and asked again later. */
export async function finalBlock(
  client: ChainClient,
  profile: ChainProfile,
  recent: Recent,
  onEvent: (event: IngestEvent) => void,
): Promise<BlockId | undefined> {
  const { last } = recent
  if (last === undefined) return undefined
  if (profile.finality.kind === 'depth') return recent.at(last.number - profile.finality.blocks)
  try {
    const final = await client.header('finalized')
    if (final === null) return undefined
    if (final.number <= last.number) {
      const ours = recent.at(final.number)
      if (ours === undefined || ours.hash === final.hash) return ours
      onEvent({ kind: 'no-finality', detail: `final block ${final.number} is ${final.hash}, ours is ${ours.hash}` })
      return undefined
    }
    // We are still in history below the final block: our last one is final if it is on the node's chain.
    const there = await client.header(last.number)
    return there?.hash === last.hash ? last : undefined
  } catch (error) {
    if (!isRetryable(error)) throw error
    onEvent({ kind: 'no-finality', detail: (error as Error).message })
    return undefined
  }
}
