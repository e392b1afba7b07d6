import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Hex } from '../core/flow.ts'
import { IllegalTransitionError, type IntentState, intentId, mayBecome, type NewIntent } from './intent.ts'
import { edge, hashOf, tempFolder } from './record.builders.ts'
import { type NodeRecord, openRecord } from './record.ts'

let place: ReturnType<typeof tempFolder>
let record: NodeRecord
beforeEach(() => {
  place = tempFolder()
  record = openRecord({ folder: place.folder, nodeId: 'n1' })
})
afterEach(() => {
  record.close()
  place.remove()
})

const SIGNER: Hex = '0x00000000000000000000000000000000000000aa'
const wanted = (n: number): NewIntent => ({
  ...{ chainId: 1, guard: SIGNER, operation: 'execute', entry: hashOf(n), subject: hashOf(0), round: 0 },
  ...{ window: 5, step: 0, incident: hashOf(n), class: 'throttle', calldata: '0x01' },
})
let serial = 0
const signed = (nonce: number) => ({
  ...{ signer: SIGNER, nonce, raw: '0x02' as Hex, txHash: hashOf(serial++, 7), signedBlock: 3 },
  ...{ maxFeePerGas: 2n ** 80n, priorityFeePerGas: 1n },
})
const intentEntries = () => [...record.entries({ kinds: ['intent'] })].length
const note = () => [edge(1, {}, 'intent')]

describe('intents', () => {
  test('planned twice is planned once; amounts above 2^53 come back whole, after a restart too', () => {
    const { intents } = record
    const { id } = intents.plan(wanted(1), 3, note)
    expect(intents.plan(wanted(1), 4, note)).toMatchObject({ id, askedBlock: 3 })
    expect(id).toBe(intentId(wanted(1)))
    expect(intentEntries()).toBe(1)
    intents.advance(id, 'simulated', 3)
    const bytes = signed(0)
    intents.sign(id, bytes, 3)
    record.close()
    record = openRecord({ folder: place.folder, nodeId: 'n1' })
    expect(record.intents.get(id)).toMatchObject({ state: 'signed', signed: bytes })
    expect(record.status().activeIntents).toHaveLength(1)
  })

  test('a step and its log entry are there together or not at all', () => {
    const { id } = record.intents.plan(wanted(1), 3)
    const bad = { ...edge(1, { x: Number.NaN }, 'intent') }
    expect(() => record.intents.advance(id, 'simulated', 4, {}, [bad])).toThrow()
    expect(record.intents.get(id)?.state).toBe('planned')
  })

  test('one nonce, one live transaction; what was replaced or given up does not count', () => {
    const { intents } = record
    const [a, b] = [1, 2].map((n) => intents.plan(wanted(n), 3).id) as [Hex, Hex]
    for (const id of [a, b]) intents.advance(id, 'simulated', 3)
    intents.sign(a, signed(4), 3)
    expect(() => intents.sign(b, signed(4), 3)).toThrow('UNIQUE')
    expect(intents.get(b)).toMatchObject({ state: 'simulated', signed: null })
    intents.sign(a, signed(4), 3)
    expect(intents.transactions(a).map(({ state }) => state)).toEqual(['replaced', 'live'])
    intents.release(a, 'obsolete', 4)
    intents.sign(b, signed(4), 4)
    expect(intents.transactionsFrom(1, SIGNER, 4).map(({ state }) => state)).toEqual(['replaced', 'released', 'live'])
  })

  test('a reorg leads out of an end, and only out of those above it', () => {
    const { intents } = record
    const ids = [1, 2].map((n) => {
      const { id } = intents.plan(wanted(n), 3)
      intents.advance(id, 'simulated', 3)
      intents.sign(id, signed(n), 3)
      return intents.advance(id, 'mined', 3 + n, { minedBlock: 3 + n, minedHash: hashOf(3 + n) }).id
    })
    expect(intents.orphan(1, 4, 9).map(({ id }) => id)).toEqual([ids[1]])
    expect(intents.get(ids[1] ?? '0x')).toMatchObject({ state: 'sent', minedBlock: null, orphanedBlock: 9 })
    expect(intents.get(ids[0] ?? '0x')?.state).toBe('mined')
    expect(intents.orphan(2, 0, 9)).toEqual([])
  })

  test("a reorg may undo what others did: what ended for that from the block on stays ended and says so, what ended before doesn't", () => {
    const { intents } = record
    const ended = [3, 4, 5].map((block) => intents.advance(intents.plan(wanted(block), 2).id, 'obsolete', block).id)
    expect(intents.orphan(1, 4, 4)).toEqual([])
    expect(ended.map((id) => intents.get(id))).toMatchObject([
      { state: 'obsolete', orphanedBlock: null },
      { state: 'obsolete', orphanedBlock: 4 },
      { state: 'obsolete', orphanedBlock: 4 },
    ])
  })

  test('property: only legal steps happen, live nonces are unique, each step is one log entry', () => {
    const states: readonly IntentState[] = ['planned', 'simulated', 'signed', 'sent', 'mined', 'failed', 'obsolete']
    const step = fc.record({ intent: fc.nat(2), to: fc.constantFrom(...states), nonce: fc.nat(2), release: fc.boolean() })
    const ids = [11, 12, 13].map((n) => record.intents.plan(wanted(n), 1).id)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (taken) => {
        const { intents } = record
        for (const { intent, to, nonce, release } of taken) {
          const id = ids[intent] ?? '0x'
          const before = intents.get(id)
          const log = intentEntries()
          let error: unknown
          try {
            if (to === 'signed') intents.sign(id, signed(nonce), 2, note())
            else if (release && (to === 'planned' || to === 'failed' || to === 'obsolete')) intents.release(id, to, 2, {}, note())
            else intents.advance(id, to, 2, to === 'mined' ? { minedBlock: 2 } : {}, note())
          } catch (cause) {
            error = cause
          }
          const after = intents.get(id)
          const legal = mayBecome(before?.state ?? 'planned', to)
          expect(after?.state).toBe(error === undefined ? to : before?.state)
          expect(intentEntries()).toBe(log + (error === undefined ? 1 : 0))
          if (!legal) expect(error).toBeInstanceOf(IllegalTransitionError)
          if (after?.state === 'signed' || after?.state === 'sent') expect(after.signed).not.toBeNull()
        }
        const live = record.intents.transactionsFrom(1, SIGNER, 0).filter(({ state }) => state === 'live')
        expect(new Set(live.map(({ nonce }) => nonce)).size).toBe(live.length)
        record.intents.orphan(1, 0, 1) // so that later runs find more than ends
      }),
      { numRuns: 60, seed: 5 },
    )
    expect(record.verify().ok).toBe(true)
  })
})
