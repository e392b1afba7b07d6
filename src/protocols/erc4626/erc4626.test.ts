// A vault made by hand, with hostile logs and answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapterBench, wordsLog } from '../../../test/support/adapter-bench.ts'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressWord, hex32 } from '../../core/words.ts'
import { VAULT_FLOW } from '../../state/tables.ts'
import { call, TOPIC } from './abi.ts'
import { decodeVaultLog } from './decode.ts'
import { erc4626 } from './index.ts'

const VAULT: Hex = '0x00000000000000000000000000000000000000aa'
const ASSET: Hex = '0x00000000000000000000000000000000000000bb'
const ANN: Hex = '0x00000000000000000000000000000000000000a1'
const ONE = 10n ** 6n

const deposited = (assets: bigint, shares: bigint, owner = ANN): Log =>
  wordsLog(VAULT, [TOPIC.deposit, addressWord(ANN), addressWord(owner)], [assets, shares])
const withdrawn = (assets: bigint, shares: bigint): Log =>
  wordsLog(VAULT, [TOPIC.withdraw, addressWord(ANN), addressWord(ANN), addressWord(ANN)], [assets, shares])

function vault() {
  const b = adapterBench(
    erc4626({ chainId: 1, vaults: [{ name: 'V', vault: VAULT, asset: ASSET, assetDecimals: 6, shareDecimals: 6, assetUsd: 2 }] }),
  )
  const say = (totalAssets: bigint | undefined, totalSupply: bigint, held = totalAssets): void => {
    b.say(call.totalAssets(VAULT), totalAssets)
    b.say(call.totalSupply(VAULT), totalSupply)
    b.say(call.held(ASSET, VAULT), held)
    b.say(call.convertToAssets(VAULT, ONE), totalSupply === 0n ? ONE : ((totalAssets ?? 0n) * ONE) / totalSupply)
  }
  b.say(call.asset(VAULT), addressWord(ASSET))
  say(1_000n * ONE, 1_000n * ONE)
  return { ...b, say, answer: b.say }
}

describe('decodeVaultLog', () => {
  test('whatever anybody emits: a flow or nothing, never a throw', () => {
    const topic = fc.oneof(fc.constantFrom(TOPIC.deposit, TOPIC.withdraw), fc.bigInt(0n, MAX_UINT256).map(hex32))
    const data = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 })
      .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
    fc.assert(
      fc.property(fc.array(topic, { maxLength: 5 }), data, (topics, d) => {
        const flow = decodeVaultLog({ topics, data: d })
        if (flow) expect(flow.owner).toHaveLength(42)
      }),
      { numRuns: 2_000 },
    )
  })
  test('cut short, with a topic too few, or of an owner that is no address: nothing', () => {
    const whole = deposited(7n, 8n)
    expect(decodeVaultLog(whole)).toEqual({ kind: VAULT_FLOW.deposit, owner: ANN, assets: 7n, shares: 8n })
    expect(decodeVaultLog({ ...whole, data: whole.data.slice(0, -2) as Hex })).toBeUndefined()
    expect(decodeVaultLog({ ...whole, topics: whole.topics.slice(0, 2) })).toBeUndefined()
    expect(decodeVaultLog({ ...whole, topics: [TOPIC.deposit, hex32(1n), hex32(2n ** 160n)] })).toBeUndefined()
  })
})

describe('erc4626', () => {
  test('first sight is whole, and what was in that block is in it already', () => {
    const b = vault()
    b.block([deposited(5n * ONE, 5n * ONE)])
    expect(b.world.vaults.at(0)).toMatchObject({
      totalAssets: 1_000n * ONE,
      price: 1,
      sharePriceE18: 10n ** 18n,
      aumUsd: 2_000,
      paidIn: 0n,
    })
    expect(b.world.venues.keyOf(0)).toBe(VAULT)
    expect([b.world.vaultFlows.count, b.world.vaultSteps.count]).toEqual([0, 0])
  })

  test('a vault of another asset is none of ours', () => {
    const b = vault()
    b.answer(call.asset(VAULT), addressWord(ANN))
    b.block()
    expect(b.world.vaults.count).toBe(0)
  })

  test('a block in which nothing moves asks four views and changes nothing', () => {
    const b = vault()
    b.block()
    expect(b.block()).toHaveLength(4)
    expect([b.world.vaultSteps.count, b.world.vaults.touches]).toEqual([0, 0])
  })

  test('flows explain what they explain: the rest is a gain, and what lies in the vault of it a donation', () => {
    const b = vault()
    b.block()
    b.say(1_150n * ONE, 1_095n * ONE, 1_145n * ONE)
    b.block([deposited(100n * ONE, 100n * ONE), withdrawn(5n * ONE, 5n * ONE)])
    expect(b.world.vaultSteps.at(0)).toMatchObject({
      inAssets: 100,
      outAssets: 5,
      gain: 55,
      donated: 50,
      unbackedShares: 0,
      sinceChangeS: 0,
    })
    expect(Array.from({ length: 3 }, (_, n) => b.world.vaultFlows.at(n).kind)).toEqual([1, 2, 3])
    expect(b.world.vaultFlows.at(2)).toMatchObject({ assets: 50n * ONE, shares: 0n, holder: 0, usd: 100 })
    expect(b.world.vaultHolders.at(0)).toMatchObject({ paidIn: 100n * ONE, paidOut: 5n * ONE, minted: 100n * ONE, burned: 5n * ONE })
  })

  test('a strategy that pays back what was counted already gives nothing', () => {
    const b = vault()
    b.say(1_000n * ONE, 1_000n * ONE, 400n * ONE)
    b.block()
    b.say(1_000n * ONE, 1_000n * ONE, 900n * ONE)
    b.block()
    expect(b.world.vaultSteps.at(0)).toMatchObject({ gain: 0, donated: 0 })
  })

  test('shares that no deposit explains are told as such', () => {
    const b = vault()
    b.block()
    b.say(1_000n * ONE, 3_000n * ONE)
    b.block()
    expect(b.world.vaultSteps.at(0)).toMatchObject({ unbackedShares: 2_000, gain: 0 })
    expect(b.world.vaults.at(0).price).toBeCloseTo(1 / 3, 6)
  })

  test('lowest and highest price of the block are those of its flows too, but not of flows that are too small to tell', () => {
    const b = vault()
    b.block()
    b.block([deposited(5n * ONE, 10n * ONE), withdrawn(30n * ONE, 10n * ONE), deposited(9_999n, 1n)])
    expect(b.world.vaultSteps.at(0)).toMatchObject({ lowPrice: 0.5, highPrice: 3, priceBefore: 1, priceAfter: 1 })
  })

  test('a view that reverts: flows wait for the next block whose views answer', () => {
    const b = vault()
    b.block()
    b.say(undefined, 1_000n * ONE)
    b.block([deposited(100n * ONE, 100n * ONE)])
    expect(b.world.vaultSteps.count).toBe(0)
    b.say(1_100n * ONE, 1_100n * ONE)
    b.block()
    expect(b.world.vaultSteps.at(0)).toMatchObject({ inAssets: 100, gain: 0, unbackedShares: 0 })
  })

  test('amounts that no token has: sums stay at the greatest word', () => {
    const b = vault()
    b.block()
    b.say(MAX_UINT256, 1n, MAX_UINT256)
    b.block([deposited(MAX_UINT256, MAX_UINT256), deposited(MAX_UINT256, MAX_UINT256), withdrawn(MAX_UINT256, MAX_UINT256)])
    expect(b.world.vaults.at(0)).toMatchObject({ paidIn: MAX_UINT256, sharePriceE18: MAX_UINT256 })
  })

  test('undo: a block taken back and applied again gives the same bytes', () => {
    const b = vault()
    b.block()
    const before = b.bytes()
    b.say(1_150n * ONE, 1_100n * ONE)
    b.block([deposited(100n * ONE, 100n * ONE)])
    const after = b.bytes()
    const block = b.undo()
    expect(b.bytes()).toEqual(before)
    b.apply(block)
    expect(b.bytes()).toEqual(after)
  })
})
