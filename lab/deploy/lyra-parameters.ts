// The numbers that the lab's Lyra runs with: those of the package's own tests, but for delays of an hour where it waits a week.
import { parseEther } from 'viem'

const e18 = (amount: string): bigint => parseEther(amount)
export const HOUR_S = 3_600n
export const DAY_S = 86_400n
const WEEK_S = 7n * DAY_S

/** Spot at the start, and two boards with strikes around it. */
export const START_SPOT_USD = '1800'
export const BOARDS = [
  { days: 7, baseIv: '0.8', strikes: ['1600', '1800', '2000'], skews: ['1.05', '1', '1.1'] },
  { days: 28, baseIv: '0.75', strikes: ['1500', '1800', '2200'], skews: ['1.1', '1', '1.05'] },
] as const

export const optionMarketParameters = (securityModule: string) => ({
  maxBoardExpiry: 365n * DAY_S,
  securityModule,
  feePortionReserved: e18('0.1'),
  staticBaseSettlementFee: e18('0.01'),
})

export const liquidityPoolParameters = (guardianMultisig: string) => ({
  minDepositWithdraw: e18('1'),
  depositDelay: HOUR_S,
  withdrawalDelay: HOUR_S,
  withdrawalFee: e18('0.01'),
  liquidityCBThreshold: e18('0.01'),
  liquidityCBTimeout: 3n * DAY_S,
  ivVarianceCBThreshold: e18('0.1'),
  skewVarianceCBThreshold: e18('0.35'),
  ivVarianceCBTimeout: 12n * HOUR_S,
  skewVarianceCBTimeout: 12n * HOUR_S,
  guardianMultisig,
  guardianDelay: 2n * WEEK_S,
  boardSettlementCBTimeout: 6n * HOUR_S,
  maxFeePaid: e18('0.01'),
})

export const HEDGER_PARAMETERS = { interactionDelay: HOUR_S, hedgeCap: e18('1000000') }
export const SHORT_BUFFER = e18('2')

export const GREEK_CACHE_PARAMETERS = {
  maxStrikesPerBoard: 30n,
  acceptableSpotPricePercentMove: e18('0.05'),
  staleUpdateDuration: 3n * HOUR_S,
  varianceIvGWAVPeriod: DAY_S,
  varianceSkewGWAVPeriod: 3n * DAY_S,
  optionValueIvGWAVPeriod: DAY_S,
  optionValueSkewGWAVPeriod: 3n * DAY_S,
  gwavSkewFloor: e18('0.5'),
  gwavSkewCap: e18('2'),
  rateAndCarry: e18('0.05'),
}

export const MIN_COLLATERAL_PARAMETERS = {
  minStaticBaseCollateral: e18('0.2'),
  minStaticQuoteCollateral: e18('200'),
  shockVolA: e18('2.5'),
  shockVolPointA: 2n * WEEK_S,
  shockVolB: e18('1.8'),
  shockVolPointB: 8n * WEEK_S,
  callSpotPriceShock: e18('1.2'),
  putSpotPriceShock: e18('0.8'),
}

export const FORCE_CLOSE_PARAMETERS = {
  ivGWAVPeriod: 12n * HOUR_S,
  skewGWAVPeriod: DAY_S,
  shortVolShock: e18('1.2'),
  shortPostCutoffVolShock: e18('1.4'),
  longVolShock: e18('0.8'),
  longPostCutoffVolShock: e18('0.5'),
  liquidateVolShock: e18('1.3'),
  liquidatePostCutoffVolShock: e18('1.6'),
  shortSpotMin: e18('0.01'),
  liquidateSpotMin: e18('0.02'),
}

export const PRICING_PARAMETERS = {
  optionPriceFeeCoefficient: e18('0.01'),
  optionPriceFee1xPoint: 6n * WEEK_S,
  optionPriceFee2xPoint: 16n * WEEK_S,
  spotPriceFeeCoefficient: e18('0.001'),
  spotPriceFee1xPoint: 6n * WEEK_S,
  spotPriceFee2xPoint: 12n * WEEK_S,
  vegaFeeCoefficient: e18('60'),
  standardSize: e18('50'),
  skewAdjustmentFactor: e18('0.75'),
}

export const TRADE_LIMIT_PARAMETERS = {
  minDelta: e18('0.1'),
  minForceCloseDelta: e18('0.25'),
  tradingCutoff: DAY_S / 2n,
  minBaseIV: e18('0.35'),
  maxBaseIV: e18('2'),
  minSkew: e18('0.5'),
  maxSkew: e18('1.5'),
  minVol: e18('0.4'),
  maxVol: e18('3'),
  absMinSkew: e18('0.15'),
  absMaxSkew: e18('5'),
  capSkewsToAbs: false,
}

export const VARIANCE_FEE_PARAMETERS = {
  defaultVarianceFeeCoefficient: e18('0.25'),
  forceCloseVarianceFeeCoefficient: e18('0.25'),
  skewAdjustmentCoefficient: e18('3'),
  referenceSkew: e18('1'),
  minimumStaticSkewAdjustment: e18('1'),
  vegaCoefficient: e18('0.01'),
  minimumStaticVega: 0n,
  ivVarianceCoefficient: e18('1.5'),
  minimumStaticIvVariance: e18('1'),
}

export const PARTIAL_COLLATERAL_PARAMETERS = {
  penaltyRatio: e18('0.2'),
  liquidatorFeeRatio: e18('0.4'),
  smFeeRatio: e18('0.3'),
  minLiquidationFee: e18('15'),
}

/** What Synthetix takes of an exchange: base for quote, and quote for base. */
export const EXCHANGE_FEES = { baseToQuote: e18('0.0025'), quoteToBase: e18('0.0025') }
