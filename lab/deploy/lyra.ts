// Deploys Lyra's Avalon release from its own artifacts, with two boards, a liquidity provider and traders who can pay.
// Its Synthetix is the package's own stand-in (contracts/test-helpers): rates are set by hand and exchanges are filled at them.
import { type Address, maxUint256, parseEther, stringToHex } from 'viem'
import { lyraArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'
import {
  BOARDS,
  DAY_S,
  EXCHANGE_FEES,
  FORCE_CLOSE_PARAMETERS,
  GREEK_CACHE_PARAMETERS,
  HEDGER_PARAMETERS,
  liquidityPoolParameters,
  MIN_COLLATERAL_PARAMETERS,
  optionMarketParameters,
  PARTIAL_COLLATERAL_PARAMETERS,
  PRICING_PARAMETERS,
  SHORT_BUFFER,
  START_SPOT_USD,
  TRADE_LIMIT_PARAMETERS,
  VARIANCE_FEE_PARAMETERS,
} from './lyra-parameters.ts'

/** Where each contract's artifact is. */
const SOURCES = {
  gwav: 'libraries/GWAV',
  blackScholes: 'libraries/BlackScholes',
  exchangeAdapter: 'SynthetixAdapter',
  optionMarket: 'OptionMarket',
  pricer: 'OptionMarketPricer',
  greekCache: 'OptionGreekCache',
  liquidityPool: 'LiquidityPool',
  liquidityToken: 'LiquidityToken',
  optionToken: 'OptionToken',
  shortCollateral: 'ShortCollateral',
  hedger: 'ShortPoolHedger',
  exchanger: 'test-helpers/TestExchanger',
  rates: 'test-helpers/TestExchangeRates',
  quote: 'test-helpers/TestERC20Fail',
  base: 'test-helpers/TestERC20Fail',
  synthetix: 'test-helpers/TestSynthetixReturnZero',
  delegateApprovals: 'test-helpers/TestDelegateApprovals',
  collateralShort: 'test-helpers/TestCollateralShort',
  resolver: 'test-helpers/TestAddressResolver',
} as const
export type LyraName = keyof typeof SOURCES
export type LyraContracts = Readonly<Record<LyraName, Contract>>

export interface LyraPeople {
  readonly owner: Address
  /** May skip the delays of deposits and withdrawals. */
  readonly guardian: Address
  readonly securityModule: Address
  readonly provider: Address
  readonly traders: readonly Address[]
}

export interface LyraBoard {
  readonly id: number
  readonly expiryS: number
  readonly strikes: readonly { readonly id: number; readonly priceUsd: number }[]
}

/** Plain data: a chain's state and this are all that a later run needs. */
export interface LyraDeployment extends LyraPeople {
  readonly addresses: Readonly<Record<LyraName, Address>>
  readonly boards: readonly LyraBoard[]
}

export const QUOTE_KEY = stringToHex('sUSD', { size: 32 })
export const BASE_KEY = stringToHex('sETH', { size: 32 })
/** What the provider brings: some two hundred options of the start's price. */
const POOL_USD = parseEther('500000')

/** What a deployment of plain data needs to be spoken to. */
export const lyraContracts = ({ addresses }: LyraDeployment): LyraContracts =>
  Object.fromEntries(
    (Object.keys(SOURCES) as LyraName[]).map((name) => [name, { address: addresses[name], abi: lyraArtifact(SOURCES[name]).abi }]),
  ) as Record<LyraName, Contract>

export async function deployLyra(b: Builder, people: LyraPeople): Promise<LyraDeployment> {
  const contracts = await deployContracts(b)
  await wireSynthetix(b, contracts)
  await wireLyra(b, contracts)
  await setParameters(b, contracts, people)
  await b.write(contracts.rates, 'setRateAndInvalid', [BASE_KEY, parseEther(START_SPOT_USD), false])
  await fund(b, contracts, people)
  // a deposit while no board is live is minted at once
  await b.write(contracts.liquidityPool, 'initiateDeposit', [people.provider, POOL_USD], people.provider)
  // the account's collateral comes from the pool
  await b.write(contracts.hedger, 'openShortAccount')
  const addresses = Object.fromEntries(Object.entries(contracts).map(([name, { address }]) => [name, address])) as Record<LyraName, Address>
  return { ...people, addresses, boards: await createBoards(b, contracts) }
}

async function deployContracts(b: Builder): Promise<LyraContracts> {
  const made: Partial<Record<LyraName, Contract>> = {}
  const args: Partial<Record<LyraName, readonly unknown[]>> = {
    liquidityToken: ['Liquidity', 'LP'],
    optionToken: ['Options', 'OPT'],
    quote: ['Synthetic USD', 'sUSD'],
    base: ['Synthetic ether', 'sETH'],
  }
  for (const [name, source] of Object.entries(SOURCES) as [LyraName, string][]) {
    const libraries = { GWAV: made.gwav?.address as Address, BlackScholes: made.blackScholes?.address as Address }
    made[name] = await b.deploy(lyraArtifact(source), args[name], libraries)
  }
  return made as LyraContracts
}

async function wireSynthetix(b: Builder, c: LyraContracts): Promise<void> {
  await b.write(c.exchangeAdapter, 'initialize')
  await b.write(c.synthetix, 'init', [c.exchangeAdapter.address, c.quote.address, c.resolver.address])
  await b.write(c.collateralShort, 'init', [c.exchangeAdapter.address, c.quote.address])
  const named = [
    ['ProxySynthetix', c.synthetix],
    ['Exchanger', c.exchanger],
    ['ExchangeRates', c.rates],
    ['CollateralShort', c.collateralShort],
    ['DelegateApprovals', c.delegateApprovals],
  ] as const
  await b.write(c.resolver, 'setAddresses', [
    named.map(([name]) => stringToHex(name, { size: 32 })),
    named.map(([, { address }]) => address),
  ])
  for (const token of [c.quote, c.base])
    for (const minter of [c.synthetix, c.collateralShort]) await b.write(token, 'permitMint', [minter.address, true])
  await b.write(c.exchangeAdapter, 'setAddressResolver', [c.resolver.address])
  await b.write(c.exchangeAdapter, 'updateSynthetixAddresses')
  for (const venue of [c.synthetix, c.collateralShort])
    await b.write(venue, 'addBaseAsset', [BASE_KEY, c.base.address, c.optionMarket.address])
  await b.write(c.exchanger, 'setFeeRateForExchange', [BASE_KEY, QUOTE_KEY, EXCHANGE_FEES.baseToQuote])
  await b.write(c.exchanger, 'setFeeRateForExchange', [QUOTE_KEY, BASE_KEY, EXCHANGE_FEES.quoteToBase])
}

async function wireLyra(b: Builder, c: LyraContracts): Promise<void> {
  const parts: readonly (readonly [LyraName, readonly LyraName[]])[] = [
    ['optionMarket', ['exchangeAdapter', 'liquidityPool', 'pricer', 'greekCache', 'shortCollateral', 'optionToken', 'quote', 'base']],
    ['pricer', ['optionMarket', 'greekCache']],
    ['greekCache', ['exchangeAdapter', 'optionMarket', 'pricer']],
    ['liquidityPool', ['exchangeAdapter', 'optionMarket', 'liquidityToken', 'greekCache', 'hedger', 'shortCollateral', 'quote', 'base']],
    ['liquidityToken', ['liquidityPool']],
    ['hedger', ['exchangeAdapter', 'optionMarket', 'greekCache', 'liquidityPool', 'quote', 'base']],
    ['shortCollateral', ['optionMarket', 'liquidityPool', 'optionToken', 'exchangeAdapter', 'quote', 'base']],
    ['optionToken', ['optionMarket', 'greekCache', 'shortCollateral', 'exchangeAdapter']],
  ]
  for (const [of, others] of parts)
    await b.write(
      c[of],
      'init',
      others.map((name) => c[name].address),
    )
}

async function setParameters(b: Builder, c: LyraContracts, { guardian, securityModule }: LyraPeople): Promise<void> {
  const none = stringToHex('', { size: 32 })
  await b.write(c.exchangeAdapter, 'setGlobalsForContract', [c.optionMarket.address, QUOTE_KEY, BASE_KEY, securityModule, none])
  await b.write(c.optionMarket, 'setOptionMarketParams', [optionMarketParameters(securityModule)])
  await b.write(c.liquidityPool, 'setLiquidityPoolParameters', [liquidityPoolParameters(guardian)])
  await b.write(c.hedger, 'setPoolHedgerParams', [HEDGER_PARAMETERS])
  await b.write(c.hedger, 'setShortBuffer', [SHORT_BUFFER])
  await b.write(c.greekCache, 'setGreekCacheParameters', [GREEK_CACHE_PARAMETERS])
  await b.write(c.greekCache, 'setMinCollateralParameters', [MIN_COLLATERAL_PARAMETERS])
  await b.write(c.greekCache, 'setForceCloseParameters', [FORCE_CLOSE_PARAMETERS])
  await b.write(c.pricer, 'setPricingParams', [PRICING_PARAMETERS])
  await b.write(c.pricer, 'setTradeLimitParams', [TRADE_LIMIT_PARAMETERS])
  await b.write(c.pricer, 'setVarianceFeeParams', [VARIANCE_FEE_PARAMETERS])
  await b.write(c.optionToken, 'setPartialCollateralParams', [PARTIAL_COLLATERAL_PARAMETERS])
}

async function fund(b: Builder, c: LyraContracts, { provider, traders }: LyraPeople): Promise<void> {
  for (const who of [provider, ...traders]) {
    await b.write(c.quote, 'mint', [who, parseEther('5000000')])
    await b.write(c.base, 'mint', [who, parseEther('5000')])
    for (const token of [c.quote, c.base])
      for (const spender of [c.optionMarket, c.liquidityPool]) await b.write(token, 'approve', [spender.address, maxUint256], who)
  }
}

async function createBoards(b: Builder, { optionMarket }: LyraContracts): Promise<readonly LyraBoard[]> {
  await b.flush()
  const { timeS } = await b.head()
  const boards: LyraBoard[] = []
  let strikeId = 1
  for (const { days, baseIv, strikes, skews } of BOARDS) {
    const expiryS = timeS + days * Number(DAY_S)
    const args = [
      BigInt(expiryS),
      parseEther(baseIv),
      strikes.map((price) => parseEther(price)),
      skews.map((skew) => parseEther(skew)),
      false,
    ]
    await b.write(optionMarket, 'createOptionBoard', args, undefined, 10_000_000n)
    boards.push({ id: boards.length + 1, expiryS, strikes: strikes.map((price) => ({ id: strikeId++, priceUsd: Number(price) })) })
  }
  await b.flush()
  return boards
}
