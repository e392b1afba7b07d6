import { describe, expect, test } from 'vitest'
import { account, bench, FEED, feed, market, marketKey, put, round } from '../../test/builders.ts'
import { FLOW, NO_TX } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { oracleBackrun } from './oracle-backrun.ts'

interface Act {
  readonly tx: number
  readonly kind: (typeof FLOW)[keyof typeof FLOW]
  readonly usd: number
  readonly by?: number
}
/** The update is transaction 5: from 2,000 to `price`. */
const write =
  (price: number, acts: readonly Act[], txIndex = 5) =>
  (w: World) => {
    const row = feed(w)
    market(w, 'WETH', { feed: row + 1 })
    account(w)
    round(w, price, { txIndex })
    for (const { tx, kind, usd, by = 1 } of acts) put(w.flows, undefined, { venue: 1, market: 1, account: by, kind, usd, txIndex: tx })
  }
const run = (...input: Parameters<typeof write>) => bench(oracleBackrun()).block(write(...input))
const loop: readonly Act[] = [
  { tx: 4, kind: FLOW.borrow, usd: 50_000 },
  { tx: 6, kind: FLOW.liquidation, usd: 40_000 },
]

describe('oracle-backrun', () => {
  test('fires: borrowed before the update, liquidated after it, in one block', () => {
    expect(run(1_900, loop)).toMatchObject([
      {
        severity: 'high',
        source: 'accounts',
        subject: { kind: 'feed', id: FEED },
        summary: 'an account took 50000 USD before the update and was liquidated for 40000 USD after it, in one block',
        evidence: { account: marketKey('ann'), txIndex: 5 },
      },
    ])
  })
  test('fires: collateral before an update upwards, a loan after it', () => {
    const acts = [
      { tx: 1, kind: FLOW.supply, usd: 50_000 },
      { tx: 9, kind: FLOW.borrow, usd: 40_000 },
    ]
    expect(run(2_100, acts)).toMatchObject([{ severity: 'medium' }])
    expect(run(1_900, acts)).toEqual([])
  })
  test('quiet: other accounts, the other order, the same transaction, one side only', () => {
    expect(run(1_900, [loop[0] as Act, { ...(loop[1] as Act), by: 2 }])).toEqual([])
    expect(
      run(
        1_900,
        loop.map((act) => ({ ...act, tx: 10 - act.tx })),
      ),
    ).toEqual([])
    expect(
      run(
        1_900,
        loop.map((act) => ({ ...act, tx: 5 })),
      ),
    ).toEqual([])
    expect(run(1_900, [loop[1] as Act])).toEqual([])
  })
  test('quiet: an update that was read, or that moved nothing', () => {
    expect(run(1_900, loop, NO_TX)).toEqual([])
    expect(run(2_000, loop)).toEqual([])
  })
  test('edge: exactly 1,000 USD is dust, a cent more is not', () => {
    const of = (usd: number) =>
      run(
        1_900,
        loop.map((act) => ({ ...act, usd })),
      ).length
    expect([of(1_000), of(1_000.01)]).toEqual([0, 1])
  })
  test('edge: a move just under 30 bps pays nobody, 30 bps do', () => {
    expect([run(1_994.0001, loop).length, run(1_994, loop).length]).toEqual([0, 1])
  })
  test('edge: rows out of this world never throw', () => {
    for (const odd of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY])
      run(
        odd,
        loop.map((act) => ({ ...act, usd: odd })),
      )
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(oracleBackrun())
    const first = b.block(write(1_900, loop))
    b.undo()
    expect(b.block(write(2_000, loop))).toEqual([])
    b.undo()
    expect(b.block(write(1_900, loop))).toEqual(first)
  })
})
