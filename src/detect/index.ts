// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountConcentration } from './account-concentration.ts'
import { accountHealth } from './account-health.ts'
import { aumWithoutFlows } from './aum-without-flows.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { borrowAgainstNew } from './borrow-against-new.ts'
import { capDonation } from './cap-donation.ts'
import { cascadeAhead } from './cascade-ahead.ts'
import { codeChanged } from './code-changed.ts'
import { concentration } from './concentration.ts'
import { dangerousProposal } from './dangerous-proposal.ts'
import { delegatedKey } from './delegated-key.ts'
import { deltaLimit } from './delta-limit.ts'
import { donation } from './donation.ts'
import { expiryPrice } from './expiry-price.ts'
import { flashLoan } from './flash-loan.ts'
import { forcedTransactions } from './forced-transactions.ts'
import { foreignDelegatecall } from './foreign-delegatecall.ts'
import { freshAccounts } from './fresh-accounts.ts'
import { freshContract } from './fresh-contract.ts'
import { fundingExtreme } from './funding-extreme.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { implementationChange } from './implementation-change.ts'
import { indexJump } from './index-jump.ts'
import { insuranceDrain } from './insurance-drain.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { markIndexGap } from './mark-index-gap.ts'
import { marketInit } from './market-init.ts'
import { marketSolvency } from './market-solvency.ts'
import { mintWithoutLock } from './mint-without-lock.ts'
import { navStep } from './nav-step.ts'
import { openInterestDepth } from './open-interest-depth.ts'
import { optionsUtilisation } from './options-utilisation.ts'
import { oracleBackrun } from './oracle-backrun.ts'
import { oracleBound } from './oracle-bound.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleFrozen } from './oracle-frozen.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleMedianCaptured } from './oracle-median-captured.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleSingleSource } from './oracle-single-source.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { oracleSwapped } from './oracle-swapped.ts'
import { oracleUseLag } from './oracle-use-lag.ts'
import { outflowQuantile } from './outflow-quantile.ts'
import { outflowRate } from './outflow-rate.ts'
import { ownerChange } from './owner-change.ts'
import { payoutAbovePaidIn } from './payout-above-paid-in.ts'
import { payoutBound } from './payout-bound.ts'
import { pendingFlood } from './pending-flood.ts'
import { perpSkew } from './perp-skew.ts'
import { poolInvariant } from './pool-invariant.ts'
import { profitTaker } from './profit-taker.ts'
import { putCallParity } from './put-call-parity.ts'
import { queuedHarm } from './queued-harm.ts'
import { readOnlyReentrancy } from './read-only-reentrancy.ts'
import { reentrancy } from './reentrancy.ts'
import { rehearsal } from './rehearsal.ts'
import { releaseWithoutBurn } from './release-without-burn.ts'
import { repeatedLoop } from './repeated-loop.ts'
import { safeModuleChange } from './safe-module-change.ts'
import { selfLiquidation } from './self-liquidation.ts'
import { selfdestruct } from './selfdestruct.ts'
import { sequencerGap } from './sequencer-gap.ts'
import { sequencerStall } from './sequencer-stall.ts'
import { sharePriceJump } from './share-price-jump.ts'
import { signerSetChange } from './signer-set-change.ts'
import { simulationDependent } from './simulation-dependent.ts'
import { slowDrain } from './slow-drain.ts'
import { staleOptionPrice } from './stale-option-price.ts'
import { supplyBacking } from './supply-backing.ts'
import { timelockShortened } from './timelock-shortened.ts'
import { traceGap } from './trace-gap.ts'
import { unauthorisedWrite } from './unauthorised-write.ts'
import { vegaLimit } from './vega-limit.ts'
import { venueDepeg } from './venue-depeg.ts'
import { volumeSpike } from './volume-spike.ts'

export const detectors = {
  accountConcentration,
  accountHealth,
  aumWithoutFlows,
  authorityChange,
  blind,
  borrowAgainstNew,
  capDonation,
  cascadeAhead,
  codeChanged,
  concentration,
  dangerousProposal,
  delegatedKey,
  deltaLimit,
  donation,
  expiryPrice,
  flashLoan,
  forcedTransactions,
  foreignDelegatecall,
  freshAccounts,
  freshContract,
  fundingExtreme,
  guardDisarmed,
  implementationChange,
  indexJump,
  insuranceDrain,
  liquidityDepth,
  markIndexGap,
  marketInit,
  marketSolvency,
  mintWithoutLock,
  navStep,
  openInterestDepth,
  optionsUtilisation,
  oracleBackrun,
  oracleBound,
  oracleDeviation,
  oracleFrozen,
  oracleJump,
  oracleMedianCaptured,
  oracleReporters,
  oracleSingleSource,
  oracleStaleness,
  oracleSwapped,
  oracleUseLag,
  outflowQuantile,
  outflowRate,
  ownerChange,
  payoutAbovePaidIn,
  payoutBound,
  pendingFlood,
  perpSkew,
  poolInvariant,
  profitTaker,
  putCallParity,
  queuedHarm,
  readOnlyReentrancy,
  reentrancy,
  rehearsal,
  releaseWithoutBurn,
  repeatedLoop,
  safeModuleChange,
  selfLiquidation,
  selfdestruct,
  sequencerGap,
  sequencerStall,
  sharePriceJump,
  signerSetChange,
  simulationDependent,
  slowDrain,
  staleOptionPrice,
  supplyBacking,
  timelockShortened,
  traceGap,
  unauthorisedWrite,
  vegaLimit,
  venueDepeg,
  volumeSpike,
} as const
