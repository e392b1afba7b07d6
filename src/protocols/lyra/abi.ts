// The words of Lyra's Avalon release that we speak: the events that change a market, and the views that say what no event does.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf, slotCall } from '../../core/words.ts'

const VEGA_FEE = '(int256,int256,uint256,uint256,uint256,uint256)'
const VARIANCE_FEE = '(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256)'
const TRADE_RESULT = `(uint256,uint256,uint256,uint256,${VEGA_FEE},${VARIANCE_FEE},uint256,uint256,uint256,uint256,uint256)`
const GREEKS = '(int256,int256,int256)'

export const TOPIC = {
  boardCreated: toEventSelector('BoardCreated(uint256,uint256,uint256,bool)'),
  boardFrozen: toEventSelector('BoardFrozen(uint256,bool)'),
  boardIvSet: toEventSelector('BoardBaseIvSet(uint256,uint256)'),
  boardSettled: toEventSelector('BoardSettled(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256)'),
  strikeAdded: toEventSelector('StrikeAdded(uint256,uint256,uint256,uint256)'),
  strikeSkewSet: toEventSelector('StrikeSkewSet(uint256,uint256)'),
  trade: toEventSelector(
    `Trade(address,uint256,uint256,(uint256,uint256,uint8,uint8,uint256,uint256,bool,uint256,uint256,uint256),${TRADE_RESULT}[],(address,address,uint256,uint256,uint256,uint256,uint256,uint256),uint256)`,
  ),
  boardSettlement: toEventSelector('BoardSettlement(uint256,uint256,uint256)'),
  settlementSent: toEventSelector('OutstandingSettlementSent(address,uint256,uint256)'),
  insolventSettlements: toEventSelector('InsolventSettlementAmountUpdated(uint256,uint256)'),
  strikeCache: toEventSelector(
    'StrikeCacheUpdated((uint256,uint256,uint256,uint256,(int256,int256,uint256,uint256,uint256),int256,int256,uint256))',
  ),
  boardCache: toEventSelector(`BoardCacheUpdated((uint256,uint256[],uint256,uint256,${GREEKS},uint256,uint256,uint256,uint256))`),
  boardCacheRemoved: toEventSelector('BoardCacheRemoved(uint256)'),
  positionUpdated: toEventSelector('PositionUpdated(uint256,address,uint8,(uint256,uint256,uint8,uint256,uint256,uint8),uint256)'),
  transfer: toEventSelector('Transfer(address,address,uint256)'),
  positionSettled: toEventSelector('PositionSettled(uint256,address,address,uint256,uint256,uint8,uint256,uint256,uint256)'),
  marketPaused: toEventSelector('MarketPausedSet(address,bool)'),
  globalPaused: toEventSelector('GlobalPausedSet(bool)'),
  poolParameters: toEventSelector(
    'LiquidityPoolParametersUpdated((uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,address,uint256,uint256,uint256))',
  ),
  hedgerChanged: toEventSelector('PoolHedgerUpdated(address)'),
  cacheParameters: toEventSelector(
    'GreekCacheParametersSet((uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,int256))',
  ),
  collateralParameters: toEventSelector('MinCollateralParametersSet((uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256))'),
} as const

/** After these the parameters are read again. */
export const PARAMETER_TOPICS: ReadonlySet<Hex> = new Set([
  TOPIC.poolParameters,
  TOPIC.hedgerChanged,
  TOPIC.cacheParameters,
  TOPIC.collateralParameters,
])

/** Storage of OptionMarket, whose parts have no getters: eight addresses in a row. */
export const SLOT = {
  exchange: 3n,
  liquidityPool: 4n,
  pricer: 5n,
  greekCache: 6n,
  shortCollateral: 7n,
  optionToken: 8n,
  quote: 9n,
  base: 10n,
} as const
export type Part = keyof typeof SLOT

const view = (signature: string) => {
  const selector = toFunctionSelector(signature)
  return (to: Hex, ...args: readonly bigint[]): Call => callOf(to, selector, ...args)
}
const spotFor = view('getSpotPriceForMarket(address)')
const marketPaused = view('isMarketPaused(address)')
const positionsOf = toFunctionSelector('getOptionPositions(uint256[])')

export const call = {
  part: (market: Hex, part: Part): Call => slotCall(market, SLOT[part]),
  liveBoards: view('getLiveBoards()'),
  board: view('getBoardAndStrikeDetails(uint256)'),
  strikeAndBoard: view('getStrikeAndBoard(uint256)'),
  priceAtExpiry: view('boardToPriceAtExpiry(uint256)'),
  spot: (exchange: Hex, market: Hex): Call => spotFor(exchange, addressWord(market)),
  isMarketPaused: (exchange: Hex, market: Hex): Call => marketPaused(exchange, addressWord(market)),
  isGlobalPaused: view('isGlobalPaused()'),
  hedger: view('poolHedger()'),
  liquidity: view('getCurrentLiquidity()'),
  tokenPrice: view('getTokenPriceWithCheck()'),
  lockedCollateral: view('lockedCollateral()'),
  outstanding: view('totalOutstandingSettlements()'),
  insolventSettlements: view('insolventSettlementAmount()'),
  insolventLiquidations: view('liquidationInsolventAmount()'),
  poolParameters: view('getLpParams()'),
  globalCache: view('getGlobalCache()'),
  boardCache: view('getOptionBoardCache(uint256)'),
  strikeCache: view('getStrikeCache(uint256)'),
  cacheParameters: view('getGreekCacheParams()'),
  collateralParameters: view('getMinCollatParams()'),
  hedged: view('getCurrentHedgedNetDelta()'),
  hedgeTarget: view('getCappedExpectedHedge()'),
  nextPosition: view('nextId()'),
  ownerOf: view('ownerOf(uint256)'),
  positions: (token: Hex, ids: readonly bigint[]): Call => callOf(token, positionsOf, 32n, BigInt(ids.length), ...ids),
  canLiquidate: view('canLiquidate((uint256,uint256,uint8,uint256,uint256,uint8),uint256,uint256,uint256)'),
} as const
