import { expect, test } from 'vitest'
import type { Certificate, Errand, Proposal } from './core/flow.ts'
import type { Step } from './fold.ts'
import type { Quorum } from './quorum/quorum.ts'
import { Relay } from './relay.ts'

const proposal = (round: number): Proposal => ({
  ...{ chainId: 1, guard: '0x60', operation: 'execute', entry: '0xe1', subject: '0xab', step: 0, round, incident: '0xf1' },
  ...{ action: 'borrowCap', market: 0 },
})
const certificate = (round: number, window = 1): Certificate => ({
  ...{ proposal: proposal(round), window, digest: `0x${round}${window}`, signers: 3n, signatures: '0x' },
})
const step = (...proposals: readonly Proposal[]): Step => ({ entries: [], questions: [], proposals, acceptable: proposals, errands: [] })

/** A node of three; what it hands over to its responder. */
function node(index: number) {
  const sent: (Certificate | Errand)[] = []
  const relay = new Relay({
    quorum: { offer: async () => {} } as unknown as Quorum,
    sender: { respond: async (wanted) => sent.push(wanted) },
    index,
    nodes: 3,
    blockTimeS: 12,
    onError: (error) => {
      throw error
    },
  })
  const at = async (number: number, ...wanted: readonly Proposal[]): Promise<number> => {
    relay.begin({ number, timeS: 12 * number })
    await relay.act(step(...wanted))
    await relay.settled()
    return sent.length
  }
  return { relay, at, sent }
}

test('sends when it is its turn, at once or so many blocks later, and only what is still wanted', async () => {
  const [first, second, third] = [node(0), node(1), node(2)]
  for (const { at, relay } of [first, second, third]) {
    await at(10, proposal(0))
    relay.certified(certificate(0))
    await relay.settled()
  }
  expect([first, second, third].map((n) => n.sent.length)).toEqual([1, 0, 0])
  expect([await first.at(11, proposal(0)), await second.at(11, proposal(0)), await third.at(11, proposal(0))]).toEqual([1, 1, 0])
  expect(await third.at(12), 'not wanted any more').toBe(0)
})

test('a reorg undoes what came of a certificate: it is brought again, in turn, if it is wanted on the new branch', async () => {
  const [first, second] = [node(0), node(1)]
  for (const { at, relay } of [first, second]) {
    await at(10, proposal(0))
    relay.certified(certificate(0))
    await at(11, proposal(0))
    await at(12)
    await at(9) // the reorg: back to their common block
  }
  expect([first.sent.length, second.sent.length]).toEqual([1, 1])
  expect([await first.at(12), await second.at(12)], 'not wanted there').toEqual([1, 1])
  expect([await first.at(13, proposal(0)), await second.at(12, proposal(0))]).toEqual([2, 1])
  expect([await first.at(14, proposal(0)), await second.at(13, proposal(0))], 'once, and in turn').toEqual([2, 2])
})

test('edge: what was sent ten blocks before the reorg is left', async () => {
  const { at, relay, sent } = node(0)
  await at(10, proposal(0))
  relay.certified(certificate(0))
  await at(20)
  await at(19, proposal(0))
  await at(20, proposal(0))
  expect(sent).toHaveLength(1)
})
