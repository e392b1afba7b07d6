import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assetOf, market, marketKey, POOL } from '../../test/builders.ts'
import { executor, queued, STRANGER, TIMELOCK } from '../../test/support/governed.ts'
import type { Hex, Input, RehearsedLog, RehearsedValue } from '../core/flow.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { isRehearsed, POWER_TOPICS, recordRehearsal } from './rehearsals.ts'
import { createWorld } from './world.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>
const OPERATION = `${addressOf(TIMELOCK)}:0`
const [GRANTED, OWNED, ADMIN, UPGRADED, MODULE, OWNER] = POWER_TOPICS as [Hex, Hex, Hex, Hex, Hex, Hex]

function world() {
  const w = createWorld(1)
  w.store.begin()
  executor(w)
  queued(w, { dataBytes: 0 })
  market(w, 'WETH', { decimals: 18, price: 2_000, cashUsd: 1_000_000, pools: 1, depthUsd: 500_000 })
  return w
}
const answer = (of: Partial<Rehearsed>): Rehearsed => ({
  kind: 'rehearsed',
  chainId: 1,
  onHash: '0x',
  operation: OPERATION,
  run: 'queued',
  tried: true,
  partial: false,
  why: '',
  failedCall: -1,
  logs: [],
  values: [],
  ...of,
})
const record = (of: Partial<Rehearsed>, w = world(), creditUsd?: (parameters: Hex) => number) => {
  recordRehearsal(w, answer(of), [{ creditUsd: (_, __, parameters) => creditUsd?.(parameters) }])
  return w.rehearsals.at(w.rehearsals.find(`${of.operation ?? OPERATION}:${of.run ?? 'queued'}`) ?? 99)
}
const value = (
  kind: RehearsedValue['kind'],
  before: Hex | null,
  after: Hex | null,
  name = kind as string,
  subject: string = marketKey('WETH'),
) => ({
  kind,
  subject,
  name,
  before,
  after,
})
const log = (topic: Hex, topics: readonly bigint[], data: Hex = '0x', address: Hex = POOL): RehearsedLog => ({
  address,
  topics: [topic, ...topics.map(hex32)],
  data,
})
const words = (...all: readonly bigint[]): Hex => `0x${all.map((one) => hex32(one).slice(2)).join('')}`
/** Collateral, debt, available, threshold, LTV, health: USD with 8 decimals. */
const account = (collateral: number, debt: number, available: number, health: number): Hex =>
  words(
    BigInt(collateral) * 10n ** 8n,
    BigInt(debt) * 10n ** 8n,
    BigInt(available) * 10n ** 8n,
    8_000n,
    7_500n,
    BigInt(Math.round(health * 1e6)) * 10n ** 12n,
  )

describe('power', () => {
  test('of whoever an event or a watched value names, once each, unless they govern', () => {
    const logs = [
      log(GRANTED, [1n, STRANGER, 2n]),
      log(GRANTED, [2n, STRANGER, 2n]),
      log(OWNED, [0n, STRANGER + 1n]),
      log(ADMIN, [], words(0n, STRANGER + 2n)),
      log(MODULE, [STRANGER + 3n]),
      log(OWNER, [], words(STRANGER + 4n)),
      log(GRANTED, [3n, TIMELOCK, 2n]),
      log(OWNED, [STRANGER, 0n]),
    ]
    const values = [value('power', words(TIMELOCK), words(STRANGER + 5n), 'owner'), value('power', words(1n), words(60n), 'delay')]
    const row = record({ logs, values })
    expect([row.strangers, row.stranger, row.powers]).toEqual([6, STRANGER, 2])
  })
  test('code by its slot and its event is one change', () => {
    const subject = POOL
    const row = record({ logs: [log(UPGRADED, [5n])], values: [value('code', words(1n), words(5n), 'implementation', subject)] })
    expect([row.codeChanges, row.changed]).toEqual([1, BigInt(POOL)])
  })
})

describe('markets', () => {
  test('accounts that fall, debt that is bad then, credit that appears, cash that leaves, prices that move', () => {
    const values = [
      value('account', account(1_000, 700, 50, 1.1), account(1_000, 700, 0, 0.9)),
      value('account', account(500, 300, 50, 1.3), account(200, 300, 0, 0.5)),
      value('account', account(500, 100, 200, 3), account(500, 100, 350, 4)),
      value('cash', words(10n ** 20n), words(10n ** 19n)),
      value('price', words(2_000n), words(1_000n)),
      value('price', words(100n), words(101n)),
      value('source', words(1n), words(2n)),
    ]
    expect({ ...pick(record({ values })) }).toEqual({
      fallen: 2,
      fallenDebtUsd: 1_000,
      badDebtUsd: 100,
      takeableUsd: 150,
      cashOutUsd: 180_000,
      priceMoveBps: -5_000,
    })
  })
  test('edge: a health of exactly 1 is not under it', () => {
    expect(record({ values: [value('account', account(1, 1, 0, 1.1), account(1, 1, 0, 1))] }).fallen).toBe(0)
    expect(record({ values: [value('account', account(1, 1, 0, 1.1), account(1, 1, 0, 0.999999))] }).fallen).toBe(1)
  })
  test('credit beyond what the exchange pools pay; of less nothing is said', () => {
    const credit = (parameters: Hex) => (parameters === words(1n) ? 400_000 : 900_000)
    const wider = record({ values: [value('parameter', words(1n), words(2n))] }, world(), credit)
    expect([wider.creditUsd, wider.unbackedUsd, wider.parameters]).toEqual([500_000, 400_000, 1])
    const tighter = record({ values: [value('parameter', words(2n), words(1n))] }, world(), credit)
    expect([tighter.creditUsd, tighter.unbackedUsd]).toEqual([0, 0])
  })
  test('the venue that is touched most is named', () => {
    expect(record({ values: [value('price', words(1n), words(2n))] }).venue).toBe(1)
    expect(record({ values: [value('power', words(1n), words(2n), 'owner', assetOf('x'))] }).venue).toBe(0)
  })
})

describe('the second run', () => {
  const values = [value('power', words(1n), words(2n), 'delay', POOL), value('price', words(1n), words(3n))]
  const second = (of: Partial<Rehearsed>, first: Partial<Rehearsed> = { values }) => {
    const w = world()
    record(first, w)
    return record({ run: 'due', ...of }, w).differs
  }
  test('differs in power, code and what fails; not in prices', () => {
    expect(second({ values })).toBe(0)
    expect(second({ values: [values[0] as RehearsedValue, value('price', words(1n), words(9n))] })).toBe(0)
    expect(second({ values: [value('power', words(1n), words(7n), 'delay', POOL)] })).toBe(1)
    expect(second({ values, logs: [log(GRANTED, [1n, STRANGER, 2n])] })).toBe(1)
    expect(second({ failedCall: 0 })).toBe(1)
  })
  test('is compared only with one that saw as much', () => {
    expect(second({ values }, { tried: false })).toBe(0)
    expect(second({ values: [], partial: true })).toBe(0)
  })
})

test('of an operation that nobody knows there is no row; one that failed moved nothing', () => {
  const w = world()
  recordRehearsal(w, answer({ operation: 'nobody' }), [])
  expect([w.rehearsals.count, isRehearsed(w, 'nobody', 'queued')]).toEqual([0, false])
  const row = record({ failedCall: 2, logs: [log(GRANTED, [1n, STRANGER, 2n])], values: [value('price', words(1n), words(2n))] }, w)
  expect([row.failedCall, row.strangers, row.priceMoveBps, isRehearsed(w, OPERATION, 'queued')]).toEqual([3, 0, 0, true])
})

test('property: whatever an endpoint says, nothing throws', () => {
  const hex = fc.uint8Array({ maxLength: 200 }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
  const word = fc.bigInt(0n, 2n ** 256n - 1n)
  const any = fc.record({
    kind: fc.constantFrom('power', 'code', 'parameter', 'source', 'price', 'cash', 'account' as const),
    subject: fc.oneof(fc.string(), fc.constantFrom(marketKey('WETH'), POOL)),
    name: fc.constantFrom('owner', 'proxy admin', 'delay'),
    before: fc.option(fc.oneof(hex, word.map(hex32))),
    after: fc.option(fc.oneof(hex, word.map(hex32))),
  })
  const logs = fc.array(
    fc.record({ address: hex, topics: fc.array(fc.oneof(word.map(hex32), fc.constantFrom(...POWER_TOPICS)), { maxLength: 4 }), data: hex }),
  )
  fc.assert(
    fc.property(fc.array(any as fc.Arbitrary<RehearsedValue>), logs, fc.boolean(), (values, all, tried) => {
      const row = record({ values, logs: all, tried })
      expect(row.badDebtUsd).toBeGreaterThanOrEqual(0)
    }),
  )
})

const pick = ({ fallen, fallenDebtUsd, badDebtUsd, takeableUsd, cashOutUsd, priceMoveBps }: ReturnType<typeof record>) => ({
  fallen,
  fallenDebtUsd,
  badDebtUsd,
  takeableUsd,
  cashOutUsd,
  priceMoveBps,
})
