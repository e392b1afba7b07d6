// The few words of Perpetual Protocol v2's contracts that we speak (Curie 2.8): events by topic, views by selector, two storage maps.
import { keccak256, toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf, hex32, slotCall } from '../../core/words.ts'

export const TOPIC = {
  // clearing house
  positionChanged: toEventSelector('PositionChanged(address,address,int256,int256,uint256,int256,int256,uint256)'),
  positionLiquidated: toEventSelector('PositionLiquidated(address,address,uint256,uint256,uint256,address)'),
  positionClosed: toEventSelector('PositionClosed(address,address,int256,int256,int256,int256,uint256)'),
  liquidityChanged: toEventSelector('LiquidityChanged(address,address,address,int24,int24,int256,int256,int128,uint256)'),
  fundingPaid: toEventSelector('FundingPaymentSettled(address,address,int256)'),
  // clearing house and vault
  paused: toEventSelector('Paused(address)'),
  unpaused: toEventSelector('Unpaused(address)'),
  // account balance
  pnlRealized: toEventSelector('PnlRealized(address,int256)'),
  // vault
  deposited: toEventSelector('Deposited(address,address,uint256)'),
  withdrawn: toEventSelector('Withdrawn(address,address,uint256)'),
  collateralLiquidated: toEventSelector('CollateralLiquidated(address,address,address,uint256,uint256,uint256,uint24)'),
  badDebtSettled: toEventSelector('BadDebtSettled(address,uint256)'),
  // exchange
  fundingUpdated: toEventSelector('FundingUpdated(address,uint256,uint256)'),
  maxTicksChanged: toEventSelector('MaxTickCrossedWithinBlockChanged(address,uint24)'),
  // market registry
  poolAdded: toEventSelector('PoolAdded(address,uint24,address)'),
  // base token
  statusUpdated: toEventSelector('StatusUpdated(uint8)'),
  // settlement token: who pays for whom
  transfer: toEventSelector('Transfer(address,address,uint256)'),
} as const

export const VIEW = {
  vault: toFunctionSelector('getVault()'),
  exchange: toFunctionSelector('getExchange()'),
  orderBook: toFunctionSelector('getOrderBook()'),
  accountBalance: toFunctionSelector('getAccountBalance()'),
  insuranceFund: toFunctionSelector('getInsuranceFund()'),
  config: toFunctionSelector('getClearingHouseConfig()'),
  quoteToken: toFunctionSelector('getQuoteToken()'),
  registry: toFunctionSelector('getMarketRegistry()'),
  settlementToken: toFunctionSelector('getSettlementToken()'),
  decimals: toFunctionSelector('decimals()'),
  paused: toFunctionSelector('paused()'),
  imRatio: toFunctionSelector('getImRatio()'),
  mmRatio: toFunctionSelector('getMmRatio()'),
  penaltyRatio: toFunctionSelector('getLiquidationPenaltyRatio()'),
  maxFundingRate: toFunctionSelector('getMaxFundingRate()'),
  twapInterval: toFunctionSelector('getTwapInterval()'),
  settlementCap: toFunctionSelector('getSettlementTokenBalanceCap()'),
  markPriceConfig: toFunctionSelector('getMarkPriceConfig()'),
  pool: toFunctionSelector('getPool(address)'),
  maxSpread: toFunctionSelector('getMarketMaxPriceSpreadRatio(address)'),
  maxTicks: toFunctionSelector('getMaxTickCrossedWithinBlock(address)'),
  sqrtTwap: toFunctionSelector('getSqrtMarketTwapX96(address,uint32)'),
  markPrice: toFunctionSelector('getMarkPrice(address)'),
  indexPrice: toFunctionSelector('getIndexPrice(uint256)'),
  isOpen: toFunctionSelector('isOpen()'),
  isClosed: toFunctionSelector('isClosed()'),
  capacity: toFunctionSelector('getInsuranceFundCapacity()'),
  balanceOf: toFunctionSelector('balanceOf(address)'),
  balance: toFunctionSelector('getBalance(address)'),
  collateralTokens: toFunctionSelector('getCollateralTokens(address)'),
  pnl: toFunctionSelector('getPnlAndPendingFee(address)'),
  baseTokens: toFunctionSelector('getBaseTokens(address)'),
  hasOrder: toFunctionSelector('hasOrder(address)'),
  accountInfo: toFunctionSelector('getAccountInfo(address,address)'),
  totalSize: toFunctionSelector('getTotalPositionSize(address,address)'),
  requirement: toFunctionSelector('getMarginRequirementForLiquidation(address)'),
  accountValue: toFunctionSelector('getAccountValue(address)'),
  freeCollateral: toFunctionSelector('getFreeCollateral(address)'),
} as const
export type View = keyof typeof VIEW

/** A view whose arguments are addresses, or numbers. */
export const ask = (to: Hex, view: View, ...args: readonly (Hex | number)[]): Call =>
  callOf(to, VIEW[view], ...args.map((arg) => (typeof arg === 'number' ? BigInt(arg) : addressWord(arg))))

/**
 * Storage of Exchange that has no getter (ExchangeStorage.sol, behind OpenZeppelin's and Perp's gaps). `layout` are three addresses that
 * have getters too: a deployment whose slots disagree with them is another version, and refused.
 */
const SLOT = { orderBook: 205n, accountBalance: 206n, config: 207n, firstTradedAtS: 209n, settledAtS: 210n, growth: 211n } as const

export const layoutCalls = (exchange: Hex): readonly Call[] =>
  [SLOT.orderBook, SLOT.accountBalance, SLOT.config].map((slot) => slotCall(exchange, slot))

const inMap = (exchange: Hex, base: Hex, slot: bigint): Call =>
  slotCall(exchange, BigInt(keccak256(`${hex32(addressWord(base))}${hex32(slot).slice(2)}`)))
export const firstTradedCall = (exchange: Hex, base: Hex): Call => inMap(exchange, base, SLOT.firstTradedAtS)
/** When funding was settled last, and the running sum then. */
export const settledCalls = (exchange: Hex, base: Hex): readonly [settledAtS: Call, growthX96: Call] => [
  inMap(exchange, base, SLOT.settledAtS),
  inMap(exchange, base, SLOT.growth),
]

/** What the contracts themselves say of an account. */
export const figureCalls = (
  { vault, accountBalance }: { readonly vault: Hex; readonly accountBalance: Hex },
  account: Hex,
): readonly [value: Call, requirement: Call, free: Call] => [
  ask(vault, 'accountValue', account),
  ask(accountBalance, 'requirement', account),
  ask(vault, 'freeCollateral', account),
]
