// What a rehearsal showed is an input: it is asked for until it is answered, belongs to the newest block, and is undone with it.
import { expect, test } from 'vitest'
import { CHAIN_ID, hashOf, START_S } from '../test/builders.ts'
import { queued, STRANGER, TIMELOCK } from '../test/support/governed.ts'
import { ASSESS_RULES } from './assess/assess.ts'
import type { BlockInput, Hex, Input } from './core/flow.ts'
import { addressOf, hex32 } from './core/words.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import { detectors } from './detect/index.ts'
import { queuedHarm } from './detect/queued-harm.ts'
import { Fold } from './fold.ts'
import { timelocksOf } from './protocols/timelock/index.ts'
import type { Protocol } from './state/protocol.ts'
import { OPERATION, rehearsals } from './state/tables.ts'
import type { World } from './state/world.ts'
import { stateHash } from './store/checkpoint.ts'

const timelock = addressOf(TIMELOCK)
const inner = timelocksOf({ chainId: CHAIN_ID, timelocks: [timelock], rehearse: { leadS: 3_600 } })
/** Block 2 queues an operation of one call without data, due a day later; block 9 executes it. */
const written: Protocol = {
  ...inner,
  apply(world: World, { number }: BlockInput) {
    if (number === 2) queued(world, { dataBytes: 0 }, { etaS: START_S + 86_400, calls: 1 })
    if (number === 9) world.queuedOperations.columns.state.set(0, OPERATION.executed)
  },
  watchpoints: () => [{ kind: 'power', subject: timelock, name: 'owner', call: { to: timelock, data: '0x8da5cb5b' } }],
}
const fold = (): Fold =>
  new Fold({
    chainId: CHAIN_ID,
    protocols: [written],
    venues: [],
    detectors: [queuedHarm(), detectors.blind()],
    assess: ASSESS_RULES,
    playbook: PLAYBOOK,
    rulesHash: hashOf(0),
  })
const block = (number: number, stepS = 12, fork = 0): Extract<Input, { kind: 'committed' }> => ({
  kind: 'committed',
  block: {
    chainId: CHAIN_ID,
    number,
    hash: hashOf(number + fork),
    parentHash: hashOf(number - 1),
    timeS: START_S + stepS * number,
    logs: [],
    reads: [],
  },
})
const to = (f: Fold, last: number, from = 1): void => {
  for (let n = from; n <= last; n++) f.step(block(n))
}
const operation = `${timelock}:0`
const answer = (onHash: Hex, run: 'queued' | 'due' = 'queued', after = STRANGER): Extract<Input, { kind: 'rehearsed' }> => ({
  kind: 'rehearsed',
  chainId: CHAIN_ID,
  onHash,
  operation,
  run,
  tried: true,
  partial: false,
  why: '',
  failedCall: -1,
  logs: [],
  values: [{ kind: 'power', subject: timelock, name: 'owner', before: hex32(1n), after: hex32(after) }],
})
const runs = (f: Fold) => f.trials().map(({ run }) => run)
const stateOf = (f: Fold) => stateHash(f.world.store.dump())

test('asked from the block on that queues it, with what is to be looked at, until it is answered', () => {
  const f = fold()
  expect(f.trials()).toEqual([])
  to(f, 1)
  expect(f.trials()).toEqual([])
  to(f, 3, 2)
  const [trial] = f.trials()
  expect(trial).toMatchObject({ operation, run: 'queued', atS: START_S + 86_400, onNumber: 3, onHash: hashOf(3) })
  expect(trial?.watchpoints).toHaveLength(1)
})

test('a finding, and an entry that says what was seen; the block is no other for it', () => {
  const f = fold()
  to(f, 3)
  const { entries } = f.step(answer(hashOf(3)))
  expect(entries.map(({ kind }) => kind)).toEqual(['rehearsal', 'finding'])
  expect(entries[1]?.body).toMatchObject({
    detector: 'queued-harm',
    severity: 'high',
    block: 3,
    basis: 'local',
    evidence: { strangers: 1 },
  })
  expect(f.trials(), 'the second run waits for its time').toEqual([])
  const other = fold()
  to(other, 3)
  expect(f.step(block(4)).entries, 'verdicts are about blocks').toEqual(other.step(block(4)).entries)
})

test('again before it is due, and that it differs is seen; never after it was executed', () => {
  const f = fold()
  to(f, 3)
  f.step(answer(hashOf(3)))
  f.step(block(4, (86_400 - 3_600) / 4 - 1))
  expect(runs(f)).toEqual([])
  f.step(block(5, (86_400 - 3_600) / 5))
  expect(runs(f)).toEqual(['due'])
  const { entries } = f.step(answer(hashOf(5), 'due', 7n))
  expect(entries[1]?.body).toMatchObject({ severity: 'high', evidence: { differs: 1, run: 2 } })
  const g = fold()
  to(g, 9)
  expect(g.trials()).toEqual([])
})

test('undone with its block, and asked again on the other branch', () => {
  const [f, straight] = [fold(), fold()]
  to(f, 3)
  to(straight, 3)
  const before = stateOf(f)
  f.step(block(4, 12, 10_000))
  f.step(answer(hashOf(3)))
  expect(runs(f)).toEqual([])
  f.step({ kind: 'reorged', chainId: CHAIN_ID, toNumber: 3, toHash: hashOf(3) })
  expect(stateOf(f)).toBe(before)
  expect(f.exportFindings()).toEqual([])
  expect(runs(f)).toEqual(['queued'])
  expect(f.step(block(4))).toEqual(straight.step(block(4)))
  expect(stateOf(f)).toBe(stateOf(straight))
})

test('an answer about a block that is gone, about nobody, or while a gap is open, is nothing', () => {
  const f = fold()
  to(f, 3)
  const before = stateOf(f)
  expect(f.step(answer(hashOf(77))).entries).toEqual([])
  expect(stateOf(f)).toBe(before)
  expect(f.step({ ...answer(hashOf(3)), operation: 'nobody' }).entries.map(({ kind }) => kind)).toEqual(['rehearsal'])
  expect(f.world.store.table(rehearsals).count).toBe(0)
  f.step({ ...block(5), kind: 'provisional' })
  expect(f.trials()).toEqual([])
  expect(f.step(answer(hashOf(3))).entries).toEqual([])
})
