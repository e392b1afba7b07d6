// What users import as 'firebreak': the config, what it can watch, the detectors, and what governance adds to a Guard.
export { type Config, defineConfig } from './config.ts'
export { accountHealth } from './detect/account-health.ts'
export { blind } from './detect/blind.ts'
export { defineDetector } from './detect/define.ts'
export { oracleJump } from './detect/oracle-jump.ts'
export { oracleReporters } from './detect/oracle-reporters.ts'
export { outflowRate } from './detect/outflow-rate.ts'
export { aaveGuardEntries, aaveV3Pool, chainlinkFeeds, entryId } from './watched.ts'
