import { expect, test } from 'vitest'
import { compileEvent } from '../decode/decoder.ts'
import { DecoderRegistry } from '../decode/registry.ts'
import { TOPIC as aave } from '../protocols/aave-v3/abi.ts'
import { TOPIC as chainlink } from '../protocols/chainlink/abi.ts'
import { TRANSFER } from '../protocols/erc20/calls.ts'
import { TOPIC as vaults } from '../protocols/erc4626/abi.ts'
import { TOPIC as governance } from '../protocols/governance/abi.ts'
import { TOPIC as perp } from '../protocols/perp-v2/abi.ts'
import { TOPIC as uniswapV2 } from '../protocols/uniswap-v2/abi.ts'
import { TOPIC as uniswap } from '../protocols/uniswap-v3/abi.ts'
import { TOPIC as uniswapV4 } from '../protocols/uniswap-v4/abi.ts'
import { KNOWN_EVENTS } from './known-events.ts'

test('every event that these adapters read has columns', () => {
  const known = new Set(KNOWN_EVENTS.map((event) => compileEvent(event).topic0))
  const read = [aave, chainlink, governance, perp, uniswap, uniswapV2, uniswapV4, vaults, { TRANSFER }]
  expect(read.flatMap((topics) => Object.entries(topics)).filter(([, topic0]) => !known.has(topic0))).toEqual([])
})

test('signature and number of topics tell all of them apart', () => {
  const keys = KNOWN_EVENTS.map((event) => `${compileEvent(event).topic0} ${compileEvent(event).topics}`)
  expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([])
  expect(() => new DecoderRegistry(KNOWN_EVENTS)).not.toThrow()
})
