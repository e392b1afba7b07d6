// Several endpoints of one node: one dies, hangs or stands still, and blocks, questions and transactions go on through the next.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { startProxy, type Proxy as Wire } from '../../lab/proxy.ts'
import { honest, scriptedBlock } from '../../test/support/scripted-chain.ts'
import { type ScriptedRpc, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import type { Input } from '../core/flow.ts'
import type { BlockSource, IngestEvent } from './block-source.ts'
import { type LastingRpc, lastingRpc } from './lasting-rpc.ts'
import { type LiveOptions, liveSource } from './live.ts'
import { profileOf } from './profiles.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function follow(endpoints: readonly string[], profile: Parameters<typeof profileOf>[1] = {}, more: Partial<LiveOptions> = {}) {
  const events: IngestEvent[] = []
  const source = liveSource({
    chainId: 31_337,
    endpoints,
    fromBlock: 1,
    adapter: { watches: () => [], reads: () => [] },
    profile: profileOf(31_337, { pollMs: 10, ...profile }),
    onEvent: (event) => events.push(event),
    ...more,
  })
  closing.push(() => source.stop())
  const inputs = source.inputs()
  const taken: Input[] = []
  const until = async (number: number): Promise<void> => {
    for (;;) {
      const next = await inputs.next()
      if (next.done === true) throw new Error('ended')
      taken.push(next.value)
      if (next.value.kind === 'committed' && next.value.block.number === number) return
    }
  }
  const numbers = () => taken.flatMap((input) => (input.kind === 'committed' ? [input.block.number] : []))
  const kinds = () => new Set(taken.map(({ kind }) => kind))
  return { source, until, taken, numbers, kinds, events }
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

describe('a real chain behind two endpoints', () => {
  let anvil: Anvil
  let wires: Wire[]
  let head = 0
  beforeAll(async () => {
    anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  })
  afterAll(() => anvil.stop())
  const mine = async (blocks: number): Promise<number> => {
    await anvil.rpc.call('anvil_mine', [`0x${blocks.toString(16)}`])
    head += blocks
    return head
  }
  const open = async (scheme: string): Promise<string[]> => {
    wires = await Promise.all([0, 1].map(() => startProxy({ targetPort: anvil.port })))
    for (const wire of wires) closing.push(() => wire.close())
    return wires.map(({ port }) => `${scheme}://127.0.0.1:${port}`)
  }
  const follower = (urls: string[], source: BlockSource): LastingRpc => {
    const rpc = lastingRpc(urls, { chainId: 31_337, timeoutMs: 2_000, inUse: () => source.endpoint() })
    closing.push(() => rpc.close())
    return rpc
  }

  test.each(['ws', 'http'])(
    'over %s: the first dies, blocks go on without a gap or blindness; it comes back, and serves when the second dies',
    async (scheme) => {
      const urls = await open(scheme)
      // blind at once, if ever: with another endpoint that answers there is no need to be
      const { source, until, numbers, kinds, events } = follow(urls, { blindAfterMs: 2_000 })
      const rpc = follower(urls, source)
      const asks = async () => Number(await rpc.request('eth_blockNumber', []))
      await until(await mine(5))
      expect(source.endpoint()).toBe(urls[0])
      expect(await asks()).toBe(head)

      await wires[0]?.stop()
      await until(await mine(4))
      expect(source.endpoint()).toBe(urls[1])
      expect(await asks()).toBe(head)

      await wires[0]?.resume()
      await wires[1]?.stop()
      await until(await mine(4))
      expect(source.endpoint()).toBe(urls[0])
      expect(await asks()).toBe(head)
      expect(numbers()).toEqual(upTo(head))
      expect(kinds()).not.toContain('blind')
      expect(kinds()).not.toContain('reorged')
      expect(events.filter(({ kind }) => kind === 'connected').length).toBeGreaterThanOrEqual(3)
    },
  )

  test('none answers: blind, once; then on without a gap', async () => {
    const urls = await open('ws')
    const { until, taken, numbers } = follow(urls, { blindAfterMs: 300 })
    await until(await mine(2))
    for (const wire of wires) await wire.stop()
    const next = until(await mine(3))
    await expect.poll(() => taken.filter(({ kind }) => kind === 'blind')).toMatchObject([{ sinceBlock: head - 2, reason: 'unreachable' }])
    await wires[1]?.resume()
    await next
    expect(numbers()).toEqual(upTo(head))
    expect(taken.filter(({ kind }) => kind === 'blind')).toHaveLength(1)
  })

  test('who asks now and then: goes to the next by itself, and back with ingest', async () => {
    const urls = await open('ws')
    let used: string | undefined
    const rpc = lastingRpc(urls, { chainId: 31_337, timeoutMs: 2_000, inUse: () => used })
    closing.push(() => rpc.close())
    await wires[0]?.stop()
    used = urls[0]
    expect(Number(await rpc.request('eth_blockNumber', []))).toBe(head)
    expect(rpc.endpoint).toBe(urls[1])
    await wires[0]?.resume()
    expect(Number(await rpc.request('eth_blockNumber', []))).toBe(head)
    expect(rpc.endpoint).toBe(urls[1]) // ingest has not changed: what failed is not taken up again
    used = urls[1]
    await rpc.request('eth_blockNumber', [])
    used = urls[0]
    await rpc.request('eth_blockNumber', [])
    expect(rpc.endpoint).toBe(urls[0])
    for (const wire of wires) await wire.stop()
    await expect.poll(() => rpc.request('eth_blockNumber', []).catch((error: Error) => error.name)).toBe('UnreachableError')
  })
})

describe('endpoints that are wrong in other ways', () => {
  const serve = async (length: () => number, chainId = 31_337): Promise<ScriptedRpc> => {
    const chain = Array.from({ length: 12 }, (_, number) => scriptedBlock(number))
    const server = await startScriptedRpc(honest(() => chain.slice(0, length()), chainId))
    closing.push(() => server.close())
    return server
  }

  test('one stands still and says so to nobody: the other has the blocks', async () => {
    const [still, moving] = [await serve(() => 4), await serve(() => 9)]
    const { until, numbers, kinds, source } = follow([still.http, moving.http], { stallMs: 100, blindAfterMs: 5_000 })
    await until(8)
    expect(numbers()).toEqual(upTo(8))
    expect(kinds()).not.toContain('blind')
    expect(source.endpoint()).toBe(moving.http)
  })

  test('edge: both stand still, so the chain does: blind with that reason', async () => {
    const servers = [await serve(() => 4), await serve(() => 4)]
    const { until, taken } = follow(
      servers.map(({ http }) => http),
      { stallMs: 80, tickMs: 10_000, blindAfterMs: 200 },
    )
    await until(3)
    void until(4).catch(() => undefined)
    await expect.poll(() => taken.find(({ kind }) => kind === 'blind')).toMatchObject({ sinceBlock: 4, reason: 'stalled' })
  })

  test('a later one of another chain is never believed, by none of its askers', async () => {
    const [first, other] = [await serve(() => 6), await serve(() => 9, 5)]
    const { until, numbers } = follow([first.http, other.http])
    await until(5)
    expect(numbers()).toEqual(upTo(5))
    const rpc = lastingRpc([other.http, first.http], { chainId: 31_337, timeoutMs: 1_000 })
    closing.push(() => rpc.close())
    expect(await rpc.request('eth_chainId', [])).toBe('0x7a69')
  })
})
