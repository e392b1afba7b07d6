// Deploys Chainlink feeds behind real proxies: a real FluxAggregator with three reporters, two of them enough, or one with the shape
// of the OCR aggregators.
import type { Address } from 'viem'
import { zeroAddress } from 'viem'
import { chainlinkArtifact, ocrArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface DeployedFeed {
  readonly aggregator: Contract
  readonly proxy: Contract
}

/** `ocr1` and `ocr2` bring all observations in one transaction; they differ in their events. */
export type FeedKind = 'flux' | 'ocr1' | 'ocr2'

export const FEED_DECIMALS = 8
export const MIN_SUBMISSIONS = 2
export const MAX_SUBMISSIONS = 3
/** A round that hangs this long may be skipped. */
const ROUND_TIMEOUT_S = 3600
const MAX_ANSWER = 10n ** 30n
const OCR_VERSION = { ocr1: 4n, ocr2: 6n } as const

export async function deployFeed(b: Builder, description: string, reporters: readonly Address[]): Promise<DeployedFeed> {
  const args = [zeroAddress, 0n, ROUND_TIMEOUT_S, zeroAddress, 1n, MAX_ANSWER, FEED_DECIMALS, description]
  const aggregator = await b.deploy(chainlinkArtifact('FluxAggregator'), args)
  await b.write(aggregator, 'changeOracles', [[], reporters, reporters, MIN_SUBMISSIONS, MAX_SUBMISSIONS, 0])
  return { aggregator, proxy: await deployProxy(b, aggregator.address) }
}

/** `oracles` both observe and may transmit, as the nodes of a real OCR network do. */
export async function deployOcrFeed(
  b: Builder,
  kind: 'ocr1' | 'ocr2',
  description: string,
  oracles: readonly Address[],
): Promise<DeployedFeed> {
  const aggregator = await b.deploy(ocrArtifact(), [OCR_VERSION[kind], FEED_DECIMALS, description, 1n, MAX_ANSWER, oracles])
  return { aggregator, proxy: await deployProxy(b, aggregator.address) }
}

export const deployProxy = (b: Builder, aggregator: Address): Promise<Contract> =>
  b.deploy(chainlinkArtifact('EACAggregatorProxy'), [aggregator, zeroAddress])
