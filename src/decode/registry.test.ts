// Events of real contracts, found by what their logs say, and the count of those that could not be decoded.
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import type { RawLog } from './decoder.ts'
import { bigintAt, LANES, signedAt } from './lanes.ts'
import { AAVE, CHAINLINK, ERC20, ERC721, UNISWAP } from './real-events.builders.ts'
import { DecoderRegistry } from './registry.ts'

const A: Hex = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
const B: Hex = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const C: Hex = '0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2'
const RAY = 10n ** 27n

const REAL: readonly AbiEvent[] = [...ERC20, ...ERC721, ...AAVE, ...UNISWAP, ...CHAINLINK]
const registry = () => new DecoderRegistry(REAL)

function logOf(event: AbiEvent, args: Readonly<Record<string, unknown>>): RawLog {
  const inData = event.inputs.filter((input) => !input.indexed)
  return {
    topics: encodeEventTopics({ abi: [event], args: args as never }) as Hex[],
    data: encodeAbiParameters(
      inData,
      inData.map(({ name }) => args[name ?? '']),
    ),
  }
}

// every event above has its values here, so the list can't grow without one
const VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'Transfer 3': { from: A, to: B, value: 2n ** 256n - 1n },
  'Transfer 4': { from: A, to: B, tokenId: 17n },
  'ReserveDataUpdated 2': {
    reserve: A,
    liquidityRate: RAY / 50n,
    stableBorrowRate: 0n,
    variableBorrowRate: RAY / 30n,
    liquidityIndex: RAY + 1n,
    variableBorrowIndex: RAY + 2n,
  },
  'Borrow 4': { reserve: A, user: B, onBehalfOf: C, amount: 10n ** 18n, interestRateMode: 2, borrowRate: RAY / 30n, referralCode: 0 },
  'Supply 4': { reserve: A, user: B, onBehalfOf: C, amount: 10n ** 18n, referralCode: 65_535 },
  'LiquidationCall 4': {
    collateralAsset: A,
    debtAsset: B,
    user: C,
    debtToCover: 5n,
    liquidatedCollateralAmount: 6n,
    liquidator: B,
    receiveAToken: true,
  },
  'Swap 3': {
    sender: A,
    recipient: B,
    amount0: -(10n ** 18n),
    amount1: 3_000_000_000n,
    sqrtPriceX96: 2n ** 96n,
    liquidity: 2n ** 100n,
    tick: -197_000,
  },
  'Mint 4': { sender: C, owner: A, tickLower: -887_272, tickUpper: 887_272, amount: 2n ** 127n, amount0: 1n, amount1: 2n },
  'AnswerUpdated 3': { current: -1n, roundId: 9n, updatedAt: 1_700_000_000n },
  'NewTransmission 2': {
    aggregatorRoundId: 4_294_967_295,
    answer: -(2n ** 191n),
    transmitter: A,
    observations: [1n, -2n, 2n ** 191n - 1n],
    observers: '0x000102',
    rawReportContext: `0x${'12'.repeat(32)}`,
  },
}
const keyOf = ({ name, inputs }: AbiEvent) => `${name} ${1 + inputs.filter((i) => i.indexed).length}`

describe('real events', () => {
  test.each(REAL.map((event) => [keyOf(event), event] as const))('%s comes back as it was', (key, event) => {
    const args = VALUES[key]
    expect(args && registry().decode(logOf(event, args))).toEqual({ kind: 'decoded', event: event.name, args })
  })

  test('a Swap in a row', () => {
    const swap = UNISWAP[0]
    const row = new Uint32Array(8 * LANES)
    const decoder = registry().read(logOf(swap, VALUES['Swap 3'] ?? {}), row)
    if (typeof decoder === 'string') throw new Error(decoder)
    const cell = (name: string) => (decoder.arguments.find((a) => a.name === name)?.cell ?? 99) * LANES
    expect([signedAt(row, cell('amount0')), signedAt(row, cell('tick')), bigintAt(row, cell('sqrtPriceX96'))]).toEqual([
      -(10n ** 18n),
      -197_000n,
      2n ** 96n,
    ])
  })
})

describe('the registry', () => {
  const transfer = logOf(ERC20[0], VALUES['Transfer 3'] ?? {})

  test('counts what it decoded and each kind of fault', () => {
    const all = registry()
    const row = new Uint32Array(8 * LANES)
    all.decode(transfer)
    all.read(transfer, row)
    const stranger: RawLog = { topics: [`0x${'1'.repeat(64)}`], data: '0x' }
    expect(all.decode(stranger)).toEqual({ kind: 'malformed', event: undefined, fault: 'topic0' })
    expect(all.decode({ topics: [], data: '0x' })).toMatchObject({ fault: 'topic0' })
    expect(all.read({ topics: transfer.topics.slice(0, 2), data: transfer.data }, row)).toBe('topics')
    expect(all.read({ topics: transfer.topics, data: '0x' }, row)).toBe('short')
    expect(all.decode({ topics: transfer.topics, data: `${transfer.data}00` })).toEqual({
      kind: 'malformed',
      event: 'Transfer',
      fault: 'long',
    })
    expect(all.counts).toEqual({
      decoded: 2,
      faults: new Map([
        ['topic0', 2],
        ['topics', 1],
        ['short', 1],
        ['long', 1],
      ]),
    })
  })

  test('the same event twice is one; the same signature with other inputs indexed is refused', () => {
    expect(new DecoderRegistry([...ERC20, ...ERC20]).find(transfer)).toMatchObject({ cells: 3 })
    const inputs = ERC20[0].inputs.map((input, n) => ({ ...input, indexed: n > 0 }))
    expect(() => new DecoderRegistry([...ERC20, { ...ERC20[0], inputs }])).toThrow(/Transfer/)
  })
})
