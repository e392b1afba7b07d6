// Which runs a drill makes, how long it thinks they take, and when two chains are comparable.
import { describe, expect, test } from 'vitest'
import type { Scenario } from '../scenario.ts'
import { HEAD, labRun, lossRows, ops } from '../tools/drill.builders.ts'
import { type PlanOptions, planOf, runName } from './drill-plan.ts'
import { duration, progressOf } from './drill-progress.ts'
import { checkSameChain } from './drill-same-chain.ts'

const scenario = (id: string, over: Partial<Scenario> = {}) => ({ id, kind: 'attack', preventable: true, ...over }) as Scenario
const own = [
  scenario('oracle-takeover'),
  scenario('flash', { preventable: false }),
  scenario('twin', { kind: 'twin' }),
  scenario('calm-day', { kind: 'quiet' }),
]
const plan = (options: Partial<PlanOptions>, outside: readonly Scenario[] = []) =>
  planOf({ all: false, seed: 1, ...options }, own, outside).map((c) => [
    c.scenario.id,
    c.seed,
    c.orderings.join(' ') || 'none',
    c.baselines,
  ])

describe('planOf', () => {
  test('nothing named: the main attack, ordering won, no baselines', () => expect(plan({})).toEqual([['oracle-takeover', 1, 'won', false]]))

  test('all: every scenario; orderings and baselines only where an attack can be prevented', () => {
    expect(plan({ all: true })).toEqual([
      ['oracle-takeover', 1, 'won half lost', true],
      ['flash', 1, 'won', false],
      ['twin', 1, 'none', false],
      ['calm-day', 1, 'none', false],
    ])
    expect(plan({ all: true, baselines: false, ordering: ['lost'] })[0]).toEqual(['oracle-takeover', 1, 'lost', false])
  })

  test('orderings as words or with commas, each once, in one order', () => {
    const of = (...ordering: string[]) => plan({ ordering })[0]?.[2]
    expect(of('won', 'half', 'lost')).toBe('won half lost')
    expect(of('lost,won')).toBe('won lost')
    expect(of('half,', 'half')).toBe('half')
    expect(() => of('win')).toThrow('--ordering: got "win"; want one or more of won, half, lost')
    expect(() => of(',')).toThrow('--ordering')
  })

  test('seeds are counted up from the first', () => {
    expect(plan({ seed: 5, seeds: 3 }).map(([, seed]) => seed)).toEqual([5, 6, 7])
    expect(() => plan({ seeds: 0 })).toThrow('--seeds: got 0; want 1 or more')
  })

  test('scenarios of others: alone, or beside what is named', () => {
    const mine = [scenario('mine')]
    expect(plan({ scenarios: 'dir' }, mine).map(([id]) => id)).toEqual(['mine'])
    expect(plan({ scenarios: 'dir', scenario: ['twin'] }, mine).map(([id]) => id)).toEqual(['twin', 'mine'])
    expect(plan({ scenarios: 'dir', all: true }, mine)).toHaveLength(5)
    expect(planOf({ all: true, seed: 1 }, own, mine).at(-1)?.origin).toBe('outside')
  })

  test('unknown or contradicting', () => {
    expect(() => plan({ scenario: ['gone'] })).toThrow('--scenario: got "gone"; want one of oracle-takeover, flash')
    expect(() => plan({ scenario: ['twin'], all: true })).toThrow('--scenario: got "twin"; want nothing, since --all was given')
  })

  test('a lone run keeps the plain name; several never share one', () => {
    const name = (options: Partial<PlanOptions>) => {
      const cases = planOf({ all: false, seed: 1, ...options }, own, [])
      return cases.flatMap((c) => c.orderings.map((ordering) => runName('guarded', { seed: c.seed, ordering }, cases)))
    }
    expect(name({})).toEqual(['guarded'])
    expect(name({ seeds: 2, ordering: ['won', 'lost'] })).toEqual([
      'guarded-seed-1-won',
      'guarded-seed-1-lost',
      'guarded-seed-2-won',
      'guarded-seed-2-lost',
    ])
  })
})

describe('progress', () => {
  test('guesses first, then what was measured; skipped steps cost nothing', async () => {
    let nowMs = 0
    const steps = [
      { kind: 'unguarded' as const, blocks: 100 },
      { kind: 'guarded' as const, blocks: 100 },
      { kind: 'guarded' as const, blocks: 100 },
    ]
    const progress = progressOf(steps, 2, { unguarded: 100, baseline: 50, guarded: 250 }, () => nowMs)
    const later = async (ms: number) => {
      nowMs += ms
    }
    expect(progress.header('a')).toBe('[1/2] a, 0 s so far, about 1 min left')
    await progress.step('unguarded', 100, () => later(10_000))
    await progress.step('guarded', 100, () => later(90_000))
    expect(progress.header('b')).toBe('[2/2] b, 1 min 40 s so far, about 1 min 30 s left')
    progress.skip('guarded', 100)
    expect(progress.header('c')).toContain('about 0 s left')
  })

  test('a step that fails is over, and teaches nothing', async () => {
    const progress = progressOf([{ kind: 'baseline', blocks: 10 }], 1, { unguarded: 0, baseline: 1_000, guarded: 0 }, () => 0)
    await expect(progress.step('baseline', 10, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(progress.header('a')).toContain('about 0 s left')
  })

  test.each([
    [999, '1 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [130_000, '2 min 10 s'],
    [725_000, '12 min'],
    [3_660_000, '1 h 1 min'],
  ])('%i ms: %s', (ms, text) => expect(duration(ms)).toBe(text))
})

describe('checkSameChain', () => {
  const a = labRun({ ops: ops({ '115:x:0': true }) })
  const other = (from: number) => a.blocks.map((b) => (b.number >= from ? { ...b, hash: `other ${b.number}` } : b))

  test('equal until our first transaction, then anything', () => {
    expect(() => checkSameChain(a, { ...a, blocks: other(112) }, { before: 112 })).not.toThrow()
    expect(() => checkSameChain(a, { ...a, blocks: other(111) }, { before: 112 })).toThrow(
      'block 111 of the run: got "other 111"; want hash 111',
    )
    expect(() => checkSameChain(a, { ...a, blocks: other(HEAD + 40) }, { before: undefined })).toThrow('block 140')
  })

  test('other fees: hashes until the attack, then loss and outcomes until our first transaction', () => {
    const fees = { before: 120, otherFees: true }
    expect(() => checkSameChain(a, { ...a, blocks: other(110) }, fees)).not.toThrow()
    expect(() => checkSameChain(a, { ...a, blocks: other(109) }, fees)).toThrow('block 109')
    const richer = lossRows((block) => (a.loss.find((l) => l.block === block)?.gainUsd ?? 0) + (block === 119 ? 5 : 0))
    expect(() => checkSameChain(a, { ...a, loss: richer }, fees)).toThrow('loss at block 119')
    expect(() => checkSameChain(a, { ...a, loss: richer }, { ...fees, before: 119 })).not.toThrow()
    const failing = { ...a, ops: ops({ '115:x:0': false }) }
    expect(() => checkSameChain(a, failing, fees)).toThrow('operation 115:x:0 of the run: got "fails"; want succeeds')
    expect(() => checkSameChain(a, failing, { ...fees, before: 115 })).not.toThrow()
  })
})
