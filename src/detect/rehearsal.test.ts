import { describe, expect, test } from 'vitest'
import { bench, market, marketKey, POOL, put, START_S } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import { rehearsal } from './rehearsal.ts'

type Step = readonly [on: 'USDC' | 'WETH' | 'SUSHI' | 'YFI', kind: (typeof FLOW)[keyof typeof FLOW]]
const attack = (asset: Step[0]): readonly Step[] => [
  [asset, FLOW.supply],
  ['USDC', FLOW.borrow],
  [asset, FLOW.liquidation],
  ['USDC', FLOW.withdraw],
]
function run() {
  const b = bench(rehearsal())
  let timeS = START_S
  return {
    ...b,
    /** One transaction of these steps, the largest of `usd`. */
    tx(steps: readonly Step[], usd: number, afterS = 3_600, by = 1, apart = false) {
      timeS += afterS
      return b.block(
        (w) => {
          for (const name of ['USDC', 'WETH', 'SUSHI', 'YFI']) market(w, name, { cashUsd: 2_000_000 })
          for (const [n, [on, kind]] of steps.entries())
            put(w.flows, undefined, {
              venue: 1,
              market: (w.markets.find(marketKey(on)) as number) + 1,
              account: by,
              kind,
              usd: n === 1 ? usd : usd / 2,
              txIndex: apart ? n : 3,
            })
        },
        { timeS },
      )
    },
  }
}
/** The same steps with `small`, then with `large`. */
const twice = (small: number, large: number, afterS = 3_600) => {
  const b = run()
  expect(b.tx(attack('SUSHI'), small)).toEqual([])
  return b.tx(attack('YFI'), large, afterS, 2)
}

describe('rehearsal', () => {
  test('fires: the same steps in another market, by another account, a thousand times larger', () => {
    expect(twice(500, 500_000)).toMatchObject([
      {
        severity: 'medium',
        source: 'accounts',
        subject: { kind: 'venue', id: POOL },
        summary: 'a sequence of 4 steps with 500000 USD, tried 1.0 h ago with 500',
      },
    ])
  })
  test('quiet: the first of its kind; other steps; steps in several transactions; a habit', () => {
    expect(run().tx(attack('YFI'), 500_000)).toEqual([])
    const b = run()
    b.tx(attack('SUSHI'), 500)
    expect(b.tx([...attack('YFI').slice(1), ['YFI', FLOW.repay]], 500_000)).toEqual([])
    expect(b.tx(attack('YFI'), 500_000, 3_600, 1, true)).toEqual([])
    const habit = run()
    for (let n = 0; n < 4; n++) habit.tx(attack('SUSHI'), 500)
    expect(habit.tx(attack('YFI'), 500_000)).toEqual([])
  })
  test('quiet: three steps, as everybody does; the same market twice is another shape', () => {
    const b = run()
    b.tx(attack('SUSHI').slice(0, 3), 500)
    expect(b.tx(attack('SUSHI').slice(0, 3), 500_000)).toEqual([])
    b.tx(attack('USDC'), 500)
    expect(b.tx(attack('YFI'), 500_000)).toEqual([])
  })
  test('edge: exactly a hundred times is quiet, a dollar more fires', () => {
    expect([twice(5_000, 500_000).length, twice(5_000, 500_001).length]).toEqual([0, 1])
  })
  test('edge: exactly 50 bps of what can be lent is quiet, a dollar more fires', () => {
    expect([twice(1, 40_000).length, twice(1, 40_001).length]).toEqual([0, 1])
  })
  test('edge: three weeks are remembered, a second more is not', () => {
    expect([twice(500, 500_000, 21 * 86_400).length, twice(500, 500_000, 21 * 86_400 + 1).length]).toEqual([1, 0])
  })
  test('edge: flows out of this world never throw', () => {
    const b = run()
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1]) b.tx(attack('SUSHI'), odd)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = run()
    b.tx(attack('SUSHI'), 500)
    const before = b.world.store.dump()
    const first = b.tx(attack('YFI'), 500_000)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.tx(attack('YFI'), 500_000, 0)).toEqual(first)
  })
})
