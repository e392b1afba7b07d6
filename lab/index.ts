// What a drill needs of the lab.
export { FEES } from './fees.ts'
export { type PreparedState, preparedState } from './prepared.ts'
export { type Proxy, startProxy } from './proxy.ts'
export { type Ready, type RunOptions, type RunResult, runScenario } from './run.ts'
export { scenarios } from './scenarios/index.ts'
