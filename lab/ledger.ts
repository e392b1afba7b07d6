// The loss meter: what attackers have gained, or what honest accounts cannot pay, at true prices and from chain reads alone.
import { type Address, decodeEventLog, type Hex } from 'viem'
import { poolAbi } from './abi.ts'
import type { Receipt } from './chain.ts'
import { ASSETS, type AssetSymbol, POOLS, SYMBOLS } from './market.ts'
import { type AccountData, accountsData, type Observation, type Portfolio, portfolios, usdOf, valueUsd } from './observe.ts'
import type { Prices } from './prices.ts'
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
      const before = sum(worths(begun, truth, truth.THIN).map(gainOf))
      const usd = (all: readonly Portfolio[]): number => sum(worths(all, truth, poolPrices['THIN/USDC'] ?? truth.THIN).map(gainOf)) - before
      return { block, gainUsd: usd(now), exitUsd: usd(now.map((portfolio, i) => withdrawn(portfolio, data[i]))) }
    },
  }
}

/** An account's parts in USD. */
type Worth = Readonly<Record<'wallet' | 'supplied' | 'owed', number>>

const sum = (list: readonly number[]): number => list.reduce((total, usd) => total + usd, 0)
const gainOf = ({ wallet, supplied, owed }: Worth): number => wallet + Math.max(0, supplied - owed)

const SHARE_UNITS = 1e9

/** The account after it has withdrawn of everything what its debt does not need at the protocol's prices. */
function withdrawn(portfolio: Portfolio, data: AccountData | undefined): Portfolio {
  const { debtBase = 0n, collateralBase = 0n, thresholdBps = 0n } = data ?? {}
  const needed = (Number(debtBase) * 10_000) / (Number(collateralBase) * Number(thresholdBps) || 1)
  const kept = debtBase === 0n ? 0 : Math.min(1, needed)
  const part = (amount: bigint): bigint => (amount * BigInt(Math.ceil(kept * SHARE_UNITS))) / BigInt(SHARE_UNITS)
  const entries = SYMBOLS.map((symbol) => {
    const { wallet, supplied, owed } = portfolio[symbol]
    return [symbol, { wallet: wallet + supplied - part(supplied), supplied: part(supplied), owed }] as const
  })
  return Object.fromEntries(entries) as Portfolio
}

/**
 * THIN is worth what its only buyer pays, its pool: selling a tokens into x tokens and y USD pays y * a / (x + a). A linear price would
 * call fifteen million tokens thirty million USD. Wallets sell first, what is supplied after them. The pool is as it was minted, at the
 * price where it stands: what attackers spend to drive it up they get back when they sell.
 */
function worths(all: readonly Portfolio[], truth: Prices, spotUsd: number): Worth[] {
  const scale = Math.sqrt(spotUsd / THIN_START)
  const [x, y] = [THIN_SIDE_USD / THIN_START / scale, THIN_SIDE_USD * scale]
  const paid = (amount: number): number => (y * amount) / (x + amount)
  const held = (part: 'wallet' | 'supplied'): number => sum(all.map(({ THIN }) => usdOf('THIN', THIN[part], 1)))
  const [wallet, supplied] = [held('wallet'), held('supplied')]
  const unit = {
    wallet: paid(wallet) / (wallet || 1),
    supplied: (paid(wallet + supplied) - paid(wallet)) / (supplied || 1),
    owed: truth.THIN,
  }
  const usd = (portfolio: Portfolio, part: keyof Worth): number => valueUsd(portfolio, part, { ...truth, THIN: unit[part] })
  return all.map((portfolio) => ({ wallet: usd(portfolio, 'wallet'), supplied: usd(portfolio, 'supplied'), owed: usd(portfolio, 'owed') }))
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
