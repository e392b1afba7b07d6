import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { decodeRollupLog } from './decode.ts'
import { type RollupSpec, rollup } from './index.ts'

const INBOX: Hex = `0x${'b0'.repeat(20)}`
const POSTS: Hex = `0x${'b1'.repeat(20)}`
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(v).slice(2)).join('')}`
const log = (address: Hex, topics: readonly Hex[], data: Hex): Log => ({ address, topics, data, txHash: '0x', txIndex: 0, logIndex: 0 })
const deposited = log(INBOX, [TOPIC.deposited, words(1n), words(2n), words(0n)], words(32n, 0n))
const output = log(POSTS, [TOPIC.output, words(1n), words(2n), words(3n)], words(5n))
const game = log(POSTS, [TOPIC.game, words(1n), words(0n), words(3n)], '0x')
const delayed = (index: bigint): Log => log(INBOX, [TOPIC.delayed, words(index), words(0n)], words(1n, 2n, 3n, 4n, 5n, 6n))
const batch = (taken: bigint): Log => log(POSTS, [TOPIC.batch, words(1n), words(2n), words(3n)], words(0n, taken, 1n, 2n, 3n, 4n, 0n))

function start(kind: RollupSpec['kind']) {
  const world = createWorld(1)
  const adapter = rollup({
    chainId: 1,
    rollups: [{ name: 'X', rollupChainId: 10, kind, inbox: INBOX.toUpperCase().replace('0X', '0x') as Hex, posts: POSTS }],
  })
  let number = 0
  const block = (...logs: readonly Log[]) => {
    number += 1
    const input: BlockInput = { chainId: 1, number, hash: '0x', parentHash: '0x', timeS: number * 12, logs, reads: [] }
    world.store.begin()
    adapter.apply(world, input, new Answers([]))
    return world.rollups.at(0)
  }
  return { world, adapter, block }
}

describe('rollups from their parent chain', () => {
  test('OP Stack: what was put in is counted, outputs and games are posts, and nobody tells what was taken', () => {
    const { block, adapter, world } = start('op-stack')
    expect(adapter.watches(world).map(({ address }) => address)).toEqual([INBOX, POSTS])
    expect(block()).toMatchObject({ chainId: 1, rollupChainId: 10, queued: 0, posts: 0 })
    expect(block(deposited, deposited)).toMatchObject({ queued: 2, queuedAtS: 24, waitingSinceS: 0 })
    expect(block(output, game)).toMatchObject({ posts: 2, postedAtS: 36, tellsTaken: 0 })
  })
  test('Nitro: the oldest that a batch has not read waits, since it was put in', () => {
    const { block } = start('nitro')
    expect(block(delayed(7n))).toMatchObject({ queued: 8, waitingSinceS: 0 }) // nothing says yet what was read
    expect(block(batch(7n))).toMatchObject({ taken: 7, tellsTaken: 1, waitingSinceS: 12 })
    expect(block(delayed(8n))).toMatchObject({ queued: 9, waitingSinceS: 12 })
    expect(block(batch(8n))).toMatchObject({ waitingSinceS: 36 })
    expect(block(batch(9n))).toMatchObject({ waitingSinceS: 0, posts: 3 })
  })
  test('logs of others, and logs that are not shaped like these, are none', () => {
    const { block } = start('nitro')
    block(
      { ...delayed(7n), address: POSTS },
      { ...batch(3n), address: INBOX },
      log(INBOX, [TOPIC.delayed], '0x'),
      log(POSTS, [TOPIC.batch], words(1n)),
    )
    block(delayed(2n ** 200n), batch(2n ** 49n))
    expect(block()).toMatchObject({ queued: 0, posts: 0 })
    const hex = fc.uint8Array({ maxLength: 300 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
    const topics = fc.array(fc.oneof(hex, fc.constantFrom(...Object.values(TOPIC))), { maxLength: 5 })
    fc.assert(fc.property(topics, hex, (t, data) => void decodeRollupLog({ topics: t, data })))
  })
  test('undo law: back to before, all bytes equal', () => {
    const any = fc.oneof(fc.bigInt(0n, 9_000n).map(delayed), fc.bigInt(0n, 9_000n).map(batch), fc.constantFrom(deposited, output, game))
    fc.assert(
      fc.property(fc.array(fc.array(any, { maxLength: 5 }), { maxLength: 8 }), (blocks) => {
        const { world, block } = start('nitro')
        block(delayed(1n))
        const mark = world.store.mark()
        const before = world.store.dump()
        for (const logs of blocks) block(...logs)
        world.store.undoTo(mark)
        // columns that an adapter made since are empty, not gone
        const after = world.store.dump()
        for (const [name, value] of before) expect(after.get(name)).toEqual(value)
      }),
      { numRuns: 50 },
    )
  })
})
