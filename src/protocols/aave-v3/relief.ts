// A liquidation that anyone may make, through our flash-funded Liquidator: the largest debt against the largest collateral that a watched
// exchange pool can absorb, and only where it leaves the account better. Rules of LiquidationLogic.sol, v3.0.
import { keccak256, toFunctionSelector } from 'viem'
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressSubject } from '../../core/subject.ts'
import { addressOf, callOf } from '../../core/words.ts'
import type { Relief } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { HealthAt } from './health.ts'
import { findPosition, marketOfLeg, positionsOf, SIDE, sideOfLeg } from './keys.ts'

const LIQUIDATE = toFunctionSelector('liquidate(address,address,address,uint256)')
const WHOLE_BELOW_E18 = 950_000_000_000_000_000n
const HEALTHY_E18 = 10n ** 18n
/** Of what an exchange pool pays until its price has fallen by its band: more at once would cost the bonus in price. */
const MOST_OF_DEPTH = 0.05
const MOST_OF_DEPTH_A_BLOCK = 0.1
const LEAST_USD = 100

interface Side {
  readonly market: number
  readonly usd: number
}

/** @param hub the quote token of the exchange pools: it needs none itself */
export function reliefOf(world: World, liquidator: Hex, hub: Hex, account: number): Relief | undefined {
  const { accounts, markets } = world
  const chain = world.chains.find(String(world.chainId))
  const timeS = chain === undefined ? 0 : world.chains.columns.timeS.get(chain)
  const { healthE18, collateralE8, debtE8 } = accounts.at(account)
  if (healthE18 >= HEALTHY_E18 || debtE8 === 0n) return undefined
  const { collateral, debt } = sidesOf(world, new HealthAt(world, timeS), account, hub)
  if (!collateral || !debt) return undefined
  const bonusBps = markets.columns.bonusBps.get(collateral.market)
  if (bonusBps <= 10_000 || collateralE8 <= debtE8) return undefined
  const bonus = bonusBps / 10_000
  const byCloseFactor = debt.usd * (healthE18 < WHOLE_BELOW_E18 ? 1 : 0.5)
  const byCollateral = collateral.usd / bonus
  const byDepth = depthOf(world, collateral.market, hub) * MOST_OF_DEPTH
  const repaidUsd = Math.min(byCloseFactor, byCollateral, byDepth)
  if (!(repaidUsd >= LEAST_USD)) return undefined
  const debtAsset = addressOf(markets.columns.asset.get(debt.market))
  const collateralAsset = addressOf(markets.columns.asset.get(collateral.market))
  const user = addressOf(accounts.columns.account.get(account))
  // the same bytes in each block, as long as the pool isn't what limits it
  const most = byDepth < byCloseFactor ? unitsOf(world, debt.market, repaidUsd) : MOST
  const call = callOf(liquidator, LIQUIDATE, BigInt(collateralAsset), BigInt(debtAsset), BigInt(user), most)
  const step = {
    entry: keccak256(call.data),
    subject: addressSubject(user),
    step: 0,
    action: 'liquidate',
    market: debt.market,
    call,
  } as const
  const roomUsd = depthOf(world, collateral.market, hub) * MOST_OF_DEPTH_A_BLOCK
  return { step, collateral: collateral.market, roomUsd, repaidUsd, seizedUsd: repaidUsd * bonus }
}

const MOST = 2n ** 256n - 1n

/**
 * Past this point the bonus takes more from the account than the repayment gives it: health = sum(collateral x threshold) / debt rises
 * by a liquidation only while it is above bonus x threshold of what is taken.
 */
function isToxic(world: World, healthE18: bigint, market: number): boolean {
  const { bonusBps, thresholdBps } = world.markets.at(market)
  return healthE18 <= BigInt(bonusBps) * BigInt(thresholdBps) * 10n ** 10n
}

/** The largest debt, and the largest collateral that can be sold and whose sale still helps. */
function sidesOf(world: World, health: HealthAt, account: number, hub: Hex): { readonly collateral?: Side; readonly debt?: Side } {
  const { columns } = world.positions
  let collateral: Side | undefined
  let debt: Side | undefined
  for (const position of positionsOf(world, account)) {
    const leg = columns.leg.get(position)
    const market = marketOfLeg(leg)
    const side = sideOfLeg(leg)
    const { price, decimals } = world.markets.at(market)
    const unit = Number(10n ** BigInt(decimals))
    const usd = (row: number | undefined, index: bigint): number =>
      row === undefined ? 0 : (Number(columns.amount.get(row)) * Number(index) * price) / 1e27 / unit
    const now = health.market(market)
    const suppliedUsd = side === SIDE.collateral ? usd(position, now.income) : 0
    const variable = side >= SIDE.variable ? findPosition(world, account, market, SIDE.variable) : undefined
    const stableUsd = side === SIDE.stable ? toFloat(health.stableDebt(position), decimals) * price : 0
    const owedUsd = usd(variable, now.debtIndex) + stableUsd
    const helps = depthOf(world, market, hub) > 0 && !isToxic(world, world.accounts.columns.healthE18.get(account), market)
    if (helps && suppliedUsd > (collateral?.usd ?? 0)) collateral = { market, usd: suppliedUsd }
    if (owedUsd > (debt?.usd ?? 0) && depthOf(world, market, hub) > 0) debt = { market, usd: owedUsd }
  }
  return { ...(collateral ? { collateral } : {}), ...(debt ? { debt } : {}) }
}

function depthOf(world: World, market: number, hub: Hex): number {
  const { asset, pools, depthUsd } = world.markets.columns
  if (addressOf(asset.get(market)) === hub) return Number.MAX_VALUE
  return pools.get(market) > 0 ? depthUsd.get(market) : 0
}

/** USD of a token in its own units, whole USD exactly enough for a limit. */
function unitsOf(world: World, market: number, usd: number): bigint {
  const { price, decimals } = world.markets.at(market)
  return (BigInt(Math.floor((usd / price) * 1e6)) * 10n ** BigInt(decimals)) / 1_000_000n
}
