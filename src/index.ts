// What users import as 'firebreak': the config, what it can watch, the detectors, and what governance adds to a Guard.
export { calibration } from './calibration.ts'
export { type Config, defineConfig } from './config.ts'
export { accountHealth } from './detect/account-health.ts'
export { authorityChange } from './detect/authority-change.ts'
export { blind } from './detect/blind.ts'
export { defineDetector } from './detect/define.ts'
export { deltaLimit } from './detect/delta-limit.ts'
export { expiryPrice } from './detect/expiry-price.ts'
export { guardDisarmed } from './detect/guard-disarmed.ts'
export { liquidityDepth } from './detect/liquidity-depth.ts'
export { marketSolvency } from './detect/market-solvency.ts'
export { optionsUtilisation } from './detect/options-utilisation.ts'
export { oracleDeviation } from './detect/oracle-deviation.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { oracleStaleness } from './detect/oracle-staleness.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { payoutBound } from './detect/payout-bound.ts'
export { putCallParity } from './detect/put-call-parity.ts'
export { staleOptionPrice } from './detect/stale-option-price.ts'
export { vegaLimit } from './detect/vega-limit.ts'
export { eventTable } from './state/event-table.ts'
/** For detectors of your own: the tables they can look at, and the memory they can keep. */
export * as tables from './state/tables.ts'
export { signed } from './store/column.ts'
export * as windows from './store/windows.ts'
export {
  aaveGuardEntries,
  aaveV3Pool,
  chainlinkFeeds,
  entryId,
  erc20Tokens,
  governance,
  lyraGuardEntries,
  lyraMarket,
  perpGuardEntries,
  perpV2Exchange,
  uniswapV3Pools,
} from './watched.ts'
