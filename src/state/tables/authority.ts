// Who may do what, what went through governance, and what changed.
import { defineTable } from '../../store/table.ts'

/** Contracts whose power over others is watched. Key: address. */
export const governed = defineTable('governed', 'entity', {
  chainId: 'u32',
  contract: 'word',
  /** Ownable's owner; 0: none, or not ownable. */
  owner: 'word',
  /** EIP-1967. */
  implementation: 'word',
  proxyAdmin: 'word',
  /** Timelocks: least delay of an operation, seconds. */
  delayS: 'f64',
  /** 1: what passes through it is governed (a timelock, a Safe, our Guard). */
  executor: 'u32',
  /** 1: it is our own Guard. */
  own: 'u32',
})

/** Roles of access controls and who may give and take them. Key: `contract:role`. */
export const roles = defineTable('roles', 'entity', {
  contract: 'word',
  role: 'word',
  admin: 'word',
})

/** Who holds which role. Key: `contract:role:holder`. */
export const grants = defineTable('grants', 'entity', {
  contract: 'word',
  role: 'word',
  holder: 'word',
  active: 'u32',
  sinceBlock: 'u32',
  sinceS: 'f64',
})

/** Transactions of this block that went through an executor (0: before the governed path began): what happens in them was governed. */
export const executions = defineTable('executions', 'event', {
  txIndex: 'u32',
  executor: 'word',
  /** 1: our own Guard, which only tightens and restores. */
  own: 'u32',
})

export const CHANGE = {
  roleGranted: 1,
  roleRevoked: 2,
  roleAdmin: 3,
  owner: 4,
  implementation: 5,
  proxyAdmin: 6,
  delay: 7,
  parameter: 8,
  oracleSource: 9,
} as const

/** Changes of who may do what, and of risk parameters, one row each. */
export const authorityChanges = defineTable('authorityChanges', 'event', {
  /** Venue and market rows + 1 that it is about; 0: none. */
  venue: 'u32',
  market: 'u32',
  /** Row + 1 in `contracts` of the contract, where no market or venue is meant; 0: none. */
  place: 'u32',
  /** One of CHANGE. */
  change: 'u32',
  /** 1: through an executor, so with its delay or its several signatures. */
  governed: 'u32',
  /** 1: it lets somebody take more than before. */
  loosens: 'u32',
  contract: 'word',
  /** Role that was given or taken, or the role whose holders may make such a change (0: unknown). */
  role: 'word',
  /** Holder, owner or implementation before and after; for parameters the word before and after. */
  before: 'word',
  after: 'word',
})
