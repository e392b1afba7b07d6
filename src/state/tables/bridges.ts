// Bridges: this chain's end of each, what the other chain's fold says of the other end, and messages whose other end is not known yet.
import { defineTable } from '../../store/table.ts'

export const BRIDGE_SIDE = { lock: 1, mint: 2 } as const

/** Ends of bridges on this chain. Key: gateway address. Amounts in smallest units. */
export const bridges = defineTable('bridges', 'entity', {
  venue: 'u32',
  chainId: 'u32',
  /** One of BRIDGE_SIDE. */
  side: 'u32',
  gateway: 'word',
  token: 'word',
  decimals: 'u32',
  /** USD of a whole token. */
  usd: 'f64',
  /** What lies locked here, or the supply of what is minted here. */
  held: 'word',
  /** Sums since first sight, and since when that is: 0, since nothing had departed. */
  departed: 'word',
  arrived: 'word',
  sinceS: 'f64',
  otherChainId: 'u32',
  otherGateway: 'word',
  /** The other chain as we heard of it last: its newest block, and the newest one that it can't undo. 0: never. */
  otherNumber: 'u32',
  otherHash: 'word',
  otherFinal: 'u32',
  /** 0: the other end is not known yet, there or to us. */
  otherTimeS: 'f64',
  otherHeld: 'word',
  otherDeparted: 'word',
  otherArrived: 'word',
  otherSinceS: 'f64',
  /** First of the arrivals whose departure is not known, row + 1, and how many there are. */
  firstPending: 'u32',
  pending: 'u32',
  updatedAtS: 'f64',
})

/** What left this chain, in the order in which it did. Key: `gateway:id`. */
export const bridgeDepartures = defineTable('bridgeDepartures', 'entity', {
  bridge: 'u32',
  id: 'word',
  amount: 'word',
  block: 'u32',
  atS: 'f64',
})

/** What comes to this chain: each end of it when it is known. Key: `gateway:id`. */
export const bridgeArrivals = defineTable('bridgeArrivals', 'entity', {
  bridge: 'u32',
  id: 'word',
  /** Here; time 0: not yet. */
  arrivedAmount: 'word',
  arrivedBlock: 'u32',
  arrivedAtS: 'f64',
  /** On the other chain, as it says; time 0: it says nothing of it. */
  sentAmount: 'word',
  sentBlock: 'u32',
  sentAtS: 'f64',
  /** A market maker paid it out of its own pocket; time 0: none did. */
  filledAmount: 'word',
  filledAtS: 'f64',
  /** Next pending one, row + 1. */
  next: 'u32',
})

/** Arrivals whose departure is not known or smaller, one row a block while that is so, for a month at most. */
export const bridgeUnmatched = defineTable('bridgeUnmatched', 'event', {
  bridge: 'u32',
  /** Row + 1 in `bridgeArrivals`. */
  message: 'u32',
  side: 'u32',
  id: 'word',
  amount: 'word',
  sentAmount: 'word',
  /** 1: the other chain knows of the message. */
  sent: 'u32',
  /** Of what arrived beyond what was sent. */
  usd: 'f64',
  /** Since it arrived, seconds. */
  waitedS: 'f64',
  /** How much newer the other chain's view is than the arrival, seconds: negative, it may not show the departure yet. */
  aheadS: 'f64',
  /** How long before the arrival that view begins, seconds: what departed before is not in it. */
  knownS: 'f64',
})
