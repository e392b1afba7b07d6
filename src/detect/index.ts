// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { deltaLimit } from './delta-limit.ts'
import { expiryPrice } from './expiry-price.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { optionsUtilisation } from './options-utilisation.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { payoutBound } from './payout-bound.ts'
import { putCallParity } from './put-call-parity.ts'
import { staleOptionPrice } from './stale-option-price.ts'
import { vegaLimit } from './vega-limit.ts'

export const detectors = {
  accountHealth,
  authorityChange,
  blind,
  deltaLimit,
  expiryPrice,
  guardDisarmed,
  liquidityDepth,
  marketSolvency,
  optionsUtilisation,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  payoutBound,
  putCallParity,
  staleOptionPrice,
  vegaLimit,
} as const
