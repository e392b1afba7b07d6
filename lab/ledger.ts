// The loss meter: what attackers have gained, or what honest accounts cannot pay, at true prices and from chain reads alone.
import { type Address, decodeEventLog, type Hex } from 'viem'
import { poolAbi } from './abi.ts'
import type { Receipt } from './chain.ts'
import { ASSETS, type AssetSymbol, POOLS } from './market.ts'
import { type AccountData, accountsData, type Observation, type Portfolio, portfolios, usdOf, valueUsd } from './observe.ts'
import type { Lab } from './scenarios/lab.ts'

export interface Loss {
  readonly block: number
  /** Attackers: wallets and positive equity, less what they began with. Bad debt: less what stood at the start. At this block's true prices. */
  readonly gainUsd: number
  /**
   * The same if attackers first withdrew all that the protocol would let them have at the prices that the protocol believes: debt is as
   * good as abandoned from the moment when the collateral behind it can be taken away. Of bad debt: the same number.
   */
  readonly exitUsd: number
}

export interface Liquidation {
  readonly block: number
  readonly user: Address
  readonly debtUsd: number
  /** Collateral seized beyond the debt repaid. */
  readonly penaltyUsd: number
}

export interface LossMeter {
  measure(state: Observation): Promise<Loss>
}

/** Of all attackers together; begins with what they have at `startBlock`. */
export async function gainMeter(lab: Lab, attackers: readonly Address[], startBlock: number): Promise<LossMeter> {
  const begun = await portfolios(lab, startBlock, attackers)
  return {
    async measure({ block, poolPrices }) {
      const truth = lab.prices.at(block - lab.headBlock)
      const [now, data] = await Promise.all([portfolios(lab, block, attackers), accountsData(lab, block, attackers)])
      const prices = { ...truth, THIN: thinUnitUsd(now, poolPrices['THIN/USDC'] ?? truth.THIN) }
      const before = worthUsd(begun, { ...truth, THIN: thinUnitUsd(begun, truth.THIN) })
      const exitUsd = now.reduce((sum, portfolio, i) => sum + exitOf(portfolio, data[i], prices), 0)
      return { block, gainUsd: worthUsd(now, prices) - before, exitUsd: exitUsd - before }
    },
  }
}

type Usd = Readonly<Record<string, number>>

function exitOf(portfolio: Portfolio, data: AccountData | undefined, prices: Usd): number {
  const [wallet, supplied, owed] = (['wallet', 'supplied', 'owed'] as const).map((part) => valueUsd(portfolio, part, prices)) as [
    number,
    number,
    number,
  ]
  const { debtBase = 0n, collateralBase = 0n, thresholdBps = 0n } = data ?? {}
  const needed = (Number(debtBase) * 10_000) / (Number(collateralBase) * Number(thresholdBps) || 1)
  const kept = debtBase === 0n ? 0 : Math.min(1, needed)
  return wallet + supplied * (1 - kept) + Math.max(0, supplied * kept - owed)
}

/** Bad debt of these accounts beyond that at `startBlock`. */
export async function badDebtMeter(lab: Lab, accounts: readonly Address[], startBlock: number): Promise<LossMeter> {
  const begun = await badDebtUsd(lab, startBlock, accounts)
  return {
    async measure(state) {
      const usd = (await badDebtUsd(lab, state.block, suspects(state, accounts))) - begun
      return { block: state.block, gainUsd: usd, exitUsd: usd }
    },
  }
}

/** Reading every balance of everybody takes long. Where the protocol's prices are this close to the true ones, its own sums say who can't be in bad debt. */
const PRICES_WITHIN = 0.02

function suspects({ usedPrices, truePrices, accounts }: Observation, all: readonly Address[]): readonly Address[] {
  const areClose = Object.entries(truePrices).every(([symbol, truth]) => Math.abs((usedPrices[symbol] ?? 0) / truth - 1) <= PRICES_WITHIN)
  if (!areClose) return all
  const least = (1 + PRICES_WITHIN) / (1 - PRICES_WITHIN)
  const poor = accounts.filter(({ collateralBase, debtBase }) => Number(collateralBase) < least * Number(debtBase))
  return poor.map(({ address }) => address).filter((address) => all.includes(address))
}

const THIN_START = ASSETS.THIN.startPriceUsd
const THIN_SIDE_USD = POOLS.find(({ base }) => base === 'THIN')?.sideUsd ?? 0

/**
 * What one THIN is worth to who has this many: its only buyer is its pool, and selling a tokens into x tokens and y USD pays
 * y * a / (x + a). A linear price would call fifteen million tokens thirty million USD. x and y are the pool as it was minted, at the
 * price where it stands: what an attacker spends to drive its price up it gets back when it sells.
 */
function thinUnitUsd(all: readonly Portfolio[], spotUsd: number): number {
  const held = all.reduce((sum, { THIN }) => sum + usdOf('THIN', THIN.wallet + THIN.supplied, 1), 0)
  const scale = Math.sqrt(spotUsd / THIN_START)
  const [x, y] = [THIN_SIDE_USD / THIN_START / scale, THIN_SIDE_USD * scale]
  return y / (x + held)
}

function worthUsd(all: readonly Portfolio[], prices: Usd): number {
  return all.reduce((sum, portfolio) => {
    const equity = valueUsd(portfolio, 'supplied', prices) - valueUsd(portfolio, 'owed', prices)
    return sum + valueUsd(portfolio, 'wallet', prices) + Math.max(0, equity)
  }, 0)
}

/** Debt of these accounts above their collateral, at true prices. */
export async function badDebtUsd(lab: Lab, block: number, accounts: readonly Address[]): Promise<number> {
  const prices = lab.prices.at(block - lab.headBlock)
  const all = await portfolios(lab, block, accounts)
  return all.reduce((sum, p) => sum + Math.max(0, valueUsd(p, 'owed', prices) - valueUsd(p, 'supplied', prices)), 0)
}

/** Liquidations of honest accounts among a block's receipts. */
export function honestLiquidations(lab: Lab, block: number, receipts: readonly Receipt[], attackers: readonly Address[]): Liquidation[] {
  const { pool, assets } = lab.deployment
  const prices = lab.prices.at(block - lab.headBlock)
  const guilty = new Set(attackers.map((address) => address.toLowerCase()))
  const symbolOf = (address: Address): AssetSymbol => {
    const asset = assets.find((a) => a.address.toLowerCase() === address.toLowerCase())
    if (asset === undefined) throw new Error(`the lab has no asset ${address}`)
    return asset.symbol
  }
  return receipts.flatMap(({ logs }) =>
    logs.flatMap((log) => {
      if (log.address.toLowerCase() !== pool.toLowerCase() || log.topics[0] !== LIQUIDATION_TOPIC) return []
      const topics = log.topics as [Hex, ...Hex[]]
      const { args } = decodeEventLog({ abi: poolAbi, eventName: 'LiquidationCall', topics, data: log.data })
      if (guilty.has(args.user.toLowerCase())) return []
      const [collateral, debt] = [symbolOf(args.collateralAsset), symbolOf(args.debtAsset)]
      const debtUsd = usdOf(debt, args.debtToCover, prices[debt])
      const seizedUsd = usdOf(collateral, args.liquidatedCollateralAmount, prices[collateral])
      return [{ block, user: args.user, debtUsd, penaltyUsd: seizedUsd - debtUsd }]
    }),
  )
}

/** keccak256 of LiquidationCall(address,address,address,uint256,uint256,address,bool). */
const LIQUIDATION_TOPIC = '0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286'
