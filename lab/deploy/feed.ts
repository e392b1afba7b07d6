// Deploys one Chainlink feed: a real FluxAggregator with three reporters, two of them enough, behind a real proxy.
import type { Address } from 'viem'
import { zeroAddress } from 'viem'
import { chainlinkArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface DeployedFeed {
  readonly aggregator: Contract
  readonly proxy: Contract
}

export const FEED_DECIMALS = 8
export const MIN_SUBMISSIONS = 2
export const MAX_SUBMISSIONS = 3
/** A round that hangs this long may be skipped. */
const ROUND_TIMEOUT_S = 3600
const MAX_ANSWER = 10n ** 30n

export async function deployFeed(b: Builder, description: string, reporters: readonly Address[]): Promise<DeployedFeed> {
  const args = [zeroAddress, 0n, ROUND_TIMEOUT_S, zeroAddress, 1n, MAX_ANSWER, FEED_DECIMALS, description]
  const aggregator = await b.deploy(chainlinkArtifact('FluxAggregator'), args)
  await b.write(aggregator, 'changeOracles', [[], reporters, reporters, MIN_SUBMISSIONS, MAX_SUBMISSIONS, 0])
  const proxy = await b.deploy(chainlinkArtifact('EACAggregatorProxy'), [aggregator.address, zeroAddress])
  return { aggregator, proxy }
}
