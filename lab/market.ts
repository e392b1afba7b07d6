// The lab's lending market in numbers: assets, prices, risk parameters and caps, close to Aave v3's on mainnet.

export const SYMBOLS = ['WETH', 'WBTC', 'USDC', 'DAI', 'LINK', 'ISO', 'THIN'] as const
export type AssetSymbol = (typeof SYMBOLS)[number]

export interface AssetParams {
  readonly decimals: number
  readonly startPriceUsd: number
  /** Standard deviation of one day's log return. */
  readonly dailySigma: number
  readonly ltvBps: number
  readonly thresholdBps: number
  /** Above 10,000: the liquidator gets this share of what it repays. */
  readonly bonusBps: number
  readonly protocolFeeBps: number
  readonly reserveFactorBps: number
  /** Whole tokens. */
  readonly supplyCap: number
  readonly borrowCap: number
  readonly borrowable: boolean
  readonly stableBorrowing: boolean
  readonly stablecoin: boolean
  /** Whole USD; 0: not an isolated asset. */
  readonly debtCeilingUsd: number
}

const volatile = { stableBorrowing: false, stablecoin: false, debtCeilingUsd: 0, borrowable: true } as const
const stable = { ...volatile, stableBorrowing: true, stablecoin: true } as const

// LINK is the minor collateral: nobody may borrow it, and it backs a tenth of the accounts.
export const ASSETS: Readonly<Record<AssetSymbol, AssetParams>> = {
  WETH: {
    ...volatile,
    decimals: 18,
    startPriceUsd: 2500,
    dailySigma: 0.03,
    ltvBps: 8000,
    thresholdBps: 8250,
    bonusBps: 10500,
    protocolFeeBps: 1000,
    reserveFactorBps: 1500,
    supplyCap: 12_000,
    borrowCap: 9_000,
  },
  WBTC: {
    ...volatile,
    decimals: 8,
    startPriceUsd: 60_000,
    dailySigma: 0.025,
    ltvBps: 7300,
    thresholdBps: 7800,
    bonusBps: 10500,
    protocolFeeBps: 1000,
    reserveFactorBps: 2000,
    supplyCap: 400,
    borrowCap: 300,
  },
  USDC: {
    ...stable,
    decimals: 6,
    startPriceUsd: 1,
    dailySigma: 0.0004,
    ltvBps: 7700,
    thresholdBps: 8000,
    bonusBps: 10450,
    protocolFeeBps: 1000,
    reserveFactorBps: 1000,
    supplyCap: 40_000_000,
    borrowCap: 36_000_000,
  },
  DAI: {
    ...stable,
    decimals: 18,
    startPriceUsd: 1,
    dailySigma: 0.0004,
    ltvBps: 7500,
    thresholdBps: 8000,
    bonusBps: 10500,
    protocolFeeBps: 0,
    reserveFactorBps: 1000,
    supplyCap: 25_000_000,
    borrowCap: 22_000_000,
  },
  LINK: {
    ...volatile,
    borrowable: false,
    decimals: 18,
    startPriceUsd: 15,
    dailySigma: 0.04,
    ltvBps: 6800,
    thresholdBps: 7300,
    bonusBps: 10700,
    protocolFeeBps: 1000,
    reserveFactorBps: 2000,
    supplyCap: 500_000,
    borrowCap: 0,
  },
  ISO: {
    ...volatile,
    borrowable: false,
    decimals: 18,
    startPriceUsd: 3,
    dailySigma: 0.04,
    ltvBps: 5000,
    thresholdBps: 6000,
    bonusBps: 11000,
    protocolFeeBps: 0,
    reserveFactorBps: 2000,
    supplyCap: 1_000_000,
    borrowCap: 0,
    debtCeilingUsd: 1_000_000,
  },
  // A project's own token: little of it is traded, one holder has most of it.
  THIN: {
    ...volatile,
    borrowable: false,
    decimals: 18,
    startPriceUsd: 2,
    dailySigma: 0.04,
    ltvBps: 3500,
    thresholdBps: 4500,
    bonusBps: 11000,
    protocolFeeBps: 1000,
    reserveFactorBps: 2000,
    supplyCap: 600_000,
    borrowCap: 0,
  },
}

/** Uniswap's pools, all against USDC: fee in hundredths of a basis point, and what lies on each side at the start. */
export const POOLS = [
  { base: 'WETH', fee: 500, sideUsd: 40_000_000, observations: 600 },
  { base: 'WBTC', fee: 500, sideUsd: 30_000_000, observations: 100 },
  { base: 'LINK', fee: 3000, sideUsd: 20_000_000, observations: 100 },
  { base: 'DAI', fee: 500, sideUsd: 40_000_000, observations: 100 },
  { base: 'THIN', fee: 3000, sideUsd: 2_000_000, observations: 600 },
] as const satisfies readonly { base: AssetSymbol; fee: number; sideUsd: number; observations: number }[]

/** Chain seconds between blocks, and between feed rounds in the prepared days. */
export const BLOCK_S = 12
export const ROUND_S = 1980

export function units(symbol: AssetSymbol, amount: number): bigint {
  return (BigInt(Math.round(amount * 1e6)) * 10n ** BigInt(ASSETS[symbol].decimals)) / 1_000_000n
}
