// Simulation against a real node: what goes through, what is refused and by which name, and what the deadline leaves.
import { encodeAbiParameters, encodeErrorResult, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { at, word } from '../../test/support/scripted-chain.ts'
import { type ScriptedRpc, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import { Guard } from '../contracts/Guard.ts'
import type { GuardStep, Hex, Option, Question } from '../core/flow.ts'
import { lastingRpc } from './lasting-rpc.ts'
import { revertName } from './revert-name.ts'
import { createSimulator, type Simulator } from './simulate.ts'

/** Called with data: closes itself. Called without: reverts once closed. */
const GATE = at(0x71)
const GATE_CODE = '0x36600e57600054601557000000005b6001600055005b60006000fd'
const COPY_REST = '38600e900380600e60003960'
/** Answers (or reverts) with these bytes whatever is asked. */
const says = (data: Hex): Hex => `0x${COPY_REST}00f3${data.slice(2)}`
const refuses = (data: Hex): Hex => `0x${COPY_REST}00fd${data.slice(2)}`
const preview = (target: Hex): Hex =>
  encodeAbiParameters([{ type: 'address' }, { type: 'bytes' }, { type: 'uint256' }, { type: 'uint256' }], [target, '0x01', 1n, 0n])

const CLOSES = at(0x91)
const COOLS = at(0x92)
const BREAKS = at(0x93)
const step = (n: number): GuardStep => ({ entry: word(n), subject: word(0), step: 0, action: 'freeze', market: 0 })
const observe: Option = { id: 'observe', class: 'observe', steps: [] }
const close: Option = { id: 'close', class: 'market', steps: [step(1)] }
const probes = [{ name: 'drain', from: at(0x51), to: GATE, data: '0x', usd: 100 }] as const

let anvil: Anvil
let simulator: Simulator
let onHash: Hex
let onNumber: number
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  const cool = encodeErrorResult({ abi: parseAbi(['error Cooldown(uint256)']), args: [5n] })
  const codes: [Hex, Hex][] = [
    [GATE, GATE_CODE],
    [CLOSES, says(preview(GATE))],
    [COOLS, refuses(cool)],
    [BREAKS, says(preview(COOLS))],
  ]
  for (const [address, code] of codes) await anvil.rpc.call('anvil_setCode', [address, code])
  await anvil.rpc.call('anvil_mine', ['0x2'])
  const head = await anvil.rpc.call<{ hash: Hex; number: Hex }>('eth_getBlockByNumber', ['latest', false])
  onHash = head.hash
  onNumber = Number(head.number)
  simulator = createSimulator({ rpc: lasting(`ws://127.0.0.1:${anvil.port}`) })
})
afterAll(async () => {
  simulator.close()
  await anvil.stop()
})

const ask = (more: Partial<Question>): Question => ({
  chainId: 31_337,
  onHash,
  onNumber,
  incident: word(1),
  guard: CLOSES,
  options: [observe, close],
  probes,
  ...more,
})

describe('simulate', () => {
  test('an action that works stops the probe; observing does not', async () => {
    expect(await simulator.simulate(ask({}), 5_000)).toEqual({
      late: false,
      outcomes: [
        { option: 'observe', executed: true, why: '', succeeded: ['drain'] },
        { option: 'close', executed: true, why: '', succeeded: [] },
      ],
    })
  })

  test('a refusal of the Guard by its name; of the protocol by its step; nothing counts as stopped', async () => {
    const cool = await simulator.simulate(ask({ guard: COOLS }), 5_000)
    expect(cool.outcomes[1]).toEqual({ option: 'close', executed: false, why: 'Cooldown', succeeded: ['drain'] })
    const broken = await simulator.simulate(ask({ guard: BREAKS }), 5_000)
    expect(broken.outcomes[1]).toMatchObject({ executed: false, why: expect.stringMatching(/^step 0 /), succeeded: ['drain'] })
    expect(cool.late || broken.late).toBe(false)
  })

  test('twelve options: p50 and the order of the question', async () => {
    const options = Array.from({ length: 12 }, (_, i): Option => ({ id: `o${i}`, class: 'market', steps: [step(i)] }))
    const times: number[] = []
    for (let i = 0; i < 40; i++) {
      const startMs = performance.now()
      const { outcomes } = await simulator.simulate(ask({ options }), 5_000)
      times.push(performance.now() - startMs)
      expect(outcomes.map(({ option }) => option)).toEqual(options.map(({ id }) => id))
    }
    times.sort((a, b) => a - b)
    console.info(`simulate, 12 options of one step and one probe: p50 ${times[20]?.toFixed(1)} ms, p95 ${times[38]?.toFixed(1)} ms`)
    expect(times[20]).toBeLessThan(500)
  })

  test('what comes after the deadline is not waited for', async () => {
    const server = await relay(async (method) => {
      if (method === 'eth_call') await new Promise((later) => setTimeout(later, 300))
    })
    const slow = createSimulator({ rpc: lasting(server.ws) })
    const result = await slow.simulate(ask({}), 150)
    expect(result).toEqual({ late: true, outcomes: [{ option: 'observe', executed: true, why: '', succeeded: ['drain'] }] })
    slow.close()
    await server.close()
  })

  test('a node without eth_simulateV1 is asked once', async () => {
    const server = await startScriptedRpc(() => ({ error: { code: -32_601, message: 'Method not found' } }))
    const failures: unknown[] = []
    const without = createSimulator({ rpc: lasting(server.http), onFailure: (error) => failures.push(error) })
    const question = ask({ options: [observe] })
    expect(await without.simulate(question, 1_000)).toEqual({ late: true, outcomes: [] })
    expect(await without.simulate(question, 1_000)).toEqual({ late: true, outcomes: [] })
    expect(server.asked).toEqual(['eth_simulateV1'])
    expect(failures).toHaveLength(1)
    without.close()
    await server.close()
  })

  test('a node that is not there: late and empty, and back when it is', async () => {
    const gone = createSimulator({ rpc: lasting('ws://127.0.0.1:9') })
    expect(await gone.simulate(ask({}), 1_000)).toEqual({ late: true, outcomes: [] })
    gone.close()
  })
})

test('every error of the Guard has its name', () => {
  const errors = Guard.abi.filter((item) => item.type === 'error')
  expect(errors.length).toBeGreaterThan(30)
  for (const error of errors) {
    const args = error.inputs.map(({ type }) =>
      type === 'address' ? at(1) : type === 'bytes32' ? word(1) : /^bytes/.test(type) ? '0x01020304' : type === 'string' ? 'x' : 1,
    )
    const data = encodeErrorResult({ abi: [error], errorName: error.name, args } as Parameters<typeof encodeErrorResult>[0])
    expect(revertName(data)).toBe(error.name)
  }
  expect(
    revertName(
      '0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000023239000000000000000000000000000000000000000000000000000000000000',
    ),
  ).toBe('reverted: 29')
  expect(revertName('0xdeadbeef')).toBe('reverted with 0xdeadbeef')
  expect(revertName(undefined)).toBe('reverted')
})

const lasting = (...addresses: string[]) => lastingRpc(addresses, { chainId: 31_337, timeoutMs: 5_000 })

/** Anvil's own answers, after what the test does first. */
function relay(first: (method: string) => Promise<void>): Promise<ScriptedRpc> {
  return startScriptedRpc(async (method, params) => {
    await first(method)
    return { result: await anvil.rpc.call(method, params) }
  })
}
