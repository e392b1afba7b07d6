// What users import as 'firebreak': the config, what it can watch, the detectors, and what governance adds to a Guard.
export { calibration } from './calibration.ts'
export { type Config, defineConfig } from './config.ts'
export { accountConcentration } from './detect/account-concentration.ts'
export { accountHealth } from './detect/account-health.ts'
export { aumWithoutFlows } from './detect/aum-without-flows.ts'
export { authorityChange } from './detect/authority-change.ts'
export { blind } from './detect/blind.ts'
export { borrowAgainstNew } from './detect/borrow-against-new.ts'
export { capDonation } from './detect/cap-donation.ts'
export { cascadeAhead } from './detect/cascade-ahead.ts'
export { codeChanged } from './detect/code-changed.ts'
export { concentration } from './detect/concentration.ts'
export { dangerousProposal } from './detect/dangerous-proposal.ts'
export { defineDetector } from './detect/define.ts'
export { delegatedKey } from './detect/delegated-key.ts'
export { deltaLimit } from './detect/delta-limit.ts'
export { donation } from './detect/donation.ts'
export { expiryPrice } from './detect/expiry-price.ts'
export { flashLoan } from './detect/flash-loan.ts'
export { forcedTransactions } from './detect/forced-transactions.ts'
export { foreignDelegatecall } from './detect/foreign-delegatecall.ts'
export { freshAccounts } from './detect/fresh-accounts.ts'
export { freshContract } from './detect/fresh-contract.ts'
export { fundingExtreme } from './detect/funding-extreme.ts'
export { guardDisarmed } from './detect/guard-disarmed.ts'
export { implementationChange } from './detect/implementation-change.ts'
export { indexJump } from './detect/index-jump.ts'
export { insuranceDrain } from './detect/insurance-drain.ts'
export { liquidityDepth } from './detect/liquidity-depth.ts'
export { markIndexGap } from './detect/mark-index-gap.ts'
export { marketInit } from './detect/market-init.ts'
export { marketSolvency } from './detect/market-solvency.ts'
export { mintWithoutLock } from './detect/mint-without-lock.ts'
export { navStep } from './detect/nav-step.ts'
export { openInterestDepth } from './detect/open-interest-depth.ts'
export { optionsUtilisation } from './detect/options-utilisation.ts'
export { oracleBackrun } from './detect/oracle-backrun.ts'
export { oracleBound } from './detect/oracle-bound.ts'
export { oracleDeviation } from './detect/oracle-deviation.ts'
export { oracleFrozen } from './detect/oracle-frozen.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleMedianCaptured } from './detect/oracle-median-captured.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { oracleSingleSource } from './detect/oracle-single-source.ts'
export { oracleStaleness } from './detect/oracle-staleness.ts'
export { oracleSwapped } from './detect/oracle-swapped.ts'
export { oracleUseLag } from './detect/oracle-use-lag.ts'
export { outflowQuantile } from './detect/outflow-quantile.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { ownerChange } from './detect/owner-change.ts'
export { payoutAbovePaidIn } from './detect/payout-above-paid-in.ts'
export { payoutBound } from './detect/payout-bound.ts'
export { pendingFlood } from './detect/pending-flood.ts'
export { perpSkew } from './detect/perp-skew.ts'
export { poolInvariant } from './detect/pool-invariant.ts'
export { profitTaker } from './detect/profit-taker.ts'
export { putCallParity } from './detect/put-call-parity.ts'
export { queuedHarm } from './detect/queued-harm.ts'
export { readOnlyReentrancy } from './detect/read-only-reentrancy.ts'
export { reentrancy } from './detect/reentrancy.ts'
export { rehearsal } from './detect/rehearsal.ts'
export { releaseWithoutBurn } from './detect/release-without-burn.ts'
export { repeatedLoop } from './detect/repeated-loop.ts'
export { safeModuleChange } from './detect/safe-module-change.ts'
export { selfLiquidation } from './detect/self-liquidation.ts'
export { selfdestruct } from './detect/selfdestruct.ts'
export { sequencerGap } from './detect/sequencer-gap.ts'
export { sequencerStall } from './detect/sequencer-stall.ts'
export { sharePriceJump } from './detect/share-price-jump.ts'
export { signerSetChange } from './detect/signer-set-change.ts'
export { simulationDependent } from './detect/simulation-dependent.ts'
export { slowDrain } from './detect/slow-drain.ts'
export { staleOptionPrice } from './detect/stale-option-price.ts'
export { supplyBacking } from './detect/supply-backing.ts'
export { timelockShortened } from './detect/timelock-shortened.ts'
export { traceGap } from './detect/trace-gap.ts'
export { unauthorisedWrite } from './detect/unauthorised-write.ts'
export { vegaLimit } from './detect/vega-limit.ts'
export { venueDepeg } from './detect/venue-depeg.ts'
export { volumeSpike } from './detect/volume-spike.ts'
export { eventTable } from './state/event-table.ts'
/** For detectors of your own: the tables they can look at, and the memory they can keep. */
export * as tables from './state/tables.ts'
export { signed } from './store/column.ts'
export * as windows from './store/windows.ts'
export {
  aaveGuardEntries,
  aaveV3Pool,
  backedTokens,
  bridgeGateways,
  chainlinkFeeds,
  entryId,
  erc20Tokens,
  erc4626Vaults,
  governance,
  lyraGuardEntries,
  lyraMarket,
  perpGuardEntries,
  perpV2Exchange,
  rollupInboxes,
  tracedContracts,
  uniswapV2Pools,
  uniswapV3Pools,
  uniswapV4Pools,
} from './watched.ts'
