// What a race needs to know: the highest bid of all that an action must come before, and their bytes.
import { describe, expect, test } from 'vitest'
import { word } from '../test/support/scripted-chain.ts'
import { blocksFirst } from './blocks-first.ts'
import type { Hex, Input, PendingTx, Proposal } from './core/flow.ts'
import { Race } from './race.ts'

const GUARD: Hex = `0x${'60'.repeat(20)}`
const proposal = (entry: number): Proposal => ({
  chainId: 1,
  guard: GUARD,
  operation: 'execute',
  entry: word(entry),
  subject: word(1),
  step: 0,
  round: 0,
  incident: word(9),
  action: 'freeze',
  market: 0,
})
const tx = (maxFeePerGas: Hex, priorityFeePerGas: Hex): PendingTx => ({
  hash: word(1),
  raw: maxFeePerGas,
  from: GUARD,
  to: GUARD,
  data: '0x',
  value: '0x0',
  nonce: 0,
  gas: 1,
  maxFeePerGas,
  priorityFeePerGas,
})

describe('the race', () => {
  test('holds the highest of each fee, dearer when somebody raises, and nothing after the next block', () => {
    const race = new Race()
    expect(race.enter([proposal(1)], [tx('0x10', '0x5'), tx('0x20', '0x1')])).toBe(false)
    expect(race.outbid(proposal(1))).toMatchObject({ maxFeePerGas: 32n, priorityFeePerGas: 5n })
    expect(race.evidenceFor(proposal(1))).toEqual(['0x10', '0x20'])
    expect(race.enter([proposal(1)], [tx('0x20', '0x1')])).toBe(false)
    expect(race.enter([proposal(1)], [tx('0x21', '0x1')])).toBe(true)
    expect(race.outbid(proposal(2))).toBeUndefined()
    race.begin()
    expect([race.outbid(proposal(1)), race.evidenceFor(proposal(1))]).toEqual([undefined, undefined])
  })
})

describe('blocks first', () => {
  const tick = (timeS: number): Input => ({ kind: 'tick', chainId: 1, timeS })
  const settled: Input = { kind: 'settled', chainId: 1, txHash: word(1), how: 'gone' }

  test('what is there at the same time comes after the block; each block is asked for when the one before was dealt with', async () => {
    const asked: number[] = []
    async function* blocks(): AsyncGenerator<Input, void> {
      for (let n = 1; n <= 3; n++) {
        asked.push(n)
        yield tick(n)
      }
    }
    const waiting = [settled, settled]
    const between = { shift: () => waiting.shift(), some: () => new Promise<void>(() => undefined) }
    const got: string[] = []
    for await (const input of blocksFirst(blocks(), between)) got.push(`${input.kind} after ${asked.length} asked`)
    expect(got).toEqual(['tick after 1 asked', 'tick after 2 asked', 'tick after 3 asked'])
    expect(waiting).toHaveLength(2)
  })

  test('between blocks what waits is given; an error of the blocks comes through', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    async function* blocks(): AsyncGenerator<Input, void> {
      yield tick(1)
      await gate
      throw new Error('gone')
    }
    const waiting = [settled, settled]
    const between = {
      shift: () => waiting.shift(),
      some: () => (waiting.length > 0 ? Promise.resolve() : new Promise<void>(() => undefined)),
    }
    const got: string[] = []
    const read = async (): Promise<void> => {
      for await (const input of blocksFirst(blocks(), between)) {
        got.push(input.kind)
        if (waiting.length === 0) open()
      }
    }
    await expect(read()).rejects.toThrow('gone')
    expect(got).toEqual(['tick', 'settled', 'settled'])
  })
})
