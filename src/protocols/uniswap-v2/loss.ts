// The law of a pair: sqrt(x * y) a share never falls, by no swap, no mint and no burn. Exact; what is lost is rounded up.
import { isqrt } from '../../core/tick-math.ts'

export interface Owned {
  readonly reserve0: bigint
  readonly reserve1: bigint
  readonly supply: bigint
}

const E18 = 10n ** 18n

/** Part of a share's value that is gone, 1e18 is all; 0: none. */
export function lostE18(before: Owned, after: Owned): bigint {
  if (before.supply === 0n || after.supply === 0n) return 0n // the first shares, or the last ones
  const was = before.reserve0 * before.reserve1 * after.supply * after.supply
  const is = after.reserve0 * after.reserve1 * before.supply * before.supply
  if (is >= was) return 0n
  const kept = isqrt((is * E18 * E18) / was)
  return kept >= E18 ? 1n : E18 - kept
}
