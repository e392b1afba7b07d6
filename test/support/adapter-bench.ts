// An adapter over blocks made by hand: what its contracts answer is said by the test, what isn't said reverts.
import { expect } from 'vitest'
import type { BlockInput, Call, Hex, Log, ReadResult } from '../../src/core/flow.ts'
import { hex32 } from '../../src/core/words.ts'
import { Answers, type Protocol } from '../../src/state/protocol.ts'
import { createWorld } from '../../src/state/world.ts'
import { dumpOf } from './dump.ts'

/** A log of words: topics first, then data. */
export const wordsLog = (address: Hex, topics: readonly (Hex | bigint)[], data: readonly bigint[], at: Partial<Log> = {}): Log => ({
  address,
  topics: topics.map((topic) => (typeof topic === 'bigint' ? hex32(topic) : topic)),
  data: `0x${data.map((word) => hex32(word).slice(2)).join('')}`,
  txHash: hex32(0n),
  txIndex: 0,
  logIndex: 0,
  ...at,
})

export function adapterBench(protocol: Protocol, chainId = 1) {
  const world = createWorld(chainId)
  const says = new Map<string, Hex>()
  const marks: number[] = []
  const said: BlockInput[] = []
  const bench = {
    world,
    protocol,
    say(call: Call, ...words: readonly (bigint | undefined)[]): void {
      const key = `${call.to}${call.data}`
      if (words.some((word) => word === undefined)) says.delete(key)
      else says.set(key, `0x${words.map((word) => hex32(word as bigint).slice(2)).join('')}`)
    },
    mute: (): void => says.clear(),
    /** A block of 12 s after the last one, with what the adapter asks for. */
    block(logs: readonly Log[] = []): readonly Call[] {
      const number = marks.length + 1
      const at = { number, timeS: 1_700_000_000 + number * 12, logs }
      const reads: ReadResult[] = []
      for (let round = 0; ; round++) {
        const wanted = protocol.reads(world, at, new Answers(reads))
        if (wanted.length === 0) break
        expect(round).toBeLessThan(4)
        for (const one of wanted) reads.push({ ...one, result: says.get(`${one.to}${one.data}`) ?? null })
      }
      marks.push(world.store.mark())
      said.push({ chainId, hash: hex32(BigInt(number)), parentHash: hex32(BigInt(number - 1)), ...at, reads })
      bench.apply(said.at(-1) as BlockInput)
      return reads
    },
    apply(block: BlockInput): void {
      world.store.begin()
      protocol.apply(world, block, new Answers(block.reads))
    },
    /** Takes the last block back, and gives it. */
    undo(): BlockInput {
      world.store.undoTo(marks.pop() as number)
      return said.pop() as BlockInput
    },
    bytes: (): readonly string[] => dumpOf(world).split('\n'),
  }
  return bench
}
