// What events don't say: which aggregator a proxy uses (a swap emits nothing), and the state of one that is new to us.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { addressOf, addressWord, arrayOf, callOf, wordAt } from '../../core/words.ts'
import { topic0Of } from '../../decode/word-log.ts'
import { hasTopic, logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { TOPIC, VIEW } from './abi.ts'
import { MAX_OBSERVERS } from './transmission.ts'

/** Aggregators have at most 77 oracles (FluxAggregator.MAX_ORACLE_COUNT); a longer answer is not one of ours. */
const MAX_ORACLES = 77
const LATEST = 0n

export const aggregatorCall = (proxy: Hex): Call => callOf(proxy, VIEW.aggregator)
export const decimalsCall = (proxy: Hex): Call => callOf(proxy, VIEW.decimals)
export const phaseCall = (proxy: Hex): Call => callOf(proxy, VIEW.phaseId)
export const latestRoundCall = (proxy: Hex): Call => callOf(proxy, VIEW.latestRoundData)
export const oraclesCall = (aggregator: Hex): Call => callOf(aggregator, VIEW.getOracles)
export const oracleStateCall = (aggregator: Hex, oracle: Hex): Call =>
  callOf(aggregator, VIEW.oracleRoundState, addressWord(oracle), LATEST)

/** Bounds and least number of submissions, as FluxAggregator and as the OCR aggregators name them. */
export const limitCalls = (aggregator: Hex) => ({
  flux: {
    min: callOf(aggregator, VIEW.minSubmissionValue),
    max: callOf(aggregator, VIEW.maxSubmissionValue),
    count: callOf(aggregator, VIEW.minSubmissionCount),
  },
  ocr: { min: callOf(aggregator, VIEW.minAnswer), max: callOf(aggregator, VIEW.maxAnswer) },
})

/** The aggregator that the proxy names now, if it is another than the one we know. */
export function newAggregator(world: World, proxy: Hex, answers: Answers): Hex | undefined {
  const now = wordAt(answers.get(aggregatorCall(proxy)), 0)
  if (now === undefined) return undefined
  const row = world.feeds.find(proxy)
  return row !== undefined && world.feeds.columns.aggregator.get(row) === now ? undefined : addressOf(now)
}

/** Oracles of an aggregator; one that isn't Flux-shaped reverts, which means none. */
export function oraclesOf(aggregator: Hex, answers: Answers): readonly Hex[] {
  const list = arrayOf(answers.get(oraclesCall(aggregator))) ?? []
  return list.length > MAX_ORACLES ? [] : list.map(addressOf)
}

const transmittersCalls = (aggregator: Hex): readonly Call[] => [
  callOf(aggregator, VIEW.transmitters),
  callOf(aggregator, VIEW.getTransmitters),
]

/** Observers of an OCR aggregator by place; one that doesn't tell, or isn't OCR-shaped, has none. */
export function observersOf(aggregator: Hex, answers: Answers): readonly Hex[] {
  for (const call of transmittersCalls(aggregator)) {
    const list = arrayOf(answers.get(call))
    if (list !== undefined && list.length > 0 && list.length <= MAX_OBSERVERS) return list.map(addressOf)
  }
  return []
}

const isConfigured = (aggregator: Hex, logs: readonly Log[]): boolean =>
  (hasTopic(logs, TOPIC.configSet1) || hasTopic(logs, TOPIC.configSet2)) &&
  logsOf(logs, aggregator).some((log) => topic0Of(log) === TOPIC.configSet1 || topic0Of(log) === TOPIC.configSet2)

/** Three rounds at most: who answers; what it says and who reports to it; what each of them said last, or who observes. */
export function feedReads(world: World, proxies: readonly Hex[], logs: readonly Log[], answers: Answers): readonly Call[] {
  const wanted: Call[] = []
  for (const proxy of proxies) {
    wanted.push(aggregatorCall(proxy))
    const row = world.feeds.find(proxy)
    const present = row === undefined ? undefined : world.feeds.columns.aggregator.address(row)
    if (present !== undefined && isConfigured(present, logs)) wanted.push(...transmittersCalls(present))
    const aggregator = newAggregator(world, proxy, answers)
    if (aggregator === undefined) continue
    wanted.push(decimalsCall(proxy), phaseCall(proxy), latestRoundCall(proxy), oraclesCall(aggregator))
    const flux = answers.get(oraclesCall(aggregator))
    const { flux: fluxLimits, ocr } = limitCalls(aggregator)
    if (flux !== undefined && arrayOf(flux) === undefined) wanted.push(...transmittersCalls(aggregator), ocr.min, ocr.max)
    else if (flux !== undefined) wanted.push(fluxLimits.min, fluxLimits.max, fluxLimits.count)
    for (const oracle of oraclesOf(aggregator, answers)) wanted.push(oracleStateCall(aggregator, oracle))
  }
  return answers.missing(wanted)
}
