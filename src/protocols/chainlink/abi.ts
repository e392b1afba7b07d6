// The few words of Chainlink's contracts that we speak: events of FluxAggregator 0.6 and of OCR, and the views of aggregator and proxy.
import { toEventSelector, toFunctionSelector } from 'viem'

export const TOPIC = {
  answerUpdated: toEventSelector('AnswerUpdated(int256,uint256,uint256)'),
  submissionReceived: toEventSelector('SubmissionReceived(int256,uint32,address)'),
  oraclePermissionsUpdated: toEventSelector('OraclePermissionsUpdated(address,bool)'),
  roundDetailsUpdated: toEventSelector('RoundDetailsUpdated(uint128,uint32,uint32,uint32,uint32)'),
  /** OffchainAggregator (OCR1). */
  newTransmission1: toEventSelector('NewTransmission(uint32,int192,address,int192[],bytes,bytes32)'),
  configSet1: toEventSelector('ConfigSet(uint32,uint64,address[],address[],uint8,uint64,bytes)'),
  /** OCR2Aggregator. */
  newTransmission2: toEventSelector('NewTransmission(uint32,int192,address,uint32,int192[],bytes,int192,bytes32,uint40)'),
  configSet2: toEventSelector('ConfigSet(uint32,bytes32,uint64,address[],address[],uint8,bytes,uint64,bytes)'),
} as const

export const VIEW = {
  aggregator: toFunctionSelector('aggregator()'),
  phaseId: toFunctionSelector('phaseId()'),
  decimals: toFunctionSelector('decimals()'),
  latestRoundData: toFunctionSelector('latestRoundData()'),
  getOracles: toFunctionSelector('getOracles()'),
  oracleRoundState: toFunctionSelector('oracleRoundState(address,uint32)'),
  minSubmissionCount: toFunctionSelector('minSubmissionCount()'),
  minSubmissionValue: toFunctionSelector('minSubmissionValue()'),
  maxSubmissionValue: toFunctionSelector('maxSubmissionValue()'),
  minAnswer: toFunctionSelector('minAnswer()'),
  maxAnswer: toFunctionSelector('maxAnswer()'),
  /** OCR1 and OCR2 name it differently. */
  transmitters: toFunctionSelector('transmitters()'),
  getTransmitters: toFunctionSelector('getTransmitters()'),
} as const
