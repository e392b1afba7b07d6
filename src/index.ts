// What users import as 'firebreak': the config, what it can watch, the detectors, and what governance adds to a Guard.
export { calibration } from './calibration.ts'
export { type Config, defineConfig } from './config.ts'
export { accountHealth } from './detect/account-health.ts'
export { aumWithoutFlows } from './detect/aum-without-flows.ts'
export { authorityChange } from './detect/authority-change.ts'
export { blind } from './detect/blind.ts'
export { defineDetector } from './detect/define.ts'
export { donation } from './detect/donation.ts'
export { guardDisarmed } from './detect/guard-disarmed.ts'
export { liquidityDepth } from './detect/liquidity-depth.ts'
export { marketSolvency } from './detect/market-solvency.ts'
export { mintWithoutLock } from './detect/mint-without-lock.ts'
export { navStep } from './detect/nav-step.ts'
export { oracleDeviation } from './detect/oracle-deviation.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { oracleStaleness } from './detect/oracle-staleness.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { payoutAbovePaidIn } from './detect/payout-above-paid-in.ts'
export { poolInvariant } from './detect/pool-invariant.ts'
export { releaseWithoutBurn } from './detect/release-without-burn.ts'
export { sharePriceJump } from './detect/share-price-jump.ts'
export { supplyBacking } from './detect/supply-backing.ts'
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
  uniswapV2Pools,
  uniswapV3Pools,
  uniswapV4Pools,
} from './watched.ts'
