// Deploys the whole lab: feeds, Safe, timelock, Aave and the Guard, then takes every right away from the deployer.
import type { Address, Hex } from 'viem'
import { zeroAddress } from 'viem'
import { accountOf } from '../accounts.ts'
import { CHAIN_ID } from '../anvil.ts'
import { ASSETS, type AssetSymbol, SYMBOLS } from '../market.ts'
import { type Aave, deployAave } from './aave.ts'
import { openZeppelinArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'
import { type DeployedFeed, deployFeed } from './feed.ts'
import { deployGuard, type GuardEntryRef, QUORUM } from './guard.ts'
import { handOver } from './hand-over.ts'
import { deploySafe } from './safe.ts'

export interface FeedInfo {
  /** Asset symbol, or `LINK-second` for the feed that Aave does not use. */
  readonly id: string
  readonly symbol: AssetSymbol
  readonly description: string
  readonly proxy: Address
  readonly aggregator: Address
  readonly reporters: readonly Address[]
}

export interface AssetInfo {
  readonly symbol: AssetSymbol
  readonly decimals: number
  readonly address: Address
  readonly aToken: Address
  readonly stableDebt: Address
  readonly variableDebt: Address
}

/** All that a node or a scenario needs to know of the lab; plain JSON. */
export interface Deployment {
  readonly chainId: number
  /** Block in which the deployment was complete. */
  readonly deployBlock: number
  readonly provider: Address
  readonly pool: Address
  readonly configurator: Address
  readonly dataProvider: Address
  readonly oracle: Address
  readonly aclManager: Address
  readonly assets: readonly AssetInfo[]
  readonly feeds: readonly FeedInfo[]
  readonly secondFeed: FeedInfo
  readonly guard: Address
  readonly guardEntries: readonly GuardEntryRef[]
  readonly quorum: { readonly n: number; readonly k: number; readonly windowS: number; readonly liftGapS: number }
  readonly safe: Address
  readonly safeOwners: readonly Address[]
  readonly timelock: Address
  /** Lab keys, public by design. */
  readonly nodes: readonly { readonly address: Address; readonly privateKey: Hex }[]
  readonly liquidator: Address
  readonly whale: Address
}

export const SECOND_FEED = 'LINK-second'
const TIMELOCK_DELAY_S = 86_400n

export async function deployLab(b: Builder): Promise<Deployment> {
  const deployer = accountOf('deployer').address
  const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
  // The Guard wants its signers in ascending order; a node's index in the bitmap is its place in this list.
  const nodes = [0, 1, 2].map((n) => accountOf('node', n)).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))
  const safe = await deploySafe(b, owners)
  const timelock = await b.deploy(openZeppelinArtifact('TimelockController'), [TIMELOCK_DELAY_S, [safe], [safe], zeroAddress])

  const deployed: DeployedFeed[] = []
  const feeds: FeedInfo[] = []
  for (const [i, id] of [...SYMBOLS, SECOND_FEED].entries()) {
    const symbol = SYMBOLS[i] ?? 'LINK'
    const reporters = [0, 1, 2].map((n) => accountOf('reporter', 3 * i + n).address)
    const feed = await deployFeed(b, `${symbol} / USD`, reporters)
    deployed.push(feed)
    feeds.push({ id, symbol, description: `${symbol} / USD`, proxy: feed.proxy.address, aggregator: feed.aggregator.address, reporters })
  }
  const secondFeed = feeds.pop()
  if (secondFeed === undefined) throw new Error('no second feed')
  const sources = Object.fromEntries(feeds.map(({ symbol, proxy }) => [symbol, proxy])) as Record<AssetSymbol, Address>

  const aave = await deployAave(b, deployer, accountOf('treasury').address, sources)
  const signers = nodes.map(({ address }) => address)
  const { guard, entries } = await deployGuard(b, deployer, safe, signers, aave)
  await handOver({ b, deployer, safe, owners, timelock: timelock.address, aave, guard, feeds: deployed })

  return {
    chainId: CHAIN_ID,
    deployBlock: (await b.head()).number,
    provider: aave.provider.address,
    pool: aave.pool.address,
    configurator: aave.configurator.address,
    dataProvider: aave.dataProvider.address,
    oracle: aave.oracle.address,
    aclManager: aave.acl.address,
    assets: await describeAssets(b, aave),
    feeds,
    secondFeed,
    guard: guard.address,
    guardEntries: entries,
    quorum: QUORUM,
    safe,
    safeOwners: owners,
    timelock: timelock.address,
    nodes: nodes.map(({ address, privateKey }) => ({ address, privateKey })),
    liquidator: accountOf('liquidator').address,
    whale: accountOf('whale').address,
  }
}

async function describeAssets(b: Builder, { dataProvider, tokens }: Aave): Promise<AssetInfo[]> {
  const assets: AssetInfo[] = []
  for (const symbol of SYMBOLS) {
    const token: Contract = tokens[symbol]
    const [aToken, stableDebt, variableDebt] = await b.read<[Address, Address, Address]>(dataProvider, 'getReserveTokensAddresses', [
      token.address,
    ])
    assets.push({ symbol, decimals: ASSETS[symbol].decimals, address: token.address, aToken, stableDebt, variableDebt })
  }
  return assets
}
