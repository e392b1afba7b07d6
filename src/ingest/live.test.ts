// The live source against real chains: in order, without a gap, through reorgs, lost connections and slow moments.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
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

const folder = mkdtempSync(join(tmpdir(), 'firebreak-live-'))
afterAll(() => rmSync(folder, { recursive: true }))
let sockets = 0
let ipc: string
let anvil: Anvil
let proxy: Wire | undefined
const sources: BlockSource[] = []
beforeEach(async () => {
  ipc = join(folder, `${sockets++}.ipc`)
  anvil = await startAnvil({ genesisTimeS: 1_700_000_000, ipc })
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
const fast: Partial<ChainProfile> = { pollMs: 10, requestTimeoutMs: 4_000 }

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

describe.each(['ws', 'http', 'ipc'])('over %s', (scheme) => {
  const url = (): string => (scheme === 'ipc' ? `ipc:${ipc}` : ws().replace('ws:', `${scheme}:`))

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
    expect(last.block.logs.map(({ address, topics, data, txIndex, logIndex }) => ({ address, topics, data, txIndex, logIndex }))).toEqual([
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

test('a lost connection: on without a gap, and the blocks mined meanwhile in order', async () => {
  await mine(5)
  proxy = await startProxy({ targetPort: anvil.port })
  const { fold, until, events } = open(ws(), { blindAfterMs: 500 })
  await until(() => fold.top === 5)
  await proxy.stop()
  await until(() => fold.kinds().includes('blind'))
  expect(fold.inputs.at(-1)).toEqual({ kind: 'blind', chainId: 31_337, sinceBlock: 6, reason: 'unreachable' })
  await mine(30)
  await proxy.resume()
  await until(() => fold.top === 35)
  expect([...fold.chain.values()]).toEqual(await canonical(1, 35))
  expect(fold.kinds().filter((kind) => kind === 'blind')).toHaveLength(1)
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['lost', 'retry', 'connected']))
})

test('a connection that falls silent without closing is left', async () => {
  await mine(2)
  proxy = await startProxy({ targetPort: anvil.port })
  const { fold, until } = open(ws(), { stallMs: 300, requestTimeoutMs: 100, blindAfterMs: 10_000 })
  await until(() => fold.top === 2)
  proxy.setDelayMs(60_000)
  await mine(1)
  const found = until(() => fold.top === 3)
  await new Promise((later) => setTimeout(later, 300))
  proxy.setDelayMs(0)
  await found
  expect(fold.kinds()).toContain('tick')
})

test("the wrong chain is the config's mistake", async () => {
  const { inputs } = open(ws(), {}, { chainId: 1 })
  await expect(inputs.next()).rejects.toThrow(/got "chain 31337"; want chain 1, as configured/)
})

test('stop ends the wait at once', async () => {
  await mine(1)
  for (const url of [ws(), ws().replace('ws:', 'http:'), 'ws://127.0.0.1:9']) {
    const { source, inputs } = open(url, { pollMs: 60_000 })
    if (!url.endsWith(':9')) await inputs.next()
    const waiting = inputs.next()
    await new Promise((later) => setTimeout(later, 30))
    const startMs = performance.now()
    source.stop()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(performance.now() - startMs).toBeLessThan(100)
  }
})

test('a chain that stands still: ticks go on with its time, then blind, and both end with a block', async () => {
  await mine(3)
  const { fold, until } = open(ws(), { stallMs: 60, tickMs: 1_000, blindAfterMs: 60 })
  await until(() => fold.kinds().filter((kind) => kind === 'tick').length === 2)
  expect(fold.kinds()).toEqual(['committed', 'committed', 'committed', 'tick', 'blind', 'tick'])
  const timeS = 1_700_000_000 + 36
  expect(fold.inputs.slice(3)).toEqual([
    { kind: 'tick', chainId: 31_337, timeS },
    { kind: 'blind', chainId: 31_337, sinceBlock: 4, reason: 'stalled' },
    { kind: 'tick', chainId: 31_337, timeS: timeS + 1 },
  ])
  await mine(1)
  await until(() => fold.top === 4)
})

test('ticks follow the clock from the last block on', async () => {
  await mine(2)
  let skewMs = 0
  const { fold, until } = open(ws(), { stallMs: 50, tickMs: 40, blindAfterMs: 60_000 }, { now: () => Date.now() + skewMs })
  await until(() => fold.top === 2)
  skewMs = 3_600_000
  await until(() => fold.kinds().filter((kind) => kind === 'tick').length === 4)
  const times = fold.inputs.flatMap((input) => (input.kind === 'tick' ? [input.timeS] : []))
  const blockTimeS = 1_700_000_000 + 24
  expect(times[0]).toBeGreaterThanOrEqual(blockTimeS + 3_600)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  await mine(1)
  await until(() => fold.top === 3)
})

test('resumes behind a reorg that happened meanwhile; too deep a one needs a checkpoint', async () => {
  await mine(12)
  const before = await canonical(1, 12)
  const recent = before.map((hash, i) => ({ number: i + 1, hash: hash as Hex }))
  await anvil.rpc.call('anvil_reorg', [5, [[{ from: FROM, to: LOGGER, gas: '0x30d40' }, 0]]])
  const { fold, until } = open(ws(), {}, { resume: { recent } })
  for (const { number, hash } of recent) fold.chain.set(number, hash)
  await until(() => fold.top === 12 && fold.kinds().length === 6)
  expect(fold.kinds()).toEqual(['reorged', ...Array(5).fill('committed')])
  expect([...fold.chain.values()]).toEqual(await canonical(1, 12))

  const deep = open(ws(), { journalBlocks: 3 }, { resume: { recent } })
  expect((await deep.inputs.next()).value).toEqual({ kind: 'blind', chainId: 31_337, sinceBlock: 13, reason: 'deep-reorg' })
  await expect(deep.inputs.next()).rejects.toThrow('reads the chain again, from a checkpoint')
})

test('a long history comes in order, with finality', async () => {
  await mine(300)
  const { fold, until } = open(ws())
  const startMs = performance.now()
  await until(() => fold.top === 300)
  expect(performance.now() - startMs).toBeLessThan(3_000)
  expect([...fold.chain.values()]).toEqual(await canonical(1, 300))
  const final = fold.inputs.filter((input) => input.kind === 'finalized').map(({ number }) => number)
  expect(final.length).toBeGreaterThan(10)
  expect(final.at(-1)).toBe(236)
})
