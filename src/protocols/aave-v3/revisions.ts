// What differs between Aave v3's revisions, one row each. A revision without a row is refused: guessing rounding or roles is how
// a monitor lies. Run for real against the contracts: POOL_REVISION 1, @aave/core-v3 1.19.3 (v3.0). Others were not run, so have no row.
import { UnknownRevisionError } from '../../core/errors.ts'
import type { Hex } from '../../core/flow.ts'

export interface Revision {
  readonly name: string
  /** Stable-rate debt exists. */
  readonly stableDebt: boolean
  /** Who may freeze a reserve, and who may take that back. */
  readonly freezer: 'RISK_ADMIN' | 'EMERGENCY_ADMIN'
  /** Freezing also sets the LTV to 0, so that nothing new can be borrowed against the asset. */
  readonly freezeZeroesLtv: boolean
}

const REVISIONS: ReadonlyMap<bigint, Revision> = new Map([
  [1n, { name: '3.0', stableDebt: true, freezer: 'RISK_ADMIN', freezeZeroesLtv: false }],
])

export const knownRevision = (revision: bigint | undefined): Revision | undefined =>
  revision === undefined ? undefined : REVISIONS.get(revision)

export function revisionOf(pool: Hex, revision: bigint | undefined): Revision {
  const row = knownRevision(revision)
  if (row) return row
  const known = [...REVISIONS].map(([number, { name }]) => `${number} (v${name})`)
  throw new UnknownRevisionError('aave-v3', pool, revision === undefined ? 'none: POOL_REVISION() reverts' : String(revision), known)
}
