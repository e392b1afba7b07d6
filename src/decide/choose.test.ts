import { keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  ACTIONS,
  account,
  actingVenue,
  actionInForce,
  assetOf,
  bench,
  CHAIN_ID,
  entryOf,
  GUARD,
  hashOf,
  incident,
  market,
  put,
  START_S,
} from '../../test/builders.ts'
import type { ActionName, EffectRow, Hex, Incident, Option, Outcome, Probe } from '../core/flow.ts'
import { addressSubject } from '../core/subject.ts'
import { ROLE } from '../state/authority.ts'
import type { Action, Protocol, Relief, Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'
import { choose } from './choose.ts'
import { OBSERVE, optionsFor } from './options.ts'
import { PLAYBOOK } from './playbook.ts'

const at = { number: 5, hash: hashOf(5), timeS: START_S }
const on = (action: ActionName, asset: string): string => `${action}(${assetOf(asset)})`
const probe = (name: string, usd: number): Probe => ({ name, from: GUARD, to: GUARD, data: '0x', usd })
/** An option that worked, with the probes that still succeed after it. */
const held = (option: string, ...succeeded: readonly string[]): Outcome => ({ option, executed: true, why: '', succeeded })

/** WETH at twice its good price, 10 m of it supplied; USDC lends 8 m: 7.2 m can be taken. */
function setting(actions: Protocol['actions'] = ACTIONS, prepare: (world: World) => void = () => {}) {
  const { world } = bench()
  market(world, 'WETH', { price: 4_000, goodPrice: 2_000, borrowing: 0, cashUsd: 0 })
  market(world, 'USDC')
  const venue = actingVenue(world, actions)
  prepare(world)
  return {
    world,
    decide(values: Partial<Incident> = {}, outcomes: readonly Outcome[] = [], probes: readonly Probe[] = []) {
      const of = incident({ lossAtRiskUsd: 7_200_000, ...values })
      return choose(world, venue, { incident: of, options: optionsFor(world, venue, of), probes, outcomes }, PLAYBOOK, at)
    },
    options: (values: Partial<Incident> = {}) => optionsFor(world, venue, incident(values)).map((o) => o.id),
  }
}
const only = (...names: readonly ActionName[]): Protocol['actions'] =>
  Object.fromEntries(names.map((name) => [name, ACTIONS[name]])) as Protocol['actions']
const changed = (name: ActionName, effect: Partial<EffectRow>): Protocol['actions'] => {
  const action = ACTIONS[name]
  return action ? { [name]: { ...action, effect: { ...action.effect, ...effect } } } : {}
}

describe('options', () => {
  test('are what the venue offers, on the cause first, then on all that lends', () => {
    expect(setting().options()).toEqual([
      'observe',
      on('supplyCap', 'WETH'),
      on('stopBorrowingAgainst', 'WETH'),
      on('freeze', 'WETH'),
      on('reservePause', 'WETH'),
      'borrowCap(all)',
      'stopBorrowing(all)',
      'reservePause(lending)',
      'reservePause(all)',
    ])
    expect(setting(only('supplyCap')).options()).toEqual(['observe', on('supplyCap', 'WETH')])
    expect(setting({}).options()).toEqual(['observe'])
  })
  test('on a market that drains: what stops it being lent; on a suspect that drains too: what stops the cause', () => {
    expect(setting().options({ suspects: [], drained: [1] })).toEqual([
      'observe',
      on('borrowCap', 'USDC'),
      on('stopBorrowing', 'USDC'),
      on('reservePause', 'USDC'),
      'borrowCap(all)',
      'stopBorrowing(all)',
      'reservePause(lending)',
      'reservePause(all)',
    ])
    expect(setting(only('borrowCap', 'stopBorrowingAgainst')).options({ suspects: [1], drained: [1] })).toEqual([
      'observe',
      on('stopBorrowingAgainst', 'USDC'),
      'borrowCap(all)',
    ])
  })
  test('not what is in force already, nor what the Guard has retired or never had', () => {
    const { world, options } = setting(only('supplyCap', 'freeze'))
    const row = actionInForce(world, 'freeze', 'WETH')
    expect(options()).toEqual(['observe', on('supplyCap', 'WETH')])
    world.guardActions.columns.active.set(row, 0)
    world.guardEntries.columns.live.set(world.guardEntries.find(entryOf('supplyCap')) ?? -1, 0)
    expect(options()).toEqual(['observe', on('freeze', 'WETH')])
  })
})

describe('the choice', () => {
  test('is the least harm; of equals the narrowest, and nothing wider is signed for others', () => {
    const decision = setting().decide()
    expect(decision.chosen).toBe('borrowCap(all)')
    expect(decision.reason).toMatchInlineSnapshot(`"harm 13 USD against 5,400,000 by watching; next best stopBorrowing(all) with 13"`)
    expect(decision.proposals).toEqual([
      {
        chainId: CHAIN_ID,
        guard: GUARD,
        operation: 'execute',
        entry: entryOf('borrowCap'),
        subject: addressSubject(assetOf('USDC')),
        step: 0,
        round: 0,
        incident: hashOf(0xf1),
        action: 'borrowCap',
        market: 1,
      },
    ])
    expect(decision.acceptable).toEqual(decision.proposals)
    expect(decision).toMatchObject({ block: 5, blockHash: at.hash, timeS: START_S, incident: hashOf(0xf1) })
  })

  test('of equals with one class: the fewest markets', () => {
    const more = setting(only('stopBorrowingAgainst', 'stopBorrowing'), (w) => {
      market(w, 'DAI', { agedBorrowers: 0 })
      w.markets.columns.agedBorrowers.set(1, 100) // both harms are 33 USD
    })
    const decision = more.decide()
    expect(decision.weighed.filter((w) => w.lossLeftUsd === 0).map((w) => Math.round(w.harmUsd))).toEqual([33, 33])
    expect(decision.chosen).toBe(on('stopBorrowingAgainst', 'WETH'))
  })

  test('what else it signs is as good as its own, own first, and nothing narrower serves', () => {
    const decision = setting(only('stopBorrowingAgainst', 'stopBorrowing', 'reservePause')).decide()
    expect(decision.chosen).toBe('stopBorrowing(all)')
    expect(decision.acceptable.map((p) => p.action)).toEqual(['stopBorrowing', 'stopBorrowingAgainst'])
  })

  test('an action that is in force though this block does not show it: our view is behind, and nothing wider is done', () => {
    const decision = setting().decide({}, [{ option: 'borrowCap(all)', executed: false, why: 'AlreadyActive', succeeded: [] }])
    expect(decision).toMatchObject({ chosen: 'observe', proposals: [], acceptable: [] })
    expect(decision.reason).toContain('in force already')
  })

  test('an option that the Guard refuses in simulation is not taken', () => {
    const decision = setting().decide({}, [{ option: 'borrowCap(all)', executed: false, why: 'StillCooling', succeeded: [] }])
    expect(decision.chosen).toBe('stopBorrowing(all)')
    expect(decision.weighed.find((w) => w.option === 'borrowCap(all)')).toMatchObject({
      allowed: false,
      why: 'the Guard refuses: StillCooling',
    })
  })

  test('edge: what the guardian has vetoed is passed over until the second in which the veto ends, with no simulation too', () => {
    const vetoed = (vetoUntilS: number) => {
      const s = setting(ACTIONS, (world) => actionInForce(world, 'borrowCap', 'USDC', { active: 0, round: 0, expiresAtS: 0, vetoUntilS }))
      put(s.world.chains, '1', { chainId: 1, timeS: START_S })
      return s.decide()
    }
    const first = 'borrowCap(all)'
    expect([vetoed(0).chosen, vetoed(START_S).chosen]).toEqual([first, first])
    const next = vetoed(START_S + 1)
    expect([first, 'observe']).not.toContain(next.chosen)
    expect(next.weighed.find((w) => w.option === first)?.why).toBe(`the guardian has vetoed it until ${START_S + 1}`)
    expect(next.acceptable.length).toBeGreaterThan(0)
    expect(next.acceptable.some((p) => p.entry === entryOf('borrowCap'))).toBe(false)
  })
  test('a disarmed Guard: nothing is proposed nor signed for others, also with no simulation', () => {
    const decision = setting(ACTIONS, (world) => put(world.guards, GUARD, { armed: 0 })).decide()
    expect(decision).toMatchObject({ chosen: 'observe', acceptable: [], proposals: [] })
    expect(new Set(decision.weighed.filter((w) => w.option !== 'observe').map((w) => w.why))).toEqual(new Set(['the Guard is disarmed']))
  })
  test('an option after which the attack goes on is worth what it still takes', () => {
    const { decide } = setting()
    const probes = [probe('a', 3_000_000), probe('b', 1_000_000)]
    const outcomes = ['borrowCap(all)', 'stopBorrowing(all)'].map((option) => held(option, 'a', 'b'))
    const decision = decide({}, [...outcomes, held(on('stopBorrowingAgainst', 'WETH'))], probes)
    expect(decision.chosen).toBe(on('stopBorrowingAgainst', 'WETH'))
    expect(decision.weighed.find((w) => w.option === 'borrowCap(all)')).toMatchObject({
      lossLeftUsd: 4_000_000,
      simulated: true,
      why: 'simulated',
    })
  })

  test('the analytic bound is not lowered by a simulation that tried too little', () => {
    const [, supplyCap] = setting().decide({}, [held(on('supplyCap', 'WETH'))]).weighed
    expect(supplyCap).toMatchObject({ option: on('supplyCap', 'WETH'), simulated: true, lossLeftUsd: 4_000_000 })
  })

  test('late: with no outcomes the analytic bound decides', () => {
    const { chosen, weighed } = setting().decide()
    expect(chosen).not.toBe('observe')
    expect(weighed.every((w) => !w.simulated)).toBe(true)
    expect(weighed.find((w) => w.option === 'borrowCap(all)')?.why).toBe('late: analytic bound')
    expect(weighed.map((w) => [w.option, Math.round(w.lossLeftUsd)])).toEqual([
      ['observe', 7_200_000],
      [on('supplyCap', 'WETH'), 4_000_000],
      [on('stopBorrowingAgainst', 'WETH'), 0],
      [on('freeze', 'WETH'), 4_000_000],
      [on('reservePause', 'WETH'), 4_000_000],
      ['borrowCap(all)', 0],
      ['stopBorrowing(all)', 0],
      ['reservePause(lending)', 0],
      ['reservePause(all)', 0],
    ])
  })

  test('what it costs people counts: for a small loss it watches', () => {
    const { decide, world } = setting()
    for (const row of [0, 1]) world.markets.columns.suppliedUsd.set(row, 100)
    world.markets.columns.cashUsd.set(1, 10)
    const decision = decide({ lossAtRiskUsd: 40 })
    expect(decision).toMatchObject({
      chosen: 'observe',
      proposals: [],
      acceptable: [],
      reason: 'every action would harm more than it saves',
    })
  })

  test('the round is that of the Guard', () => {
    const { decide, world } = setting(only('borrowCap'))
    actionInForce(world, 'borrowCap', 'USDC', { active: 0, round: 7 })
    expect(decide().proposals).toMatchObject([{ round: 7 }])
  })
})

describe('hard constraints', () => {
  const pause = only('reservePause')
  const why = (decision: ReturnType<ReturnType<typeof setting>['decide']>, option: string) =>
    decision.weighed.find((w) => w.option === option)?.why

  test('what closes exits or liquidations needs two independent sources', () => {
    const sure = { probability: 0.95 }
    const one = setting(pause).decide({ ...sure, sources: ['reporters'] })
    expect(one).toMatchObject({ chosen: 'observe', reason: 'no action is allowed on this evidence' })
    expect(why(one, 'reservePause(all)')).toBe('closes exits or liquidations: needs two independent sources')
    expect(setting(pause).decide({ ...sure, sources: ['pool', 'reporters'] }).chosen).toBe('reservePause(lending)')
  })

  test.each(['withdraws', 'repays', 'liquidates'] as const)('also if all it closes is that one %s', (exit) => {
    const actions = changed('borrowCap', { [exit]: 'no' })
    expect(setting(actions).decide({ sources: ['reporters'] }).chosen).toBe('observe')
    expect(setting(actions).decide({ sources: ['pool', 'reporters'] }).chosen).toBe('borrowCap(all)')
  })

  test('one source is enough for what leaves exits and liquidations open', () => {
    expect(setting().decide({ sources: ['reporters'], probability: 0.5 }).chosen).toBe('borrowCap(all)')
  })

  test('irreversible: never automatic, however sure and however much is at stake', () => {
    const decision = setting(changed('borrowCap', { reversible: false })).decide({
      probability: 1,
      sources: ['accounts', 'pool', 'reporters'],
    })
    expect(decision.chosen).toBe('observe')
    expect(why(decision, 'borrowCap(all)')).toBe('irreversible: never automatic')
  })

  test.each([
    ['throttle', 'borrowCap', 'all', 0.3],
    ['market', 'stopBorrowing', 'all', 0.5],
    ['pause', 'reservePause', 'lending', 0.9],
  ] as const)('edge: class %s from its least probability on', (_, action, where, least) => {
    expect(setting(only(action)).decide({ probability: least }).chosen).toBe(`${action}(${where})`)
    const under = setting(only(action)).decide({ probability: least - 0.001 })
    expect(under.chosen).toBe('observe')
    expect(why(under, `${action}(${where})`)).toContain(`under ${least} for class`)
  })

  test('what flows or could flow proves nothing by itself, however sure', () => {
    const sure = { probability: 0.98 }
    for (const sources of [['pool'], ['exchange'], ['exchange', 'pool']] as const) {
      const decision = setting().decide({ ...sure, sources })
      expect(decision.chosen).toBe('observe')
      expect(why(decision, 'borrowCap(all)')).toContain('proves nothing by itself')
    }
    expect(setting().decide({ ...sure, sources: ['exchange', 'authority'] }).chosen).toBe('borrowCap(all)')
  })

  test('what a role that is in wrong hands can undo is no answer: the next authority up is', () => {
    const withPause = { ...only('stopBorrowingAgainst', 'stopBorrowing'), ...changed('reservePause', { undoneBy: ['EMERGENCY_ADMIN'] }) }
    const thief = { probability: 0.95, sources: ['authority', 'exchange'], compromised: [ROLE.RISK_ADMIN] } as const
    const decision = setting(withPause).decide(thief)
    expect(decision.chosen).toBe('reservePause(lending)')
    expect(why(decision, on('stopBorrowingAgainst', 'WETH'))).toBe('whoever took RISK_ADMIN can undo it at once')
    // the thief is gone: the narrow answer holds again
    expect(setting(withPause).decide({ ...thief, compromised: [] }).chosen).toBe('stopBorrowing(all)')
    // both roles in wrong hands: nothing that would last
    expect(setting(withPause).decide({ ...thief, compromised: [ROLE.RISK_ADMIN, ROLE.EMERGENCY_ADMIN] }).chosen).toBe('observe')
  })

  test('watching is always allowed', () => {
    expect(setting().decide({ probability: 0, sources: [] })).toMatchObject({
      chosen: OBSERVE.id,
      weighed: [{ option: 'observe', allowed: true }, {}, {}, {}, {}, {}, {}, {}, {}],
    })
    expect(setting({}).decide().reason).toBe('the venue offers no action here')
    expect(setting().decide({ lossAtRiskUsd: 0 }).chosen).toBe('borrowCap(all)') // the tables decide, not what the incident said
  })
})

describe('liquidation', () => {
  const LIQUIDATOR: Hex = `0x${'11'.repeat(20)}`
  const liquidate: Action = {
    class: 'account',
    effect: { ...(ACTIONS.borrowCap as Action).effect, borrowsOf: 'yes', reversible: false, role: 'anyone', undoneBy: [] },
    does: 'liquidates',
  }
  /** Accounts that owe so much of 1,000 each, times a size; relief repays half and takes 5 % more. */
  function crash(sizes: readonly number[], owes = 830, room = 1e9) {
    const { world } = bench()
    market(world, 'WETH')
    const rows = sizes.map((size, n) =>
      account(world, { collateralE8: BigInt(size * 1_000e8), debtE8: BigInt(size * owes * 1e8), status: 1, liquidations: n }, `a${n}`),
    )
    const relief = (w: World, row: number): Relief => {
      const user = assetOf(`a${rows.indexOf(row)}`)
      const repaidUsd = Number(w.accounts.columns.debtE8.get(row)) / 2e8
      const data: Hex = `0x${user.slice(2)}`
      const step = {
        entry: keccak256(data),
        subject: addressSubject(user),
        step: 0,
        action: 'liquidate',
        market: 0,
        call: { to: LIQUIDATOR, data },
      } as const
      return { step, collateral: 0, roomUsd: room, repaidUsd, seizedUsd: repaidUsd * 1.05 }
    }
    const venue: Venue = { ...actingVenue(world, { liquidate }), relief }
    const of = incident({ suspects: [], sources: ['accounts'], probability: 0.5, unattendedProbability: 0.5, unattended: rows })
    const options = optionsFor(world, venue, of)
    return {
      options,
      decide: (outcomes: readonly Outcome[], values: Partial<Incident> = {}) =>
        choose(world, venue, { incident: { ...of, ...values }, options, probes: [], outcomes }, PLAYBOOK, at),
    }
  }

  test('the accounts that would leave most uncovered come first, four at once at most', () => {
    const { options } = crash([10, 50, 30, 20, 40])
    expect(options.map((o) => [o.id, o.steps.length])).toEqual([
      ['observe', 0],
      [`liquidate(${assetOf('a1')})`, 1],
      ['liquidate(4 accounts)', 4],
    ])
    expect(options[2]?.steps.map((s) => s.subject)).toEqual(['a1', 'a4', 'a2', 'a3'].map((a) => addressSubject(assetOf(a))))
  })

  test('is chosen where the simulation shows that it works, as a call that anyone may make', () => {
    const { decide, options } = crash([100, 50])
    const decision = decide(options.slice(1).map((o) => held(o.id)))
    expect(decision.chosen).toBe('liquidate(2 accounts)')
    const data: Hex = `0x${assetOf('a1').slice(2)}`
    expect(decision.proposals[1]).toEqual({
      chainId: CHAIN_ID,
      guard: LIQUIDATOR,
      operation: 'call',
      entry: keccak256(data),
      subject: addressSubject(assetOf('a1')),
      step: 0,
      round: 1,
      incident: hashOf(0xf1),
      action: 'liquidate',
      market: 0,
      data,
    })
  })

  test('never without a simulation, and not if it shows a refusal', () => {
    const { decide, options } = crash([100, 50])
    expect(decide([])).toMatchObject({ chosen: 'observe' })
    const refused: readonly Outcome[] = options.slice(1).map((o) => ({ option: o.id, executed: false, why: 'Toxic', succeeded: [] }))
    expect(decide(refused)).toMatchObject({ chosen: 'observe' })
    expect(decide([...refused.slice(1), held((options[1] as Option).id)]).chosen).toBe((options[1] as Option).id)
  })

  test('together no more than the exchange can take of one collateral; the first in any case', () => {
    const { options } = crash([10, 50, 30], 830, 35_000) // 21,788, 13,073 and 4,358 USD of collateral to be sold
    expect(options.at(-1)?.steps.map((s) => s.subject)).toEqual(['a1', 'a2'].map((a) => addressSubject(assetOf(a))))
    expect(crash([50], 830, 0).options).toHaveLength(2)
  })

  test('not where a further fall would leave nothing uncovered', () => {
    const { options } = crash([100, 50], 750)
    expect(options.map((o) => o.id)).toEqual(['observe'])
  })
})
