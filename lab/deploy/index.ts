// Deploys the whole lab: feeds, Safe, timelock, Aave, Uniswap, the Guard and the Liquidator, then takes every right away from the deployer.
import type { Abi, Address, Hex } from 'viem'
import { zeroAddress } from 'viem'
import { Liquidator } from '../../src/contracts/Liquidator.ts'
import { accountOf } from '../accounts.ts'
import { CHAIN_ID } from '../anvil.ts'
import { ASSETS, type AssetSymbol, SYMBOLS } from '../market.ts'
import { type Aave, deployAave } from './aave.ts'
import { openZeppelinArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'
import { type DeployedFeed, deployFeed, deployOcrFeed, deployProxy, type FeedKind } from './feed.ts'
import { deployGuard, type GuardEntryRef, QUORUM } from './guard.ts'
import { handOver } from './hand-over.ts'
import { type QueuedOperation, queuedOperations, TIMELOCK_DELAY_S } from './queued.ts'
import { deploySafe } from './safe.ts'
import { deployUniswap, type PoolInfo, type Uniswap } from './uniswap.ts'

export type { PoolInfo } from './uniswap.ts'

export interface FeedInfo {
  /** Asset symbol, or for example `LINK-second` for a feed that Aave does not use. */
  readonly id: string
  readonly symbol: AssetSymbol
  readonly kind: FeedKind
  readonly description: string
  readonly proxy: Address
  readonly aggregator: Address
  /** Of an OCR feed: its observers, in the order of `transmitters()`. */
  readonly reporters: readonly Address[]
  /** Who sends the rounds of an OCR feed; of a Flux feed simply its first reporter. */
  readonly transmitter: Address
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
  /** Feeds that Aave does not use. */
  readonly secondFeeds: readonly FeedInfo[]
  readonly pools: readonly PoolInfo[]
  readonly uniswap: Uniswap
  readonly guard: Address
  readonly guardEntries: readonly GuardEntryRef[]
  readonly quorum: { readonly n: number; readonly k: number; readonly windowS: number; readonly liftGapS: number }
  readonly safe: Address
  readonly safeOwners: readonly Address[]
  readonly timelock: Address
  /** Scheduled by the Safe in the prepared days and ready to be executed. */
  readonly queued: { readonly raise: QueuedOperation; readonly change: QueuedOperation }
  /** Holds RISK_ADMIN; the Safe can take it away at once. */
  readonly riskSteward: Address
  /** Lab keys, public by design. */
  readonly nodes: readonly { readonly address: Address; readonly privateKey: Hex }[]
  readonly liquidator: Address
  /** Our Liquidator; its beneficiary is the Safe. */
  readonly liquidatorContract: Address
  readonly whale: Address
  readonly thinHolder: Address
  readonly arbitrageur: Address
  readonly lp: Address
}

const SECOND_FEEDS = [
  ['LINK', 'flux'],
  ['WETH', 'ocr2'],
  ['WBTC', 'ocr1'],
  ['THIN', 'ocr2'],
] as const
const OBSERVERS = 3

export async function deployLab(b: Builder): Promise<Deployment> {
  const deployer = accountOf('deployer').address
  const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
  // The Guard wants its signers in ascending order; a node's index in the bitmap is its place in this list.
  const nodes = [0, 1, 2].map((n) => accountOf('node', n)).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))
  const safe = await deploySafe(b, owners)
  const timelock = await b.deploy(openZeppelinArtifact('TimelockController'), [BigInt(TIMELOCK_DELAY_S), [safe], [safe], zeroAddress])

  const { feeds, secondFeeds, owned } = await deployFeeds(b)
  const sources = Object.fromEntries(feeds.map(({ symbol, proxy }) => [symbol, proxy])) as Record<AssetSymbol, Address>
  const iso = feeds.find(({ symbol }) => symbol === 'ISO')
  if (iso === undefined) throw new Error('no feed of ISO')
  const otherIsoProxy = await deployProxy(b, iso.aggregator)
  owned.push(otherIsoProxy)

  const aave = await deployAave(b, deployer, accountOf('treasury').address, sources)
  const lp = accountOf('lp').address
  const { uniswap, pools } = await deployUniswap(b, lp, aave.tokens)
  const liquidatorContract = await deployLiquidator(b, aave, uniswap.router, safe, pools)
  const signers = nodes.map(({ address }) => address)
  const { guard, entries } = await deployGuard(b, deployer, safe, signers, aave)
  const riskSteward = accountOf('steward').address
  await handOver({ b, deployer, safe, owners, timelock: timelock.address, aave, guard, riskSteward, owned })

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
    secondFeeds,
    pools,
    uniswap,
    guard: guard.address,
    guardEntries: entries,
    quorum: QUORUM,
    safe,
    safeOwners: owners,
    timelock: timelock.address,
    queued: queuedOperations(aave, otherIsoProxy.address),
    riskSteward,
    nodes: nodes.map(({ address, privateKey }) => ({ address, privateKey })),
    liquidator: accountOf('liquidator').address,
    liquidatorContract,
    whale: accountOf('whale').address,
    thinHolder: accountOf('thinHolder').address,
    arbitrageur: accountOf('arbitrageur').address,
    lp,
  }
}

async function deployFeeds(b: Builder): Promise<{ feeds: FeedInfo[]; secondFeeds: FeedInfo[]; owned: Contract[] }> {
  const owned: Contract[] = []
  const wanted = [
    ...SYMBOLS.map((symbol) => [symbol, 'flux', symbol] as const),
    ...SECOND_FEEDS.map(([s, k]) => [s, k, `${s}-second`] as const),
  ]
  const all: FeedInfo[] = []
  for (const [i, [symbol, kind, id]] of wanted.entries()) {
    const reporters = Array.from({ length: OBSERVERS }, (_, n) => accountOf('reporter', OBSERVERS * i + n).address)
    const description = `${symbol} / USD`
    const feed: DeployedFeed =
      kind === 'flux' ? await deployFeed(b, description, reporters) : await deployOcrFeed(b, kind, description, reporters)
    owned.push(feed.aggregator, feed.proxy)
    const [transmitter] = reporters as [Address, ...Address[]]
    all.push({ id, symbol, kind, description, proxy: feed.proxy.address, aggregator: feed.aggregator.address, reporters, transmitter })
  }
  return { feeds: all.slice(0, SYMBOLS.length), secondFeeds: all.slice(SYMBOLS.length), owned }
}

async function deployLiquidator(
  b: Builder,
  { pool, tokens }: Aave,
  router: Address,
  safe: Address,
  pools: readonly PoolInfo[],
): Promise<Address> {
  const artifact = { name: 'Liquidator', abi: Liquidator.abi as Abi, bytecode: Liquidator.bytecode as Hex }
  const args = [pool.address, router, tokens.USDC.address, safe, pools.map(({ base }) => tokens[base].address), pools.map(({ fee }) => fee)]
  return (await b.deploy(artifact, args)).address
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
