// How an attack on the pool would go on: the accounts that gain most from the suspects' prices or thresholds borrow beyond what good
// prices, and the thresholds that governance set, allow.
import type { Probe } from '../../core/flow.ts'
import { addressOf, callOf } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { marketOfLeg, marketsOf, positionsOf, SIDE, sideOfLeg } from './keys.ts'

const BORROW = '0xa415bcad' // borrow(address,uint256,uint256,uint16,address)
const VARIABLE = 2n
const MOST_ACCOUNTS = 2
const MOST_MARKETS = 2
/** Of the borrowing power that the suspect price adds, the part a probe asks for: enough to fail once that power is gone. */
const PART_OF_EXCESS = 0.25

interface Gainer {
  readonly account: number
  /** USD that may be borrowed at the present prices, and at good ones; by thresholds, so that an LTV of 0 doesn't hide them. */
  readonly powerUsd: number
  readonly goodUsd: number
  readonly debtUsd: number
}

/** Floats are enough: a probe is a question to the chain, not a verdict. */
export function aaveProbes(world: World, pool: `0x${string}`, suspects: readonly number[]): readonly Probe[] {
  const venue = world.venues.find(pool)
  if (venue === undefined || suspects.length === 0) return []
  const lenders = marketsOf(world, venue)
    // paused ones too: that nothing can be borrowed of them is what is to be shown
    .filter((m) => world.markets.columns.borrowing.get(m) === 1 && !suspects.includes(m))
    .sort((a, b) => world.markets.columns.cashUsd.get(b) - world.markets.columns.cashUsd.get(a) || a - b)
    .slice(0, MOST_MARKETS)
  return gainers(world, suspects).flatMap((gainer) => lenders.flatMap((market) => borrow(world, pool, gainer, market)))
}

function gainers(world: World, suspects: readonly number[]): readonly Gainer[] {
  const all: Gainer[] = []
  const { leg } = world.positions.columns
  for (let row = 0; row < world.accounts.count; row++) {
    if (![...positionsOf(world, row)].some((position) => suspects.includes(marketOfLeg(leg.get(position))))) continue
    const gainer = powerOf(world, row, suspects)
    if (gainer.powerUsd > gainer.goodUsd * 1.05 && gainer.powerUsd > gainer.debtUsd) all.push(gainer)
  }
  return all.sort((a, b) => b.powerUsd - b.goodUsd - (a.powerUsd - a.goodUsd) || a.account - b.account).slice(0, MOST_ACCOUNTS)
}

function powerOf(world: World, account: number, suspects: readonly number[]): Gainer {
  const { positions, markets } = world
  let powerUsd = 0
  let goodUsd = 0
  let debtUsd = 0
  for (const position of positionsOf(world, account)) {
    const leg = positions.columns.leg.get(position)
    const market = marketOfLeg(leg)
    const m = markets.at(market)
    const amount = Number(positions.columns.amount.get(position)) / Number(10n ** BigInt(m.decimals))
    const side = sideOfLeg(leg)
    if (side === SIDE.variable) debtUsd += ((amount * Number(m.variableIndex)) / 1e27) * m.price
    if (side === SIDE.stable) debtUsd += amount * m.price
    if (side !== SIDE.collateral) continue
    const supplied = (amount * Number(m.liquidityIndex)) / 1e27
    const isSuspect = suspects.includes(market)
    powerUsd += (supplied * m.price * m.thresholdBps) / 10_000
    const goodThresholdBps = isSuspect ? Math.min(m.thresholdBps, m.goodThresholdBps) : m.thresholdBps
    goodUsd += (supplied * (isSuspect ? m.goodPrice : m.price) * goodThresholdBps) / 10_000
  }
  return { account, powerUsd, goodUsd, debtUsd }
}

function borrow(world: World, pool: `0x${string}`, gainer: Gainer, market: number): readonly Probe[] {
  const m = world.markets.at(market)
  const from = Math.max(gainer.goodUsd, gainer.debtUsd)
  const wantUsd = from - gainer.debtUsd + PART_OF_EXCESS * (gainer.powerUsd - from)
  const usd = Math.min(wantUsd, m.cashUsd * 0.9)
  if (m.price <= 0 || usd < gainer.goodUsd - gainer.debtUsd || usd < 1) return [] // too little cash to tell good from bad
  const amount = BigInt(Math.floor((usd / m.price) * 1e6)) * 10n ** BigInt(Math.max(0, m.decimals - 6))
  const account = addressOf(world.accounts.columns.account.get(gainer.account))
  const asset = addressOf(m.asset)
  return [
    {
      name: `borrow ${asset} by ${account}`,
      from: account,
      ...callOf(pool, BORROW, BigInt(asset), amount, VARIABLE, 0n, BigInt(account)),
      usd,
    },
  ]
}
