// The chain stood still between two of its blocks, longer than it ever does: prices, liquidations and exits of that time come at once.
import { z } from 'zod'
import { chains, feeds } from '../state/tables.ts'
import { quantile, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** So many times what 99 % of the chain's own gaps stay under. */
  times: z.number().min(1).default(5),
  /** Never less than this, seconds: five slots of Ethereum; on a rollup liquidators lose nothing in less. */
  floorS: z.number().positive().default(60),
})

export const sequencerGap = defineDetector({
  id: 'sequencer-gap',
  title: 'Chain stood still',
  maturity: 'test',
  threat:
    'While a sequencer is down prices age and nobody can repay; who is first after it liquidates at prices that others could not answer.',
  catches:
    "Time between two blocks above five times the 99 % quantile of the chain's own and a minute; high if feeds have not answered since. Black Thursday 2020-03-12 and the Arbitrum and zkSync outages are of this kind.",
  misses: 'A chain that makes empty blocks on time; transactions that are left out; the first thousand blocks.',
  falsePositives: ['a planned upgrade of the chain'],
  runbook: 'docs/runbooks/sequencer-gap.md',
  source: 'endpoint',
  basis: 'chain',
  on: chains,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { last: ring({ size: 2 }), usual: quantile({ share: 0.99, least: 0.1, most: 1e6 }) },
  check(chain, { last, usual }, { times, floorS }, _block, view) {
    const { number, timeS } = chain
    const [beforeS, before] = [last.get(0), last.get(1)]
    last.push(number)
    last.push(timeS)
    if (beforeS === undefined || number !== (before ?? 0) + 1) return undefined // a gap in what we saw is not one of the chain
    const gapS = timeS - beforeS
    const limitS = Math.max(times * usual.value, floorS)
    if (!(usual.ready && gapS > limitS)) {
      usual.push(gapS)
      return undefined
    }
    let old = 0
    const count = view.count(feeds)
    for (let row = 0; row < count; row++) if (view.at(feeds, row).updatedAtS <= beforeS) old += 1
    return {
      severity: old > 0 ? 'high' : 'medium',
      summary: `no block for ${gapS} s, ${usual.value.toFixed(1)} s are long for it; ${old} of ${count} feeds have not answered since`,
      evidence: { gapS, limitS, quantile: usual.value, oldFeeds: old, feeds: count },
    }
  },
})
