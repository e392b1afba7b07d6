// A node that tells no traces, late ones, broken ones or none any more: each block comes all the same, and says why it has none.
import { expect, test } from 'vitest'
import { honest, scriptedBlock } from '../../../test/support/scripted-chain.ts'
import { type Script, type Scripted, startScriptedRpc } from '../../../test/support/scripted-rpc.ts'
import type { Hex } from '../../core/flow.ts'
import type { BlockTraces } from '../../core/trace.ts'
import { liveSource } from '../live.ts'
import { profileOf } from '../profiles.ts'
import { at } from './traces.builders.ts'

const chain = Array.from({ length: 6 }, (_, number) => scriptedBlock(number))
const whole = honest(() => chain)

/** As an honest geth says it. */
const debug: Script = (method, params) => {
  if (method !== 'debug_traceBlockByHash') return whole(method, params)
  const [hash, { tracer }] = params as [Hex, { tracer: string }]
  const txs = chain.find(({ header }) => header.hash === hash)?.header.transactions ?? []
  const call = { type: 'CALL', from: at(1), to: at(0xa1), input: '0x12345678', value: '0x0', gas: '0x9', gasUsed: '0x5' }
  return { result: txs.map((txHash) => ({ txHash, result: tracer === 'callTracer' ? call : { pre: {}, post: {} } })) }
}

/** Traces of blocks 1 to 5. */
async function traced(script: Script): Promise<{ readonly traces: readonly BlockTraces[]; readonly asked: readonly string[] }> {
  const rpc = await startScriptedRpc(script)
  const source = liveSource({
    chainId: 31_337,
    endpoints: [rpc.http],
    fromBlock: 1,
    adapter: { watches: () => [], reads: () => [], traces: () => new Set([at(0xa1)]) },
    profile: profileOf(31_337, { requestTimeoutMs: 300, blockTimeS: 1, blindAfterMs: 50, pollMs: 2 }),
  })
  const traces: BlockTraces[] = []
  for await (const input of source.inputs()) {
    if (input.kind === 'committed' && input.block.traces) traces.push(input.block.traces)
    if (traces.length === 5) source.stop()
  }
  await rpc.close()
  return { traces, asked: rpc.asked.filter((method) => /trace/.test(method)) }
}
const five = (why: string) => Array.from({ length: 5 }, () => ({ kind: 'missing', why }))

test('whole traces: of each block that has any, in order', async () => {
  const { traces } = await traced(debug)
  expect(traces.map((one) => one.kind === 'seen' && one.txs.length)).toEqual([1, 2, 0, 1, 2])
})

test('a node without traces is asked once, and every block says so', async () => {
  const { traces, asked } = await traced(whole)
  expect(traces).toEqual(five('unsupported'))
  expect(asked).toEqual(['debug_traceBlockByHash', 'trace_block'])
})

test('answers that are no traces, or of fewer transactions: every block comes without', async () => {
  for (const answer of [{ result: 42 }, { result: [{ txHash: '0x' }] }, { result: [{}, {}, {}] }] as readonly Scripted[])
    expect((await traced((method, params) => (/trace/.test(method) ? answer : whole(method, params)))).traces).toEqual(five('bad-answer'))
})

test('an answer that never comes: the block goes on without it', async () => {
  const { traces } = await traced((method, params) => (/trace/.test(method) ? 'silence' : whole(method, params)))
  expect(traces.map((one) => one.kind === 'missing' && one.why)).toEqual(expect.arrayContaining(['failed']))
  expect(traces.every(({ kind }) => kind === 'missing')).toBe(true)
})

test('a node that says no for once is asked again with the next block', async () => {
  let asked = 0
  const { traces } = await traced((method, params) =>
    /trace/.test(method) && asked++ === 0 ? { error: { code: -32_000, message: 'header not found' } } : debug(method, params),
  )
  expect(traces[0]).toEqual({ kind: 'missing', why: 'failed' })
  expect(traces.slice(1).map(({ kind }) => kind)).toEqual(['seen', 'seen', 'seen', 'seen'])
})

test('who asks for no traces gets none, and costs none', async () => {
  const rpc = await startScriptedRpc(debug)
  const adapter = { watches: () => [], reads: () => [], traces: () => undefined }
  const source = liveSource({ chainId: 31_337, endpoints: [rpc.http], fromBlock: 1, adapter, profile: profileOf(31_337, { pollMs: 2 }) })
  let blocks = 0
  for await (const input of source.inputs()) {
    if (input.kind === 'committed') expect('traces' in input.block).toBe(false)
    if (++blocks === 5) source.stop()
  }
  await rpc.close()
  expect(rpc.asked.some((method) => /trace/.test(method))).toBe(false)
})
