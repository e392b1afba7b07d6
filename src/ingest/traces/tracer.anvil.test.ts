// Traces of a real node: both of its ways give the same blocks, live, in a capture and out of it again.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { canonical } from '../../core/canonical.ts'
import type { Hex, Input } from '../../core/flow.ts'
import type { IngestEvent } from '../block-source.ts'
import { openCapture, readCapture } from '../capture.ts'
import { liveSource } from '../live.ts'
import { profileOf } from '../profiles.ts'
import type { TraceWay } from './tracer.ts'
import { at, word } from './traces.builders.ts'

const FROM: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const [A, B, C] = [at(0xaaa1), at(0xaaa2), at(0xaaa3)]
/** Slot 0 := 1; calls B with 1 wei; asks C; makes an empty contract and one of one byte; calls a precompile; ends itself in favour of C. */
const CODE_A = [
  '0x6001600055',
  '6000600060006000600161aaa25af150',
  '600060006000600061aaa35afa50',
  '600060006000f050',
  '6460016000f36000526005601b6000f050',
  '600060006000600060045afa50',
  '61aaa3ff',
].join('')
/** Slot 1 := 0 if it is called with data; else slot 0 := 7, borrows C's code, and reverts. */
const CODE_B = '0x36601c576007600055600060006000600061aaa35af45060006000fd5b600060015500'

let anvil: Anvil
const folder = mkdtempSync(join(tmpdir(), 'firebreak-traces-'))
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const [who, code] of [
    [A, CODE_A],
    [B, CODE_B],
    [C, '0x00'],
  ] as const)
    await anvil.rpc.call('anvil_setCode', [who, code])
  await anvil.rpc.call('anvil_setBalance', [A, '0x1000'])
  await anvil.rpc.call('anvil_setStorageAt', [B, '0x1', word(9)])
  const send = (tx: object) => anvil.rpc.call('eth_sendTransaction', [{ from: FROM, gas: '0x80000', ...tx }])
  await send({ to: A, data: '0x12345678aa' })
  await send({ to: B, data: '0x01' })
  await send({ to: B })
  await send({ data: '0x6001600055600a600c60003960016000f3' })
  await send({ to: at(0xc1c1), value: '0x1' })
  await anvil.rpc.call('evm_mine', [])
  await anvil.rpc.call('evm_mine', [])
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await anvil?.stop()
})

async function blocks(
  traceWay: TraceWay | 'auto',
): Promise<{ readonly inputs: readonly Input[]; readonly events: readonly IngestEvent[] }> {
  const events: IngestEvent[] = []
  const inputs: Input[] = []
  const source = liveSource({
    chainId: 31_337,
    endpoints: [`http://127.0.0.1:${anvil.port}`],
    fromBlock: 1,
    adapter: { watches: () => [], reads: () => [], traces: () => new Set([A, B]) },
    profile: profileOf(31_337, { pollMs: 10 }),
    onEvent: (event) => events.push(event),
    traceWay,
  })
  for await (const input of source.inputs()) {
    if (input.kind === 'committed') inputs.push(input)
    if (inputs.length === 2) source.stop()
  }
  return { inputs, events }
}

test('both ways give the same blocks; the first is taken where there are both', async () => {
  const { inputs, events } = await blocks('auto')
  expect(events.filter(({ kind }) => kind === 'tracing')).toMatchObject([{ way: 'debug' }])
  const [debug, parity] = [await blocks('debug'), await blocks('parity')]
  expect(canonical(debug.inputs)).toBe(canonical(inputs))
  expect(canonical(parity.inputs)).toBe(canonical(inputs))
  const traces = inputs.flatMap((input) => (input.kind === 'committed' && input.block.traces ? [input.block.traces] : []))
  expect(traces).toMatchObject([
    {
      kind: 'seen',
      storage: true,
      shed: 0,
      txs: [
        { status: 1, frames: 7, writes: [], destroyed: [{ address: A, heir: C }] },
        { status: 1, writes: [{ address: B, slot: word(1), before: word(9), after: word(0) }] },
        { status: 0, writes: [] },
        { calls: [], created: [{ creator: FROM, codeBytes: 1 }] },
      ],
    },
    { kind: 'seen', txs: [] },
  ])
  const [first] = traces
  if (first?.kind !== 'seen') throw new Error('no traces')
  expect(
    first.txs[0]?.calls.map(({ depth, kind, to, value, end }) => `${depth} ${kind} ${to.slice(-4)} ${value} ${end}`),
  ).toMatchInlineSnapshot(`
    [
      "0 call aaa1 0x0 ok",
      "1 call aaa2 0x1 reverted",
      "2 delegatecall aaa3 0x0 ok",
      "1 staticcall aaa3 0x0 ok",
      "1 create aa6e 0x0 ok",
      "1 create 7bfd 0x0 ok",
      "1 selfdestruct aaa3 0x1000 ok",
    ]
  `)
  expect(first.txs[0]?.gasUsed).toBeGreaterThan(53_000)
})

test('a capture holds them: what is read from it is what was written', async () => {
  const { inputs } = await blocks('auto')
  const file = join(folder, 'capture.jsonl')
  const writer = openCapture(file, { chainId: 31_337 })
  for (const input of inputs) writer.write(input)
  await writer.close()
  const read: Input[] = []
  for await (const input of (await readCapture(file)).inputs) read.push(input)
  expect(read).toEqual(inputs)
})

test('calls without storage say so; no way at all says why', async () => {
  for (const way of ['debug-calls', 'parity-calls'] as const) {
    const { inputs } = await blocks(way)
    expect(inputs).toMatchObject([{ block: { traces: { kind: 'seen', storage: false } } }, {}])
  }
  expect((await blocks('none')).inputs).toMatchObject([
    { block: { traces: { kind: 'missing', why: 'unsupported' } } },
    { block: { traces: { kind: 'missing', why: 'unsupported' } } },
  ])
})
