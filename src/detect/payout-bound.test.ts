import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { OPTION_MARKET, payout } from '../../test/support/option-rows.ts'
import { PAYOUT } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { payoutBound } from './payout-bound.ts'

const WAD = 10n ** 18n
const write =
  (paid: bigint, bound: bigint, kind: number = PAYOUT.settled) =>
  (w: World) =>
    payout(w, paid, bound, { kind })

describe('payout-bound', () => {
  test('fires: an option that paid twice', () => {
    const b = bench(payoutBound())
    expect(b.block(write(200n * WAD, 200n * WAD))).toEqual([])
    expect(b.block(write(400n * WAD, 200n * WAD))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "payout-bound",
          "evidence": {
            "account": 7n,
            "boundE18": 200000000000000000000n,
            "excessE18": 200000000000000000000n,
            "insolventE18": 0n,
            "kind": 1,
            "optionPosition": 0,
            "paidE18": 400000000000000000000n,
          },
          "id": "0x6af396ea15e96a9fc0b364c5e1421dca3135e07ce76e0270d2c6210ec5a9c52d",
          "paramsHash": "0x96cd1ed4469a0e9efb1a1da60d479d5bac2b4ab5b66e87e1ca1a4435871dcaf0",
          "provisional": false,
          "severity": "critical",
          "source": "accounts",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "kind": "venue",
          },
          "summary": "a settled option paid more than its intrinsic value or its collateral: 400 against 200",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: of every kind, and where nothing may be paid at all', () => {
    for (const kind of Object.values(PAYOUT))
      expect(bench(payoutBound()).block(write(2n * WAD, WAD, kind))).toMatchObject([
        { severity: 'critical', subject: { kind: 'venue', id: OPTION_MARKET } },
      ])
    expect(bench(payoutBound()).block(write(1_001n, 0n))).toHaveLength(1)
  })

  test('fires once a payout, also twice in a block', () => {
    const b = bench(payoutBound())
    const found = b.block((w) => {
      for (let n = 0; n < 2; n++) payout(w, 2n * WAD, WAD)
    })
    expect(found).toHaveLength(2)
    expect(b.block()).toEqual([])
  })

  test('quiet: all that is due, or less', () => {
    const b = bench(payoutBound())
    for (const [paid, bound] of [
      [0n, 0n],
      [0n, WAD],
      [WAD / 2n, WAD],
      [2n ** 256n - 1n, 2n ** 256n - 1n],
    ] as const)
      expect(b.block(write(paid, bound))).toEqual([])
  })

  test('edge: exactly at the rounding allowed is quiet, one unit past it fires', () => {
    const at = (excess: bigint) => bench(payoutBound()).block(write(10n ** 30n + excess, 10n ** 30n))
    expect(at(1_000n)).toEqual([])
    expect(at(1_001n)).toMatchObject([{ evidence: { excessE18: 1_001n } }])
    const none = (excess: bigint) => bench(payoutBound({ roundingUnits: 0n })).block(write(WAD + excess, WAD))
    expect(none(0n)).toEqual([])
    expect(none(1n)).toHaveLength(1)
  })

  test('undo: the payout taken back and made again, the same finding', () => {
    const b = bench(payoutBound())
    b.block(write(WAD, WAD))
    const found = b.block(write(3n * WAD, WAD))
    b.undo()
    expect(b.block(write(3n * WAD, WAD))).toEqual(found)
  })
})
