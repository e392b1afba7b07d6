// Compiled decoders beside viem's, ox's and ethers' on the same generated logs.
import { type AbiEvent, type AbiParameter, decodeEventLog, encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { compileEvent, type Decoder, type RawLog } from '../../src/decode/decoder.ts'
import { f64At, LANES } from '../../src/decode/lanes.ts'
import { AAVE, CHAINLINK, ERC20, UNISWAP } from '../../src/decode/real-events.builders.ts'
import { DecoderRegistry } from '../../src/decode/registry.ts'
import { type Rivals, rivals } from './rivals.ts'
import { row as figure, type Row } from './rows.ts'

const GOAL = 40
let LOGS = 0

// a generator of our own, so that every run decodes the same logs
let state = 7
const chance = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const digits = (n: number): string => Array.from({ length: n }, () => Math.floor(chance() * 16).toString(16)).join('')

// viem keeps the mixed-case form of the last 8,192 addresses: whether it meets them again decides much of its rate
let accounts: readonly string[] | undefined
const FEW = 1_000

/** Amounts as they are on chains: mostly far below what their type could hold. */
function sampleOf({ type }: AbiParameter): unknown {
  if (type.endsWith('[]')) return Array.from({ length: 16 }, () => sampleOf({ type: type.slice(0, -2) }))
  if (type === 'address') return accounts ? accounts[Math.floor(chance() * accounts.length)] : `0x${digits(40)}`
  if (type === 'bool') return chance() < 0.5
  if (type === 'bytes') return `0x${digits(32)}`
  if (type === 'bytes32') return `0x${digits(64)}`
  const bits = Number(/\d+/.exec(type)?.[0])
  const size = Math.min(bits - 8, 1 + Math.floor(chance() * 110))
  const amount = BigInt(`0x${digits(28)}`) >> BigInt(112 - size)
  const value = type.startsWith('int') && chance() < 0.5 ? -amount : amount
  return bits > 48 ? value : Number(value)
}

interface Case {
  readonly event: AbiEvent
  /** Made once for all cases of the event. */
  readonly decoder: Decoder
  readonly log: RawLog
}
const compiled = new Map<AbiEvent, Decoder>()
function decoderOf(event: AbiEvent): Decoder {
  const decoder = compiled.get(event) ?? compileEvent(event)
  compiled.set(event, decoder)
  return decoder
}
function caseOf(event: AbiEvent): Case {
  const values = event.inputs.map(sampleOf)
  const inData = event.inputs.map((input, n) => ({ input, value: values[n] })).filter(({ input }) => !input.indexed)
  const topics = encodeEventTopics({
    abi: [event],
    args: Object.fromEntries(event.inputs.map((input, n) => [input.name, values[n]])) as never,
  })
  const data = encodeAbiParameters(
    inData.map(({ input }) => input),
    inData.map(({ value }) => value),
  )
  // through JSON, since that is where the strings of real logs come from
  return { event, decoder: decoderOf(event), log: JSON.parse(JSON.stringify({ topics, data })) }
}

const many = (events: readonly AbiEvent[]): readonly Case[] =>
  Array.from({ length: LOGS }, (_, n) => caseOf(events[n % events.length] as AbiEvent))
const [reserveData, borrow, supply, liquidation] = AAVE
const [swap, mint] = UNISWAP
const [answer, transmission] = CHAINLINK
const transfer = ERC20[0]
const MIXED = [
  transfer,
  reserveData,
  transfer,
  swap,
  transfer,
  supply,
  transfer,
  borrow,
  transfer,
  mint,
  transfer,
  answer,
  transfer,
  liquidation,
]
interface LogSet {
  readonly name: string
  readonly events: readonly AbiEvent[]
  readonly goal: number | null
  /** Addresses come from this many; undefined: each is new. */
  readonly accounts?: number
}
const SETS: readonly LogSet[] = [
  { name: 'ERC-20 Transfer', events: [transfer], goal: GOAL },
  { name: 'Aave ReserveDataUpdated', events: [reserveData], goal: GOAL },
  { name: 'Uniswap Swap', events: [swap], goal: GOAL },
  { name: 'mixed', events: MIXED, goal: GOAL },
  { name: `mixed, ${FEW} accounts`, events: MIXED, goal: GOAL, accounts: FEW },
  { name: 'Chainlink NewTransmission (dynamic)', events: [transmission], goal: null },
]

type Decode = (cases: readonly Case[]) => number
const row = new Uint32Array(16 * LANES)

/** Each way gets a decoder for the event at once, but for the registry, which has to find it. What is decoded is used. */
function waysOf(events: readonly AbiEvent[], { ox, ethers }: Rivals): readonly (readonly [string, Decode])[] {
  const registry = new DecoderRegistry(events)
  const abis = new Map(events.map((event) => [event, [event]]))
  const oxEvents = new Map(events.map((event) => [event, ox?.from(event)]))
  const interfaces = new Map(events.map((event) => [event, ethers?.interfaceOf(event)]))
  const each =
    (decode: (one: Case) => number): Decode =>
    (cases) => {
      let used = 0
      for (const one of cases) used += decode(one)
      return used
    }
  return [
    ['row', each(({ decoder, log }) => (decoder.read(log, row) === undefined ? (row[0] as number) : Number.NaN))],
    ['row, found by registry', each(({ log }) => (typeof registry.read(log, row) === 'string' ? Number.NaN : (row[0] as number)))],
    [
      'row and f64 of each word',
      each(({ decoder, log }) => {
        if (decoder.read(log, row) !== undefined) return Number.NaN
        let sum = 0
        for (let cell = 0; cell < decoder.cells; cell++) sum += f64At(row, cell * LANES)
        return sum
      }),
    ],
    ['object', each(({ decoder, log }) => (decoder.decode(log).kind === 'decoded' ? 1 : Number.NaN))],
    [
      'viem',
      each(({ event, log }) =>
        decodeEventLog({ abi: abis.get(event) ?? [], topics: log.topics as [Hex, ...Hex[]], data: log.data }).args ? 1 : 0,
      ),
    ],
    ...(ox ? [['ox', each(({ event, log }) => (ox.decode(oxEvents.get(event), log) ? 1 : 0))] as const] : []),
    ...(ethers ? [['ethers', each(({ event, log }) => (interfaces.get(event)?.parseLog(log) ? 1 : 0))] as const] : []),
  ]
}

/** Best of several rounds in turn, in logs a second: what else runs on the machine only slows down. */
function measure(ways: readonly (readonly [string, Decode])[], cases: readonly Case[], rounds: number): ReadonlyMap<string, number> {
  const best = new Map<string, number>()
  for (let round = 0; round < rounds; round++)
    for (const [name, decode] of ways) {
      // the quick ones go over the logs several times, so that no way has the shorter rounds, of which the best would be luckier
      const times = RIVALS.has(name) ? 1 : 20
      const from = performance.now()
      let used = 0
      for (let time = 0; time < times; time++) used += decode(cases)
      const rate = (1_000 * times * cases.length) / (performance.now() - from)
      if (Number.isNaN(used)) throw new Error(`${name} could not decode what was encoded`)
      best.set(name, Math.max(best.get(name) ?? 0, rate))
    }
  return best
}

const RIVALS = new Set(['viem', 'ox', 'ethers'])

/** `logs` of each kind, best of `rounds`. */
export async function measureDecoders({ logs, rounds }: { readonly logs: number; readonly rounds: number }): Promise<readonly Row[]> {
  LOGS = logs
  const found = await rivals()
  return SETS.flatMap(({ name, events, goal, accounts: few }) => {
    accounts = few === undefined ? undefined : Array.from({ length: few }, () => `0x${digits(40)}`)
    const rates = measure(waysOf(events, found), many(events), rounds)
    const ours = [...rates].filter(([way]) => !RIVALS.has(way))
    return ours.flatMap(([way, rate]) =>
      [...rates].flatMap(([rival, theirs]) =>
        // each rival once, and viem beside every way
        RIVALS.has(rival) && (way === 'row' || rival === 'viem')
          ? [
              figure(
                `${name}: ${way}`,
                rate,
                'logs/s',
                { rival, ratio: rate / theirs },
                rival === 'viem' && way === 'row' && goal !== null ? { times: goal } : undefined,
              ),
            ]
          : [],
      ),
    )
  })
}
