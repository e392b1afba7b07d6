// The same few calls over and over in one transaction: what rounds in somebody's favour once is taken as often as gas allows.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { transactions } from '../state/tables.ts'
import { quantile } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { selectorText } from './usual.ts'

const params = z.strictObject({
  /** Fewer rounds than this never fire: Balancer's attack had 65 swaps in a batch; batches of honest people seldom pass ten. */
  floorRepeats: z.int().min(2).default(10),
  /** And more than so many times what 19 of 20 transactions stay under, once 200 were seen. */
  usualTimes: z.number().min(1).default(4),
  /** Net loss of the venue that makes it high, USD. */
  minOutUsd: z.number().positive().default(10_000),
})

export const repeatedLoop = defineDetector({
  id: 'repeated-loop',
  title: 'Same calls over and over',
  maturity: 'test',
  threat:
    'A rounding error, a value that is counted twice or a skewed rate is worth little once (Opyn 2020-08-04, Harvest 2020-10-26, Balancer v2 2025-11-03, Bunni 2025-09-02): loops make it worth much.',
  catches:
    "A transaction that leaves the venue changed with one to six calls from or to the venue repeated in a row more often than floorRepeats and usualTimes the venue's usual.",
  misses:
    'Loops over many transactions (outflow-rate sees those); loops whose calls differ in each round; fewer rounds than the floor; frames that were shed.',
  falsePositives: ['airdrops, batch payments and batch settlements, until they are usual', 'keepers that update all of many accounts'],
  runbook: 'docs/runbooks/repeated-loop.md',
  source: 'trace',
  basis: 'chain',
  on: transactions,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { rounds: quantile({ share: 0.95, least: 1, most: 65_536 }) },
  check(tx, { rounds }, { floorRepeats, usualTimes, minOutUsd }) {
    const { repeats, outUsd } = tx
    if (tx.status === 0 || repeats === 0) return undefined
    const limit = Math.max(floorRepeats, usualTimes * rounds.value)
    if (!rounds.ready || repeats <= limit || tx.writes === 0) {
      rounds.push(repeats)
      return undefined
    }
    return {
      severity: outUsd > minOutUsd ? 'high' : 'medium',
      summary: `${tx.cycle === 1 ? 'one call' : `${tx.cycle} calls`} from ${selectorText(tx.cycleSelector)} on, ${repeats} times in a row (usual limit ${Math.floor(limit)})`,
      evidence: {
        txIndex: tx.txIndex,
        from: addressOf(tx.from),
        to: addressOf(tx.to),
        repeats,
        limit,
        cycle: tx.cycle,
        selector: selectorText(tx.cycleSelector),
        frames: tx.calls,
        kept: tx.kept,
        outUsd,
      },
    }
  },
})
