import { describe, expect, test } from 'vitest'
import { assetOf, bench, CHAIN_ID, hashOf, market, put, START_S } from '../../../test/builders.ts'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { addressSubject } from '../../core/subject.ts'
import { ROLE } from '../../state/authority.ts'
import { CHANGE } from '../../state/tables.ts'
import { writeConfig } from './config-bits.ts'
import { judgeParameters, parametersOf } from './parameters.ts'

const CONFIGURATOR: Hex = `0x${'c0'.repeat(20)}`
const TIMELOCK: Hex = `0x${'71'.repeat(20)}`
const GUARD: Hex = `0x${'60'.repeat(20)}`

interface Parts {
  readonly ltvBps?: number
  readonly thresholdBps?: number
  readonly bonusBps?: number
  readonly frozen?: number
  readonly paused?: number
  readonly borrowing?: number
  readonly supplyCap?: number
  readonly borrowCap?: number
}
/** Aave's configuration word. */
const word = (p: Parts): bigint =>
  BigInt(p.ltvBps ?? 8_000) |
  (BigInt(p.thresholdBps ?? 8_500) << 16n) |
  (BigInt(p.bonusBps ?? 10_500) << 32n) |
  (1n << 56n) |
  (BigInt(p.frozen ?? 0) << 57n) |
  (BigInt(p.borrowing ?? 1) << 58n) |
  (BigInt(p.paused ?? 0) << 60n) |
  (BigInt(p.borrowCap ?? 500) << 80n) |
  (BigInt(p.supplyCap ?? 1_000) << 116n)

function setting(options: { readonly governed?: boolean } = {}) {
  const b = bench()
  const { world } = b
  const row = market(world, 'WETH')
  market(world, 'USDC')
  world.venues.columns.configurator.set(0, BigInt(CONFIGURATOR))
  if (options.governed !== false) {
    put(world.governed, TIMELOCK, { contract: BigInt(TIMELOCK), executor: 1 })
    put(world.governed, GUARD, { contract: BigInt(GUARD), executor: 1, own: 1 })
  }
  const log = (txIndex: number, asset = 'WETH'): Log => ({
    address: CONFIGURATOR,
    topics: [hashOf(1), addressSubject(assetOf(asset))],
    data: '0x',
    txHash: hashOf(txIndex),
    txIndex,
    logIndex: txIndex,
  })
  const change = (after: bigint, by: readonly ('human' | 'own' | 'no')[], source?: bigint) => {
    b.block(() => {
      const before = parametersOf(world, [0, 1])
      for (const [txIndex, who] of by.entries())
        if (who !== 'no') put(world.executions, undefined, { txIndex, executor: 1n, own: who === 'own' ? 1 : 0 })
      writeConfig(world, row, after)
      if (source !== undefined) world.markets.columns.priceSource.set(row, source)
      const block: BlockInput = {
        chainId: CHAIN_ID,
        number: 1,
        hash: hashOf(1),
        parentHash: hashOf(0),
        timeS: START_S,
        logs: by.map((_, i) => log(i)),
        reads: [],
      }
      judgeParameters(world, 0, [0, 1], before, block)
    })
    const { columns, count } = world.authorityChanges
    return Array.from({ length: count }, (_, n) => ({
      market: columns.market.get(n) - 1,
      change: columns.change.get(n),
      governed: columns.governed.get(n),
      loosens: columns.loosens.get(n),
      role: columns.role.get(n),
    }))
  }
  const good = () => {
    const m = world.markets.at(row)
    return [m.goodLtvBps, m.goodThresholdBps, m.goodSupplyCap, m.goodBorrowCap]
  }
  change(word({}), [])
  return { ...b, change, good }
}
const risk = BigInt(ROLE.RISK_ADMIN)

describe("a market's parameters", () => {
  test('what it begins with is the measure', () => expect(setting().good()).toEqual([8_000, 8_500, 1_000, 500]))

  test('changed by governance: the measure moves, and it is told', () => {
    const { change, good } = setting()
    expect(change(word({ ltvBps: 9_000 }), ['human'])).toEqual([
      { market: 0, change: CHANGE.parameter, governed: 1, loosens: 1, role: risk },
    ])
    expect(good()).toEqual([9_000, 8_500, 1_000, 500])
  })

  test('changed by anybody else: the measure stays, and the role that it takes is named', () => {
    const { change, good } = setting()
    expect(change(word({ ltvBps: 9_700, supplyCap: 9_000 }), ['no'])).toMatchObject([{ governed: 0, loosens: 1, role: risk }])
    expect(good()).toEqual([8_000, 8_500, 1_000, 500])
    expect(change(word({ ltvBps: 9_700, supplyCap: 9_000, paused: 1 }), ['no'])).toMatchObject([
      { loosens: 0, role: BigInt(ROLE.EMERGENCY_ADMIN) },
    ])
  })

  test('one transaction outside the governed path among governed ones: not governed', () => {
    const { change, good } = setting()
    expect(change(word({ ltvBps: 9_000 }), ['human', 'no'])).toMatchObject([{ governed: 0 }])
    expect(good()[0]).toBe(8_000)
  })

  test('our own Guard moves no measure and is no news, neither in tightening nor in lifting', () => {
    const { change, good } = setting()
    change(word({ ltvBps: 9_700 }), ['no'])
    expect(change(word({ ltvBps: 0 }), ['own'])).toEqual([])
    expect(change(word({}), ['own'])).toEqual([])
    expect(good()[0]).toBe(8_000)
  })

  test('but beside our own call nobody can hide a change beyond the measure, nor can a lift restore one unseen', () => {
    const { change, good } = setting()
    expect(change(word({ ltvBps: 9_700 }), ['own'])).toMatchObject([{ governed: 0, loosens: 1 }])
    expect(good()[0]).toBe(8_000)
  })

  test('a config that names no governance takes every change as governed', () => {
    const { change, good } = setting({ governed: false })
    expect(change(word({ ltvBps: 9_700 }), ['no'])).toEqual([])
    expect(good()[0]).toBe(9_700)
  })

  test.each<[string, Parts, number]>([
    ['a higher LTV', { ltvBps: 8_001 }, 1],
    ['a lower LTV', { ltvBps: 7_999 }, 0],
    ['a higher threshold', { thresholdBps: 8_501 }, 1],
    ['a lower threshold, which lets honest people be liquidated', { thresholdBps: 8_499 }, 1],
    ['a higher bonus', { bonusBps: 10_501 }, 1],
    ['a wider cap', { supplyCap: 1_001 }, 1],
    ['a narrower cap', { supplyCap: 999 }, 0],
    ['no cap at all', { borrowCap: 0 }, 1],
    ['frozen', { frozen: 1 }, 0],
    ['paused', { paused: 1 }, 0],
    ['borrowing off', { borrowing: 0 }, 0],
  ])('%s loosens or not', (_, parts, loosens) => expect(setting().change(word(parts), ['no'])).toMatchObject([{ loosens }]))

  test('unpaused and unfrozen by somebody else loosens', () => {
    const { change } = setting()
    change(word({ frozen: 1, paused: 1 }), ['human'])
    expect(change(word({ paused: 1 }), ['no'])).toMatchObject([{ loosens: 1 }])
    expect(change(word({}), ['no'])).toMatchObject([{ loosens: 1 }])
  })

  test('another price source: told, and it takes the role of the pool admin', () => {
    expect(setting().change(word({}), ['no'], 77n)).toEqual([
      { market: 0, change: CHANGE.oracleSource, governed: 0, loosens: 1, role: BigInt(ROLE.POOL_ADMIN) },
    ])
  })
})
