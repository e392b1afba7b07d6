// What users import as 'firebreak': the config, what it can watch, and the detectors.
export { type Config, defineConfig } from './config.ts'
export { accountHealth } from './detect/account-health.ts'
export { blind } from './detect/blind.ts'
export { defineDetector } from './detect/define.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { aaveV3Pool, chainlinkFeeds } from './watched.ts'
