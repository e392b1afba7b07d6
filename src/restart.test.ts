import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actingVenue, feed } from '../test/builders.ts'
import { ASSESS_RULES } from './assess/assess.ts'
import type { Hex } from './core/flow.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import { Fold } from './fold.ts'
import { block, hashOf, tempFolder } from './record/record.builders.ts'
import { type NodeRecord, openRecord } from './record/record.ts'
import { restore, takeCheckpoint, wayBack } from './restart.ts'
import type { Protocol } from './state/protocol.ts'
import { createWorld } from './state/world.ts'
import { stateHash } from './store/checkpoint.ts'

const RULES = hashOf(0)
const OTHER_RULES = hashOf(99)
const head = (number: number) => ({ chainId: 1, number, hash: hashOf(number), rulesHash: RULES })

describe('the way back', () => {
  const record = (...numbers: number[]) => ({ checkpointHeads: (rules: Hex) => (rules === RULES ? numbers.map(head) : []) })
  /** The chain left ours after this block. */
  const leaving = (after: number) => async (number: number) => (number <= after ? hashOf(number) : hashOf(number, 1))

  test('is the newest checkpoint that is still on the chain', async () => {
    expect(await wayBack(record(512, 256), RULES, leaving(600))).toEqual(head(512))
    expect(await wayBack(record(512, 256), RULES, leaving(511))).toEqual(head(256))
    expect(await wayBack(record(512, 256), RULES, leaving(255))).toBeUndefined()
    expect(await wayBack(record(512), RULES, async () => undefined)).toBeUndefined() // a shorter chain
    expect(await wayBack(record(512), OTHER_RULES, leaving(600))).toBeUndefined()
  })
})

describe('a restart', () => {
  const EVERY = 10
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

  /** Remembers all blocks it has seen in one sum, so that one left out or seen twice shows. */
  const summing: Protocol = {
    ...actingVenue(createWorld(1)).protocol,
    apply: (world, { number }) => {
      const row = feed(world)
      world.feeds.columns.price.set(row, world.feeds.columns.price.get(row) * 1.5 + number)
    },
  }
  const fold = (rulesHash = RULES) =>
    new Fold({ chainId: 1, protocols: [summing], venues: [], detectors: [], assess: ASSESS_RULES, playbook: PLAYBOOK, rulesHash })
  const stateOf = (f: Fold) => stateHash(f.world.store.dump())
  /** As the pipeline does it: step, commit, and a checkpoint that is stored at once. */
  const run = (f: Fold, from: number, to: number, rulesHash = RULES) => {
    for (let n = from; n <= to; n++) {
      const input = block(n)
      const { inputSeq } = record.commit({ input, entries: f.step(input).entries })
      const taken = n % EVERY === 0 ? takeCheckpoint(f, rulesHash, inputSeq) : undefined
      if (taken) record.saveCheckpoint(taken)
    }
    return f
  }
  const straight = (to: number) => {
    const f = fold()
    for (let n = 1; n <= to; n++) f.step(block(n))
    return stateOf(f)
  }
  const reopen = (...tampering: string[]) => {
    record.close()
    const db = new Libsql(`${place.folder}/firebreak.db`)
    for (const sql of tampering) db.exec(sql)
    db.close()
    record = openRecord({ folder: place.folder, nodeId: 'n1' })
  }
  /** What restoring says, and whether the state is that of a node that never stopped. */
  const restored = (at: number, rulesHash = RULES) => {
    const f = fold(rulesHash)
    const said = restore(f, record, rulesHash)
    return { said, whole: stateOf(f) === straight(at), head: f.head?.number }
  }

  test('from the newest checkpoint and the inputs since', () => {
    run(fold(), 1, 25)
    reopen()
    expect(restored(25)).toEqual({ said: 'restarted from the checkpoint of block 20 and 5 inputs', whole: true, head: 25 })
  })

  test('a broken byte in the newest checkpoint: from the older one, and it says so', () => {
    run(fold(), 1, 25)
    reopen("update checkpoints set bytes = cast(bytes || x'00' as blob) where throughInputSeq = 20")
    const said = 'restarted from the checkpoint of block 10 (the checkpoint of block 20 is damaged) and 15 inputs'
    expect(restored(25)).toEqual({ said, whole: true, head: 25 })
  })

  test('both broken: the chain is read again, the log is kept', () => {
    run(fold(), 1, 25)
    const { seq } = record.head()
    reopen("update checkpoints set bytes = x'00'")
    const said =
      'no checkpoint fits (the checkpoint of block 20 is damaged; the checkpoint of block 10 is damaged): reading the chain again'
    expect(restored(0)).toEqual({ said, whole: true, head: undefined })
    expect(record.verify()).toMatchObject({ ok: true, entries: seq })
    // and the next restart rests on what was read since
    run(fold(), 1, 12)
    expect(restored(12)).toEqual({ said: 'restarted from the checkpoint of block 10 and 2 inputs', whole: true, head: 12 })
  })

  test('one broken and no other, all inputs still there: they are folded from the first', () => {
    run(fold(), 1, 15)
    reopen("update checkpoints set bytes = x'00'")
    expect(restored(15)).toEqual({ said: 'restarted from the first stored input and 15 inputs', whole: true, head: 15 })
  })

  const changed = `the rules have changed (${RULES}, now ${OTHER_RULES}): reading the chain again`
  test.each([
    ['no checkpoint yet', 5],
    ['one checkpoint, all inputs', 15],
    ['two checkpoints', 25],
  ])('other rules, %s: nothing that is stored is folded, the log is kept', (_, blocks) => {
    run(fold(), 1, blocks)
    const { seq } = record.head()
    reopen()
    expect(restored(0, OTHER_RULES)).toEqual({ said: changed, whole: true, head: undefined })
    expect([...record.inputsSince(0)]).toEqual([])
    expect(record.verify()).toMatchObject({ ok: true, entries: seq })
    run(fold(OTHER_RULES), 1, 12, OTHER_RULES)
    reopen()
    expect(restored(12, OTHER_RULES)).toMatchObject({ said: expect.stringContaining('restarted from'), whole: true, head: 12 })
    // and back: what the others stored is not mixed in
    expect(restored(0)).toMatchObject({ said: expect.stringContaining('the rules have changed'), head: undefined })
  })
})
