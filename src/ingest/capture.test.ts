// Captures: what is written is what is read, byte for byte, and what a crash or a hand has spoilt is said with its line.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { canonical } from '../core/canonical.ts'
import type { Hex, Input } from '../core/flow.ts'
import { openCapture, readCapture } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = (end = 'jsonl'): string => join(folder, `${files++}.${end}`)

const header = { chainId: 31_337, rulesHash: `0x${'ab'.repeat(32)}` } as const
const { chainId } = header
const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((raw): Hex => `0x${Buffer.from(raw).toString('hex')}`)
const word = bytes(32, 32)
const address = bytes(20, 20)
const data = bytes(0, 70)
const count = fc.nat()
const log = fc.record({ address, topics: fc.array(word, { maxLength: 4 }), data, txHash: word, txIndex: count, logIndex: count })
const logs = fc.array(log, { maxLength: 3 })
const reads = fc.array(fc.record({ to: address, data, result: fc.option(data) }), { maxLength: 3 })
const outcome = fc.record({
  option: fc.string(),
  executed: fc.boolean(),
  why: fc.string({ unit: 'binary' }),
  succeeded: fc.array(fc.string()),
})
const pendingTx = fc.record({
  hash: word,
  raw: data,
  from: address,
  to: fc.option(address),
  data,
  value: data,
  nonce: count,
  gas: count,
  maxFeePerGas: data,
  priorityFeePerGas: data,
})
const chain = fc.constant(chainId)
const kind = <K extends Input['kind']>(name: K) => fc.constant(name)
const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('committed' as const, 'provisional' as const),
    block: fc.record({ chainId: chain, number: count, hash: word, parentHash: word, timeS: count, logs, reads }),
  }),
  fc.record({ kind: kind('reorged'), chainId: chain, toNumber: count, toHash: word }),
  fc.record({ kind: kind('finalized'), chainId: chain, number: count, hash: word }),
  fc.record(
    {
      kind: kind('pending'),
      chainId: chain,
      onHash: word,
      timeS: count,
      txHash: word,
      rawTx: data,
      txs: fc.array(pendingTx, { minLength: 1, maxLength: 3 }),
      obstacle: fc.string({ unit: 'binary' }),
      logs,
      reads,
      other: fc.record({ logs, reads }),
    },
    { requiredKeys: ['kind', 'chainId', 'onHash', 'timeS', 'txHash', 'rawTx', 'txs', 'obstacle', 'logs', 'reads'] },
  ),
  fc.record({
    kind: kind('settled'),
    chainId: chain,
    txHash: word,
    how: fc.constantFrom('included' as const, 'reverted' as const, 'replaced' as const, 'gone' as const),
  }),
  fc.record({ kind: kind('simulated'), chainId: chain, onHash: word, incident: word, outcomes: fc.array(outcome), late: fc.boolean() }),
  fc.record({
    kind: kind('rehearsed'),
    chainId: chain,
    onHash: word,
    operation: fc.string(),
    run: fc.constantFrom('queued', 'due'),
    tried: fc.boolean(),
    partial: fc.boolean(),
    why: fc.string({ unit: 'binary' }),
    failedCall: fc.integer({ min: -1, max: 9 }),
    logs: fc.array(fc.record({ address, topics: fc.array(word, { maxLength: 4 }), data }), { maxLength: 2 }),
    values: fc.array(
      fc.record({
        kind: fc.constantFrom('power', 'code', 'parameter', 'source', 'price', 'cash', 'account'),
        subject: fc.string(),
        name: fc.string(),
        before: fc.option(data),
        after: fc.option(data),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ kind: kind('tick'), chainId: chain, timeS: count }),
  fc.record({
    kind: kind('blind'),
    chainId: chain,
    sinceBlock: count,
    reason: fc.constantFrom('unreachable', 'stalled', 'gap', 'deep-reorg', 'bad-answer', 'state-mismatch'),
  }),
  fc.record({
    kind: kind('counterpart'),
    chainId: chain,
    fromChainId: fc.integer({ min: 1, max: 2 ** 31 }),
    number: count,
    hash: word,
    timeS: count,
    finalNumber: count,
    after: count,
    bridges: fc.array(
      fc.record({
        gateway: address,
        sinceS: count,
        held: word,
        departed: word,
        arrived: word,
        sent: fc.array(fc.record({ id: word, amount: word, block: count, timeS: count }), { maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ kind: kind('operator'), order: fc.constantFrom('approve', 'deny', 'lift'), subject: fc.string(), signature: data }),
)

async function written(inputs: readonly Input[], file = newFile()): Promise<string> {
  const capture = openCapture(file, header)
  for (const one of inputs) capture.write(one)
  await capture.close()
  return file
}

async function read(file: string) {
  let torn: number | undefined
  const capture = await readCapture(file, (line) => {
    torn = line
  })
  const inputs: Input[] = []
  for await (const one of capture.inputs) inputs.push(one)
  return { header: capture.header, inputs, torn }
}

describe.each(['jsonl', 'jsonl.gz'])('a capture (.%s)', (end) => {
  test('property: random inputs come back byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(input, { maxLength: 12 }), async (inputs) => {
        const back = await read(await written(inputs, newFile(end)))
        expect(back).toEqual({ header, inputs, torn: undefined })
        expect(back.inputs.map(canonical)).toEqual(inputs.map(canonical))
      }),
      { numRuns: 60 },
    )
  })
})

const some = fc.sample(input, { numRuns: 6, seed: 7 })

describe('a capture', () => {
  test('property: broken off anywhere, all whole lines are read and the tear is told; then it goes on', async () => {
    const whole = readFileSync(await written(some))
    const firstLine = whole.indexOf(10) + 1
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: firstLine, max: whole.length }), async (length) => {
        const file = await written(some)
        truncateSync(file, length)
        const left = whole.subarray(0, length)
        const lines = left.filter((byte) => byte === 10).length - 1
        const broken = left.at(-1) !== 10
        expect(await read(file)).toEqual({ header, inputs: some.slice(0, lines), torn: broken ? lines + 2 : undefined })
        const again = openCapture(file, header)
        expect(again.cutBytes > 0).toBe(broken)
        for (const one of some.slice(lines)) again.write(one)
        await again.close()
        expect(readFileSync(file).equals(whole)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('a zip that broke off gives what is whole', async () => {
    const file = await written(some, newFile('gz'))
    truncateSync(file, readFileSync(file).length - 20)
    const { inputs, torn } = await read(file)
    expect(some.slice(0, inputs.length)).toEqual(inputs)
    expect(torn).toBeGreaterThan(1)
  })

  test('errors name the file, the line and what is wrong', async () => {
    const file = await written([{ kind: 'tick', chainId, timeS: 1 }])
    const spoil = async (line: string): Promise<string> => {
      const copy = newFile()
      writeFileSync(copy, `${readFileSync(file, 'utf8')}${line}\n`)
      return read(copy).then(
        () => 'read',
        (error: Error) => error.message.replace(copy, 'FILE'),
      )
    }
    expect(await spoil('{"kind":"tick"')).toMatchInlineSnapshot(`"FILE:3: the line is "{"kind":"tick""; want JSON"`)
    expect(await spoil('{"kind":"tock","chainId":31337}')).toMatchInlineSnapshot(
      `"FILE:3: kind is "{"kind":"tock","chainId":31337}"; want Invalid discriminator value. Expected 'committed' | 'provisional' | 'reorged' | 'finalized' | 'pending' | 'settled' | 'simulated' | 'rehearsed' | 'tick' | 'blind' | 'counterpart' | 'operator'"`,
    )
    expect(await spoil('{"chainId":31337,"kind":"tick"}')).toMatchInlineSnapshot(
      `"FILE:3: timeS is "{"chainId":31337,"kind":"tick"}"; want Invalid input: expected number, received undefined"`,
    )
    expect(await spoil('{"chainId":31337,"kind":"tick","timeS":2,"extra":1}')).toMatchInlineSnapshot(
      `"FILE:3: the line is "{"chainId":31337,"kind":"tick","timeS":2,"extra":1}"; want Unrecognized key: "extra""`,
    )
    expect(await spoil(`{"chainId":31337,"hash":"0x${'AB'.repeat(32)}","kind":"finalized","number":1}`)).toMatchInlineSnapshot(
      `"FILE:3: hash is "{"chainId":31337,"hash":"0xABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB","kind":"finalized","num...; want want 32 bytes of lower-case hex"`,
    )
    expect(await spoil('{"chainId":1,"kind":"tick","timeS":2}')).toMatchInlineSnapshot(
      `"FILE:3: the chain id is 1; want 31337, as in the header"`,
    )
  })

  test('what is no capture, or another one, is refused', async () => {
    const empty = newFile()
    appendFileSync(empty, '')
    await expect(readCapture(empty)).rejects.toThrow('the whole header of a capture')
    const other = newFile()
    appendFileSync(other, '{"format":"other"}\n')
    await expect(readCapture(other)).rejects.toThrow(`${other}:1`)
    await expect(readCapture(join(folder, 'none'))).rejects.toThrow('capture: got')
    const file = await written(some)
    expect(() => openCapture(file, { chainId: 1 })).toThrow('a new file, or one that begins with {"chainId":1')
    const zipped = await written(some, newFile('gz'))
    expect(() => openCapture(zipped, header)).toThrow('a .gz is never continued')
  })
})
