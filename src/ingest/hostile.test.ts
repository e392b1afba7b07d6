// A node that lies, stammers and hangs: whatever it says, the inputs are the right ones or none, and silence is said aloud.
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { at, honest, type ScriptedBlock, scriptedBlock, word } from '../../test/support/scripted-chain.ts'
import { type Script, type Scripted, type ScriptedRpc, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import type { Hex, Input } from '../core/flow.ts'
import { isSlotCall, slotCall } from '../core/words.ts'
import type { BlockAdapter } from './block-source.ts'
import { type LiveOptions, liveSource } from './live.ts'
import { profileOf } from './profiles.ts'

const WATCHED = at(0xa1)
/** Reads once where there are logs, and once more when it has the answer. */
const adapter: BlockAdapter = {
  watches: () => [{ address: WATCHED, topics: [word(0x11)] }],
  reads: ({ logs }, answers) =>
    [...logs.slice(0, 1), ...answers].slice(0, 2).map((_, i) => ({ to: WATCHED, data: i === 0 ? '0x01' : '0x02' })),
}
const chain = Array.from({ length: 8 }, (_, number) => scriptedBlock(number))
/** Patient, so that a loaded machine is not taken for a dead node. */
const profile = profileOf(31_337, { requestTimeoutMs: 5_000, blindAfterMs: 5_000, pollMs: 2, stallMs: 30_000, finalizedEveryBlocks: 3 })
/** Retries come as fast as blindness: enough for a node that is wrong two dozen times a run. */
const hasty = { ...profile, requestTimeoutMs: 60, blindAfterMs: 10 }

const servers: ScriptedRpc[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
async function serve(script: Script): Promise<ScriptedRpc> {
  const server = await startScriptedRpc(script)
  servers.push(server)
  return server
}

const options = (endpoint: string, more: Partial<LiveOptions> = {}): LiveOptions => ({
  chainId: 31_337,
  endpoints: [endpoint],
  fromBlock: 1,
  adapter,
  profile,
  ...more,
})

/** Inputs up to the block with this number, or to as many as `most`. */
async function collect(given: LiveOptions, last: number, most = 500): Promise<Input[]> {
  const source = liveSource(given)
  const inputs: Input[] = []
  for await (const input of source.inputs()) {
    inputs.push(input)
    if ((input.kind === 'committed' && input.block.number === last) || inputs.length === most) break
  }
  source.stop()
  return inputs
}
const committed = (inputs: readonly Input[]): Input[] => inputs.filter(({ kind }) => kind === 'committed' || kind === 'reorged')

/** What is right for these blocks, made without the code under test. */
const right = (blocks: readonly ScriptedBlock[]): unknown[] =>
  blocks.map(({ header, receipts }) => ({
    kind: 'committed',
    block: {
      chainId: 31_337,
      number: Number(header.number),
      hash: header.hash,
      parentHash: header.parentHash,
      timeS: Number(header.timestamp),
      logs: receipts.map((_, i) => ({
        address: WATCHED,
        topics: [word(0x11), word(Number(header.number))],
        data: word(i),
        txHash: header.transactions[i],
        txIndex: i,
        logIndex: 2 * i,
      })),
      reads: receipts.length === 0 ? [] : ['0x01', '0x02'].map((data) => ({ to: WATCHED, data, result: word(7) })),
    },
  }))

/** None of these is right anywhere in an answer. */
const junk = fc.constantFrom<unknown>(null, 17, -1, true, 'zz', '0xg', '0x123456789012345678', {}, [], [null], { a: 1 })
const spoil = fc.oneof(
  { weight: 6, arbitrary: fc.record({ path: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }), junk }) },
  fc.constantFrom<Scripted>(
    'silence',
    'drop',
    { raw: '' },
    { raw: '{"jsonrpc":"2.0","id":' },
    { raw: 'null' },
    { raw: '[]' },
    { raw: '{}' },
    { error: 'no' },
    { error: { code: 'x', message: 1 } },
    { error: { code: -32_000, message: 'header not found' } },
    { error: { code: -32_005, message: 'limit exceeded' } },
    { error: { code: -32_603, message: 'internal error' } },
  ),
)

const spoiltHead = fc.record({ path: fc.array(fc.nat(10), { maxLength: 2 }), junk })

/** Replaces what the path leads to: each number chooses one of the members at that depth. */
function spoilt(value: unknown, path: readonly number[], by: unknown): unknown {
  const [choice, ...rest] = path
  if (choice === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[choice % keys.length]
  if (key === undefined) return by
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value }
  const member = copy as Record<string, unknown>
  member[key] = spoilt(member[key], rest, by)
  return copy
}

describe('a hostile node', () => {
  test.each(['http', 'ws'] as const)(
    'property: over %s, only right inputs, whatever it answers meanwhile',
    async (scheme) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(spoil, { freq: 2 }), { minLength: 1, maxLength: 20 }), async (spoils) => {
          const say = honest(() => chain)
          const left = [...spoils]
          const server = await serve(async (method, params) => {
            const answer = await say(method, params)
            const by = left.shift()
            if (by === null || by === undefined) return answer
            return typeof by === 'object' && 'path' in by ? (spoilt(answer, by.path, by.junk) as Scripted) : by
          })
          const inputs = await collect(options(server[scheme], { profile: hasty }), 7)
          expect(committed(inputs)).toEqual(right(chain.slice(1)))
          expect(new Set(inputs.map(({ kind }) => kind))).not.toContain('tick')
          await server.close()
        }),
        // The example: a header with a transaction too many, which was kept and so never became right.
        { numRuns: 25, timeout: 10_000, examples: [[[null, null, null, null, null, { path: [0, 5, 0], junk: [null] }]]] },
      )
    },
    30_000,
  )

  test('property: pushed heads may be anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spoiltHead, { maxLength: 6 }), async (pushes) => {
        let length = 4
        const server = await serve(honest(() => chain.slice(0, length)))
        const source = liveSource(options(server.ws, { profile: hasty }))
        const inputs: Input[] = []
        for await (const input of source.inputs()) {
          inputs.push(input)
          if (input.kind !== 'committed') continue
          if (input.block.number === 7) break
          if (input.block.number < 3) continue
          length = input.block.number + 2
          const head = chain[length - 1]?.header
          for (const push of pushes) server.push(spoilt(head, push.path, push.junk))
          server.push(head)
        }
        expect(committed(inputs)).toEqual(right(chain.slice(1)))
        await server.close()
      }),
      { numRuns: 15, timeout: 10_000 },
    )
  }, 30_000)

  test.each([
    ['a log', (receipts: Raw[]) => receipts.map((r, i) => (i === 0 ? { ...r, logs: r.logs.slice(1) } : r))],
    ['the last log', (receipts: Raw[]) => receipts.map((r, i) => (i === 1 ? { ...r, logs: r.logs.slice(0, 1) } : r))],
    ['all logs', (receipts: Raw[]) => receipts.map((r) => ({ ...r, logs: [] }))],
    ['a topic', (receipts: Raw[]) => receipts.map((r) => ({ ...r, logs: r.logs.map((log) => ({ ...log, topics: [] })) }))],
    ['a receipt', (receipts: Raw[]) => receipts.slice(1)],
    ['the last receipt', (receipts: Raw[]) => receipts.slice(0, 1)],
    ['all receipts', () => []],
  ])('leaves out %s: refused, and never a block without it', async (_, lie) => {
    const say = honest(() => chain)
    const server = await serve(async (method, params) => {
      const answer = (await say(method, params)) as { result: Raw[] }
      return method === 'eth_getBlockReceipts' && answer.result.length === 2 ? { result: lie(answer.result) } : answer
    })
    const refusals: string[] = []
    const source = liveSource(
      options(server.http, {
        onEvent: (event) => {
          if (event.kind === 'retry') refusals.push(event.detail)
          if (refusals.length === 3) source.stop()
        },
      }),
    )
    const inputs: Input[] = []
    for await (const input of source.inputs()) inputs.push(input)
    expect(inputs).toEqual(right(chain.slice(1, 2)))
    expect(new Set(refusals).size).toBe(1)
    expect(refusals[0]).toMatch(/want .*(every log|bloom|as the block has transactions)|transactionIndex/)
  })

  test('no eth_getBlockReceipts: eth_getLogs gives the same, and a log left out is found by the bloom', async () => {
    const say = honest(() => chain)
    let lies = 0
    const server = await serve(async (method, params) => {
      if (method === 'eth_getBlockReceipts') return { error: { code: -32_601, message: 'the method eth_getBlockReceipts does not exist' } }
      if (method === 'eth_getLogs' && lies++ % 4 === 0) return { result: [] }
      return say(method, params)
    })
    expect(committed(await collect(options(server.http), 7))).toEqual(right(chain.slice(1)))
    expect(server.asked.filter((method) => method === 'eth_getBlockReceipts').length).toBeLessThanOrEqual(8)
  })

  test('a revert is an answer, by whatever name; a failure never is', async () => {
    const errors = [
      { code: 3, message: 'execution reverted: 29', data: '0x08c379a0' },
      { code: -32_000, message: 'execution reverted' },
      { code: -32_015, message: 'VM execution error.', data: 'Reverted 0x' },
      { code: -32_603, message: 'EVM error InvalidFEOpcode' },
    ]
    for (const error of errors) {
      const say = honest(() => chain)
      const server = await serve((method, params) => (method === 'eth_call' ? { error } : say(method, params)))
      const [input] = await collect(options(server.http), 1)
      expect(input).toMatchObject({ block: { reads: [{ result: null }, { result: null }] } })
    }
    const server = await serve(async (method, params) =>
      method === 'eth_call' ? { error: { code: -32_000, message: 'missing trie node' } } : honest(() => chain)(method, params),
    )
    expect(await collect(options(server.http, { profile: { ...profile, blindAfterMs: 300 } }), 7, 1)).toEqual([
      { kind: 'blind', chainId: 31_337, sinceBlock: 1, reason: 'gap' },
    ])
  })

  test.each<[string, Scripted]>([
    ['refuses a third argument', { error: { code: -32_602, message: 'too many arguments, want at most 2' } }],
    ['passes over the code', { result: '0x' }],
    ['runs the code and reverts', { error: { code: 3, message: 'execution reverted' } }],
  ])('a node that %s is asked one call at a time', async (_, answer) => {
    const say = honest(() => chain)
    const server = await serve((method, params) => (method === 'eth_call' && params.length === 3 ? answer : say(method, params)))
    expect(committed(await collect(options(server.http), 7))).toEqual(right(chain.slice(1)))
  })

  test('an answer from another block than was asked for is not taken', async () => {
    const say = honest(() => chain)
    let lies = 0
    const server = await serve((method, params) => {
      const [call, , code] = params
      const ahead = method === 'eth_call' && code !== undefined && lies++ % 2 === 0
      return say(method, ahead ? [call, { blockHash: chain[7]?.header.hash }, code] : params)
    })
    expect(committed(await collect(options(server.http), 5))).toEqual(right(chain.slice(1, 6)))
    expect(lies).toBeGreaterThan(2)
  })

  describe('asked for storage', () => {
    const SLOT = slotCall(WATCHED, 2n ** 256n - 1n)
    const mixed: BlockAdapter = {
      watches: () => [{ address: WATCHED, topics: [word(0x11)] }],
      reads: (_, answers) => (answers.length === 0 ? [SLOT, { to: WATCHED, data: '0x01' }, slotCall(WATCHED, 1n)] : [SLOT]),
    }
    const reads = (inputs: readonly Input[]) => inputs.flatMap((input) => (input.kind === 'committed' ? [input.block.reads] : []))
    const wanted = (number: number) => [
      { ...SLOT, result: word(number) },
      { to: WATCHED, data: '0x01', result: word(7) },
      { ...slotCall(WATCHED, 1n), result: word(number) },
    ]
    const storageOf = async (script: Script, last = 7) => {
      const server = await serve(script)
      const inputs = await collect(options(server.http, { adapter: mixed, profile: { ...profile, blindAfterMs: 200 } }), last)
      return { reads: reads(inputs), asked: server.asked }
    }
    const all = chain.slice(1).map((_, i) => wanted(i + 1))

    test('answers stand in the order of the questions, among those of views', async () => {
      expect(isSlotCall(SLOT)).toBe(true)
      const told = await storageOf(honest(() => chain))
      expect(told.reads).toEqual(all)
      expect(told.asked.filter((method) => method === 'eth_getStorageAt')).toHaveLength(2 * 7)
    })

    test('by number where it takes no hash, which is asked once', async () => {
      const say = honest(() => chain)
      let refused = 0
      const told = await storageOf((method, params) => {
        if (method !== 'eth_getStorageAt' || typeof params[2] === 'string') return say(method, params)
        refused += 1
        return { error: { code: -32_602, message: 'invalid argument 2: cannot unmarshal object' } }
      })
      expect(told.reads).toEqual(all)
      expect(refused).toBe(2) // side by side in the first block
    })

    test('by number, and that block is another one by then: asked again, never taken', async () => {
      const say = honest(() => chain)
      let other: 'before' | 'now' | 'gone' = 'before'
      const told = await storageOf((method, params) => {
        if (method === 'eth_getStorageAt' && typeof params[2] !== 'string') return { error: { code: -32_602, message: 'invalid params' } }
        if (method === 'eth_getStorageAt' && params[2] === '0x5' && other === 'before') other = 'now'
        if (other !== 'now') return say(method, params)
        if (method === 'eth_getStorageAt') return { result: word(666) }
        other = 'gone'
        return { result: scriptedBlock(5, 1).header }
      })
      expect(told.reads).toEqual(all)
      expect(other).toBe('gone')
    })

    test('a word of a later block is not taken: what was the head is asked again once it is history', async () => {
      let length = 4
      let early = 0
      const say = honest(() => chain.slice(0, length))
      const told = await storageOf(async (method, params) => {
        const answer = await say(method, params)
        if (method !== 'eth_getStorageAt' || length === 8 || length - 1 !== Number((answer as { result: Hex }).result)) return answer
        length += 1 // mined between the look-up of the block and the reading of the state
        early += 1
        return { result: word(length - 1) }
      })
      expect(told.reads).toEqual(all)
      expect(early).toBeGreaterThan(0)
    })

    test.each<[string, Scripted]>([
      ['an empty answer', { result: '0x' }],
      ['a short word', { result: '0x07' }],
      ['a number', { result: 7 }],
      ['null', { result: null }],
      ['33 bytes', { result: `0x${'00'.repeat(33)}` }],
      ['a revert, which storage has not', { error: { code: 3, message: 'execution reverted' } }],
    ])('%s is an error and never an answer', async (_, lie) => {
      let lies = 5
      const say = honest(() => chain)
      const told = await storageOf((method, params) => (method === 'eth_getStorageAt' && lies-- > 0 ? lie : say(method, params)), 3)
      expect(told.reads).toEqual(all.slice(0, 3))
      expect(lies).toBeLessThan(0)
    })
  })

  test('blind once, however long it lasts; then on without a gap', async () => {
    const say = honest(() => chain)
    let failures = 8
    const server = await serve((method, params) =>
      method === 'eth_getBlockByNumber' && params[0] === '0x3' && failures-- > 0 ? { result: null } : say(method, params),
    )
    const inputs = await collect(options(server.http, { profile: { ...profile, blindAfterMs: 250 }, random: () => 0 }), 7)
    const blind = inputs.filter((input) => input.kind === 'blind' && input.sinceBlock === 3)
    expect(blind).toEqual([{ kind: 'blind', chainId: 31_337, sinceBlock: 3, reason: 'gap' }])
    expect(committed(inputs)).toEqual(right(chain.slice(1)))
  })

  test('an adapter that never has enough is named, not served', async () => {
    const server = await serve(honest(() => chain))
    const greedy: BlockAdapter = { watches: () => [], reads: (_, answers) => [{ to: WATCHED, data: `0x0${answers.length}` }] }
    await expect(collect(options(server.http, { adapter: greedy }), 7)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EndlessReadsError: block 1: the adapter wants more reads after 4 rounds (for example 0x00000000000000000000000000000000000000a1 0x04); it must ask all in 4.]`,
    )
    expect(server.asked.filter((method) => method === 'eth_call')).toHaveLength(4)
  })

  test('a dead endpoint gives way to the next one; its key is never told', async () => {
    const server = await serve(honest(() => chain))
    const told: string[] = []
    const endpoints = ['ws://user:secret@127.0.0.1:9/v3/0123456789abcdef0123456789abcdef', server.ws]
    const inputs = await collect(options(server.ws, { endpoints, onEvent: (event) => told.push(JSON.stringify(event)) }), 7)
    expect(committed(inputs)).toEqual(right(chain.slice(1)))
    expect(told.join('\n')).toContain('ws://127.0.0.1:9/v3/***')
    expect(told.join('\n')).not.toMatch(/secret|0123456789abcdef/)
  })

  test('finality is told when it moves, and only of our own blocks', async () => {
    let length = 4
    const say = honest(() => chain.slice(0, length))
    const server = await serve((method, params) =>
      params[0] === 'finalized' ? { result: chain[Math.max(0, length - 4)]?.header } : say(method, params),
    )
    const source = liveSource(options(server.http, { profile: { ...profile, finalizedEveryBlocks: 1 } }))
    const final: number[] = []
    for await (const input of source.inputs()) {
      if (input.kind === 'finalized') final.push(input.number)
      if (input.kind !== 'committed') continue
      if (input.block.number === 3 || input.block.number > 3) length = Math.min(8, input.block.number + 2)
      if (input.block.number === 7) break
    }
    expect(final).toEqual([1, 2, 3, 4])
  })
})

type Raw = { readonly logs: readonly Record<string, unknown>[] }
