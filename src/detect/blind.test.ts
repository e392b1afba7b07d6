import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { BLIND_REASONS } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { blind } from './blind.ts'

const chain = (values: Parameters<typeof put<World['chains']['table']['schema']>>[2]) => (w: World) =>
  put(w.chains, '1', { chainId: 1, number: 100, ...values })

describe('blind', () => {
  test('fires: in every block until we see again', () => {
    const b = bench(blind())
    expect(b.block(chain({ blindSince: 99, blindReason: 2 }))).toMatchInlineSnapshot(`
      [
        {
          "basis": "local",
          "block": 1,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000001",
          "chainId": 1,
          "detector": "blind",
          "evidence": {
            "checked": 0,
            "lastBlock": 100,
            "mismatches": 0,
            "reason": "stalled",
            "sinceBlock": 99,
          },
          "id": "0x1f5ef6eed6c1327af63edb3586fb849c3190302a2e06656ffdb0a93850a650a4",
          "paramsHash": "0xe70317620cc1dbcc7e30dcd2bb5441a66892c0fd4c47ff8dfedd5a34a3ea4b12",
          "provisional": false,
          "severity": "high",
          "source": "endpoint",
          "subject": {
            "chainId": 1,
            "id": "1",
            "kind": "chain",
          },
          "summary": "blind since block 99: stalled",
          "timeS": 1700000012,
        },
      ]
    `)
    expect(b.block()).toHaveLength(1)
    expect(b.block(chain({ blindSince: 0, blindReason: 0 }))).toEqual([])
  })
  test('fires: for every reason there is, each in its own word', () => {
    for (const [blindReason, reason] of BLIND_REASONS.entries())
      expect(bench(blind()).block(chain({ blindSince: 5, blindReason }))).toMatchObject([
        { severity: 'high', basis: 'local', evidence: { reason } },
      ])
  })
  test('quiet: we see', () => expect(bench(blind()).block(chain({ checked: 7, mismatches: 1 }))).toEqual([]))
  test('quiet: before the first block', () => expect(bench(blind()).block()).toEqual([]))
  test('quiet: a pending transaction does not blind us', () => {
    expect(bench(blind()).block(chain({ blindSince: 5, blindReason: 1 }), { pending: true })).toEqual([])
  })
  test('edge: since block 1 we are blind, since block 0 we are not', () => {
    expect(bench(blind()).block(chain({ blindSince: 1 }))).toHaveLength(1)
    expect(bench(blind()).block(chain({ blindSince: 0, blindReason: 3 }))).toEqual([])
  })
  test('edge: a reason that this build does not know is unknown, never a throw', () => {
    expect(bench(blind()).block(chain({ blindSince: 2 ** 32 - 1, blindReason: 2 ** 32 - 1 }))).toMatchObject([
      { evidence: { reason: 'unknown' } },
    ])
  })
  test('undo: back to seeing, then blind again, the same finding', () => {
    const b = bench(blind())
    b.block(chain({}))
    const before = b.world.store.dump()
    const first = b.block(chain({ blindSince: 101, blindReason: 1 }))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block()).toEqual([])
    b.undo()
    expect(b.block(chain({ blindSince: 101, blindReason: 1 }))).toEqual(first)
  })
})
