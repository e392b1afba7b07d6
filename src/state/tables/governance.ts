// Safes, code and queued operations: what stands behind those who govern, and what they are about to do.
import { defineTable } from '../../store/table.ts'

/** Safes whose signatures count. Key: address. */
export const safes = defineTable('safes', 'entity', {
  /** Row + 1 in `contracts`. */
  contract: 'u32',
  threshold: 'u32',
  owners: 'u32',
  modules: 'u32',
  /** What checks each of its transactions; 0: nobody. */
  guard: 'word',
  fallbackHandler: 'word',
  /** The code that it runs: slot 0, of which no event tells. */
  singleton: 'word',
  /** 1: all of the above was read once. */
  known: 'u32',
})

/** Key: `safe:owner`. */
export const safeOwners = defineTable('safeOwners', 'entity', {
  /** Row + 1 in `safes`. */
  safe: 'u32',
  owner: 'word',
  active: 'u32',
  /** Chain time at which it was added; 0: before we looked. */
  sinceS: 'f64',
})

/** Contracts that may act as the Safe without a signature. Key: `safe:module`. */
export const safeModules = defineTable('safeModules', 'entity', {
  safe: 'u32',
  module: 'word',
  active: 'u32',
  sinceS: 'f64',
})

/** Owners and threshold of a Safe changed: one row a Safe and block, since a rotation is several events. */
export const signerChanges = defineTable('signerChanges', 'event', {
  contract: 'u32',
  /** Row + 1 in `safes`. */
  safe: 'u32',
  added: 'u32',
  removed: 'u32',
  thresholdBefore: 'u32',
  thresholdAfter: 'u32',
  ownersBefore: 'u32',
  ownersAfter: 'u32',
  /** 1: all of it with the signatures of a Safe or through a timelock. */
  governed: 'u32',
})

/** Why the code of an address is watched; bits. */
export const CODE_AS = { contract: 1, implementation: 2, privileged: 4 } as const

/** Code under watched addresses, behind proxies, and of accounts with power. Key: address. */
export const codes = defineTable('codes', 'entity', {
  contract: 'u32',
  /** CODE_AS bits. */
  as: 'u32',
  /** 0: no code. */
  hash: 'word',
  /** EIP-7702: whose code a key runs; 0: none. */
  delegate: 'word',
  sinceS: 'f64',
})

export const GOVERNANCE = {
  moduleEnabled: 1,
  moduleDisabled: 2,
  /** A module acted as the Safe. */
  moduleActed: 3,
  singleton: 4,
  codeChanged: 5,
  delegated: 6,
  codeGone: 7,
  safeGuard: 8,
  fallbackHandler: 9,
  /** On an account with power that had none: no delegation. */
  codeAppeared: 10,
  undelegated: 11,
} as const

/** What happened to Safes and code, one row each. */
export const governanceChanges = defineTable('governanceChanges', 'event', {
  /** Row + 1 in `contracts` of the Safe, contract or account. */
  contract: 'u32',
  /** One of GOVERNANCE. */
  change: 'u32',
  governed: 'u32',
  /** Module, guard, handler, singleton, code hash or delegate before and after. */
  before: 'word',
  after: 'word',
  /** CODE_AS bits of what the code is of. */
  as: 'u32',
  /** 1: it stood so when we first looked. */
  firstSight: 'u32',
  /** Since what acted was enabled, seconds; of `moduleActed`. NaN: it was never seen enabled. */
  ageS: 'f64',
})

export const OPERATION = { queued: 1, executed: 2, cancelled: 3 } as const

/** Operations that wait, or waited, in timelocks. Key: `timelock:id`. */
export const queuedOperations = defineTable('queuedOperations', 'entity', {
  /** Row + 1 in `contracts` of the timelock. */
  contract: 'u32',
  timelock: 'word',
  id: 'word',
  calls: 'u32',
  /** Must be done before it; 0: none. */
  predecessor: 'word',
  queuedAtS: 'f64',
  /** When it may be executed. */
  etaS: 'f64',
  /** One of OPERATION. */
  state: 'u32',
  /** 1: its calldata is too long to be kept, so it can't be tried. */
  cut: 'u32',
})

/** What a call of a queued operation would do that hands power or money on. */
export const DANGER = {
  none: 0,
  role: 1,
  owner: 2,
  upgrade: 3,
  oracleSource: 4,
  unlimitedCap: 5,
  payout: 6,
  approval: 7,
  signers: 8,
  module: 9,
  delay: 10,
  mint: 11,
} as const

/** Its calls. Key: `timelock:id:index`. */
export const queuedCalls = defineTable('queuedCalls', 'entity', {
  contract: 'u32',
  /** Row + 1 in `queuedOperations`. */
  operation: 'u32',
  target: 'word',
  value: 'word',
  /** The first four bytes; 0: none. */
  selector: 'u32',
  dataHash: 'word',
  dataBytes: 'u32',
  /** Row + 1 in `queuedWords` of its first word; the others follow. */
  firstWord: 'u32',
  /** One of DANGER. */
  danger: 'u32',
  /** Whom it favours, or what it sets: holder, owner, implementation, source, receiver, spender, module, delay. */
  favours: 'word',
  amount: 'word',
})

/** Calldata of queued calls, 32 bytes a row. No key. */
export const queuedWords = defineTable('queuedWords', 'entity', { word: 'word' })
