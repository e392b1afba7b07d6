// What a drill needs of the lab, checked against the shape that `firebreak drill` knows.
import type { LabModule } from '../src/tools/lab-module.ts'
import { FEES } from './fees.ts'
import { type PreparedState, preparedState } from './prepared.ts'
import { startProxy } from './proxy.ts'
import { runScenario } from './run.ts'
import { scenarios } from './scenarios/index.ts'
import type { LabScenario } from './scenarios/lab.ts'

export const lab: LabModule<PreparedState, LabScenario> = { scenarios, fees: FEES, preparedState, startProxy, runScenario }
