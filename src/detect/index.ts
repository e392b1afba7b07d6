// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { pendingFlood } from './pending-flood.ts'
import { simulationDependent } from './simulation-dependent.ts'

export const detectors = {
  accountHealth,
  authorityChange,
  blind,
  guardDisarmed,
  liquidityDepth,
  marketSolvency,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  pendingFlood,
  simulationDependent,
} as const
