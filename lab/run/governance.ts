// What may be set in the lab's market, and by which calls: parameters as one word, roles, totals.
import { parseAbi } from 'viem'

export const configuratorAbi = parseAbi([
  'function setPoolPause(bool paused)',
  'function configureReserveAsCollateral(address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus)',
  'function setSupplyCap(address asset, uint256 newSupplyCap)',
  'function setBorrowCap(address asset, uint256 newBorrowCap)',
  'function setReserveBorrowing(address asset, bool enabled)',
  'function setReserveFreeze(address asset, bool freeze)',
])

export const supplyAbi = parseAbi(['function totalSupply() view returns (uint256)'])

/** A reserve's parameters, from the word that `Pool.getConfiguration` returns. */
export interface ReserveParams {
  readonly ltvBps: number
  readonly thresholdBps: number
  readonly bonusBps: number
  readonly frozen: boolean
  readonly borrowable: boolean
  readonly paused: boolean
  /** Whole tokens; 0: no limit. */
  readonly borrowCap: number
  readonly supplyCap: number
}

/** Bits as Aave v3 lays them out (ReserveConfiguration). */
export function reserveParams(word: bigint): ReserveParams {
  const bits = (from: bigint, count: bigint): number => Number((word >> from) & ((1n << count) - 1n))
  return {
    ltvBps: bits(0n, 16n),
    thresholdBps: bits(16n, 16n),
    bonusBps: bits(32n, 16n),
    frozen: bits(57n, 1n) === 1,
    borrowable: bits(58n, 1n) === 1,
    paused: bits(60n, 1n) === 1,
    borrowCap: bits(80n, 36n),
    supplyCap: bits(116n, 36n),
  }
}
