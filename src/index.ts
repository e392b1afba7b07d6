// What users import as 'firebreak': the config, what it can watch, the detectors, and what governance adds to a Guard.
export { calibration } from './calibration.ts'
export { type Config, defineConfig } from './config.ts'
export { accountConcentration } from './detect/account-concentration.ts'
export { accountHealth } from './detect/account-health.ts'
export { authorityChange } from './detect/authority-change.ts'
export { blind } from './detect/blind.ts'
export { cascadeAhead } from './detect/cascade-ahead.ts'
export { defineDetector } from './detect/define.ts'
export { fundingExtreme } from './detect/funding-extreme.ts'
export { guardDisarmed } from './detect/guard-disarmed.ts'
export { insuranceDrain } from './detect/insurance-drain.ts'
export { liquidityDepth } from './detect/liquidity-depth.ts'
export { markIndexGap } from './detect/mark-index-gap.ts'
export { marketSolvency } from './detect/market-solvency.ts'
export { openInterestDepth } from './detect/open-interest-depth.ts'
export { oracleDeviation } from './detect/oracle-deviation.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { oracleStaleness } from './detect/oracle-staleness.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { perpSkew } from './detect/perp-skew.ts'
export { selfLiquidation } from './detect/self-liquidation.ts'
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
  perpGuardEntries,
  perpV2Exchange,
  uniswapV3Pools,
} from './watched.ts'
