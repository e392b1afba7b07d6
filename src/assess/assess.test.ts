import { describe, expect, test } from 'vitest'
import {
  account,
  actingVenue,
  actionInForce,
  bench,
  CHAIN_ID,
  feed,
  finding,
  hashOf,
  market,
  marketKey,
  POOL,
  put,
  START_S,
} from '../../test/builders.ts'
import type { Evidence, Finding, Hex } from '../core/flow.ts'
import { ROLE } from '../state/authority.ts'
import { ASSESS_RULES, assess } from './assess.ts'
import { ASSUMED_PROBABILITY, assumedProbability } from './probability.ts'

const RULES = { windowS: 3_600, alertHoldS: 120, dustUsd: 1_000 }

/** A pool with WETH, priced by our feed, and USDC, priced by none. */
function setting() {
  const { world } = bench()
  const weth = market(world, 'WETH', { feed: feed(world) + 1 })
  const usdc = market(world, 'USDC', { cashUsd: 4_000_000 })
  const venues = [actingVenue(world)]
  let block = 0
  return {
    world,
    weth,
    usdc,
    at: (afterS: number, ...findings: readonly Finding[]) =>
      assess(world, findings, { number: ++block, timeS: START_S + afterS }, RULES, venues),
  }
}
const jump = finding()
const drain = finding({
  id: hashOf(0xd1),
  detector: 'outflow-rate',
  source: 'pool',
  severity: 'medium',
  subject: { kind: 'market', chainId: CHAIN_ID, id: marketKey('USDC') },
})

describe('an incident', () => {
  test('is opened by a finding on a feed: its markets are the suspects', () => {
    const { at, weth } = setting()
    expect(at(0, jump)).toEqual([
      {
        id: jump.id,
        chainId: CHAIN_ID,
        venue: 0,
        venueId: POOL,
        status: 'open',
        severity: 'high',
        openedBlock: 1,
        openedTimeS: START_S,
        lastFiringTimeS: START_S,
        sources: ['reporters'],
        findings: [jump.id],
        suspects: [weth],
        drained: [],
        unattended: [],
        compromised: [],
        probability: 0.5,
        unattendedProbability: 0,
        probabilityFrom: 'assumed',
        lossAtRiskUsd: 0,
      },
    ])
  })

  test('joins what is found at one venue: worst severity, sources that differ, cause and effect apart', () => {
    const { at, world, weth, usdc } = setting()
    world.markets.columns.price.set(weth, 2) // too high: value leaves wherever it is lent
    const again = finding({ id: hashOf(0xf2), detector: 'oracle-reporters', severity: 'critical' })
    expect(at(0, jump, drain, again)).toMatchObject([
      {
        id: jump.id,
        severity: 'critical',
        sources: ['pool', 'reporters'],
        suspects: [weth],
        drained: [usdc],
        probability: 0.95,
        findings: [jump.id, drain.id, again.id],
      },
    ])
  })

  test('counts as evidence against a price only what bears on it', () => {
    const { at, world, weth } = setting()
    const bad = finding({
      id: hashOf(0xb1),
      source: 'accounts',
      severity: 'high',
      subject: { kind: 'account', chainId: CHAIN_ID, id: marketKey('ann') },
    })
    const onIt = finding({ ...drain, id: hashOf(0xd2), subject: { kind: 'market', chainId: CHAIN_ID, id: marketKey('WETH') } })
    world.markets.columns.price.set(weth, 0.5) // too low: what falls with it, or leaves elsewhere, says nothing
    expect(at(0, jump, drain, bad)).toMatchObject([{ sources: ['reporters'], probability: 0.5 }])
    expect(at(12, jump, onIt, bad)).toMatchObject([{ sources: ['pool', 'reporters'], probability: 0.75 }])
  })

  test('is one a venue: another venue has its own, or none', () => {
    const { at, world } = setting()
    const other = put(world.venues, 'elsewhere', {})
    put(world.markets, 'elsewhere:1', { venue: other + 1 })
    const there = finding({ id: hashOf(0xe1), source: 'pool', subject: { kind: 'market', chainId: CHAIN_ID, id: 'elsewhere:1' } })
    expect(at(0, there)).toMatchObject([{ id: there.id, venue: other }])
    expect(at(12, there, jump).map((i) => [i.venue, i.id])).toEqual([
      [0, jump.id],
      [other, there.id],
    ])
  })

  test.each([
    ['nothing', []],
    ['a feed that prices nothing here', [finding({ subject: { kind: 'feed', chainId: CHAIN_ID, id: 'other' } })]],
    ['low severity', [finding({ severity: 'low' })]],
    ['our own blindness', [finding({ source: 'endpoint', subject: { kind: 'chain', chainId: CHAIN_ID, id: '1' } })]],
    [
      'a market of another pool that has our name as a prefix',
      [finding({ subject: { kind: 'market', chainId: CHAIN_ID, id: `${POOL}0:1` } })],
    ],
  ])('is not opened by %s', (_, findings) => expect(setting().at(0, ...findings)).toEqual([]))

  test('what was found in a gap is told, but is no source', () => {
    expect(setting().at(0, finding({ provisional: true }))).toMatchObject([{ sources: [], probability: 0, severity: 'high' }])
  })

  test('keeps its id when its first finding leaves the window', () => {
    const { at } = setting()
    const later = finding({ id: hashOf(0xf2), timeS: START_S + 3_550 })
    expect(at(0, jump)).toMatchObject([{ id: jump.id }])
    expect(at(3_599, jump, later)).toMatchObject([{ id: jump.id, findings: [jump.id, later.id] }])
    expect(at(3_600, jump, later)).toMatchObject([{ id: jump.id, findings: [later.id], openedTimeS: START_S, openedBlock: 1 }])
  })

  test('with no action in force it is closed once nothing fires; the next one is another', () => {
    const { at } = setting()
    expect(at(0, jump)).toHaveLength(1)
    expect(at(119, jump)).toMatchObject([{ status: 'open' }])
    expect(at(120, jump)).toEqual([])
    const next = finding({ id: hashOf(0xf3), timeS: START_S + 5_000 })
    expect(at(5_000, jump, next)).toMatchObject([{ id: next.id, openedTimeS: START_S + 5_000 }])
  })

  test('a displaced price keeps it firing, with or without findings', () => {
    const { at, world, weth } = setting()
    at(0, jump)
    world.markets.columns.price.set(weth, 2)
    expect(at(1_000, jump)).toMatchObject([{ status: 'open', lastFiringTimeS: START_S + 1_000 }])
    world.markets.columns.price.set(weth, 1)
    expect(at(1_119, jump)).toHaveLength(1)
    expect(at(1_120, jump)).toEqual([])
  })

  test('contained: our action is in force and nothing more can be taken', () => {
    const { at, world, weth } = setting()
    actingVenue(world)
    world.markets.columns.price.set(weth, 2)
    const [open] = at(0, jump)
    expect(open?.status).toBe('open')
    expect(open?.lossAtRiskUsd).toBeGreaterThan(1_000_000)
    world.markets.columns.ltvBps.set(weth, 0)
    expect(at(12, jump)).toMatchObject([{ status: 'open', lossAtRiskUsd: 0 }]) // by somebody else
    actionInForce(world, 'stopBorrowingAgainst', 'WETH')
    expect(at(24, jump)).toMatchObject([{ status: 'contained', id: jump.id }])
  })

  test('resolved: nothing fires any more, our action is still in force; closed when that has ended', () => {
    const { at, world } = setting()
    actingVenue(world)
    const row = actionInForce(world, 'stopBorrowingAgainst', 'WETH')
    expect(at(119, jump)).toMatchObject([{ status: 'contained' }])
    expect(at(120, jump)).toMatchObject([{ status: 'resolved', id: jump.id }])
    expect(at(9_000)).toMatchObject([{ status: 'resolved', id: jump.id, findings: [], probability: 0 }])
    world.guardActions.columns.active.set(row, 0)
    expect(at(9_012)).toEqual([])
    expect(world.venues.columns.incident.get(0)).toBe(0n)
  })

  test('is undone with its block', () => {
    const { at, world } = setting()
    const mark = world.store.mark()
    const before = world.store.dump()
    at(0, jump)
    world.store.undoTo(mark)
    expect(world.store.dump()).toEqual(before)
    expect(at(0, drain)).toMatchObject([{ id: drain.id }])
  })
})

describe('probability', () => {
  test('is a declared table of severity and independent sources', () => {
    expect(ASSUMED_PROBABILITY).toMatchInlineSnapshot(`
      {
        "critical": [
          0.8,
          0.95,
          0.98,
        ],
        "high": [
          0.5,
          0.75,
          0.85,
        ],
        "info": [
          0,
          0,
          0,
        ],
        "low": [
          0.01,
          0.02,
          0.03,
        ],
        "medium": [
          0.1,
          0.25,
          0.4,
        ],
      }
    `)
  })
  test('rises with either, stays under 1, and is nothing without a source', () => {
    const table = Object.values(ASSUMED_PROBABILITY)
    for (const [n, row] of table.entries()) {
      expect([...row].sort((a, b) => a - b)).toEqual(row)
      for (const [k, p] of row.entries()) expect(p >= (table[n - 1]?.[k] ?? 0) && p < 1).toBe(true)
    }
    expect([assumedProbability('critical', 0), assumedProbability('high', 3), assumedProbability('high', 6)]).toEqual([0, 0.85, 0.85])
  })
})

test('the rules in use', () => expect(ASSESS_RULES).toEqual(RULES))

describe('a role in wrong hands', () => {
  const THIEF: Hex = `0x${'77'.repeat(20)}`
  const used = (evidence: Evidence, severity: Finding['severity'] = 'critical') =>
    finding({
      detector: 'authority-change',
      source: 'authority',
      severity,
      subject: { kind: 'market', chainId: CHAIN_ID, id: marketKey('WETH') },
      evidence: { change: 'parameter', role: ROLE.RISK_ADMIN, ...evidence },
    })
  function stolen() {
    const set = setting()
    const grant = put(set.world.grants, `acl:${ROLE.RISK_ADMIN}:${THIEF}`, {
      contract: 1n,
      role: BigInt(ROLE.RISK_ADMIN),
      holder: BigInt(THIEF),
      active: 1,
    })
    return { ...set, grant }
  }

  test('is compromised as long as somebody outside the governed path holds it; its market is the suspect', () => {
    const { at, world, grant, weth } = stolen()
    expect(at(0, used({}))).toMatchObject([{ compromised: [ROLE.RISK_ADMIN], suspects: [weth], sources: ['authority'] }])
    world.grants.columns.active.set(grant, 0)
    expect(at(12, used({}))).toMatchObject([{ compromised: [] }])
  })
  test('not if only executors hold it, nor by a finding that is not high', () => {
    const { at, world } = stolen()
    expect(at(0, used({}, 'medium'))).toMatchObject([{ compromised: [] }])
    put(world.governed, THIEF, { contract: BigInt(THIEF), executor: 1 })
    expect(at(12, used({}))).toMatchObject([{ compromised: [] }])
  })
  test('role zero is the default admin where a role changed, and unknown elsewhere', () => {
    const { at, world, grant } = stolen()
    world.grants.columns.role.set(grant, 0n)
    expect(at(0, used({ change: 'owner', role: ROLE.DEFAULT_ADMIN_ROLE }))).toMatchObject([{ compromised: [] }])
    expect(at(12, used({ change: 'roleGranted', role: ROLE.DEFAULT_ADMIN_ROLE }))).toMatchObject([
      { compromised: [ROLE.DEFAULT_ADMIN_ROLE] },
    ])
  })
  test('loosened parameters keep it firing until governance has them back, and put what is lent beyond them at risk', () => {
    const { at, world, weth } = stolen()
    world.markets.columns.ltvBps.set(weth, 9_500)
    const risk = at(0, used({}))[0]
    expect(risk?.lossAtRiskUsd).toBeGreaterThan(1_000_000)
    expect(at(7_200)).toMatchObject([{ status: 'open', suspects: [weth] }])
    world.markets.columns.ltvBps.set(weth, 8_000)
    expect(at(7_212)).toMatchObject([{ status: 'open' }])
    expect(at(7_320)).toEqual([])
  })
})

describe('accounts that nobody liquidates', () => {
  const missed = (missedBlocks: number) =>
    finding({
      detector: 'market-solvency',
      source: 'accounts',
      subject: { kind: 'venue', chainId: CHAIN_ID, id: POOL },
      evidence: { missedBlocks },
    })
  const E8 = 100_000_000n
  function fallen() {
    const set = setting()
    const under = account(set.world, { collateralE8: 1_000_000n * E8, debtE8: 850_000n * E8, status: 1 }, 'under')
    account(set.world, { collateralE8: 1_000_000n * E8, debtE8: 1_100_000n * E8, status: 2 }, 'bad')
    account(set.world, { collateralE8: 1_000_000n * E8, debtE8: 500_000n * E8 }, 'fine')
    return { ...set, under }
  }

  test('those under their threshold that have more than they owe, with what a further fall would leave uncovered at risk', () => {
    const { at, under } = fallen()
    expect(at(0, missed(3))).toMatchObject([{ unattended: [under], lossAtRiskUsd: 100_000, unattendedProbability: 0.5 }]) // 850,000 - 750,000
  })
  test('none for bad debt alone, and none once the finding is older than its alert', () => {
    const { at } = fallen()
    expect(at(0, missed(0))).toMatchObject([{ unattended: [], lossAtRiskUsd: 0, unattendedProbability: 0 }])
    const { at: later, under } = fallen()
    expect(later(119, missed(3))).toMatchObject([{ unattended: [under] }])
    expect(later(120, missed(3))).toEqual([])
  })
})
