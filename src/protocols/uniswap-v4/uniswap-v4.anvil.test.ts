// Two real pools of one manager under random positions and swaps: after each block price, liquidity and all known ticks are the manager's,
// no swap took more than its curve allows, and the manager holds what it owes. Then some of what it holds is gone.
import { type Address, encodeFunctionData, type Hex, pad, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { aaveArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { deployUniswapV4, type UniswapV4, type V4Key } from '../../../lab/deploy/uniswap-v4.ts'
import { Draws } from '../../../test/support/draws.ts'
import { dumpOf } from '../../../test/support/dump.ts'
import { applyTo, callsAt, Fold } from '../../../test/support/fold.ts'
import { MAX_SQRT_PRICE_X96, MIN_SQRT_PRICE_X96, sqrtPriceAt } from '../../core/tick-math.ts'
import { Answers } from '../../state/protocol.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { uniswapV4 } from './index.ts'
import { specOf } from './spec.ts'
import { viewsOf } from './views.ts'

const SEED = 9
const [owner] = [accountOf('person', 0).address]
const NOBODY: Address = `0x${'0'.repeat(40)}`
let anvil: Anvil
let b: Builder
let v4: UniswapV4
let tokens: readonly Contract[]
let keys: readonly V4Key[]
const lower = (address: Address): Hex => address.toLowerCase() as Hex
const send = ({ abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
  b.push(functionName, owner, address, encodeFunctionData({ abi, functionName, args }))

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_setBalance', [owner, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, owner)
  const made: Contract[] = []
  for (const name of ['A', 'B', 'C']) made.push(await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), [name, name, 18]))
  tokens = made.sort((x, y) => (lower(x.address) < lower(y.address) ? -1 : 1))
  const [first, second, third] = tokens.map(({ address }) => address) as [Address, Address, Address]
  keys = [
    { currency0: first, currency1: second, fee: 3_000, tickSpacing: 60, hooks: NOBODY },
    { currency0: second, currency1: third, fee: 500, tickSpacing: 10, hooks: NOBODY },
  ]
  v4 = await deployUniswapV4(
    b,
    owner,
    keys.map((key) => ({ key, sqrtPriceX96: sqrtPriceAt(0) })),
  )
  for (const token of tokens) {
    await send(token, 'mint', [10n ** 30n])
    for (const router of [v4.liquidity, v4.swap]) await send(token, 'approve', [router.address, 2n ** 256n - 1n])
  }
  for (const key of keys) await change(key, -60_000, 60_000, 10n ** 22n)
  await b.flush()
})
afterAll(() => anvil?.stop())

const change = (key: V4Key, low: number, high: number, amount: bigint): Promise<void> =>
  send(v4.liquidity, 'modifyLiquidity', [
    key,
    { tickLower: low, tickUpper: high, liquidityDelta: amount, salt: toHex(0, { size: 32 }) },
    '0x',
  ])
const config = () => ({
  chainId: 31337,
  manager: lower(v4.manager.address),
  pools: keys.map((key, n) => ({
    name: `P${n}`,
    ...key,
    currency0: lower(key.currency0),
    currency1: lower(key.currency1),
    hooks: lower(NOBODY),
    base: lower(n === 0 ? key.currency0 : key.currency1),
    baseDecimals: 18,
    quoteDecimals: 18,
  })),
})

/** Positions that are there, to be taken out again. */
const positions: { readonly key: V4Key; readonly low: number; readonly high: number; readonly amount: bigint }[] = []
async function operate(draws: Draws): Promise<void> {
  const key = draws.pick(keys)
  if (draws.chance(0.35)) {
    const low = draws.integer(-40, 20) * key.tickSpacing
    const at = { key, low, high: low + draws.integer(1, 60) * key.tickSpacing, amount: 10n ** 20n * BigInt(draws.integer(1, 90)) }
    positions.push(at)
    return change(key, at.low, at.high, at.amount)
  }
  if (positions.length > 0 && draws.chance(0.25)) {
    const [gone] = positions.splice(draws.integer(0, positions.length - 1), 1)
    if (gone) return change(gone.key, gone.low, gone.high, -gone.amount)
  }
  const zeroForOne = draws.chance(0.5)
  const size = 10n ** 18n * BigInt(draws.integer(1, 900))
  return send(v4.swap, 'swap', [
    key,
    {
      zeroForOne,
      amountSpecified: draws.chance(0.5) ? -size : size / 20n,
      sqrtPriceLimitX96: zeroForOne ? MIN_SQRT_PRICE_X96 + 1n : MAX_SQRT_PRICE_X96 - 1n,
    },
    { takeClaims: false, settleUsingBurn: false },
    '0x',
  ])
}

async function equal(world: World): Promise<void> {
  const { hash } = await b.head()
  for (const pool of config().pools) {
    const spec = specOf(config().manager, pool)
    const row = world.pools.find(spec.pool) ?? 99
    const views = viewsOf(spec)
    const ours = Array.from({ length: world.ticks.count }, (_, n) => world.ticks.at(n)).filter((tick) => tick.pool === row + 1)
    const answers = new Answers(await callsAt(anvil.rpc, [...views.place, ...ours.map(({ tick }) => views.tick(tick))], hash))
    expect(world.pools.at(row)).toMatchObject(views.placeOf(answers) ?? {})
    for (const { tick, liquidityNet } of ours) expect(signed(liquidityNet)).toBe(views.netOf(answers.get(views.tick(tick))))
  }
}

test('the tables say what the manager says, early and late, no swap breaks the law, and undo takes all of it back', async () => {
  const draws = new Draws(SEED)
  const world = createWorld(31337)
  const protocols = [uniswapV4(config())]
  const fold = new Fold(anvil.rpc, world, protocols)
  const late = new Fold(anvil.rpc, createWorld(31337), [uniswapV4(config())])
  await fold.feed((await b.head()).number)
  const [mark, start] = [world.store.mark(), dumpOf(world)]
  let swaps = 0
  for (let n = 0; n < 40; n++) {
    const before = (await b.head()).number
    for (let k = draws.integer(0, 3); k > 0; k--) await operate(draws)
    await b.flush()
    if ((await b.head()).number === before) await anvil.rpc.call('evm_mine')
    for (let number = before + 1; number <= (await b.head()).number; number++) {
      const { logs } = await fold.feed(number)
      swaps += logs.length
      expect(world.poolLosses.count).toBe(0)
      if (n >= 20) await late.feed(number)
    }
    await equal(world)
    if (n >= 20) await equal(late.world)
  }
  expect(swaps).toBeGreaterThan(40)
  expect(world.pools.at(0).tick).not.toBe(0)

  const end = dumpOf(world)
  world.store.undoTo(mark)
  expect(dumpOf(world)).toBe(start)
  for (const block of fold.blocks.slice(1)) applyTo(world, protocols, block)
  expect(dumpOf(world)).toBe(end)

  // the first slot is the balances' (OpenZeppelin 3): what two pools owe of the middle token is gone in part
  const token = tokens[1] as Contract
  const slot = await anvil.rpc.call<Hex>('web3_sha3', [`0x${pad(lower(v4.manager.address)).slice(2)}${'00'.repeat(32)}`])
  const owed = world.pools.at(0).reserve1 + world.pools.at(1).reserve0
  expect(await b.read<bigint>(token, 'balanceOf', [v4.manager.address])).toBeGreaterThanOrEqual(owed)
  await anvil.rpc.call('anvil_setStorageAt', [token.address, slot, pad(toHex(owed - 10n ** 18n))])
  await anvil.rpc.call('evm_mine')
  await fold.feed((await b.head()).number)
  expect(world.poolLosses.at(0)).toMatchObject({ kind: POOL_LOSS.owed })
  expect(world.poolLosses.at(0).lostUsd).toBeGreaterThan(0)
})
