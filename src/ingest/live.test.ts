// The live source against real chains: in order, without a gap, through reorgs, lost connections and slow moments.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { startProxy, type Proxy as Wire } from '../../lab/proxy.ts'
import type { Hex, Input } from '../core/flow.ts'
import type { BlockAdapter, BlockSource, IngestEvent } from './block-source.ts'
import { liveSource } from './live.ts'
import { type ChainProfile, profileOf } from './profiles.ts'

/** Runtime: LOG1 with topic 0x11 when called without data; reverts when called with any. */
const LOGGER: Hex = '0x00000000000000000000000000000000000000a1'
const CODE = '0x36600b5760116000' + '6000a1005b60006000fd'
const FROM: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** Watches the logger; reads its revert and the balance of nobody in two rounds. */
const adapter: BlockAdapter = {
  watches: () => [{ address: LOGGER }],
  reads: ({ logs }, answers) => {
    if (logs.length === 0) return []
    const first = { to: LOGGER, data: '0x01' } as const
    return answers.length === 0 ? [first] : [first, { to: FROM, data: '0x' }]
  },
}

/** What the consumer holds after folding: the hashes by number. */
class Fold {
  readonly chain = new Map<number, string>()
  readonly inputs: Input[] = []
  take(input: Input): void {
    this.inputs.push(input)
    if (input.kind === 'reorged') {
      expect(this.chain.get(input.toNumber)).toBe(input.toHash)
      for (const number of [...this.chain.keys()]) if (number > input.toNumber) this.chain.delete(number)
    }
    if (input.kind !== 'committed') return
    const { number, hash, parentHash } = input.block
    const numbers = [...this.chain.keys()]
    if (numbers.length > 0) {
      expect(number).toBe(Math.max(...numbers) + 1)
      expect(parentHash).toBe(this.chain.get(number - 1))
    }
    this.chain.set(number, hash)
  }
  get top(): number {
    return Math.max(-1, ...this.chain.keys())
  }
  kinds(): string[] {
    return this.inputs.map(({ kind }) => kind)
  }
}

let anvil: Anvil
let proxy: Wire | undefined
const sources: BlockSource[] = []
beforeEach(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_setCode', [LOGGER, CODE])
})
afterEach(async () => {
  for (const source of sources.splice(0)) source.stop()
  await proxy?.close()
  proxy = undefined
  await anvil.stop()
})

const mine = (blocks: number): Promise<unknown> => anvil.rpc.call('anvil_mine', [`0x${blocks.toString(16)}`])
const log = (): Promise<unknown> => anvil.rpc.call('eth_sendTransaction', [{ from: FROM, to: LOGGER, gas: '0x30d40' }])
const ws = (): string => `ws://127.0.0.1:${proxy?.port ?? anvil.port}`
const fast: Partial<ChainProfile> = { pollMs: 10, requestTimeoutMs: 2_000 }

function open(url: string, given: Partial<ChainProfile> = {}, more: Partial<Parameters<typeof liveSource>[0]> = {}) {
  const events: IngestEvent[] = []
  const source = liveSource({
    chainId: 31_337,
    endpoints: [url],
    fromBlock: 1,
    adapter,
    profile: profileOf(31_337, { ...fast, ...given }),
    onEvent: (event) => events.push(event),
    ...more,
  })
  sources.push(source)
  const inputs = source.inputs()
  const fold = new Fold()
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      const next = await inputs.next()
      if (next.done === true) throw new Error('ended')
      fold.take(next.value)
    }
  }
  return { source, inputs, fold, until, events }
}

async function canonical(from: number, to: number): Promise<(string | undefined)[]> {
  const hashes: string[] = []
  for (let n = from; n <= to; n++)
    hashes.push((await anvil.rpc.call<{ hash: string }>('eth_getBlockByNumber', [`0x${n.toString(16)}`, false])).hash)
  return hashes
}

describe.each(['ws', 'http'])('over %s', (scheme) => {
  const url = (): string => ws().replace('ws:', `${scheme}:`)

  test('history, then live, with logs and reads', async () => {
    await mine(20)
    await log()
    await mine(1)
    const { source, fold, until, events } = open(url())
    await until(() => fold.top === 21)
    for (let i = 0; i < 3; i++) {
      await log()
      await mine(1)
      await until(() => fold.top === 22 + i)
    }
    expect([...fold.chain.values()]).toEqual(await canonical(1, 24))
    const last = fold.inputs.at(-1)
    if (last?.kind !== 'committed') throw new Error('no block')
    expect(last.block.timeS).toBe(1_700_000_000 + 24 * 12)
    expect(last.block.logs).toMatchObject([
      { address: LOGGER, topics: [`0x${'11'.padStart(64, '0')}`], data: '0x', txIndex: 0, logIndex: 0 },
    ])
    expect(last.block.reads).toEqual([
      { to: LOGGER, data: '0x01', result: null },
      { to: FROM, data: '0x', result: '0x' },
    ])
    expect(source.headNumber()).toBe(24)
    expect(source.seenAtMs(last.block.hash)).toBeGreaterThan(0)
    expect(events).toContainEqual({ kind: 'history', done: 21, total: 21 })
  })

  test.each([3, 10])('a reorg of depth %i', async (depth) => {
    await mine(20)
    const { fold, until } = open(url())
    await until(() => fold.top === 20)
    await log() // so that the new branch differs
    await anvil.rpc.call('anvil_reorg', [depth, [[{ from: FROM, to: LOGGER, gas: '0x30d40' }, 0]]])
    await mine(2)
    await until(() => fold.top === 22)
    expect(fold.inputs).toContainEqual(expect.objectContaining({ kind: 'reorged', toNumber: 20 - depth }))
    expect([...fold.chain.values()]).toEqual(await canonical(1, 22))
  })
})
