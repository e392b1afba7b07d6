// Price, liquidity, ticks, depth and mean price compared with a real Uniswap v3 pool after each of 150 blocks of mints, burns and swaps.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Abi, type Address, decodeEventLog, decodeFunctionResult, encodeFunctionData, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { type Artifact, aaveArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { RpcError } from '../../../lab/rpc.ts'
import { Draws } from '../../../test/support/draws.ts'
import { Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { MAX_TICK, sqrtPriceAt } from '../../core/tick-math.ts'
import { createWorld, type World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { call, VIEW } from './abi.ts'
import { uniswapV3 } from './index.ts'

const [FEE, SPACING, WIDE_FEE] = [3_000, 60, 10_000]
const NEVER = 2n ** 255n
const ENDLESS = 2n ** 120n
const me = accountOf('deployer').address
const require = createRequire(import.meta.url)
const uniswap = (pkg: 'core' | 'periphery', path: string): Artifact => ({
  ...(JSON.parse(readFileSync(require.resolve(`@uniswap/v3-${pkg}/artifacts/contracts/${path}.json`), 'utf8')) as Omit<Artifact, 'name'>),
  name: path,
})

interface Token extends Contract {
  readonly decimals: number
}
interface Side {
  readonly world: World
  readonly fold: Fold
  readonly base: Token
  readonly quote: Token
  readonly bandBps: number
}

let anvil: Anvil
let b: Builder
let tokens: readonly [Token, Token]
let pool: Contract
/** Made, but without a price. */
let bare: Contract
let positions: Contract
let router: Contract
let quoter: Contract

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_setBalance', [me, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, me)
  const made: Token[] = []
  for (const decimals of [18, 6])
    made.push({ ...(await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), [`T${decimals}`, `T${decimals}`, decimals])), decimals })
  tokens = made.sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1)) as unknown as readonly [Token, Token]
  const factory = await b.deploy(uniswap('core', 'UniswapV3Factory.sol/UniswapV3Factory'))
  // the second address is of WETH, the third of what draws pictures of positions: neither is called
  const args = [factory.address, me]
  positions = await b.deploy(uniswap('periphery', 'NonfungiblePositionManager.sol/NonfungiblePositionManager'), [...args, me])
  router = await b.deploy(uniswap('periphery', 'SwapRouter.sol/SwapRouter'), args)
  quoter = await b.deploy(uniswap('periphery', 'lens/QuoterV2.sol/QuoterV2'), args)
  await b.flush()
  const pair = tokens.map(({ address }) => address)
  for (const token of tokens) {
    await b.write(token, 'mint', [10n ** BigInt(token.decimals + 12)])
    for (const spender of [positions, router]) await b.write(token, 'approve', [spender.address, 2n ** 256n - 1n])
  }
  // one whole token for one: what differs is the decimals
  const atOne = sqrtPriceAt(Math.round(Math.log(10 ** (tokens[1].decimals - tokens[0].decimals)) / Math.log(1.0001)))
  await b.write(positions, 'createAndInitializePoolIfNecessary', [...pair, FEE, atOne], me, 6_000_000n)
  await b.write(factory, 'createPool', [...pair, WIDE_FEE], me, 6_000_000n)
  const { abi } = uniswap('core', 'UniswapV3Pool.sol/UniswapV3Pool')
  pool = { address: await b.read<Address>(factory, 'getPool', [...pair, FEE]), abi }
  bare = { address: await b.read<Address>(factory, 'getPool', [...pair, WIDE_FEE]), abi }
})
afterAll(() => anvil?.stop())

const asked = async <T>(
  at: Hex,
  { abi, address }: Contract,
  functionName: string,
  args: readonly unknown[] = [],
): Promise<T | undefined> => {
  const data = encodeFunctionData({ abi, functionName, args })
  const [result] = await anvil.rpc.batch([{ method: 'eth_call', params: [{ to: address, data }, { blockHash: at }] }])
  return result instanceof RpcError ? undefined : (decodeFunctionResult({ abi, functionName, data: result as Hex }) as T)
}

function side(base: Token, quote: Token, bandBps: number, twapWindowS: number, of: Contract = pool): Side {
  const world = createWorld(31337)
  const [baseDecimals, quoteDecimals] = [base.decimals, quote.decimals]
  const spec = { name: 'X', pool: of.address, base: base.address, baseDecimals, quoteDecimals, quoteUsd: 1.5, bandBps, twapWindowS }
  return { world, fold: new Fold(anvil.rpc, world, [uniswapV3({ chainId: 31337, pools: [spec] })]), base, quote, bandBps }
}

const mint = (low: number, high: number, whole: number): Promise<void> =>
  b.write(positions, 'mint', [
    {
      token0: tokens[0].address,
      token1: tokens[1].address,
      fee: FEE,
      tickLower: low,
      tickUpper: high,
      amount0Desired: units(tokens[0], whole),
      amount1Desired: units(tokens[1], whole),
      amount0Min: 0n,
      amount1Min: 0n,
      recipient: me,
      deadline: NEVER,
    },
  ])
const units = (token: Token, whole: number): bigint => BigInt(Math.round(whole * 1e6)) * 10n ** BigInt(token.decimals - 6)
const swap = (from: Token, to: Token, amountIn: bigint, limit = 0n): Promise<void> =>
  b.write(
    router,
    'exactInputSingle',
    [
      {
        tokenIn: from.address,
        tokenOut: to.address,
        fee: FEE,
        recipient: me,
        deadline: NEVER,
        amountIn,
        amountOutMinimum: 0n,
        sqrtPriceLimitX96: limit,
      },
    ],
    me,
    6_000_000n,
  )

/** The row and every tick of it against the pool's own answers at that block. */
async function compare({ world, base, quote, bandBps }: Side, hash: Hex, of = pool): Promise<{ readonly twap: number }> {
  const row = world.pools.at(world.pools.find(of.address.toLowerCase()) ?? 99)
  const [sqrtPriceX96, tick] = (await asked<readonly [bigint, number]>(hash, of, 'slot0')) ?? [0n, 0]
  const liquidity = await asked<bigint>(hash, of, 'liquidity')
  expect([row.sqrtPriceX96, row.tick, row.liquidity]).toEqual([sqrtPriceX96, tick, liquidity])

  const baseIsFirst = base === tokens[0]
  const usd = (price: number): number => (baseIsFirst ? price : 1 / price) * 10 ** (base.decimals - quote.decimals) * 1.5
  expect(row.price / usd((Number(sqrtPriceX96) / 2 ** 96) ** 2)).toBeCloseTo(1, 12)

  const seen = await asked<readonly [readonly bigint[]]>(hash, of, 'observe', [[row.twapWindowS, 0]])
  const [then, now] = seen?.[0] ?? []
  if (then === undefined || now === undefined) expect(row.twapPrice).toBe(0)
  else expect(row.twapPrice / usd(1.0001 ** (Number(now - then) / row.twapWindowS))).toBeCloseTo(1, 9)

  // the price at each end of the band, by floats; then what a swap that stops there gets and pays
  const [fallen, risen] = [1 - bandBps / 1e4, 1 + bandBps / 1e4].map((times) => Math.sqrt(baseIsFirst ? times : 1 / times))
  const end = (times: number | undefined): bigint => BigInt(Math.floor(Number(sqrtPriceX96) * (times ?? 0)))
  const fee = of === pool ? FEE : WIDE_FEE
  const common = { tokenIn: base.address, tokenOut: quote.address, fee }
  const down = await asked<readonly bigint[]>(hash, quoter, 'quoteExactInputSingle', [
    { ...common, amountIn: ENDLESS, sqrtPriceLimitX96: end(fallen) },
  ])
  const up = await asked<readonly bigint[]>(hash, quoter, 'quoteExactOutputSingle', [
    { ...common, tokenIn: quote.address, tokenOut: base.address, amount: ENDLESS, sqrtPriceLimitX96: end(risen) },
  ])
  const inUsd = (amount: bigint | undefined): number => (Number(amount) / 10 ** quote.decimals) * 1.5
  expect(row.depthDownUsd / inUsd(down?.[0])).toBeCloseTo(1, 6)
  expect(row.depthUpUsd / (inUsd(up?.[0]) * (1 - fee / 1e6))).toBeCloseTo(1, 6)

  const { ticks } = world
  const nets = await Promise.all(
    Array.from({ length: ticks.count }, async (_, n) => {
      const of1 = await asked<readonly [bigint, bigint]>(hash, of, 'ticks', [ticks.at(n).tick])
      return { tick: ticks.at(n).tick, ours: signed(ticks.at(n).liquidityNet), theirs: of1?.[1] }
    }),
  )
  // a tick that left the known range reads 0
  for (const { ours, theirs, tick } of nets)
    if (ours !== 0n || Math.abs(tick - row.tick) < SPACING) expect({ tick, ours }).toEqual({ tick, ours: theirs })
  return { twap: row.twapPrice }
}

test('square roots of ticks are the pool’s own, to the last bit', async () => {
  const draws = new Draws(5)
  const ticks = [
    -MAX_TICK,
    1 - MAX_TICK,
    -1,
    0,
    1,
    MAX_TICK - 1,
    ...Array.from({ length: 200 }, () => draws.integer(-MAX_TICK, MAX_TICK - 1)),
  ]
  for (let n = 0; n < 20; n++) ticks.push(-(2 ** n), 2 ** n)
  /** The tick that the pool finds for a price, from the event of its initialize; undefined: no pool takes that price. */
  const theirs = async (prices: readonly bigint[]): Promise<readonly (number | undefined)[]> => {
    const answers = await anvil.rpc.batch(
      prices.map((price) => {
        const data = encodeFunctionData({ abi: bare.abi, functionName: 'initialize', args: [price] })
        return { method: 'eth_simulateV1', params: [{ blockStateCalls: [{ calls: [{ from: me, to: bare.address, data }] }] }, 'latest'] }
      }),
    )
    return answers.map((answer) => {
      const log = (answer as { calls: { logs: { topics: [Hex, ...Hex[]]; data: Hex }[] }[] }[])[0]?.calls[0]?.logs[0]
      if (!log) return undefined
      return (decodeEventLog({ abi: bare.abi as Abi, ...log }).args as unknown as { tick: number }).tick
    })
  }
  const at = ticks.map(sqrtPriceAt)
  expect(await theirs(at)).toEqual(ticks)
  expect(await theirs(at.map((price) => price - 1n))).toEqual(ticks.map((tick) => (tick === -MAX_TICK ? undefined : tick - 1)))
  expect(await theirs([sqrtPriceAt(MAX_TICK)])).toEqual([undefined])
})

test('150 blocks of mints, burns and swaps: the tables say what the pool says, whichever token is the base', {
  timeout: 300_000,
}, async () => {
  const draws = new Draws(31)
  const sides = [side(tokens[0], tokens[1], 5_000, 300), side(tokens[1], tokens[0], 2_000, 120)]
  const start = await asked<readonly [bigint, number]>((await b.head()).hash, pool, 'slot0')
  const middle = Math.round((start?.[1] ?? 0) / SPACING) * SPACING
  const outermost = Math.floor(MAX_TICK / SPACING) * SPACING
  await mint(-outermost, outermost, 1_000_000)
  let made = 1
  let scans = 0
  const twaps: number[] = []
  for (let step = 0; step < 150; step++) {
    const head = await b.head()
    const [root, tick] = (await asked<readonly [bigint, number]>(head.hash, pool, 'slot0')) ?? [0n, 0]
    if (step === 40) await b.write(pool, 'increaseObservationCardinalityNext', [60], me, 3_000_000n)
    // a swap to a price comes first in its block: after another it might lie on the other side
    if (draws.chance(0.35)) {
      const target = sqrtPriceAt(middle + draws.integer(-6_000, 6_000))
      const [from, to] = target < root ? tokens : ([tokens[1], tokens[0]] as const)
      if (target !== root) await swap(from, to, units(from, 5e7), target)
    }
    for (let n = draws.integer(0, 2); n > 0; n--) {
      const kind = draws.next()
      if (kind < 0.45) {
        const low = Math.round((tick + draws.integer(-4_000, 3_000)) / SPACING) * SPACING
        await mint(low, low + SPACING * draws.pick([1, 2, 10, 50, 150]), draws.pick([100, 10_000, 300_000]))
        made += 1
      } else if (kind < 0.7 && made > 1) {
        const tokenId = BigInt(draws.integer(2, made))
        const held = await asked<readonly bigint[]>(head.hash, positions, 'positions', [tokenId])
        const liquidity = held?.[7] ?? 0n
        if (liquidity > 0n)
          // half of it, so that a second one in the same block has something left
          await b.write(positions, 'decreaseLiquidity', [
            {
              tokenId,
              liquidity: draws.chance(0.3) && n === 1 ? liquidity / 3n : liquidity / 2n,
              amount0Min: 0n,
              amount1Min: 0n,
              deadline: NEVER,
            },
          ])
      } else {
        const [from, to] = draws.chance(0.5) ? tokens : ([tokens[1], tokens[0]] as const)
        await swap(from, to, units(from, draws.pick([1, 1_000, 50_000, 400_000])))
      }
    }
    if (step > 100 && draws.chance(0.2))
      await b.write(positions, 'collect', [{ tokenId: 1n, recipient: me, amount0Max: ENDLESS, amount1Max: ENDLESS }])
    await b.flush()
    if ((await b.head()).number === head.number) await anvil.rpc.call('evm_mine')
    const now = await b.head()
    for (const one of sides) {
      for (let number = (one.fold.blocks.at(-1)?.number ?? head.number) + 1; number <= now.number; number++) {
        const { reads } = await one.fold.feed(number)
        const more = reads.filter(({ data }) => !data.startsWith(VIEW.observe)).length
        expect(reads.length - more).toBe(1)
        if (more > 0) scans += 1
      }
      twaps.push((await compare(one, now.hash)).twap)
    }
  }
  expect(made).toBeGreaterThan(40)
  expect(scans).toBeGreaterThan(20)
  expect(scans).toBeLessThan(200)
  expect(twaps.filter((twap) => twap === 0).length).toBeGreaterThan(20)
  expect(twaps.filter((twap) => twap > 0).length).toBeGreaterThan(150)
})

test('a pool has no row before it has a price, nor where there is no contract; all in four rounds, full range known', async () => {
  const none = side(tokens[0], tokens[1], 5_000, 60, { address: '0x00000000000000000000000000000000000000aa', abi: [] })
  const early = side(tokens[0], tokens[1], 5_000, 60, bare)
  await anvil.rpc.call('evm_mine')
  const before = (await b.head()).number
  expect((await none.fold.feed(before)).reads).toHaveLength(1)
  await early.fold.feed(before)
  expect(none.world.pools.count + early.world.pools.count + early.world.ticks.count).toBe(0)
  await b.write(bare, 'initialize', [sqrtPriceAt(7)])
  await b.flush()
  await early.fold.feed((await b.head()).number)
  expect(early.world.pools.at(0)).toMatchObject({ sqrtPriceX96: sqrtPriceAt(7), tick: 7, liquidity: 0n, depthDownUsd: 0, depthUpUsd: 0 })
  expect(early.fold.blocks.at(-1)?.reads.filter(({ data }) => data.startsWith(call.tick(pool.address, 0).data.slice(0, 10)))).toHaveLength(
    2,
  )
})
