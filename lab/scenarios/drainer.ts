// An attacker with collateral that the protocol overvalues: borrows what it can at its pace, and plays its best response when stopped.
import type { Address } from 'viem'
import type { ObservedState, Pace, PlannedTx } from '../../src/scenario.ts'
import { poolAbi } from '../abi.ts'
import { ASSETS, type AssetSymbol, SYMBOLS, units } from '../market.ts'
import { accountsData, portfolios, usdOf } from '../observe.ts'
import { assetOf, type PoolCall, poolCalls } from '../operations.ts'
import { readViews, wouldSucceed } from '../reads.ts'
import { reserveParams, supplyAbi } from '../run/governance.ts'
import { attackTx, type Lab } from './lab.ts'

export interface DrainPlan {
  readonly me: Address
  /** What it has supplied. */
  readonly collateral: AssetSymbol
  readonly pace: Pace
  /** False: it leaves its collateral behind, which is worth nothing to it. */
  readonly exits: boolean
}

interface Move {
  readonly what: string
  readonly call: PoolCall
}

/** By symbol. */
type RoomUsd = Readonly<Record<string, number>>

/** Less than this is left alone: the market counts as empty. */
export const CRUMBS_USD = 1000
/** Keeps clear of limits that interest moves between our looking and the block. */
const MARGIN = 0.995

/**
 * One transaction a block. It knows the defence: it tries every reserve on the latest state before sending, takes its own
 * collateral out when it may borrow no more, puts it back when a lift lets it count again, and tries blindly otherwise.
 */
export function drainer(lab: Lab, { me, collateral, pace, exits }: DrainPlan) {
  const { deployment, rpc } = lab
  const calls = poolCalls(deployment, me)
  let paceUsd: number | undefined
  let attempts = 0

  const borrows = (state: ObservedState, limitUsd: number, roomUsd?: RoomUsd): Move[] =>
    reserves(state, roomUsd).map(({ symbol, price, usd }) => {
      const amountUsd = Math.min(limitUsd, usd * MARGIN)
      return { what: `borrow ${Math.round(amountUsd)} USD of ${symbol}`, call: calls.borrow(symbol, units(symbol, amountUsd / price)) }
    })

  /** Takes out its collateral down to what the debt needs at the protocol's price, or puts it back where it counts again. */
  const moveCollateral = async (state: ObservedState, roomUsd: RoomUsd): Promise<Move[]> => {
    const [[data], [held], [word]] = await Promise.all([
      accountsData(lab, state.block, [me]),
      portfolios(lab, state.block, [me]),
      readViews(rpc, state.block, [
        { to: deployment.pool, abi: poolAbi, fn: 'getConfiguration', args: [assetOf(deployment, collateral).address] },
      ]) as Promise<[bigint]>,
    ])
    if (data === undefined || held === undefined) return []
    const { wallet, supplied } = held[collateral]
    const counts = reserveParams(word).ltvBps > 0
    // It comes back only for a market worth coming back for.
    const worthUsd = reserves(state, roomUsd).reduce((sum, { usd }) => sum + usd, 0)
    if (counts && wallet > 0n && worthUsd > (paceUsd ?? 0))
      return [{ what: `supply ${collateral} again`, call: calls.supply(collateral, wallet) }]
    const needed = (Number(data.debtBase) * 10_000) / (Number(data.collateralBase) * Number(data.thresholdBps) || 1)
    const free = Math.max(0, 1 - needed / MARGIN)
    if (free < 0.01) return []
    const amount = (supplied * BigInt(Math.floor(free * 1e6))) / 1_000_000n
    return [{ what: `withdraw ${Math.round(free * 100)} % of its ${collateral}`, call: calls.withdraw(collateral, amount) }]
  }

  const choose = async (state: ObservedState, blind: boolean): Promise<Move | undefined> => {
    paceUsd ??= state.lendableUsd * pace.shareOfMarket
    const [[data], roomUsd] = await Promise.all([accountsData(lab, state.block, [me]), roomUnderCaps(lab, state)])
    const headroomUsd = (Number(data?.availableBase ?? 0n) / 1e8) * MARGIN
    const wanted = borrows(state, paceUsd)
    const affordable = headroomUsd > CRUMBS_USD ? borrows(state, Math.min(paceUsd, headroomUsd), roomUsd) : wanted
    const fallback = attempts++ === 0 || blind || !exits ? [] : await moveCollateral(state, roomUsd)
    const moves = [...affordable, ...fallback]
    const works = await wouldSucceed(
      rpc,
      moves.map(({ call }) => call),
    )
    // What it prepares in the same block is not there yet when it looks; later a blind try costs only gas, and something may change.
    return moves[works.indexOf(true)] ?? wanted[attempts % Math.max(1, wanted.length)]
  }

  /** `blind`: it has just prepared something in the same block, so what it sees says little. */
  return async (state: ObservedState, overvalued: boolean, blind = false): Promise<PlannedTx[]> => {
    if (!overvalued) return []
    const move = await choose(state, blind)
    return move === undefined ? [] : [attackTx({ id: `${state.block + 1}:attacker:0`, what: move.what, ...move.call })]
  }
}

export interface HeistPlan {
  readonly me: Address
  readonly collateral: AssetSymbol
  /** Whole tokens that will be supplied, and the USD that the protocol will then believe one is worth. */
  readonly amount: number
  readonly priceUsd: number
  readonly ltvBps: number
  readonly thresholdBps: number
  readonly exits: boolean
  /** It has a key that lifts the borrow caps in its way. */
  readonly liftsCaps?: boolean
}

/** The same in one block, with no pace: borrows every reserve as far as the credit goes, then takes out what the debt does not need. */
export async function drainAtOnce(lab: Lab, state: ObservedState, plan: HeistPlan): Promise<PlannedTx[]> {
  const { me, collateral, amount, priceUsd, ltvBps, thresholdBps, exits, liftsCaps } = plan
  const calls = poolCalls(lab.deployment, me)
  const worthUsd = amount * priceUsd
  let creditUsd = worthUsd * (ltvBps / 10_000) * MARGIN
  let debtUsd = 0
  const moves: Move[] = []
  for (const { symbol, price, usd } of reserves(state, liftsCaps ? undefined : await roomUnderCaps(lab, state))) {
    const take = Math.min(creditUsd, usd * MARGIN)
    if (take < CRUMBS_USD) continue
    creditUsd -= take
    debtUsd += take
    moves.push({ what: `borrow ${Math.round(take)} USD of ${symbol}`, call: calls.borrow(symbol, units(symbol, take / price)) })
  }
  const free = 1 - debtUsd / (worthUsd * (thresholdBps / 10_000) * MARGIN ** 2)
  if (exits && free > 0.01) {
    const call = calls.withdraw(collateral, units(collateral, amount * free))
    moves.push({ what: `withdraw ${Math.round(free * 100)} % of its ${collateral}`, call })
  }
  return moves.map(({ what, call }, n) => attackTx({ id: `${state.block + 1}:attacker:${n}`, what, ...call }))
}

/** What is worth borrowing, the largest first, at the price that is owed; `roomUsd`: no more than caps leave room for. */
function reserves(state: ObservedState, roomUsd?: RoomUsd): { symbol: AssetSymbol; price: number; usd: number }[] {
  return BORROWABLE.map((symbol) => {
    const price = state.truePrices[symbol] ?? 0
    const cash = usdOf(symbol, state.available[symbol] ?? 0n, price)
    return { symbol, price, usd: Math.min(cash, roomUsd?.[symbol] ?? cash) }
  })
    .filter(({ usd }) => usd > CRUMBS_USD)
    .sort((x, y) => y.usd - x.usd)
}

const BORROWABLE = SYMBOLS.filter((symbol) => ASSETS[symbol].borrowable)

/** The reserves whose borrow caps leave less room than there is cash. */
export async function cappedReserves(lab: Lab, state: ObservedState): Promise<readonly AssetSymbol[]> {
  const roomUsd = await roomUnderCaps(lab, state)
  return reserves(state)
    .filter(({ symbol, usd }) => (roomUsd[symbol] ?? usd) < usd)
    .map(({ symbol }) => symbol)
}

/** USD that each borrow cap leaves room for. */
async function roomUnderCaps({ deployment, rpc }: Lab, state: ObservedState): Promise<RoomUsd> {
  const assets = BORROWABLE.map((symbol) => assetOf(deployment, symbol))
  const views = assets.flatMap(({ address, stableDebt, variableDebt }) => [
    { to: deployment.pool, abi: poolAbi, fn: 'getConfiguration', args: [address] },
    { to: stableDebt, abi: supplyAbi, fn: 'totalSupply' },
    { to: variableDebt, abi: supplyAbi, fn: 'totalSupply' },
  ])
  const read = (await readViews(rpc, state.block, views)) as bigint[]
  const entries = assets.map(({ symbol }, i) => {
    const [word = 0n, stable = 0n, variable = 0n] = read.slice(3 * i, 3 * i + 3)
    const { borrowCap } = reserveParams(word)
    const price = state.truePrices[symbol] ?? 0
    const room = borrowCap === 0 ? Number.POSITIVE_INFINITY : borrowCap * price - usdOf(symbol, stable + variable, price)
    return [symbol, room] as const
  })
  return Object.fromEntries(entries)
}
