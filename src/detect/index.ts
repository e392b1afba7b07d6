// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { flashLoan } from './flash-loan.ts'
import { foreignDelegatecall } from './foreign-delegatecall.ts'
import { freshContract } from './fresh-contract.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { profitTaker } from './profit-taker.ts'
import { readOnlyReentrancy } from './read-only-reentrancy.ts'
import { reentrancy } from './reentrancy.ts'
import { repeatedLoop } from './repeated-loop.ts'
import { selfdestruct } from './selfdestruct.ts'
import { traceGap } from './trace-gap.ts'
import { unauthorisedWrite } from './unauthorised-write.ts'

export const detectors = {
  accountHealth,
  authorityChange,
  blind,
  flashLoan,
  foreignDelegatecall,
  freshContract,
  guardDisarmed,
  liquidityDepth,
  marketSolvency,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  profitTaker,
  readOnlyReentrancy,
  reentrancy,
  repeatedLoop,
  selfdestruct,
  traceGap,
  unauthorisedWrite,
} as const
