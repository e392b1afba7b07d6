// A rare sequence of steps was tried once with small change and comes again a hundred times larger: an attack that was rehearsed.
import { z } from 'zod'
import { flows, venues } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector, type View } from './define.ts'
import { venueSums } from './venue-sums.ts'

/** Shapes that are remembered; common ones take four places and no more. */
const SHAPES = 96

const params = z.strictObject({
  /** Fewer steps in one transaction are what everybody does. */
  minSteps: z.number().int().min(2).default(4),
  /** Seen more often than this it is a habit. */
  maxSeen: z.number().int().min(1).max(SHAPES).default(3),
  /** Larger than the small one by so many times. */
  timesLarger: z.number().min(2).default(100),
  /** Of what the venue lends: less is no attack yet. */
  floorShareBps: z.number().positive().default(50),
  /** A rehearsal is at most this old, days: dYdX's attacker practised on SUSHI weeks before. */
  maxAgeDays: z.number().positive().default(21),
})

export const rehearsal = defineDetector({
  id: 'rehearsal',
  title: 'A tried sequence comes back a hundred times larger',
  maturity: 'test',
  threat: 'Attackers test on the real chain with small amounts, in another market or from another account, before they act.',
  catches:
    'A transaction of one account with four steps or more (kinds in order, and which of them share a market) that was seen at most three times, once with under a hundredth of the size, within three weeks. dYdX YFI 2023-11-17 after SUSHI, UwU Lend 2024-06-10 repeated three days on.',
  misses:
    'A rehearsal on another chain or a fork; sequences that differ in their steps; steps that are no flows of the pool; one transaction that is the first of its kind.',
  falsePositives: ['a new strategy or migration tool that its author tried with small change'],
  runbook: 'docs/runbooks/rehearsal.md',
  source: 'accounts',
  basis: 'chain',
  on: venues,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { shapes: ring({ size: SHAPES }), sizes: ring({ size: SHAPES }), times: ring({ size: SHAPES }) },
  check(venue, { shapes, sizes, times }, params, block, view) {
    if (view.count(flows) < params.minSteps) return undefined
    let found: { readonly usd: number; readonly smallUsd: number; readonly ageS: number; readonly steps: number } | undefined
    for (const { shape, usd, steps } of groups(view, venue.row + 1)) {
      if (steps < params.minSteps || !(usd > 0)) continue
      let seen = 0
      let small = Number.POSITIVE_INFINITY
      let ageS = 0
      for (let ago = 0; ago < shapes.length; ago++) {
        if (shapes.get(ago) !== shape) continue
        seen += 1
        const size = sizes.get(ago) ?? 0
        const age = block.timeS - (times.get(ago) ?? 0)
        if (size < small && age <= params.maxAgeDays * 86_400) [small, ageS] = [size, age]
      }
      if (seen <= params.maxSeen) {
        shapes.push(shape)
        sizes.push(usd)
        times.push(block.timeS)
        if (usd > small * params.timesLarger && usd > (found?.usd ?? 0)) found = { usd, smallUsd: small, ageS, steps }
      }
    }
    if (found === undefined) return undefined
    const { lendableUsd } = venueSums(view, venue.row + 1)
    if (!(found.usd > (lendableUsd * params.floorShareBps) / 10_000)) return undefined
    const { usd, smallUsd, ageS, steps } = found
    return {
      severity: 'medium',
      summary: `a sequence of ${steps} steps with ${usd.toFixed(0)} USD, tried ${(ageS / 3_600).toFixed(1)} h ago with ${smallUsd.toFixed(0)}`,
      evidence: { usd, smallUsd, ageS, steps, lendableUsd },
    }
  },
})

interface Group {
  shape: number
  usd: number
  steps: number
  readonly markets: number[]
}

/** Flows of a venue (row + 1) by transaction and account; a shape is a number under 2^40 made of kinds and of markets in order of first use. */
function groups(view: View, venue: number): Iterable<Group> {
  const found = new Map<string, Group>()
  for (let row = 0; row < view.count(flows); row++) {
    const { venue: of, txIndex, account, kind, market, usd } = view.at(flows, row)
    if (of !== venue) continue
    const key = `${txIndex}:${account}`
    const group = found.get(key) ?? { shape: 0, usd: 0, steps: 0, markets: [] }
    found.set(key, group)
    if (!group.markets.includes(market)) group.markets.push(market)
    group.shape = (group.shape * 4_099 + kind * 131 + group.markets.indexOf(market) + 1) % 2 ** 40
    group.steps += 1
    if (usd > group.usd) group.usd = usd
  }
  return found.values()
}
