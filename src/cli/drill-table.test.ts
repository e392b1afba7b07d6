// The drill's tables: what stands in them, and that they fit a terminal and a file.
import { describe, expect, test } from 'vitest'
import { action, baseline, drillRun, quietRun } from '../tools/drill.builders.ts'
import { summarize } from '../tools/drill-summary.ts'
import { shortUsd } from './drill-format.ts'
import { resultLines, runTable } from './drill-result.ts'
import { attackTable, baselineTable, failureLines, quietTable, summaryTable, unpreventableTable } from './drill-table.ts'

const long = 'a-scenario-with-a-rather-long-name-single-block'
const runs = [
  drillRun({ lossUnguardedUsd: 21_713_961, lossGuardedUsd: 362_509 }),
  drillRun({ scenario: long, ordering: 'half', seed: 12, contained: false, timeToContainBlocks: null, savedOfPreventablePct: -1234.5 }),
  drillRun({
    ordering: 'lost',
    honestOps: 12_345,
    honestOpsFailed: 1_234,
    actions: ['stopBorrowingAgainst', 'stopBorrowing', 'supplyCap', 'borrowCap', 'freeze', 'liquidate'].map((name) =>
      action({ action: name }),
    ),
  }),
  drillRun({ scenario: 'flash', preventable: false, contained: null, detected: false }),
  quietRun(),
  quietRun({ scenario: 'oracle-takeover-twin', kind: 'twin', twinOf: 'oracle-takeover', falseActions: 1, actions: [action()] }),
]
const others = [baseline(), baseline({ name: 'static caps, 110 % of use', atBlock: null, lossUsd: 10_000, honestOpsFailed: 0 })]
const failures = [
  { scenario: 'x', seed: 2, ordering: 'half' as const, stage: 'guarded' as const, error: `no\u001b[2J answer ${'x'.repeat(300)}` },
]

describe('tables', () => {
  const all = [
    ...attackTable(runs),
    ...unpreventableTable(runs),
    ...quietTable(runs),
    ...baselineTable(runs, others),
    ...summaryTable(summarize(runs, others, 12)),
    ...failureLines(failures),
    ...runs.flatMap((r) => [...runTable(r)]),
  ]

  test('no line is wider than 120 columns, and all are plain ASCII', () => {
    for (const line of all) {
      expect(line.length, line).toBeLessThanOrEqual(120)
      expect(line).toMatch(/^[\x20-\x7e]*$/)
    }
  })

  test('one line a preventable attack', () => {
    const lines = attackTable(runs)
    expect(lines.filter((l) => /won|half|lost/.test(l))).toHaveLength(3)
    expect(lines[3]).toMatch(/^oracle-takeover +won +1 +\+0 +\+1 +21\.71M +362\.5k +98\.0 % +yes +1\/100 +1: s/)
    expect(lines.join('\n')).toMatch(/a-scenario-with-a-rather-l.. +half +12 +\+0 +n\/a .* NO /)
    expect(lines.join('\n')).not.toContain('flash')
  })

  test('what nothing can prevent, and quiet runs, have tables of their own', () => {
    expect(unpreventableTable(runs).at(-1)).toMatch(/^flash +1 +NO /)
    expect(quietTable(runs).at(-1)).toMatch(/^oracle-takeover-twin +1 +twin of oracle-takeover +140 +0 +1 +0\/100 +1: stop/)
    expect(quietTable(runs.filter((r) => r.kind === 'attack'))).toEqual([])
  })

  test('beside us: every baseline says where we are ahead of it, and where nowhere', () => {
    const text = baselineTable(runs, others).join('\n')
    expect(text).toMatch(/Firebreak, ordering won +362\.5k/)
    expect(text).toMatch(/human pause after 5 min +400\.0k .*won: loss \+ honest; lost: loss \+ honest/)
    expect(text).toMatch(/static caps, 110 % of use +10\.0k .*won: NOWHERE; lost: NOWHERE/)
  })

  test('summary: shares with bounds, a column an ordering, exposure', () => {
    const text = summaryTable(summarize(runs, others, 12)).join('\n')
    expect(text).toMatch(/preventable attacks +all +won +half +lost/)
    expect(text).toMatch(/contained +2\/3 \(9\.4 to 99\.2 %\)/)
    expect(text).toContain('2 with 280 blocks (0.04 days): 1 false actions')
    expect(text).toContain('not preventable off-chain  0/1 detected')
  })

  test('text of an error cannot move the cursor', () => expect(failureLines(failures).join('')).not.toContain('\u001b'))

  test('the same action on many subjects is one line', () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      action({ action: 'liquidate', class: 'account', subject: `0x${i}fffffff`, liftedAfterBlocks: null }),
    )
    const lines = resultLines(
      drillRun({ actions: [...many, action(), action({ effective: false, liftedAfterBlocks: null, subject: 'ISO' })] }),
    )
    expect(lines).toHaveLength(4)
    expect(lines[1]).toMatch(/^ {4}30 x liquidate \(account\): 0x0fffff\.\., 0x1fffff/)
    expect(lines[1]?.length).toBeLessThanOrEqual(120)
    expect(lines[2]).toBe('    1 x stopBorrowingAgainst (market): LINK, lifted after 20 blocks')
    expect(lines[3]).toBe('    1 x stopBorrowingAgainst (market), not effective, not lifted: ISO')
  })

  test('one run in brief', () => {
    expect(resultLines(drillRun()).join('\n')).toContain('contained: detected +0 blocks, acted +1')
    expect(resultLines(quietRun({ falseActions: 2 }))[0]).toContain('2 false actions')
    expect(resultLines(drillRun({ preventable: false }))[0]).toContain('not preventable off-chain')
  })
})

test.each([
  [null, 'n/a'],
  [0, '0'],
  [999.4, '999'],
  [1_000, '1.0k'],
  [362_509, '362.5k'],
  [21_713_961, '21.71M'],
  [-2_500, '-2.5k'],
])('shortUsd(%s) is %s', (value, text) => expect(shortUsd(value)).toBe(text))
