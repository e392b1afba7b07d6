// Attacks by a false price of LINK: some of its reporters are the attacker's and follow a course of their own; its LINK borrows the market.
import type { ObservedState, Pace, PlannedTx, PriceMove } from '../../src/scenario.ts'
import { FEES } from '../fees.ts'
import { seenPrice, submission } from '../reporters.ts'
import { drainer } from './drainer.ts'
import { attackTx, feedOf, feedsDisagree, honestReport, isRoundBlock, type Lab, type LabScenario } from './lab.ts'
import { repairedReports, replaceReporters } from './repair.ts'

export interface FalsePriceSpec {
  readonly id: string
  readonly title: string
  readonly pace: Pace
  /** How many of LINK's three reporters are the attacker's: the first ones. */
  readonly taken: number
  readonly startBlock: number
  /** From the start. */
  readonly minBlocks: number
  readonly repairAfterBlocks: number
  readonly truePriceMoves?: readonly PriceMove[]
  /** The protocol's price must be this share above the true one for the facts to exist, and for borrowing to pay. */
  readonly evidenceShare: number
  readonly overvaluedShare: number
  /** Takes its collateral out when it may borrow no more. */
  readonly exits: boolean
  begin(lab: Lab): FalsePriceCourse
}

/** One seed's course. `n` counts blocks from the run's first head. */
export interface FalsePriceCourse {
  /** What the attacker's reporters say in block n, in USD; undefined: they tell the truth as everybody does, by the clock. */
  price(n: number, state: ObservedState): number | undefined
  /** Whether a false answer is sent in block n though no round is due. */
  isDue(n: number): boolean
  /** Other things that the attacker does, before the borrowing. */
  besides?(n: number, state: ObservedState): Promise<readonly PlannedTx[]>
  /** Whether it borrows in block n, if that pays. */
  borrows(n: number): boolean
}

export function falsePrice(spec: FalsePriceSpec): LabScenario {
  const { id, title, pace, startBlock, minBlocks, repairAfterBlocks, truePriceMoves = [] } = spec
  return {
    version: 1,
    id,
    title,
    kind: 'attack',
    twinOf: null,
    preventable: true,
    loss: 'attacker-gain',
    pace,
    startBlock,
    minBlocks,
    repairAfterBlocks,
    truePriceMoves,
    begin(lab) {
      const { whale } = lab.deployment
      const course = spec.begin(lab)
      const drain = drainer(lab, { me: whale, collateral: 'LINK', pace, exits: spec.exits })
      const repairAt = startBlock + repairAfterBlocks
      const isOvervalued = ({ usedPrices, truePrices }: ObservedState): boolean =>
        (usedPrices['LINK'] ?? 0) > (1 + spec.overvaluedShare) * (truePrices['LINK'] ?? 0)
      return {
        attackers: [whale],
        drivesFeed: (feedId, n) => feedId === 'LINK' && n >= startBlock,
        evidence: (state) => state.afterBlocks >= startBlock && feedsDisagree(state, 'LINK', spec.evidenceShare),
        async next(state) {
          const n = state.afterBlocks + 1
          if (n < startBlock) return []
          const repair = n === repairAt ? [await replaceReporters(lab, state.block, 'LINK', spec.taken)] : []
          const price = course.price(n, state)
          const isDue = isRoundBlock(lab, 'LINK', n) || course.isDue(n)
          const reports =
            n > repairAt ? repairedReports(lab, n, repairAt, 'LINK', spec.taken) : isDue ? round(lab, n, spec.taken, price) : []
          const before = n <= repairAt ? ((await course.besides?.(n, state)) ?? []) : []
          // what its own round will make of the price it knows before the block does
          const strikes = isDue && price !== undefined && price > (1 + spec.overvaluedShare) * lab.prices.at(n).LINK
          const pays = strikes || isOvervalued(state)
          return [...repair, ...reports, ...before, ...(course.borrows(n) ? await drain(state, pays, strikes) : [])]
        },
      }
    },
  }
}

/** A round in which the attacker's reporters say `price`, and the others the truth; without a price, all the truth. */
function round(lab: Lab, n: number, taken: number, price: number | undefined): PlannedTx[] {
  const feed = feedOf(lab, 'LINK')
  const [block, roundId] = [lab.headBlock + n, lab.nextRound('LINK')]
  return feed.reporters.map((reporter, i) => {
    if (price === undefined || i >= taken)
      return honestReport(block, feed, i, reporter, roundId, seenPrice(lab.seed, feed, i, roundId, lab.prices.at(n).LINK))
    const what = `LINK round ${roundId}: false price ${price.toFixed(4)}`
    return attackTx({ id: `${block}:false-reporter-${i}:0`, what, ...submission(feed, reporter, roundId, price) }, FEES.falseReporter)
  })
}
