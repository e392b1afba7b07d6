import { describe, expect, test } from 'vitest'
import type { Hex, Proposal } from '../core/flow.ts'
import { PendingLedger } from './pending-ledger.ts'
import { PLAYBOOK } from './playbook.ts'

const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const who = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const proposal = (n: number): Proposal => ({
  chainId: 1,
  guard: who(9),
  operation: 'execute',
  entry: word(n),
  subject: word(1),
  step: 0,
  round: 0,
  incident: word(7),
  action: 'freeze',
  market: 0,
})
const { actionsPerHour } = PLAYBOOK.pending

describe('the budget of actions on waiting transactions', () => {
  test('so many different ones in an hour, the next is withheld; the same again costs nothing; after an hour it is whole again', () => {
    const ledger = new PendingLedger()
    for (let n = 0; n < actionsPerHour; n++) {
      expect(ledger.forbids(who(n), [proposal(n)], PLAYBOOK)).toBe('')
      ledger.act(word(n), who(1), [proposal(n)], 1_000 + n)
    }
    expect(ledger.forbids(who(50), [proposal(50)], PLAYBOOK)).toContain(`${actionsPerHour} are allowed`)
    expect(ledger.forbids(who(50), [proposal(0)], PLAYBOOK)).toBe('')
    ledger.at(1_000 + 3_599)
    expect(ledger.forbids(who(50), [proposal(50)], PLAYBOOK)).not.toBe('')
    ledger.at(1_000 + 3_600)
    expect(ledger.forbids(who(50), [proposal(50)], PLAYBOOK)).toBe('')
  })

  test('an action of several steps needs room for all of them', () => {
    const all = Array.from({ length: actionsPerHour + 1 }, (_, n) => proposal(n))
    expect(new PendingLedger().forbids(who(1), all, PLAYBOOK)).not.toBe('')
    expect(new PendingLedger().forbids(who(1), all.slice(1), PLAYBOOK)).toBe('')
  })

  test('whoever was included pretended nothing', () => {
    const ledger = new PendingLedger()
    for (const [n, how] of (['included', 'reverted', 'replaced', 'gone'] as const).entries()) {
      ledger.hit(word(n), who(n), false, 10)
      ledger.settle(word(n), how)
    }
    ledger.hit(word(8), who(8), true, 10)
    expect(ledger.counts()).toEqual({ hits: 5, pretended: 3, pretenders: 3 })
  })

  test('a venue is held while its attack is seen, and let go after', () => {
    const ledger = new PendingLedger()
    ledger.saw(who(1), 10)
    expect(ledger.holds(who(1), 10, 120)).toBe(false) // no action stands there
    ledger.act(word(1), who(1), [proposal(1)], 10)
    expect([ledger.holds(who(1), 129, 120), ledger.holds(who(1), 130, 120)]).toEqual([true, false])
    ledger.saw(who(1), 125)
    expect(ledger.holds(who(1), 244, 120)).toBe(true)
  })
})
