// Two real pairs under random swaps, liquidity, fees, gifts and syncs: after each block the tables say what the pairs say, and no share
// ever lost value. Then a token takes some of a pair's balance, and that is told.
import { type Address, encodeFunctionData, type Hex, pad, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { aaveArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { deployUniswapV2, type UniswapV2 } from '../../../lab/deploy/uniswap-v2.ts'
import { Draws } from '../../../test/support/draws.ts'
import { dumpOf } from '../../../test/support/dump.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { uniswapV2 } from './index.ts'
import { sumsAt } from './twap.ts'

const SEED = 5
const MAX = 2n ** 256n - 1n
const people = [0, 1].map((n) => accountOf('person', n).address)
const [lp] = people as [Address]
let anvil: Anvil
let b: Builder
let tokens: readonly Contract[]
let v2: UniswapV2
const lower = (address: Address): Hex => address.toLowerCase() as Hex
const send = (from: Address, { abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
  b.push(functionName, from, address, encodeFunctionData({ abi, functionName, args }))

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of people) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, lp)
  tokens = [
    await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['Base', 'BASE', 18]),
    await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['Quote', 'QUOTE', 6]),
    await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['Other', 'OTHER', 18]),
  ]
  const [base, quote, other] = tokens.map(({ address }) => address) as [Address, Address, Address]
  const start = { token: quote, amount: 2_000_000n * 10n ** 6n }
  v2 = await deployUniswapV2(b, lp, base, [
    [{ token: base, amount: 1_000n * 10n ** 18n }, start],
    [start, { token: other, amount: 5n * 10n ** 18n }],
  ])
  for (const token of tokens)
    for (const who of people) {
      await send(who, token, 'mint', [10n ** 30n])
      await send(who, token, 'approve', [v2.router.address, MAX])
      for (const pair of v2.pairs) await send(who, pair, 'approve', [v2.router.address, MAX])
    }
  await b.flush()
})
afterAll(() => anvil?.stop())

const adapter = () =>
  uniswapV2({
    chainId: 31337,
    pools: v2.pairs.map(({ address }, n) => ({
      name: `P${n}`,
      pool: lower(address),
      base: lower((tokens[n * 2] as Contract).address),
      baseDecimals: 18,
      quoteDecimals: 6,
    })),
  })
const reservesOf = (pair: Contract) => b.read<readonly [bigint, bigint, number]>(pair, 'getReserves')

async function operate(draws: Draws, n: number): Promise<void> {
  const pair = v2.pairs[n] as Contract
  const sides = [tokens[n * 2] as Contract, tokens[1] as Contract]
  const who = draws.pick(people)
  const part = BigInt(draws.integer(20, 1_000))
  const held = await Promise.all(sides.map((token) => b.read<bigint>(token, 'balanceOf', [pair.address])))
  switch (draws.integer(0, 6)) {
    case 0:
    case 1:
    case 2: {
      const way = draws.integer(0, 1)
      const path = [sides[way], sides[1 - way]].map((token) => token?.address)
      return send(who, v2.router, 'swapExactTokensForTokens', [(held[way] as bigint) / part, 0n, path, who, MAX])
    }
    case 3: {
      const [first, second] = held.map((amount) => amount / part)
      return send(who, v2.router, 'addLiquidity', [sides[0]?.address, sides[1]?.address, first, second, 0n, 0n, who, MAX])
    }
    case 4: {
      const shares = await b.read<bigint>(pair, 'balanceOf', [who])
      if (shares < 10_000_000n) return
      return send(who, v2.router, 'removeLiquidity', [sides[0]?.address, sides[1]?.address, shares / part, 0n, 0n, who, MAX])
    }
    case 5:
      await send(who, draws.pick(sides), 'transfer', [pair.address, (held[0] as bigint) / 1_000_000n])
      return draws.chance(0.5) ? send(who, pair, 'sync', []) : send(who, pair, 'skim', [who])
    default:
      return send(who, draws.pick(sides), 'transfer', [pair.address, 1_000n])
  }
}

async function equal(world: World): Promise<void> {
  const { timeS } = await b.head()
  for (const pair of v2.pairs) {
    const at = world.pools.find(lower(pair.address)) ?? 99
    const [reserve0, reserve1, lastS] = await reservesOf(pair)
    expect(world.pools.at(at)).toMatchObject({ reserve0, reserve1, lpSupply: await b.read<bigint>(pair, 'totalSupply') })
    const sums = [await b.read<bigint>(pair, 'price0CumulativeLast'), await b.read<bigint>(pair, 'price1CumulativeLast')]
    const elapsedS = BigInt(timeS - lastS)
    expect(sumsAt(world, at, timeS)).toEqual([
      (sums[0] as bigint) + ((reserve1 << 112n) / reserve0) * elapsedS,
      (sums[1] as bigint) + ((reserve0 << 112n) / reserve1) * elapsedS,
    ])
  }
}

test('the tables say what the pairs say, early and late, no share loses value, and undo takes all of it back', async () => {
  const draws = new Draws(SEED)
  const world = createWorld(31337)
  const protocols = [adapter()]
  const fold = new Fold(anvil.rpc, world, protocols)
  const late = new Fold(anvil.rpc, createWorld(31337), [adapter()])
  await fold.feed((await b.head()).number)
  const marks: number[] = []
  const dumps: string[] = []
  let kinds = 0
  for (let n = 0; n < 40; n++) {
    const before = (await b.head()).number // reading mines what waits
    if (n === 15) await send(lp, v2.factory, 'setFeeTo', [people[1]])
    for (let k = draws.integer(0, 3); k > 0; k--) await operate(draws, draws.integer(0, 1))
    await b.flush()
    if ((await b.head()).number === before) await anvil.rpc.call('evm_mine')
    marks.push(world.store.mark())
    dumps.push(dumpOf(world))
    for (let number = before + 1; number <= (await b.head()).number; number++) {
      const { reads, logs } = await fold.feed(number)
      expect(reads).toEqual([])
      kinds += logs.length
      expect(world.poolLosses.count).toBe(0)
      if (n >= 20) await late.feed(number)
    }
    await equal(world)
    if (n >= 20) await equal(late.world)
  }
  expect(kinds).toBeGreaterThan(100)

  const end = dumpOf(world)
  for (let n = marks.length - 1; n >= 0; n--) {
    world.store.undoTo(marks[n] as number)
    expect(dumpOf(world)).toBe(dumps[n])
  }
  for (const block of fold.blocks.slice(1)) applyTo(world, protocols, block)
  expect(dumpOf(world)).toBe(end)

  // a token that lets somebody burn what the pair holds: the first slot is the balances' (OpenZeppelin 3)
  const [pair] = v2.pairs as [Contract]
  const [base] = tokens as [Contract]
  const slot = await anvil.rpc.call<Hex>('web3_sha3', [`0x${pad(lower(pair.address)).slice(2)}${'00'.repeat(32)}`])
  const held = await b.read<bigint>(base, 'balanceOf', [pair.address])
  await anvil.rpc.call('anvil_setStorageAt', [base.address, slot, pad(toHex(held / 4n))])
  await send(lp, pair, 'sync', [])
  await b.flush()
  await fold.feed((await b.head()).number)
  await equal(world)
  expect(world.poolLosses.at(0)).toMatchObject({ kind: POOL_LOSS.sync, pool: 1 })
  expect(Number(world.poolLosses.at(0).lostE18)).toBeCloseTo(5e17, -15)
})
