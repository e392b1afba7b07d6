// Lives through the prepared days: feeds report, pools follow the true price, governance queues its operations, little else happens.
import { encodeFunctionData } from 'viem'
import { safeAbi } from './abi.ts'
import { accountOf } from './accounts.ts'
import type { Builder } from './deploy/builder.ts'
import type { Deployment } from './deploy/index.ts'
import { timelockSchedule } from './deploy/queued.ts'
import { safeCall } from './deploy/safe.ts'
import { FIRST_OBSERVATIONS } from './deploy/uniswap.ts'
import { ASSETS, POOLS, ROUND_S, units } from './market.ts'
import { type PoolCall, poolCalls } from './operations.ts'
import { PEOPLE } from './population.ts'
import { nextPrices, type Prices, startPrices } from './prices.ts'
import { uniform } from './random.ts'
import { type Rounds, reportRound } from './reporting.ts'
import { poolOf, swapToPrice, uniswapPoolAbi } from './uniswap.ts'

/** 33 minutes each: seven days and an hour. Every block of history costs about 9 ms at each load. */
const ROUNDS = 308
/** Every so many rounds somebody does something, and pools are brought to the true price; the last round is one of these. */
const QUIET_ROUNDS = 6
const ARBITRAGE_ROUNDS = 6
/** Two and a half days before the head. */
const QUEUE_ROUND = 200
/**
 * A pool begins to use more room when it comes round to its first observation, so at least `FIRST_OBSERVATIONS` arbitrages before the
 * head; one that moves no tick leaves none. Not earlier, since every slot is dumped for each block.
 */
const ROOM_ROUND = ROUNDS - 2 * FIRST_OBSERVATIONS * ARBITRAGE_ROUNDS
const SLOTS_A_CALL = 300
const SLOT_GAS = 23_000n

/** Reports `ROUNDS` rounds on every feed, 33 minutes of chain time apart, one block each. Returns the last true prices. */
export async function liveThroughDays(
  b: Builder,
  deployment: Deployment,
  seed: number,
  rounds: Rounds,
  progress: (round: number, all: number) => void,
): Promise<Prices> {
  const push = (what: string) => (call: PoolCall) => b.push(what, call.from, call.to, call.data, call.gas)
  const safeNonce = await b.read<bigint>({ address: deployment.safe, abi: safeAbi }, 'nonce')
  let prices = startPrices()
  let poolPrices = prices
  let { timeS } = await b.head()
  for (let round = 1; round <= ROUNDS; round++) {
    prices = nextPrices(seed, round, ROUND_S, prices)
    timeS += ROUND_S
    await b.chain.rpc.call('evm_setNextBlockTimestamp', [timeS])
    await reportRound(b, deployment, seed, rounds, prices)
    if (round % QUIET_ROUNDS === 0) await push('quiet call')(quietCall(deployment, seed, round))
    if ((ROUNDS - round) % ARBITRAGE_ROUNDS === 0) {
      for (const pool of deployment.pools) {
        await push(`arbitrage of ${pool.id}`)(
          swapToPrice(deployment, pool, deployment.arbitrageur, poolPrices[pool.base], prices[pool.base]),
        )
      }
      poolPrices = prices
    }
    if (round === QUEUE_ROUND) for (const call of await queueCalls(deployment, safeNonce)) await push('queue')(call)
    if (round === ROOM_ROUND) for (const call of roomCalls(deployment)) await push('room for observations')(call)
    await b.flush()
    progress(round, ROUNDS)
  }
  return prices
}

/** The Safe schedules both operations. */
async function queueCalls(deployment: Deployment, firstNonce: bigint): Promise<PoolCall[]> {
  const { safe, safeOwners, queued } = deployment
  const [from] = safeOwners
  if (from === undefined) throw new Error('the Safe has no owner')
  return Promise.all(
    [queued.raise, queued.change].map(async (op, i) => {
      const { to, data } = timelockSchedule(deployment, op)
      return { from, to: safe, data: await safeCall(safe, safeOwners, firstNonce + BigInt(i), to, data), gas: 500_000n }
    }),
  )
}

/** Room for as many observations as a TWAP over 30 minutes of busy blocks needs, a few million gas a call. */
function roomCalls(deployment: Deployment): PoolCall[] {
  return POOLS.flatMap(({ base, observations }) => {
    const calls: PoolCall[] = []
    for (let has: number = FIRST_OBSERVATIONS; has < observations; ) {
      const next = Math.min(observations, has + SLOTS_A_CALL)
      const data = encodeFunctionData({ abi: uniswapPoolAbi, functionName: 'increaseObservationCardinalityNext', args: [next] })
      const gas = 100_000n + SLOT_GAS * BigInt(next - has)
      calls.push({ from: deployment.lp, to: poolOf(deployment, base).address, data, gas })
      has = next
    }
    return calls
  })
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
