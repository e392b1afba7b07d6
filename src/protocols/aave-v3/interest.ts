// Interest as Aave's MathUtils computes it: the same terms in the same order, or the last digits differ.
import { RAY, rayMul, SECONDS_PER_YEAR } from '../../core/exact.ts'

export function linearInterest(rate: bigint, sinceS: number, timeS: number): bigint {
  return RAY + (rate * BigInt(timeS - sinceS)) / SECONDS_PER_YEAR
}

/** Binomial series of (1 + rate/year)^seconds to the third term. */
export function compoundedInterest(rate: bigint, sinceS: number, timeS: number): bigint {
  const exp = BigInt(timeS - sinceS)
  if (exp === 0n) return RAY
  const minusOne = exp - 1n
  const minusTwo = exp > 2n ? exp - 2n : 0n
  const powerTwo = rayMul(rate, rate) / (SECONDS_PER_YEAR * SECONDS_PER_YEAR)
  const powerThree = rayMul(powerTwo, rate) / SECONDS_PER_YEAR
  const second = (exp * minusOne * powerTwo) / 2n
  const third = (exp * minusOne * minusTwo * powerThree) / 6n
  return RAY + (rate * exp) / SECONDS_PER_YEAR + second + third
}
