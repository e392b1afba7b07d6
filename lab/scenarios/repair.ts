// How the owners repair a feed whose reporters have fallen: the Safe replaces them, and the new ones tell the truth.
import { encodeFunctionData } from 'viem'
import type { PlannedTx } from '../../src/scenario.ts'
import { aggregatorAbi } from '../abi.ts'
import { accountOf } from '../accounts.ts'
import { MAX_SUBMISSIONS, MIN_SUBMISSIONS } from '../deploy/feed.ts'
import { seenPrice } from '../reporters.ts'
import { feedOf, honestReport, isRoundBlock, type Lab } from './lab.ts'

const replacements = (count: number) => Array.from({ length: count }, (_, n) => accountOf('replacement', n).address)

/** In the block after `block`: the first `count` reporters of a Flux feed go, as many new ones come. */
export async function replaceReporters(lab: Lab, block: number, feedId: string, count: number): Promise<PlannedTx> {
  const { aggregator, reporters } = feedOf(lab, feedId)
  const added = replacements(count)
  const args = [reporters.slice(0, count), added, added, MIN_SUBMISSIONS, MAX_SUBMISSIONS, 0] as const
  const change = encodeFunctionData({ abi: aggregatorAbi, functionName: 'changeOracles', args })
  return lab.safeTx(block, `replace ${count} reporters of ${feedId}`, aggregator, change)
}

/** From the block after the repair: the new reporters and those that stayed, the truth. */
export function repairedReports(lab: Lab, n: number, repairAt: number, feedId: string, count: number): PlannedTx[] {
  if (n <= repairAt || (n !== repairAt + 1 && !isRoundBlock(lab, feedId, n))) return []
  const feed = feedOf(lab, feedId)
  const round = lab.nextRound(feedId)
  const truth = lab.prices.at(n)[feed.symbol]
  return [...replacements(count), ...feed.reporters.slice(count)].map((reporter, i) =>
    honestReport(lab.headBlock + n, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, truth)),
  )
}
