// What is offered to the quorum while blocks come, and while they don't.
import { describe, expect, test } from 'vitest'
import { CHAIN_ID, GUARD, hashOf } from '../test/builders.ts'
import type { Errand, Proposal } from './core/flow.ts'
import type { Step } from './fold.ts'
import { Relay } from './relay.ts'

const proposal = (operation: Proposal['operation'], round = 0): Proposal => ({
  chainId: CHAIN_ID,
  guard: GUARD,
  operation,
  entry: hashOf(1),
  subject: hashOf(2),
  step: 0,
  round,
  incident: hashOf(3),
  action: 'freeze',
  market: 0,
})
const step = (more: Partial<Step>): Step => ({ entries: [], questions: [], proposals: [], acceptable: [], errands: [], ...more })
const wants = (...proposals: Proposal[]) => step({ proposals, acceptable: proposals })
const errand: Errand = {
  kind: 'beginLift',
  chainId: CHAIN_ID,
  guard: GUARD,
  entry: hashOf(1),
  subject: hashOf(2),
  round: 0,
  incident: hashOf(3),
}

function relay() {
  const offers: { readonly operations: readonly string[]; readonly timeS: number }[] = []
  const sent: unknown[] = []
  const quorum = {
    offer: async (proposals: readonly Proposal[], _: unknown, timeS: number) =>
      void offers.push({ operations: proposals.map((p) => p.operation), timeS }),
  }
  const made = new Relay({
    quorum: quorum as unknown as ConstructorParameters<typeof Relay>[0]['quorum'],
    sender: { respond: async (wanted) => void sent.push(wanted) },
    index: 0,
    nodes: 1,
    blockTimeS: 12,
    onError: (error) => {
      throw error
    },
  })
  return { made, offers, sent }
}

describe('the relay', () => {
  test('without blocks upkeep goes on in the windows of the ticks, and what was decided on the last block is not signed in them', async () => {
    const { made, offers } = relay()
    made.begin({ number: 7, timeS: 1_000 })
    await made.act(wants(proposal('execute')))
    for (const timeS of [1_060, 1_120]) {
      made.tick(timeS)
      await made.act(wants(proposal('renew')))
    }
    expect(offers).toEqual([
      { operations: ['execute'], timeS: 1_012 },
      { operations: ['renew'], timeS: 1_072 },
      { operations: ['renew'], timeS: 1_132 },
    ])
    made.begin({ number: 8, timeS: 1_130 })
    await made.act(wants(proposal('lift', 1)))
    expect(offers.at(-1)).toEqual({ operations: ['lift'], timeS: 1_142 })
  })

  test('edge: a clock that went back does not take the chain along', async () => {
    const { made, offers } = relay()
    made.begin({ number: 7, timeS: 1_000 })
    made.tick(900)
    await made.act(step({}))
    expect(offers).toEqual([{ operations: [], timeS: 1_012 }])
  })

  test('an errand of a tick is sent as one of a block is', async () => {
    const { made, sent } = relay()
    made.begin({ number: 7, timeS: 1_000 })
    made.tick(1_600)
    await made.act(step({ errands: [errand] }))
    await made.settled()
    expect(sent).toEqual([errand])
  })
})
