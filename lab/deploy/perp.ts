// Deploys Perpetual Protocol v2 (Curie 2.8.4) whole, from its own artifacts: markets on real Uniswap v3 pools, priced by real Chainlink
// feeds, with a maker's liquidity and funded traders.
import { type Address, encodeFunctionData } from 'viem'
import { aggregatorAbi } from '../abi.ts'
import { CHAIN_ID } from '../anvil.ts'
import { MAX_UINT } from '../operations.ts'
import { SUBMIT_GAS } from '../reporters.ts'
import { aaveArtifact, perpArtifact, perpOracleArtifact, uniswapArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'
import { deployFeed } from './feed.ts'

export interface PerpMarketSpec {
  readonly symbol: string
  readonly priceUsd: number
  /** What the maker puts on each side of the price, USD. */
  readonly sideUsd: number
}

export interface PerpMarketInfo {
  readonly symbol: string
  readonly baseToken: Address
  readonly pool: Address
  readonly feed: { readonly proxy: Address; readonly aggregator: Address }
  /** The protocol's own ChainlinkPriceFeedV3, which averages the feed; whoever calls `update` keeps its average fresh. */
  readonly priceFeed: Address
}

/** All that a test or a scenario needs to know; plain JSON. */
export interface PerpDeployment {
  readonly chainId: number
  readonly deployBlock: number
  readonly owner: Address
  readonly settlementToken: Address
  readonly clearingHouse: Address
  readonly vault: Address
  readonly exchange: Address
  readonly orderBook: Address
  readonly accountBalance: Address
  readonly marketRegistry: Address
  readonly insuranceFund: Address
  readonly config: Address
  readonly collateralManager: Address
  readonly quoteToken: Address
  readonly markets: readonly PerpMarketInfo[]
  readonly maker: Address
  readonly traders: readonly Address[]
  readonly reporters: readonly Address[]
}

export interface PerpPeople {
  readonly owner: Address
  readonly maker: Address
  readonly traders: readonly Address[]
  readonly reporters: readonly Address[]
}

/** 1 %: the only fee whose tick spacing, 200, Perp's pools use. */
export const POOL_FEE = 10_000
const TICK_SPACING = 200
const OBSERVATIONS = 300
const FEED_TIMEOUT_S = 2_400
const FEED_TWAP_S = 1_800
/** The market's average must look back this far before anybody may add liquidity. */
const WARM_UP_S = 1_900
/** Of the pool's price in one block: 10 %, the most that the exchange allows. */
const MAX_TICKS_A_BLOCK = 1_000
/** How far the maker's range reaches to each side: some 45 % down and 80 % up. */
const RANGE_TICKS = 6_000
/** Of the CollateralManager, in the order of its initialize: tokens an account, ratios in 1/1,000,000, then two amounts of USDC. */
const COLLATERAL_RULES = [5, 750_000, 500_000, 2_000, 30_000, 10_000n * 10n ** 6n, 500n * 10n ** 6n] as const
const FUNDS = 10n ** 13n
/** A billion USDC: a Guard can keep no cap beyond 128 bits, such as the greatest number there is. */
const VAULT_CAP = 10n ** 15n
const MAKER_DEPOSIT = 5n * 10n ** 12n

const LN_TICK = Math.log(1.0001)
export const ceilTick = (tick: number): number => Math.ceil(tick / TICK_SPACING) * TICK_SPACING
const tickOf = (price: number): number => Math.round(Math.log(price) / LN_TICK)
const sqrtPriceX96 = (price: number): bigint => BigInt(Math.round(Math.sqrt(price) * 2 ** 32)) << 64n
const e18 = (value: number): bigint => BigInt(Math.round(value * 1e6)) * 10n ** 12n

export async function deployPerp(
  b: Builder,
  people: PerpPeople,
  specs: readonly PerpMarketSpec[] = [{ symbol: 'ETH', priceUsd: 2_000, sideUsd: 1_000_000 }],
): Promise<PerpDeployment> {
  const usdc = await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['USDC', 'USDC', 6])
  const factory = await b.deploy(uniswapArtifact('v3-core', 'UniswapV3Factory'))
  const quote = await b.deploy(perpArtifact('QuoteToken'))
  await b.write(quote, 'initialize', ['vUSD', 'vUSD'])
  const core = await deployCore(b, usdc, factory, quote)
  const markets: PerpMarketInfo[] = []
  for (const spec of specs) markets.push(await deployMarket(b, spec, people.reporters, factory, quote, core))
  await warmUp(b, specs, markets, people.reporters)
  await fund(b, people, usdc, core.vault)
  for (const [n, spec] of specs.entries()) await addLiquidity(b, core.clearingHouse, markets[n] as PerpMarketInfo, spec, people.maker)
  await b.flush()
  const { number } = await b.head()
  const address = ({ address }: Contract): Address => address
  return {
    chainId: CHAIN_ID,
    deployBlock: number,
    owner: people.owner,
    settlementToken: usdc.address,
    clearingHouse: address(core.clearingHouse),
    vault: address(core.vault),
    exchange: address(core.exchange),
    orderBook: address(core.orderBook),
    accountBalance: address(core.accountBalance),
    marketRegistry: address(core.registry),
    insuranceFund: address(core.insuranceFund),
    config: address(core.config),
    collateralManager: address(core.collateralManager),
    quoteToken: quote.address,
    markets,
    maker: people.maker,
    traders: people.traders,
    reporters: people.reporters,
  }
}

interface Core {
  readonly config: Contract
  readonly registry: Contract
  readonly orderBook: Contract
  readonly accountBalance: Contract
  readonly exchange: Contract
  readonly insuranceFund: Contract
  readonly vault: Contract
  readonly collateralManager: Contract
  readonly clearingHouse: Contract
}

/** Each contract is told of those before it; what comes later is set afterwards. */
async function deployCore(b: Builder, usdc: Contract, factory: Contract, quote: Contract): Promise<Core> {
  const made = async (name: string, args: readonly unknown[]): Promise<Contract> => {
    const contract = await b.deploy(perpArtifact(name))
    await b.write(contract, 'initialize', args)
    return contract
  }
  const config = await made('ClearingHouseConfig', [])
  const registry = await made('MarketRegistry', [factory.address, quote.address])
  const orderBook = await made('OrderBook', [registry.address])
  const accountBalance = await made('AccountBalance', [config.address, orderBook.address])
  const exchange = await made('Exchange', [registry.address, orderBook.address, config.address])
  const insuranceFund = await made('InsuranceFund', [usdc.address])
  const vault = await made('Vault', [insuranceFund.address, config.address, accountBalance.address, exchange.address])
  const collateralManager = await made('CollateralManager', [config.address, vault.address, ...COLLATERAL_RULES])
  const clearingHouse = await made('ClearingHouse', [
    config.address,
    vault.address,
    quote.address,
    factory.address,
    exchange.address,
    accountBalance.address,
    insuranceFund.address,
  ])
  await b.write(exchange, 'setAccountBalance', [accountBalance.address])
  await b.write(orderBook, 'setExchange', [exchange.address])
  await b.write(insuranceFund, 'setVault', [vault.address])
  await b.write(vault, 'setCollateralManager', [collateralManager.address])
  await b.write(accountBalance, 'setVault', [vault.address])
  for (const contract of [registry, orderBook, exchange, accountBalance, vault])
    await b.write(contract, 'setClearingHouse', [clearingHouse.address])
  await b.write(config, 'setSettlementTokenBalanceCap', [VAULT_CAP])
  await b.write(quote, 'mintMaximumTo', [clearingHouse.address])
  await b.write(quote, 'addWhitelist', [clearingHouse.address])
  return { config, registry, orderBook, accountBalance, exchange, insuranceFund, vault, collateralManager, clearingHouse }
}

async function deployMarket(
  b: Builder,
  { symbol, priceUsd }: PerpMarketSpec,
  reporters: readonly Address[],
  factory: Contract,
  quote: Contract,
  { registry, clearingHouse, exchange }: Core,
): Promise<PerpMarketInfo> {
  const feed = await deployFeed(b, `${symbol} / USD`, reporters)
  await pushPrice(b, feed.aggregator.address, reporters, 1, priceUsd)
  const priceFeed = await b.deploy(perpOracleArtifact('ChainlinkPriceFeedV3'), [feed.proxy.address, FEED_TIMEOUT_S, FEED_TWAP_S])
  const dispatcher = await b.deploy(perpOracleArtifact('PriceFeedDispatcher'), [priceFeed.address])
  await b.write(priceFeed, 'update')
  const base = await deployBase(b, symbol, dispatcher, quote)
  await b.write(factory, 'createPool', [base.address, quote.address, POOL_FEE], undefined, 6_000_000n)
  const pool = {
    address: await b.read<Address>(factory, 'getPool', [base.address, quote.address, POOL_FEE]),
    abi: uniswapArtifact('v3-core', 'UniswapV3Pool').abi,
  }
  await b.write(base, 'mintMaximumTo', [clearingHouse.address])
  await b.write(base, 'addWhitelist', [clearingHouse.address])
  for (const token of [base, quote]) await b.write(token, 'addWhitelist', [pool.address])
  await b.write(pool, 'initialize', [sqrtPriceX96(priceUsd)])
  await b.write(pool, 'increaseObservationCardinalityNext', [OBSERVATIONS], undefined, 8_000_000n)
  await b.write(registry, 'addPool', [base.address, POOL_FEE])
  await b.write(registry, 'setFeeRatio', [base.address, 1_000])
  await b.write(exchange, 'setMaxTickCrossedWithinBlock', [base.address, MAX_TICKS_A_BLOCK])
  const { proxy, aggregator } = feed
  return {
    symbol,
    baseToken: base.address,
    pool: pool.address,
    feed: { proxy: proxy.address, aggregator: aggregator.address },
    priceFeed: priceFeed.address,
  }
}

/** The base token must be the pool's token0, so its address the lower one: made again until it is. */
async function deployBase(b: Builder, symbol: string, dispatcher: Contract, quote: Contract): Promise<Contract> {
  for (;;) {
    const base = await b.deploy(perpArtifact('BaseToken'))
    if (base.address.toLowerCase() > quote.address.toLowerCase()) continue
    await b.write(base, 'initialize', [`v${symbol}`, `v${symbol}`, dispatcher.address])
    return base
  }
}

async function warmUp(
  b: Builder,
  specs: readonly PerpMarketSpec[],
  markets: readonly PerpMarketInfo[],
  reporters: readonly Address[],
): Promise<void> {
  await b.flush()
  await b.chain.mine((await b.head()).timeS + WARM_UP_S)
  for (const [n, market] of markets.entries()) {
    await pushPrice(b, market.feed.aggregator, reporters, 2, specs[n]?.priceUsd ?? 0)
    await updateAverage(b, market)
  }
  await b.flush()
}

async function fund(b: Builder, { maker, traders }: PerpPeople, usdc: Contract, vault: Contract): Promise<void> {
  for (const who of [maker, ...traders]) {
    await b.write(usdc, 'mint', [who, FUNDS])
    await b.write(usdc, 'approve', [vault.address, MAX_UINT], who)
  }
  await b.write(vault, 'deposit', [usdc.address, MAKER_DEPOSIT], maker)
}

/** Liquidity around the price, with as much on each side as the spec says. */
function addLiquidity(b: Builder, clearingHouse: Contract, { baseToken }: PerpMarketInfo, spec: PerpMarketSpec, maker: Address) {
  const tick = tickOf(spec.priceUsd)
  const params = {
    baseToken,
    base: e18(spec.sideUsd / spec.priceUsd),
    quote: e18(spec.sideUsd),
    lowerTick: ceilTick(tick - RANGE_TICKS),
    upperTick: ceilTick(tick + RANGE_TICKS),
    minBase: 0n,
    minQuote: 0n,
    useTakerBalance: false,
    deadline: MAX_UINT,
  }
  return b.write(clearingHouse, 'addLiquidity', [params], maker, 3_000_000n)
}

/** The contracts of a deployment, to be called and asked. */
export function perpContracts(d: PerpDeployment) {
  const at = (name: string, address: Address): Contract => ({ address, abi: perpArtifact(name).abi })
  return {
    usdc: { address: d.settlementToken, abi: aaveArtifact('mocks/tokens/MintableERC20').abi },
    clearingHouse: at('ClearingHouse', d.clearingHouse),
    vault: at('Vault', d.vault),
    exchange: at('Exchange', d.exchange),
    orderBook: at('OrderBook', d.orderBook),
    accountBalance: at('AccountBalance', d.accountBalance),
    registry: at('MarketRegistry', d.marketRegistry),
    insuranceFund: at('InsuranceFund', d.insuranceFund),
    config: at('ClearingHouseConfig', d.config),
    base: (market: PerpMarketInfo): Contract => at('BaseToken', market.baseToken),
  } as const
}

/** A new price: a round of the feed by all its reporters. */
export async function pushPrice(
  b: Builder,
  aggregator: Address,
  reporters: readonly Address[],
  round: number,
  priceUsd: number,
): Promise<void> {
  const args = [BigInt(round), BigInt(Math.round(priceUsd * 1e8))] as const
  const data = encodeFunctionData({ abi: aggregatorAbi, functionName: 'submit', args })
  for (const reporter of reporters) await b.push(`round ${round}`, reporter, aggregator, data, SUBMIT_GAS)
}

/** The protocol's average takes the feed's price in. */
export const updateAverage = (b: Builder, { priceFeed }: PerpMarketInfo): Promise<void> =>
  b.write({ address: priceFeed, abi: perpOracleArtifact('ChainlinkPriceFeedV3').abi }, 'update')
