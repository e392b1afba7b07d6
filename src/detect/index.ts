// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountConcentration } from './account-concentration.ts'
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { cascadeAhead } from './cascade-ahead.ts'
import { fundingExtreme } from './funding-extreme.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { insuranceDrain } from './insurance-drain.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { markIndexGap } from './mark-index-gap.ts'
import { marketSolvency } from './market-solvency.ts'
import { openInterestDepth } from './open-interest-depth.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { perpSkew } from './perp-skew.ts'
import { selfLiquidation } from './self-liquidation.ts'

export const detectors = {
  accountConcentration,
  accountHealth,
  authorityChange,
  blind,
  cascadeAhead,
  fundingExtreme,
  guardDisarmed,
  insuranceDrain,
  liquidityDepth,
  markIndexGap,
  marketSolvency,
  openInterestDepth,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  perpSkew,
  selfLiquidation,
} as const
