import { describe, expect, test } from 'vitest'
import { bench, authorityChange as change, market, marketKey, POOL } from '../../test/builders.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { CHANGE } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { authorityChange } from './authority-change.ts'

/** Owners, code and delays have detectors of their own. */
const OTHERS: readonly number[] = [CHANGE.owner, CHANGE.implementation, CHANGE.proxyAdmin, CHANGE.delay]
const OWN = Object.entries(CHANGE).filter(([, code]) => !OTHERS.includes(code))

type Values = Parameters<typeof change>[1]
const run = (values: Values = {}) => bench(authorityChange()).block((w) => change(w, values))
const severity = (values: Values) => run(values)[0]?.severity

describe('authority-change', () => {
  test('fires: a risk parameter loosened outside the governed path', () => {
    expect(run()).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 1,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000001",
          "chainId": 1,
          "detector": "authority-change",
          "evidence": {
            "after": "9900",
            "before": "8000",
            "change": "parameter",
            "contract": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "governed": 0,
            "loosens": 1,
            "role": "0x0000000000000000000000000000000000000000000000000000000000000007",
          },
          "id": "0xc00115b1b56fc80185df4a28e4de4172850c614cadc6b11ba8d0ca7b36bb66c6",
          "paramsHash": "0xf62b6131dcecc96c078acce1978c7f5e73adc0aa9f2237188771924f0f8edea5",
          "provisional": false,
          "severity": "critical",
          "source": "authority",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:0x5745544800000000000000000000000000000000",
            "kind": "market",
          },
          "summary": "a risk parameter of 0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0 outside the governed path: 8000 became 9900; it lets somebody take more",
          "timeS": 1700000012,
        },
      ]
    `)
  })

  test("fires: in the market's own figures, where the words of the change are bitmaps", () => {
    const [found] = bench(authorityChange()).block((w) => {
      change(w, { before: 2n ** 200n, after: 2n ** 201n })
      market(w, 'WETH', {
        ltvBps: 9_900,
        goodLtvBps: 8_000,
        thresholdBps: 8_500,
        goodThresholdBps: 8_500,
        supplyCap: 0,
        goodSupplyCap: 500,
      })
    })
    expect(found?.summary).toContain('LTV in bps 9900, by governance 8000, supply cap 0, by governance 500;')
    expect(found?.evidence).toMatchObject({ before: hex32(2n ** 200n), after: hex32(2n ** 201n) })
  })

  test('fires: each change has its name, and its words are told as what they are', () => {
    const word = 0xabcdefn
    const told = OWN.map(([name, code]) => {
      const [found] = run({ change: code, before: word, after: 1n })
      expect(found?.evidence['change']).toBe(name)
      return [name, found?.evidence['before']]
    })
    const address = addressOf(word)
    expect(Object.fromEntries(told)).toEqual({
      roleGranted: address,
      roleRevoked: address,
      roleAdmin: hex32(word),
      parameter: '11259375',
      oracleSource: address,
    })
  })

  test('fires: what lets somebody take more and was not governed, by what it gives', () => {
    const severities = OWN.map(([name, code]) => [name, severity({ change: code })])
    expect(Object.fromEntries(severities)).toEqual({
      roleGranted: 'high',
      roleRevoked: 'high',
      roleAdmin: 'critical',
      parameter: 'critical',
      oracleSource: 'critical',
    })
  })

  test('fires: on a pending transaction, before it is in a block', () => {
    expect(bench(authorityChange()).block((w) => change(w), { pending: true })).toMatchObject([{ severity: 'critical' }])
  })

  test('quiet in severity: through governance it is told, whatever it does', () => {
    for (const [, code] of OWN) {
      expect(severity({ change: code, governed: 1, loosens: 0 })).toBe('info')
      expect(severity({ change: code, governed: 1, loosens: 1 })).toBe('low')
    }
  })
  test('quiet in severity: outside the governed path, but it only tightens', () => {
    for (const [, code] of OWN) expect(severity({ change: code, loosens: 0 })).toBe('low')
  })
  test('quiet: what other detectors tell', () => {
    for (const code of OTHERS) for (const governed of [0, 1]) expect(run({ change: code, governed })).toEqual([])
  })
  test('quiet: nothing changed, and what changed in the block before is not told again', () => {
    const b = bench(authorityChange())
    expect(b.block()).toEqual([])
    expect(b.block((w) => change(w))).toHaveLength(1)
    expect(b.block()).toEqual([])
  })

  test('is about the market, or its venue, or the chain', () => {
    const about = (values: Values) => run(values)[0]?.subject
    expect(about({})).toEqual({ kind: 'market', chainId: 1, id: marketKey('WETH') })
    expect(about({ market: 0 })).toEqual({ kind: 'venue', chainId: 1, id: POOL })
    expect(about({ market: 0, venue: 0 })).toEqual({ kind: 'chain', chainId: 1, id: '1' })
  })

  test('tells the role as 32 bytes, as contracts and the assessment name it', () => {
    expect(run({ role: 255n })[0]?.evidence['role']).toBe(`0x${'00'.repeat(31)}ff`)
    expect(run({ role: 2n ** 256n - 1n })[0]?.evidence['role']).toBe(`0x${'ff'.repeat(32)}`)
  })

  test('edge: the greatest address is one, a bit more is a word and is not cut', () => {
    const most = 2n ** 160n - 1n
    expect(run({ change: CHANGE.oracleSource, after: most })[0]?.evidence['after']).toBe(addressOf(most))
    expect(run({ change: CHANGE.oracleSource, after: most + 1n })[0]?.evidence['after']).toBe(hex32(most + 1n))
  })
  test('edge: the greatest number that is told as one', () => {
    expect(run({ after: 2n ** 64n - 1n })[0]?.evidence['after']).toBe('18446744073709551615')
    expect(run({ after: 2n ** 64n })[0]?.evidence['after']).toBe(hex32(2n ** 64n))
  })
  test('edge: a change that this build does not know, a market that is not there, and a row of zeros', () => {
    expect(run({ change: 77 })).toMatchObject([{ severity: 'high', evidence: { change: 'unknown' } }])
    expect(run({ market: 2 ** 32 - 1 })).toMatchObject([{ severity: 'critical' }])
    const zeros = { venue: 0, market: 0, change: 0, loosens: 0, contract: 0n, role: 0n, before: 0n, after: 0n }
    expect(run(zeros)).toMatchObject([{ severity: 'low', subject: { kind: 'chain' } }])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(authorityChange())
    const write = (w: World) => change(w)
    b.block(write)
    const before = b.world.store.dump()
    const first = b.block(write)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block()).toEqual([])
    b.undo()
    expect(b.block(write)).toEqual(first)
  })

  test('parameters there are none', () => expect(() => authorityChange({ maxSigmas: 8 } as object)).toThrow())
})
