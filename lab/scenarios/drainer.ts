// An attacker with collateral that the protocol overvalues: borrows what it can at its pace, and plays its best response when stopped.
import type { ObservedState, Pace, PlannedTx } from '../../src/scenario.ts'
import { poolAbi } from '../abi.ts'
import { ASSETS, type AssetSymbol, SYMBOLS, units } from '../market.ts'
import { accountsData, portfolios, usdOf } from '../observe.ts'
import { assetOf, type PoolCall, poolCalls } from '../operations.ts'
import { readViews, wouldSucceed } from '../reads.ts'
import { attackTx, type Lab } from './lab.ts'

interface Move {
  readonly what: string
  readonly call: PoolCall
}

/** Less than this is left alone: the market counts as empty. */
const CRUMBS_USD = 1000
/** Keeps clear of limits that interest moves between our looking and the block. */
const MARGIN = 0.995

/**
 * One transaction a block. It knows the defence: it tries every reserve on the latest state before sending, takes its own
 * collateral out when it may borrow no more, puts it back when a lift lets it count again, and tries blindly otherwise.
 */
export function drainer(lab: Lab, collateral: AssetSymbol, pace: Pace) {
  const { deployment, rpc } = lab
  const me = deployment.whale
  const calls = poolCalls(deployment, me)
  let paceUsd: number | undefined
  let attempts = 0

  const borrows = (state: ObservedState, limitUsd: number): Move[] =>
    SYMBOLS.filter((symbol) => ASSETS[symbol].borrowable)
      .map((symbol) => {
        const price = state.truePrices[symbol] ?? 0
        return { symbol, price, usd: usdOf(symbol, state.available[symbol] ?? 0n, price) }
      })
      .filter(({ usd }) => usd > CRUMBS_USD)
      .sort((x, y) => y.usd - x.usd)
      .map(({ symbol, price, usd }) => {
        const amount = units(symbol, Math.min(limitUsd, usd * MARGIN) / price)
        return { what: `borrow ${Math.round(Math.min(limitUsd, usd * MARGIN))} USD of ${symbol}`, call: calls.borrow(symbol, amount) }
      })

  /** Takes out its collateral down to what the debt needs at the protocol's price, or puts it back where it counts again. */
  const moveCollateral = async (state: ObservedState): Promise<Move[]> => {
    const [[data], [held], [config]] = await Promise.all([
      accountsData(lab, state.block, [me]),
      portfolios(lab, state.block, [me]),
      readViews(rpc, state.block, [
        { to: deployment.pool, abi: poolAbi, fn: 'getConfiguration', args: [assetOf(deployment, collateral).address] },
      ]) as Promise<[bigint]>,
    ])
    if (data === undefined || held === undefined) return []
    const { wallet, supplied } = held[collateral]
    const counts = (config & 0xffffn) > 0n
    // It comes back only for a market worth coming back for.
    if (counts && wallet > 0n && state.lendableUsd > (paceUsd ?? 0))
      return [{ what: `supply ${collateral} again`, call: calls.supply(collateral, wallet) }]
    const needed = (Number(data.debtBase) * 10_000) / (Number(data.collateralBase) * Number(data.thresholdBps) || 1)
    const free = Math.max(0, 1 - needed / MARGIN)
    if (free < 0.01) return []
    const amount = (supplied * BigInt(Math.floor(free * 1e6))) / 1_000_000n
    return [{ what: `withdraw ${Math.round(free * 100)} % of its ${collateral}`, call: calls.withdraw(collateral, amount) }]
  }

  const choose = async (state: ObservedState): Promise<Move | undefined> => {
    paceUsd ??= state.lendableUsd * pace.shareOfMarket
    const [data] = await accountsData(lab, state.block, [me])
    const headroomUsd = (Number(data?.availableBase ?? 0n) / 1e8) * MARGIN
    const wanted = borrows(state, paceUsd)
    const affordable = headroomUsd > CRUMBS_USD ? borrows(state, Math.min(paceUsd, headroomUsd)) : wanted
    const fallback = attempts++ === 0 ? [] : await moveCollateral(state)
    const moves = [...affordable, ...fallback]
    const works = await wouldSucceed(
      rpc,
      moves.map(({ call }) => call),
    )
    // At the first attempt the false price is not there yet; later a blind try costs only gas, and something may change in the block.
    return moves[works.indexOf(true)] ?? wanted[attempts % Math.max(1, wanted.length)]
  }

  return async (state: ObservedState, overvalued: boolean): Promise<PlannedTx[]> => {
    if (!overvalued) return []
    const move = await choose(state)
    return move === undefined ? [] : [attackTx({ id: `${state.block + 1}:attacker:0`, what: move.what, ...move.call })]
  }
}
