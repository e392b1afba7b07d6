// What the mempool's edge has done, as `status` shows it: nothing is let go without being counted.
import type { FeedKind } from './feed.ts'
import type { Refused } from './transaction.ts'

export interface MempoolCounts {
  /** How we hear, and what simulates; `none`: not now. */
  feed: FeedKind
  engine: 'eth_simulateV1' | 'traces' | 'none'
  heard: number
  /** Of peers. */
  told: number
  duplicates: number
  replaced: number
  /** Let go since the queue was full; by rank, the most harmful last. */
  shed: [number, number, number, number]
  /** Let go since they waited for too long. */
  expired: number
  /** What a node or peer gave that its own bytes don't bear out. */
  refused: Record<Refused | 'no-bytes', number>
  /** Looks that a sender had used up in their block. */
  postponed: number
  /** Of peers, over what one signer may tell in a block. */
  toldTooMuch: number
  simulated: number
  /** Simulations that failed: nothing is known of those. */
  failed: number
  /** Without effect on what is watched. */
  harmless: number
  /** Given to the fold. */
  given: number
  waiting: number
  touching: number
}

export const newCounts = (): MempoolCounts => ({
  feed: 'none',
  engine: 'none',
  heard: 0,
  told: 0,
  duplicates: 0,
  replaced: 0,
  shed: [0, 0, 0, 0],
  expired: 0,
  refused: { malformed: 0, 'wrong-hash': 0, 'wrong-chain': 0, 'wrong-sender': 0, 'too-large': 0, 'no-bytes': 0 },
  postponed: 0,
  toldTooMuch: 0,
  simulated: 0,
  failed: 0,
  harmless: 0,
  given: 0,
  waiting: 0,
  touching: 0,
})
