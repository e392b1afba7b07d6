// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { codeChanged } from './code-changed.ts'
import { dangerousProposal } from './dangerous-proposal.ts'
import { delegatedKey } from './delegated-key.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { implementationChange } from './implementation-change.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { ownerChange } from './owner-change.ts'
import { queuedHarm } from './queued-harm.ts'
import { safeModuleChange } from './safe-module-change.ts'
import { signerSetChange } from './signer-set-change.ts'
import { timelockShortened } from './timelock-shortened.ts'

export const detectors = {
  accountHealth,
  authorityChange,
  blind,
  codeChanged,
  dangerousProposal,
  delegatedKey,
  guardDisarmed,
  implementationChange,
  liquidityDepth,
  marketSolvency,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  ownerChange,
  queuedHarm,
  safeModuleChange,
  signerSetChange,
  timelockShortened,
} as const
