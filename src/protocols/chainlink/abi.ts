// The few words of Chainlink's contracts that we speak: FluxAggregator 0.6 events and the views of aggregator and proxy.
import { toEventSelector, toFunctionSelector } from 'viem'

export const TOPIC = {
  answerUpdated: toEventSelector('AnswerUpdated(int256,uint256,uint256)'),
  submissionReceived: toEventSelector('SubmissionReceived(int256,uint32,address)'),
  oraclePermissionsUpdated: toEventSelector('OraclePermissionsUpdated(address,bool)'),
} as const

export const VIEW = {
  aggregator: toFunctionSelector('aggregator()'),
  phaseId: toFunctionSelector('phaseId()'),
  decimals: toFunctionSelector('decimals()'),
  latestRoundData: toFunctionSelector('latestRoundData()'),
  getOracles: toFunctionSelector('getOracles()'),
  oracleRoundState: toFunctionSelector('oracleRoundState(address,uint32)'),
} as const
