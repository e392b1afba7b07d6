// A quiet run: what honest people and true prices do, with nobody who attacks. Any action in it is a failure.
import type { ObservedState, PlannedTx, PriceMove } from '../../src/scenario.ts'
import { seenPrice } from '../reporters.ts'
import { feedOf, feedsDisagree, honestReport, isRoundBlock, type Lab, type LabScenario } from './lab.ts'

export interface HonestDaySpec {
  readonly id: string
  readonly title: string
  /** The attack whose leading signal it shows for an honest reason. */
  readonly twinOf?: string
  readonly startBlock?: number
  /** From the start. */
  readonly minBlocks?: number
  readonly truePriceMoves?: readonly PriceMove[]
  deploy?(lab: Lab): Promise<void>
  begin?(lab: Lab): HonestDay
}

/** `n` counts blocks from the run's first head. */
export interface HonestDay {
  /** What is sent besides the lab's ordinary traffic. */
  next?(n: number, state: ObservedState): Promise<readonly PlannedTx[]> | readonly PlannedTx[]
  drivesFeed?(feedId: string, n: number): boolean
  drivesPool?(poolId: string, n: number): boolean
}

const START = 30

export function honestDay({ id, title, twinOf, startBlock = START, minBlocks = 130, ...spec }: HonestDaySpec): LabScenario {
  return {
    version: 1,
    id,
    title,
    kind: twinOf === undefined ? 'quiet' : 'twin',
    twinOf: twinOf ?? null,
    preventable: false,
    loss: 'attacker-gain',
    pace: null,
    startBlock,
    minBlocks,
    repairAfterBlocks: null,
    truePriceMoves: spec.truePriceMoves ?? [],
    ...(spec.deploy ? { deploy: spec.deploy } : {}),
    begin(lab) {
      const day = spec.begin?.(lab) ?? {}
      return {
        attackers: [],
        drivesFeed: (feedId, n) => day.drivesFeed?.(feedId, n) ?? false,
        drivesPool: (poolId, n) => day.drivesPool?.(poolId, n) ?? false,
        evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
        next: async (state) => (await day.next?.(state.afterBlocks + 1, state)) ?? [],
      }
    },
  }
}

/** The same factor a step, `steps` times, a step each `everyBlocks`: together `whole`. */
export function gradual(symbols: readonly string[], from: number, steps: number, everyBlocks: number, whole: number): PriceMove[] {
  const factor = whole ** (1 / steps)
  return Array.from({ length: steps }, (_, n) => n).flatMap((n) =>
    symbols.map((symbol) => ({ symbol, afterBlocks: from + n * everyBlocks, factor })),
  )
}

/** There and back again: `factor`, and after `blocks` what undoes it. */
export const swing = (symbol: string, from: number, blocks: number, factor: number): PriceMove[] => [
  { symbol, afterBlocks: from, factor },
  { symbol, afterBlocks: from + blocks, factor: 1 / factor },
]

/** A round of a Flux feed by the clock in which each reporter sees the truth times a factor of its own. */
export function spreadRound(lab: Lab, n: number, feedId: string, factorOf: (reporter: number) => number): PlannedTx[] {
  if (!isRoundBlock(lab, feedId, n)) return []
  const feed = feedOf(lab, feedId)
  const round = lab.nextRound(feedId)
  const truth = lab.prices.at(n)[feed.symbol]
  return feed.reporters.map((reporter, i) =>
    honestReport(lab.headBlock + n, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, truth * factorOf(i))),
  )
}
