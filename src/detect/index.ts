// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { aumWithoutFlows } from './aum-without-flows.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { codeChanged } from './code-changed.ts'
import { dangerousProposal } from './dangerous-proposal.ts'
import { delegatedKey } from './delegated-key.ts'
import { donation } from './donation.ts'
import { flashLoan } from './flash-loan.ts'
import { foreignDelegatecall } from './foreign-delegatecall.ts'
import { freshContract } from './fresh-contract.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { implementationChange } from './implementation-change.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { navStep } from './nav-step.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { ownerChange } from './owner-change.ts'
import { payoutAbovePaidIn } from './payout-above-paid-in.ts'
import { poolInvariant } from './pool-invariant.ts'
import { profitTaker } from './profit-taker.ts'
import { readOnlyReentrancy } from './read-only-reentrancy.ts'
import { reentrancy } from './reentrancy.ts'
import { repeatedLoop } from './repeated-loop.ts'
import { safeModuleChange } from './safe-module-change.ts'
import { selfdestruct } from './selfdestruct.ts'
import { sharePriceJump } from './share-price-jump.ts'
import { signerSetChange } from './signer-set-change.ts'
import { supplyBacking } from './supply-backing.ts'
import { timelockShortened } from './timelock-shortened.ts'
import { traceGap } from './trace-gap.ts'
import { unauthorisedWrite } from './unauthorised-write.ts'

export const detectors = {
  accountHealth,
  aumWithoutFlows,
  authorityChange,
  blind,
  codeChanged,
  dangerousProposal,
  delegatedKey,
  donation,
  flashLoan,
  foreignDelegatecall,
  freshContract,
  guardDisarmed,
  implementationChange,
  liquidityDepth,
  marketSolvency,
  navStep,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  ownerChange,
  payoutAbovePaidIn,
  poolInvariant,
  profitTaker,
  readOnlyReentrancy,
  reentrancy,
  repeatedLoop,
  safeModuleChange,
  selfdestruct,
  sharePriceJump,
  signerSetChange,
  supplyBacking,
  timelockShortened,
  traceGap,
  unauthorisedWrite,
} as const
