// Honest people on an ordinary day. What each does depends on the seed, the block and who it is, never on the chain's state, so
// that an action of ours changes what happens to an operation but not whether somebody tries it.
import type { ObservedState, PlannedTx } from '../src/scenario.ts'
import { ASSETS, type AssetSymbol, units } from './market.ts'
import { type PoolCall, poolCalls } from './operations.ts'
import { PEOPLE, type Person } from './population.ts'
import { uniform } from './random.ts'
import { honestRound, honestTx, isRoundBlock, type Lab, personOf } from './scenarios/lab.ts'

/** Each of the people with a habit acts in a block with this probability: about one and a half operations a block. */
const ACT_PROBABILITY = 0.07
const MIN_USD = 200
const MAX_USD = 2000

/** Operations of people for one block. */
export function peopleTraffic(lab: Lab, afterBlocks: number): PlannedTx[] {
  const block = lab.headBlock + afterBlocks
  return PEOPLE.flatMap((person) => {
    if (person.habit === undefined || uniform(lab.seed, block, person.name, 'acts') >= ACT_PROBABILITY) return []
    const usd = MIN_USD + (MAX_USD - MIN_USD) * uniform(lab.seed, block, person.name, 'usd')
    const { call, what } = habitCall(lab, person, usd)
    return [honestTx({ id: `${block}:${person.name}:0`, what, ...call })]
  })
}

/** Reporters speak up at once when what they see is further than this from what their feed says, as real ones do. */
const DEVIATION = 0.005

/**
 * For the block after `state`, rounds of the feeds that the scenario leaves alone: ordinary ones by the clock, others when the price has
 * moved. Reporters of THIN's own feed see its only pool, a block late; those of all others, second feeds too, see the true price.
 */
export function reporterTraffic(lab: Lab, state: ObservedState, drivesFeed: (feedId: string) => boolean): PlannedTx[] {
  const { feeds, secondFeeds } = lab.deployment
  const n = state.afterBlocks + 1
  const truth = lab.prices.at(n)
  return [...feeds, ...secondFeeds].flatMap((feed) => {
    if (drivesFeed(feed.id)) return []
    const sees = feed.id === 'THIN' ? (state.poolPrices['THIN/USDC'] ?? truth.THIN) : truth[feed.symbol]
    const says = (feed.id === feed.symbol ? state.usedPrices : state.secondPrices)[feed.symbol] ?? sees
    const isDue = isRoundBlock(lab, feed.id, n) || Math.abs(sees / says - 1) > DEVIATION
    return isDue ? honestRound(lab, n, feed, sees) : []
  })
}

function habitCall(lab: Lab, person: Person, usd: number): { call: PoolCall; what: string } {
  const calls = poolCalls(lab.deployment, personOf(lab, person.name))
  const amount = (symbol: AssetSymbol): bigint => units(symbol, usd / ASSETS[symbol].startPriceUsd)
  const held = person.supplies[0]?.[0] ?? 'USDC'
  const [owed, , mode = 'variable'] = person.borrows[0] ?? (['USDC', 0] as const)
  const dollars = `${Math.round(usd)} USD`
  switch (person.habit) {
    case 'withdraws':
      return { call: calls.withdraw(held, amount(held)), what: `withdraw ${dollars} of ${held}` }
    case 'borrows':
      return { call: calls.borrow(owed, amount(owed)), what: `borrow ${dollars} of ${owed}` }
    case 'repays':
      return { call: calls.repay(owed, amount(owed), mode), what: `repay ${dollars} of ${owed}` }
    default:
      return { call: calls.supply(held, amount(held)), what: `supply ${dollars} of ${held}` }
  }
}
