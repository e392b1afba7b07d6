// Exact integer arithmetic with the rounding in the name. Amounts are bigint; nothing here touches a float.

export const WAD = 10n ** 18n
export const RAY = 10n ** 27n
export const BPS = 10_000n
export const SECONDS_PER_YEAR = 31_536_000n
export const MAX_UINT128 = 2n ** 128n - 1n
export const MAX_UINT256 = 2n ** 256n - 1n

export const mulDivDown = (a: bigint, b: bigint, c: bigint): bigint => (a * b) / c
export const mulDivUp = (a: bigint, b: bigint, c: bigint): bigint => (a * b + c - 1n) / c
/** Half rounds up: the rule of Aave's WadRayMath and PercentageMath. Inputs are not negative. */
export const mulDivHalfUp = (a: bigint, b: bigint, c: bigint): bigint => (a * b + c / 2n) / c

export const rayMul = (a: bigint, b: bigint): bigint => mulDivHalfUp(a, b, RAY)
export const rayDiv = (a: bigint, b: bigint): bigint => mulDivHalfUp(a, RAY, b)
export const wadDiv = (a: bigint, b: bigint): bigint => mulDivHalfUp(a, WAD, b)
export const percentMul = (a: bigint, bps: bigint): bigint => mulDivHalfUp(a, bps, BPS)

const POWERS = Array.from({ length: 256 }, (_, n) => Number(10n ** BigInt(n)))
/** The float nearest to 10^n, n in 8 bits as tokens have their decimals. */
export const powerOfTen = (n: number): number => POWERS[n] ?? Number(10n ** BigInt(n))

/** A float near `amount / 10^decimals`, for statistics and display only. */
export function toFloat(amount: bigint, decimals: number): number {
  return Number(amount) / powerOfTen(decimals)
}
