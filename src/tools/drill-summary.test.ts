// All runs together, on results made by hand.
import { describe, expect, test } from 'vitest'
import { action, baseline, drillRun, quietRun } from './drill.builders.ts'
import { drillDocument } from './drill-document.ts'
import { compare, summarize } from './drill-summary.ts'

const saved = (pct: number | null, over: Parameters<typeof drillRun>[0] = {}) => drillRun({ savedOfPreventablePct: pct, ...over })

describe('summarize', () => {
  test('quantiles over the runs, the worst, and the mean weighted by USD', () => {
    const runs = [
      saved(90, { lossUnguardedUsd: 1_000, lossGuardedUsd: 100 }),
      saved(50, { lossUnguardedUsd: 100, lossGuardedUsd: 40, causedByUsUsd: 10 }),
      saved(100, { lossUnguardedUsd: 100, lossGuardedUsd: 0 }),
    ]
    expect(summarize(runs, [], 12)).toMatchObject({
      attacks: 3,
      savedMeanPct: 80,
      savedMedianPct: 90,
      savedP10Pct: 58,
      savedWorstPct: 50,
      savedUsdWeightedPct: 87.5,
    })
  })

  test('nothing run: null, never 0', () => {
    expect(summarize([], [], 12)).toMatchObject({
      attacks: 0,
      detectedPct: null,
      containedPct: null,
      savedMeanPct: null,
      savedP10Pct: null,
      savedWorstPct: null,
      savedMedianPct: null,
      savedUsdWeightedPct: null,
      honestFailedPct: null,
      falseActionsYearUpper: null,
      quietAlertsPerDay: null,
      byOrdering: [],
      aheadOf: [],
    })
  })

  test('an attack without a share is counted, but not in the means', () => {
    expect(summarize([saved(80), saved(null, { contained: false, detected: false })], [], 12)).toMatchObject({
      attacks: 2,
      attacksDetected: 1,
      attacksContained: 1,
      savedMeanPct: 80,
      savedWorstPct: 80,
    })
  })

  test('over in one block: outside everything but its own line', () => {
    const single = saved(-5, { preventable: false, contained: null, scenario: 'single' })
    expect(summarize([saved(80), single], [], 12)).toMatchObject({
      attacks: 1,
      savedMeanPct: 80,
      savedWorstPct: 80,
      unpreventable: { runs: 1, detected: 1 },
      byOrdering: [{ ordering: 'won', attacks: 1 }],
    })
  })

  test('a column an ordering, in the order won, half, lost', () => {
    const runs = [saved(60, { ordering: 'lost' }), saved(90), saved(70, { ordering: 'half', contained: false })]
    const { byOrdering, savedMeanPct } = summarize(runs, [], 12)
    expect(byOrdering.map((o) => [o.ordering, o.savedMeanPct, o.attacksContained])).toEqual([
      ['won', 90, 1],
      ['half', 70, 0],
      ['lost', 60, 1],
    ])
    expect(savedMeanPct).toBeCloseTo(73.33)
  })

  test('shares carry their bounds', () => {
    const runs = Array.from({ length: 10 }, (_, i) => saved(90, { contained: i < 5, honestOps: 100, honestOpsFailed: 0 }))
    const { containedPct, honestFailedPct } = summarize(runs, [], 12)
    expect(containedPct).toEqual({ pct: 50, lowPct: 18.71, highPct: 81.29 })
    expect(honestFailedPct).toEqual({ pct: 0, lowPct: 0, highPct: 0.37 })
  })

  test('quiet runs: exposure, alerts a day, and about 3/n blocks of a year', () => {
    const summary = summarize([quietRun({ blocks: 3_600, alerts: 2 }), quietRun({ kind: 'twin', blocks: 3_600 }), saved(90)], [], 12)
    expect(summary).toMatchObject({ quietRuns: 2, quietBlocks: 7_200, quietDays: 1, falseActions: 0, quietAlerts: 2, quietAlertsPerDay: 2 })
    const ruleOfThree = (3 / 7_200) * (365 * 7_200)
    expect((summary.falseActionsYearUpper ?? 0) / ruleOfThree).toBeCloseTo(1, 1)
  })

  test('a false action raises the bound', () => {
    const none = summarize([quietRun({ blocks: 1_000 })], [], 12).falseActionsYearUpper ?? 0
    const one = summarize([quietRun({ blocks: 1_000, falseActions: 1, actions: [action()] })], [], 12)
    expect(one.falseActions).toBe(1)
    expect(one.falseActionsYearUpper ?? 0).toBeGreaterThan(1.5 * none)
  })
})

describe('beside the baselines', () => {
  test('ahead, equal, behind; what each defence caused counts as loss', () => {
    const ours = drillRun({ lossGuardedUsd: 20_000, causedByUsUsd: 0, honestOps: 100, honestOpsFailed: 5 })
    const other = (over: Parameters<typeof baseline>[0]) => compare(ours, baseline(over))
    expect(other({ lossUsd: 400_000, honestOpsFailed: 40 })).toEqual({ loss: 'ahead', honest: 'ahead' })
    expect(other({ lossUsd: 0, causedUsd: 400_000, honestOpsFailed: 5 })).toEqual({ loss: 'ahead', honest: 'equal' })
    expect(other({ lossUsd: 5_000, honestOpsFailed: 4 })).toEqual({ loss: 'behind', honest: 'behind' })
    expect(other({ honestOps: 200, honestOpsFailed: 10 })).toMatchObject({ honest: 'equal' })
  })

  test('edge: a thousandth of the unguarded loss is equal, a dollar more is not', () => {
    const ours = drillRun({ lossGuardedUsd: 20_000 })
    expect(compare(ours, baseline({ lossUsd: 21_000 })).loss).toBe('equal')
    expect(compare(ours, baseline({ lossUsd: 21_001 })).loss).toBe('ahead')
    expect(compare(ours, baseline({ lossUsd: 18_999 })).loss).toBe('behind')
  })

  test('each of our runs beside the baseline of its scenario and seed', () => {
    const runs = [
      drillRun(),
      drillRun({ ordering: 'lost', lossGuardedUsd: 900_000, honestOpsFailed: 90 }),
      drillRun({ seed: 2 }),
      quietRun(),
    ]
    const { aheadOf } = summarize(runs, [baseline(), baseline({ name: 'static caps', seed: 2, lossUsd: 0, honestOpsFailed: 0 })], 12)
    expect(aheadOf).toMatchObject([
      { baseline: 'human pause after 5 min', attacks: 2, aheadInLoss: 1, aheadInHonest: 1, ahead: 1, behindInBoth: 1 },
      { baseline: 'static caps', attacks: 1, ahead: 0, behindInBoth: 1, perAttack: [{ seed: 2, loss: 'behind', honest: 'behind' }] },
    ])
  })
})

test('what is summed up is what the document says', () => {
  const runs = [drillRun(), quietRun(), drillRun({ preventable: false, contained: null })]
  const baselines = [baseline()]
  const machine = { cpu: 'x', cores: 2, memGiB: 4, node: 'v20', os: 'linux x64' }
  const document = {
    version: '0',
    lab: 'key',
    seeds: [1],
    machine,
    blockTimeS: 12,
    planned: 3,
    runs,
    failures: [{ scenario: 'x', seed: 1, ordering: null, stage: 'baseline', error: 'why' }],
    baselines,
    summary: summarize(runs, baselines, 12),
  }
  expect(drillDocument.parse(document)).toEqual(document)
})
