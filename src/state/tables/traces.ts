// What transactions did inside, as far as it concerns watched contracts. A family is the contracts of one venue: they count as one.
import { defineTable } from '../../store/table.ts'

/** Families whose traces are watched. Key: address of the venue. */
export const traced = defineTable('traced', 'entity', {
  /** Row + 1 in `contracts`: the venue's address, what findings are about. */
  contract: 'u32',
  sinceBlock: 'u32',
  /** Blocks seen with traces, ever: what is new can only be told from what is old after a while. */
  blocks: 'u32',
})

/** Reasons of `traceGaps`, beside those for which a block has no traces at all. */
export const TRACE_BLINDNESS = ['not-asked', 'unsupported', 'failed', 'late', 'bad-answer', 'no-storage', 'shed'] as const

/** One row in a block whose traces are missing or not whole: what detectors on the tables below didn't see. */
export const traceGaps = defineTable('traceGaps', 'event', {
  /** Index into TRACE_BLINDNESS. */
  reason: 'u32',
  /** Such blocks so far, and of them those in a row up to this one. */
  blocks: 'u32',
  inARow: 'u32',
  /** Frames and writes left out. */
  shed: 'u32',
})

/** Transactions that touch a family, one row a transaction and family, in order. */
export const transactions = defineTable('transactions', 'event', {
  contract: 'u32',
  txIndex: 'u32',
  from: 'word',
  to: 'word',
  selector: 'u32',
  /** Wei. */
  value: 'word',
  status: 'u32',
  gasUsed: 'f64',
  /** Frames that it had, those that were kept, and how deep the deepest is. */
  calls: 'u32',
  kept: 'u32',
  depth: 'u32',
  /** Slots of the family that it left changed. */
  writes: 'u32',
  /** Times that somebody outside the family called it. */
  entries: 'u32',
  /** The calls from or to the family that were made over and over: how often, how many calls a round, and the first one's selector. */
  repeats: 'u32',
  cycle: 'u32',
  cycleSelector: 'u32',
  /** The youngest contract that called the family: how old, who made it; `callerKnown` 0: none of those that we saw being made. */
  callerKnown: 'u32',
  caller: 'word',
  callerAgeBlocks: 'f64',
  callerCreator: 'word',
  /** Loans that are paid back in the same transaction, from anywhere. */
  flashLoans: 'u32',
  /** Calls that take from the family what it holds: borrow, withdraw, redeem. */
  takes: 'u32',
  /** How far a price source was moved from where it stood before, at the farthest, 1/10,000. */
  priceMoveBps: 'f64',
  /** What left the family, less what came in, in tokens and native value of known price, USD; negative: it gained. */
  outUsd: 'f64',
  /** The greater of all that went in and all that went out, USD. */
  throughUsd: 'f64',
  /** Blocks of the family seen with traces before this one. */
  watchedBlocks: 'u32',
})

export const CALL_KIND = { call: 1, callcode: 2, delegatecall: 3, staticcall: 4, create: 5, selfdestruct: 6 } as const

export const REENTRY = { none: 0, call: 1, read: 2 } as const

/** Frames from or to a family, and frames in which a contract on the way to it destroys itself; in order. */
export const traceCalls = defineTable('traceCalls', 'event', {
  contract: 'u32',
  txIndex: 'u32',
  /** Which frame of its transaction. */
  call: 'u32',
  depth: 'u32',
  /** One of CALL_KIND. */
  kind: 'u32',
  from: 'word',
  to: 'word',
  selector: 'u32',
  value: 'word',
  /** 1: neither it nor any frame around it failed. */
  stands: 'u32',
  /** 1: `from`, 1: `to` is of the family. */
  fromFamily: 'u32',
  toFamily: 'u32',
  /** One of REENTRY: somebody outside calls the family while a call of the family is still open. */
  reentry: 'u32',
  /** Selector of that open call. */
  outer: 'u32',
  /** 1: it is the same function of the same contract. */
  same: 'u32',
  /** 1: below this frame something leaves the family: native value, or a token by transfer or transferFrom. */
  paysOut: 'u32',
  /** Slots of the family that the transaction left changed. */
  familyWrites: 'u32',
  /** Of a read: 1: of a price or a rate. */
  rate: 'u32',
  /** Of a read: how many outsiders stand between the open call and it; 1: who was called back reads for itself. */
  between: 'u32',
  /** How long ago the like was seen first (this way in, this reader, this code), in blocks, and in how many blocks before this one. */
  seenAgeBlocks: 'u32',
  seenBlocks: 'u32',
  watchedBlocks: 'u32',
})

/** Slots of watched contracts that a transaction left changed; in order of transaction, address and slot. */
export const storageWrites = defineTable('storageWrites', 'event', {
  contract: 'u32',
  txIndex: 'u32',
  address: 'word',
  slot: 'word',
  before: 'word',
  after: 'word',
  /** 1: a variable of its own place; 2: a slot with a name, which rules the contract; 0: in a mapping, an array or a namespace. */
  plain: 'u32',
  /** Hash of the least known way by which it may have been written, and the selectors at its ends. */
  writer: 'word',
  entry: 'u32',
  selector: 'u32',
  outerTo: 'word',
  /** Ways by which this transaction may have written it. */
  ways: 'u32',
  /** Since when slots of this kind have been changed by the least known way and by the best known one, and in how many blocks before. */
  leastAgeBlocks: 'u32',
  leastBlocks: 'u32',
  bestAgeBlocks: 'u32',
  bestBlocks: 'u32',
  watchedBlocks: 'u32',
})

/** Who ends a transaction that touches a family richer or poorer, in tokens and native value of known price. Nobody of the family. */
export const valueFlows = defineTable('valueFlows', 'event', {
  contract: 'u32',
  txIndex: 'u32',
  account: 'word',
  gainUsd: 'f64',
  /** What the family lost in the transaction, USD. */
  outUsd: 'f64',
  /** 1: sent the transaction. */
  sender: 'u32',
  watchedBlocks: 'u32',
})

const habit = {
  /** Hash of what it is. 0: free. */
  tag: 'word',
  sinceBlock: 'u32',
  lastBlock: 'u32',
  /** In which it was seen, before `lastBlock`. */
  blocks: 'u32',
} as const

/** By which way which kind of slot was written. Bounded: see protocols/traces/habits.ts. Key: place. */
export const writerPaths = defineTable('writerPaths', 'entity', habit)

/** Ways into open calls, readers of rates and code delegated to. Bounded likewise. Key: place. */
export const callHabits = defineTable('callHabits', 'entity', habit)

/** Contracts that we saw being made, anywhere on the chain. Bounded likewise. Key: place. */
export const contractsSeen = defineTable('contractsSeen', 'entity', {
  tag: 'word',
  sinceBlock: 'u32',
  lastBlock: 'u32',
  blocks: 'u32',
  creator: 'word',
  timeS: 'f64',
})

/** Exchange pools in which a transaction might move a price. Key: pool address. */
export const priceSources = defineTable('priceSources', 'entity', {
  pool: 'word',
  /** Token 1 a token 0, in smallest units; 0: not seen yet. */
  price: 'f64',
})

/** A detector on one of these makes ingest ask for traces. */
export const TRACE_TABLES: ReadonlySet<string> = new Set(
  [traceGaps, transactions, traceCalls, storageWrites, valueFlows].map(({ name }) => name),
)
