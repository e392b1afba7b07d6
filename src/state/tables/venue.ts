// Places that an incident can be about and that one may act on, of any protocol.
import { defineTable } from '../../store/table.ts'

/** Pools whose markets share collateral. Key: pool address. */
export const venues = defineTable('venues', 'entity', {
  chainId: 'u32',
  pool: 'word',
  revision: 'u32',
  provider: 'word',
  oracle: 'word',
  configurator: 'word',
  dataProvider: 'word',
  aclManager: 'word',
  oracleSentinel: 'word',
  baseUnit: 'word',
  /** Of all accounts: debt above collateral, and debt of those under their threshold that is not bad yet, USD. */
  badDebtUsd: 'f64',
  liquidatableUsd: 'f64',
  /** Blocks in a row in which an account could have been liquidated and none was. */
  unattendedBlocks: 'u32',
  /** Open incident's id; 0: none. Kept here so that it stays when its first finding leaves the window. */
  incident: 'word',
  incidentBlock: 'u32',
  incidentTimeS: 'f64',
  lastFiringS: 'f64',
  /** When its last incident closed: findings up to then are dealt with. */
  closedS: 'f64',
})
