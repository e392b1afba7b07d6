// What differs between chains, one object a chain: how blocks are ordered, how long to wait, when a block is final.
import { UserError } from '../core/errors.ts'
import type { HeaderForm } from './header-hash.ts'

export interface ChainProfile {
  readonly chainId: number
  readonly name: string
  /** Who chooses the order of transactions, and by what. */
  readonly ordering: 'builder-auction' | 'fee-cap' | 'priority-fee' | 'first-come'
  readonly blockTimeS: number
  /** How the final block is known: the node's `finalized` tag, or so many blocks under the head. */
  readonly finality: { readonly kind: 'tag' } | { readonly kind: 'depth'; readonly blocks: number }
  /** The final block is asked for after this many blocks. */
  readonly finalizedEveryBlocks: number
  /** A reorg up to this depth is undone; a deeper one needs a checkpoint. */
  readonly journalBlocks: number
  /** Pause between questions for the head, where it is not pushed. */
  readonly pollMs: number
  /** No block for this long: `tick` inputs begin, one every `tickMs`. */
  readonly stallMs: number
  readonly tickMs: number
  /** A failure that lasts this long, or a stall that lasts this much longer, makes us blind. */
  readonly blindAfterMs: number
  readonly requestTimeoutMs: number
  /** Whether a header's hash is checked against its fields, and how. */
  readonly headerHash: HeaderForm
}

/** The lab's anvil: blocks are stamped 12 s apart but come every fraction of a second; it sorts by fee cap. */
const lab: ChainProfile = {
  chainId: 31_337,
  name: 'lab',
  ordering: 'fee-cap',
  blockTimeS: 12,
  finality: { kind: 'tag' },
  finalizedEveryBlocks: 16,
  journalBlocks: 64,
  pollMs: 50,
  stallMs: 15_000,
  tickMs: 5_000,
  blindAfterMs: 10_000,
  requestTimeoutMs: 5_000,
  headerHash: 'ethereum',
}

/** Two epochs of 32 slots make a block final, so the journal holds a little more than two in bad weather. */
const ethereum: ChainProfile = {
  chainId: 1,
  name: 'Ethereum',
  ordering: 'builder-auction',
  blockTimeS: 12,
  finality: { kind: 'tag' },
  finalizedEveryBlocks: 32,
  journalBlocks: 128,
  pollMs: 1_000,
  stallMs: 60_000,
  tickMs: 12_000,
  blindAfterMs: 30_000,
  requestTimeoutMs: 10_000,
  headerHash: 'ethereum',
}

export const PROFILES: readonly ChainProfile[] = [lab, ethereum]

/** Long enough for the reorgs that proof-of-stake chains without quick finality have had. */
const FINAL_AFTER_S = 900

/**
 * Any other EVM chain, from its block time alone, on the careful side: final by depth (15 minutes of blocks, 64 to 4,096), since not
 * every chain has a `finalized` tag that means it; a journal twice as deep; a stall after five blocks' time, blindness after three
 * more, both at least half a minute.
 */
function generic(chainId: number, blockTimeS: number): ChainProfile {
  const blockMs = blockTimeS * 1_000
  const depth = Math.min(4_096, Math.max(64, Math.ceil(FINAL_AFTER_S / blockTimeS)))
  return {
    chainId,
    name: `chain ${chainId}`,
    ordering: 'priority-fee',
    blockTimeS,
    finality: { kind: 'depth', blocks: depth },
    finalizedEveryBlocks: 32,
    journalBlocks: 2 * depth,
    pollMs: Math.min(1_000, Math.max(100, blockMs / 4)),
    stallMs: Math.max(30_000, 5 * blockMs),
    tickMs: Math.max(2_000, blockMs),
    blindAfterMs: Math.max(30_000, 3 * blockMs),
    requestTimeoutMs: 10_000,
    headerHash: 'unchecked',
  }
}

/** The chain's profile with what the config says otherwise. A chain that isn't listed needs its block time. */
export function profileOf(chainId: number, given: Partial<Omit<ChainProfile, 'chainId'>> = {}): ChainProfile {
  const { blockTimeS } = given
  const known = PROFILES.find((profile) => profile.chainId === chainId) ?? (blockTimeS && generic(chainId, blockTimeS))
  if (known) return { ...known, ...given, chainId }
  const listed = PROFILES.map((one) => `${one.chainId} (${one.name})`).join(', ')
  throw new UserError('config.chain.blockTimeS', blockTimeS, `seconds between blocks: chain ${chainId} has no profile, only ${listed} do`)
}
