// Lives through the prepared days: accounts open their positions at the beginning, then feeds report and little happens.
import { type Address, encodeFunctionData } from 'viem'
import { tokenAbi } from './abi.ts'
import { accountOf } from './accounts.ts'
import type { Builder } from './deploy/builder.ts'
import type { Deployment } from './deploy/index.ts'
import { ASSETS, type AssetSymbol, ROUND_S, units } from './market.ts'
import { MAX_UINT, type PoolCall, poolCalls } from './operations.ts'
import { PEOPLE, WHALE_LINK } from './population.ts'
import { nextPrices, type Prices, startPrices } from './prices.ts'
import { uniform } from './random.ts'
import { seenPrice, submission } from './reporters.ts'

/** 33 minutes each: seven days and an hour. Every block of history costs about 9 ms at each load. */
const ROUNDS = 308
/** Every so many rounds somebody does something. */
const QUIET_ROUNDS = 6
/** Pocket money of each account in each asset, USD: more than its traffic can ever need. */
const POCKET_USD = 1_000_000
const LIQUIDATOR_USD = 40_000_000

type Rounds = Record<string, number>

/** Gives everybody tokens and approvals, reports the first prices, and opens the positions. */
export async function openPositions(b: Builder, deployment: Deployment, seed: number, rounds: Rounds) {
  const push = (call: PoolCall): Promise<void> => b.push('pool call', call.from, call.to, call.data, call.gas)
  await reportRound(b, deployment, seed, rounds, startPrices())
  const people = PEOPLE.map((person, n) => ({ ...person, address: accountOf('person', n).address }))
  for (const { address, supplies } of people) {
    await endow(b, deployment, address, (symbol) => POCKET_USD / ASSETS[symbol].startPriceUsd + amountIn(supplies, symbol))
  }
  await endow(b, deployment, deployment.liquidator, (symbol) => LIQUIDATOR_USD / ASSETS[symbol].startPriceUsd)
  await endow(b, deployment, deployment.whale, (symbol) => (symbol === 'LINK' ? WHALE_LINK : 0))
  for (const { address, supplies } of people) {
    for (const [symbol, amount] of supplies) await push(poolCalls(deployment, address).supply(symbol, units(symbol, amount)))
  }
  await push(poolCalls(deployment, deployment.whale).supply('LINK', units('LINK', WHALE_LINK)))
  for (const { address, supplies, borrows, eMode } of people) {
    const calls = poolCalls(deployment, address)
    // Isolated collateral is never switched on by the supply itself.
    if (amountIn(supplies, 'ISO') > 0) await push(calls.useAsCollateral('ISO'))
    if (eMode !== undefined) await push(calls.setEMode(eMode))
    for (const [symbol, amount, mode = 'variable'] of borrows) await push(calls.borrow(symbol, units(symbol, amount), mode))
  }
  await b.flush()
  return people.map(({ name, address }) => ({ name, address }))
}

/** Reports `ROUNDS` rounds on every feed, 33 minutes of chain time apart, one block each. Returns the last true prices. */
export async function liveThroughDays(
  b: Builder,
  deployment: Deployment,
  seed: number,
  rounds: Rounds,
  progress: (round: number, all: number) => void,
): Promise<Prices> {
  let prices = startPrices()
  let { timeS } = await b.head()
  for (let round = 1; round <= ROUNDS; round++) {
    prices = nextPrices(seed, round, ROUND_S, prices)
    timeS += ROUND_S
    await b.chain.rpc.call('evm_setNextBlockTimestamp', [timeS])
    await reportRound(b, deployment, seed, rounds, prices)
    if (round % QUIET_ROUNDS === 0) {
      const call = quietCall(deployment, seed, round)
      await b.push('quiet call', call.from, call.to, call.data, call.gas)
    }
    await b.flush()
    progress(round, ROUNDS)
  }
  return prices
}

async function reportRound(b: Builder, { feeds, secondFeed }: Deployment, seed: number, rounds: Rounds, prices: Prices): Promise<void> {
  for (const feed of [...feeds, secondFeed]) {
    const roundId = (rounds[feed.id] ?? 0) + 1
    rounds[feed.id] = roundId
    for (const [n, reporter] of feed.reporters.entries()) {
      const { from, to, data, gas } = submission(feed, reporter, roundId, seenPrice(seed, feed, n, roundId, prices[feed.symbol]))
      await b.push(`${feed.id} round ${roundId}`, from, to, data, gas)
    }
  }
}

async function endow(b: Builder, deployment: Deployment, to: Address, amount: (symbol: AssetSymbol) => number): Promise<void> {
  const minter = accountOf('deployer').address
  for (const { symbol, address } of deployment.assets) {
    const value = units(symbol, amount(symbol))
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [to, value] })
    const approve = encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [deployment.pool, MAX_UINT] })
    if (value > 0n) await b.push(`mint ${symbol}`, minter, address, mint, 120_000n)
    await b.push(`approve ${symbol}`, to, address, approve, 80_000n)
  }
}

/** Small supplies, and repayments by those who owe. */
function quietCall(deployment: Deployment, seed: number, round: number): PoolCall {
  const n = Math.floor(uniform('quiet', seed, round, 'who') * PEOPLE.length)
  const usd = 500 + 4500 * uniform('quiet', seed, round, 'usd')
  const calls = poolCalls(deployment, accountOf('person', n).address)
  const debt = PEOPLE[n]?.borrows[0]
  if (debt !== undefined && uniform('quiet', seed, round, 'repay') < 0.5) {
    return calls.repay(debt[0], units(debt[0], usd / ASSETS[debt[0]].startPriceUsd), debt[2] ?? 'variable')
  }
  const asset = PEOPLE[n]?.supplies[0]?.[0] ?? 'USDC'
  return calls.supply(asset, units(asset, usd / ASSETS[asset].startPriceUsd))
}

function amountIn(list: readonly (readonly [AssetSymbol, number])[], symbol: AssetSymbol): number {
  return list.reduce((sum, [s, amount]) => (s === symbol ? sum + amount : sum), 0)
}
