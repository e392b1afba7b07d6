// Every method that we use, answered wrongly in every way that we could think of: retried or blind, never a crash, never a false block.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, honest, type ScriptedBlock, scriptedBlock, word } from '../../test/support/scripted-chain.ts'
import { type Script, type Scripted, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import type { BlockInput, Input, Question } from '../core/flow.ts'
import { slotCall } from '../core/words.ts'
import type { BlockAdapter } from './block-source.ts'
import { lastingRpc } from './lasting-rpc.ts'
import { liveSource } from './live.ts'
import { profileOf } from './profiles.ts'
import { createSimulator } from './simulate.ts'

const SEED = 20_261_123
const WATCHED = at(0xa1)
const TRANSPORTS = ['http', 'ws', 'ipc'] as const
const profile = profileOf(31_337, { requestTimeoutMs: 100, blindAfterMs: 10, pollMs: 2, stallMs: 900, finalizedEveryBlocks: 3 })

const adapter: BlockAdapter = {
  watches: () => [{ address: WATCHED, topics: [word(0x11)] }],
  reads: ({ logs }, answers) => (logs.length > 0 && answers.length === 0 ? [{ to: WATCHED, data: '0x01' }, slotCall(WATCHED, 1n)] : []),
}
const branchOf = (branch: number) => Array.from({ length: 8 }, (_, number) => scriptedBlock(number, branch))
const [before, after] = [branchOf(1), branchOf(2)]

/** What is right for a block, made without the code under test. */
const right = ({ header, receipts }: ScriptedBlock): BlockInput => ({
  chainId: 31_337,
  number: Number(header.number),
  hash: header.hash,
  parentHash: header.parentHash,
  timeS: Number(header.timestamp),
  logs: receipts.map((_, i) => ({
    address: WATCHED,
    topics: [word(0x11), word(BigInt(header.number))],
    data: word(i),
    txHash: header.transactions[i] as '0x',
    txIndex: i,
    logIndex: 2 * i,
  })),
  reads:
    receipts.length === 0
      ? []
      : [
          { to: WATCHED, data: '0x01', result: word(7) },
          { ...slotCall(WATCHED, 1n), result: word(BigInt(header.number)) },
        ],
})

/** What happens to one value in an answer. `value`: it stays well formed, so it is left out where nothing but the node's word stands for it. */
type How = { readonly name: string; readonly value?: true; to(value: unknown): unknown }
/** Longer by half a byte; what is no whole bytes stays. */
const odd = (value: unknown): unknown => (typeof value === 'string' && value.length % 2 === 0 && value.length >= 42 ? `${value}0` : '0x0g')
const text = (value: unknown): string => (typeof value === 'string' ? value : '0x0')
const HOWS: readonly How[] = [
  { name: 'missing', to: () => undefined },
  { name: 'null', to: () => null },
  { name: 'number', to: () => 17 },
  { name: 'negative', to: () => -1 },
  { name: 'huge number', to: () => 1e308 },
  { name: 'true', to: () => true },
  { name: 'object', to: (value) => ({ value }) },
  { name: 'list of it', to: (value) => [value] },
  { name: 'empty text', to: () => '' },
  { name: 'no hex', to: () => '0xzz' },
  { name: 'negative hex', to: () => '-0x1' },
  { name: 'huge hex', to: () => `0x${'f'.repeat(1_001)}` },
  { name: 'odd hex', to: odd },
  { name: 'html', to: () => '<html><body>502 Bad Gateway</body></html>' },
  { name: 'truncated', value: true, to: (value) => text(value).slice(0, -2) },
  { name: 'another', value: true, to: (value) => `${text(value).slice(0, -1)}${text(value).endsWith('1') ? '2' : '1'}` },
  { name: 'zero', value: true, to: (value) => text(value).replace(/[1-9a-f]/gi, (digit, i) => (i < 2 ? digit : '0')) },
  { name: 'first left out', value: true, to: (value) => (Array.isArray(value) ? value.slice(1) : []) },
  { name: 'last twice', value: true, to: (value) => (Array.isArray(value) ? [...value, ...value.slice(-1)] : [value, value]) },
  {
    name: 'more than asked',
    to: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, more: '0x1' } : null),
  },
]

interface Wrong {
  readonly path: readonly number[]
  readonly how: How
}
const wrong: fc.Arbitrary<Wrong> = fc.record({ path: fc.array(fc.nat(30), { maxLength: 6 }), how: fc.constantFrom(...HOWS) })
const HTML = '<html><head><title>502 Bad Gateway</title></head><body></body></html>'
const whole = fc.constantFrom<Scripted>(
  'silence',
  'drop',
  { raw: HTML },
  { raw: '' },
  { raw: 'null' },
  { raw: '42' },
  { raw: '[]' },
  { raw: '[{"jsonrpc":"2.0","id":1,"result":"0x1"}]' },
  { raw: '{}' },
  { raw: '{"jsonrpc":"2.0","id":null,"result":null}' },
  { raw: '{"jsonrpc":"2.0","id":999999,"result":"0x1"}' },
  { raw: '{"jsonrpc":"2.0","id":1,"result":' },
  { raw: '{"method":"eth_subscription"}' },
  { raw: '{"method":"eth_subscription","params":null}' },
  { error: null },
  { error: 'no' },
  { error: [] },
  { error: {} },
  { error: { code: '-32000', message: 'x' } },
  { error: { code: -32_000 } },
  { error: { code: -32_000, message: null } },
  { error: { code: -32_000, message: 'header not found', data: { deep: [1] } } },
  { error: { code: -32_001, message: 'resource not found' } },
  { error: { code: -32_005, message: 'limit exceeded' } },
  { error: { code: -32_603, message: 'internal error' } },
  { error: { code: 429, message: 'too many requests' } },
  { error: { code: 1e308, message: 'x'.repeat(10_000) } },
)

/** Changed at the path, each number of which chooses a member; fields that nothing checks are only made malformed, or left as they are. */
function spoilt(value: unknown, { path, how }: Wrong, free: ReadonlySet<string>, key = ''): unknown {
  const [choice, ...rest] = path
  if (choice === undefined || typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return how.value && free.has(key) ? value : how.to(value)
  const keys = Object.keys(value)
  const chosen = keys[choice % keys.length] as string
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value }
  const member = copy as Record<string, unknown>
  const by = spoilt(member[chosen], { path: rest, how }, free, Array.isArray(value) ? key : chosen)
  if (by === undefined && !Array.isArray(copy)) delete member[chosen]
  else member[chosen] = by
  return copy
}

interface Case {
  readonly method: string
  /** Fields that are the node's word alone: see docs/architecture.md. */
  readonly free?: readonly string[]
  /** The answer as a whole is the node's word: only what is malformed is tried. */
  readonly malformedOnly?: true
  /** How the node is otherwise, so that the method is used. */
  readonly node?: (method: string, params: readonly unknown[]) => Scripted | undefined
}
const unsupported = (method: string): Scripted => ({ error: { code: -32_601, message: `the method ${method} does not exist` } })
/** A repeated topic has the same bloom; data is in no bloom. */
const LOG_FREE = ['data', 'topics'] as const
const CASES: readonly Case[] = [
  // another chain's id is no malformed answer: at the start it is the config's mistake, and ends the node
  { method: 'eth_chainId', malformedOnly: true },
  { method: 'eth_getBlockByNumber' },
  { method: 'eth_getBlockByHash' },
  { method: 'eth_getBlockReceipts', free: LOG_FREE },
  {
    method: 'eth_getLogs',
    // a bloom shows that an address is missing, not how many logs it had
    free: ['', ...LOG_FREE, 'transactionHash', 'transactionIndex', 'logIndex'],
    node: (method) => (method === 'eth_getBlockReceipts' ? unsupported(method) : undefined),
  },
  { method: 'eth_call', malformedOnly: true },
  {
    method: 'eth_call',
    malformedOnly: true,
    node: (method, params) =>
      method === 'eth_call' && params.length === 3 ? { error: { code: -32_602, message: 'too many' } } : undefined,
  },
  { method: 'eth_getStorageAt', malformedOnly: true },
  { method: 'eth_subscribe' },
]

describe('malformed answers', () => {
  test.each(CASES.map((one, i) => [one.method, i, one] as const))(
    'property: %s (%i), over every transport: the true blocks and no others',
    async (_, i, { method: spoiltMethod, free = [], malformedOnly, node }) => {
      const freeFields = new Set<string>(malformedOnly ? ['', ...free] : free)
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...TRANSPORTS),
          fc.array(fc.oneof({ weight: 3, arbitrary: wrong }, { weight: 2, arbitrary: whole }), { minLength: 1, maxLength: 6 }),
          async (transport, wrongs) => {
            const left = [...wrongs]
            let turned = false
            const say = honest(() => (turned ? after : before.slice(0, 6)))
            const script: Script = async (method, params) => {
              const answer = node?.(method, params) ?? (await say(method, params))
              if (method !== spoiltMethod || node?.(method, params)) return answer
              const next = left.shift()
              if (next === undefined) return answer
              if (typeof next === 'string' || !('how' in next)) return next
              // the answer's own fields: where the path is empty, the result
              return typeof answer === 'object' && 'result' in answer ? { result: spoilt(answer.result, next, freeFields) } : answer
            }
            const server = await startScriptedRpc(script)
            try {
              const source = liveSource({ chainId: 31_337, endpoints: [server[transport]], fromBlock: 1, adapter, profile })
              const stands: BlockInput[] = []
              for await (const input of source.inputs()) {
                take(stands, input)
                if (stands.length === 5) {
                  turned = true
                  server.push(after.at(-1)?.header)
                }
                if (stands.at(-1)?.hash === after[7]?.header.hash) break
              }
              source.stop()
              expect(stands).toEqual(after.slice(1).map(right))
            } finally {
              await server.close()
            }
          },
        ),
        { numRuns: 15, seed: SEED + i, timeout: 20_000 },
      )
    },
    120_000,
  )

  test('property: eth_simulateV1: the true outcome or none', async () => {
    const calls = [
      { status: '0x1', returnData: '0x', gasUsed: '0x5208', logs: [] },
      {
        status: '0x0',
        returnData: '0x08c379a0',
        gasUsed: '0x5208',
        logs: [],
        error: { code: 3, message: 'execution reverted', data: '0x' },
      },
    ]
    const good = [{ number: '0x5', hash: word(5), calls }]
    const probe = (name: string) => ({ name, from: at(1), to: at(2), data: '0x01' as const, usd: 1 })
    const question: Question = {
      chainId: 31_337,
      onHash: word(4),
      onNumber: 4,
      incident: word(9),
      guard: at(3),
      options: [{ id: 'observe', class: 'observe', steps: [] }],
      probes: [probe('goes on'), probe('stops')],
    }
    const truth = { outcomes: [{ option: 'observe', executed: true, why: '', succeeded: ['goes on'] }], late: false }
    // a well-formed status or number is the node's word
    const free = new Set(['status', 'number'])
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...TRANSPORTS), fc.oneof(wrong, whole), async (transport, spoil) => {
        let asked = 0
        const server = await startScriptedRpc(() => {
          if (asked++ !== 1) return { result: good }
          return typeof spoil === 'string' || !('how' in spoil) ? spoil : { result: spoilt(good, spoil, free) }
        })
        const simulator = createSimulator({ rpc: lastingRpc([server[transport]], { chainId: 31_337, timeoutMs: 200 }) })
        try {
          expect(await simulator.simulate(question, 5_000)).toEqual(truth)
          const said = await simulator.simulate(question, 5_000)
          if (said.outcomes.length > 0) expect(said).toEqual(truth)
          else expect(said.late).toBe(true)
          expect(await simulator.simulate(question, 5_000)).toEqual(truth)
        } finally {
          simulator.close()
          await server.close()
        }
      }),
      { numRuns: 60, seed: SEED, timeout: 20_000 },
    )
  }, 60_000)

  test('property: pushed heads of any kind, over WebSocket and IPC', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('ws' as const, 'ipc' as const), fc.array(wrong, { maxLength: 6 }), async (transport, pushes) => {
        let length = 4
        const server = await startScriptedRpc(honest(() => after.slice(0, length)))
        try {
          const source = liveSource({ chainId: 31_337, endpoints: [server[transport]], fromBlock: 1, adapter, profile })
          const stands: BlockInput[] = []
          for await (const input of source.inputs()) {
            take(stands, input)
            if (stands.length === 7) break
            if (input.kind !== 'committed' || stands.length < 3) continue
            length = Math.min(8, stands.length + 2)
            const head = after[length - 1]?.header
            for (const push of pushes) server.push(spoilt(head, push, new Set()))
            server.push(head)
          }
          source.stop()
          expect(stands).toEqual(after.slice(1).map(right))
        } finally {
          await server.close()
        }
      }),
      { numRuns: 25, seed: SEED, timeout: 20_000 },
    )
  }, 60_000)
})

/** Folds an input into the blocks that stand; any block that comes must be a true one, at any moment. */
function take(stands: BlockInput[], input: Input): void {
  if (input.kind === 'reorged') stands.length = input.toNumber
  if (input.kind !== 'committed' && input.kind !== 'provisional') return
  const { block } = input
  expect([before, after].map((chain) => chain[block.number]).map((one) => one && right(one))).toContainEqual(block)
  if (input.kind === 'committed') stands.push(block)
}
