// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { blind } from './blind.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { outflowRate } from './outflow-rate.ts'

export const detectors = { accountHealth, blind, oracleJump, oracleReporters, outflowRate } as const
