// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { aumWithoutFlows } from './aum-without-flows.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { donation } from './donation.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketSolvency } from './market-solvency.ts'
import { mintWithoutLock } from './mint-without-lock.ts'
import { navStep } from './nav-step.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { outflowRate } from './outflow-rate.ts'
import { payoutAbovePaidIn } from './payout-above-paid-in.ts'
import { poolInvariant } from './pool-invariant.ts'
import { releaseWithoutBurn } from './release-without-burn.ts'
import { sharePriceJump } from './share-price-jump.ts'
import { supplyBacking } from './supply-backing.ts'

export const detectors = {
  accountHealth,
  aumWithoutFlows,
  authorityChange,
  blind,
  donation,
  guardDisarmed,
  liquidityDepth,
  marketSolvency,
  mintWithoutLock,
  navStep,
  oracleDeviation,
  oracleJump,
  oracleReporters,
  oracleStaleness,
  outflowRate,
  payoutAbovePaidIn,
  poolInvariant,
  releaseWithoutBurn,
  sharePriceJump,
  supplyBacking,
} as const
