// The few words of Uniswap v4 that we speak: one manager holds all pools, each under the hash of its key, its state read slot by slot.
import { encodeAbiParameters, keccak256, toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf, hex32 } from '../../core/words.ts'
import { unsigned } from '../../store/column.ts'

export const TOPIC = {
  modify: toEventSelector('ModifyLiquidity(bytes32,address,int24,int24,int256,bytes32)'),
  swap: toEventSelector('Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)'),
} as const

const VIEW = { extsload: toFunctionSelector('extsload(bytes32)'), balanceOf: toFunctionSelector('balanceOf(address)') } as const

/** Where the manager keeps its pools, and the parts of a pool's state after its first slot (v4-core's StateLibrary). */
const POOLS_SLOT = 6n
const OFFSET = { liquidity: 3n, ticks: 4n, bitmap: 5n } as const

export interface PoolKey {
  readonly currency0: Hex
  readonly currency1: Hex
  readonly fee: number
  readonly tickSpacing: number
  readonly hooks: Hex
}

export const poolId = ({ currency0, currency1, fee, tickSpacing, hooks }: PoolKey): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'address' }, { type: 'uint24' }, { type: 'int24' }, { type: 'address' }],
      [currency0, currency1, fee, tickSpacing, hooks],
    ),
  )

const joined = (...words: readonly bigint[]): Hex => `0x${words.map((word) => hex32(word).slice(2)).join('')}`
const stateSlot = (id: Hex): bigint => BigInt(keccak256(joined(BigInt(id), POOLS_SLOT)))
const inMapping = (key: number, slot: bigint): bigint => BigInt(keccak256(joined(unsigned(BigInt(key)), slot)))
const load = (manager: Hex, slot: bigint): Call => callOf(manager, VIEW.extsload, slot)

export const call = {
  slot0: (manager: Hex, id: Hex): Call => load(manager, stateSlot(id)),
  liquidity: (manager: Hex, id: Hex): Call => load(manager, stateSlot(id) + OFFSET.liquidity),
  bitmap: (manager: Hex, id: Hex, word: number): Call => load(manager, inMapping(word, stateSlot(id) + OFFSET.bitmap)),
  tick: (manager: Hex, id: Hex, tick: number): Call => load(manager, inMapping(tick, stateSlot(id) + OFFSET.ticks)),
  held: (token: Hex, manager: Hex): Call => callOf(token, VIEW.balanceOf, addressWord(manager)),
} as const
