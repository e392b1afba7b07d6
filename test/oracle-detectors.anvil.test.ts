// Detectors of feeds over real FluxAggregators behind real proxies: LUNA's floor, a captured median, a lone reporter, a silent swap.
import { type Address, encodeFunctionData, parseAbi, toHex, zeroAddress } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import { type Anvil, startAnvil } from '../lab/anvil.ts'
import { chainlinkArtifact } from '../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../lab/deploy/builder.ts'
import { type DeployedFeed, deployFeed, deployProxy } from '../lab/deploy/feed.ts'
import { buildContracts } from '../scripts/build-contracts.mjs'
import { Engine } from '../src/detect/engine.ts'
import { oracleBound } from '../src/detect/oracle-bound.ts'
import { oracleMedianCaptured } from '../src/detect/oracle-median-captured.ts'
import { oracleSingleSource } from '../src/detect/oracle-single-source.ts'
import { oracleSwapped } from '../src/detect/oracle-swapped.ts'
import { chainlink } from '../src/protocols/chainlink/index.ts'
import { createWorld } from '../src/state/world.ts'
import { Fold } from './support/fold.ts'

const CHAIN_ID = 31337
const submitAbi = parseAbi(['function submit(uint256 round, int256 answer)'])
const reporters = [0, 1, 2].map((n) => accountOf('reporter', n).address) as [Address, Address, Address]
const admin = accountOf('deployer').address
const FLOOR = 0.1
const CEILING = 10_000

let anvil: Anvil
let b: Builder
let aggregator: Contract
let proxy: Contract
let second: DeployedFeed
let fold: Fold
let engine: Engine
const world = createWorld(CHAIN_ID)
const e8 = (price: number): bigint => BigInt(Math.round(price * 1e8))

beforeAll(async () => {
  await buildContracts()
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of [admin, ...reporters]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, admin)
  aggregator = await flux(FLOOR, 3)
  proxy = await deployProxy(b, aggregator.address)
  second = await deployFeed(b, 'LUNA / USD too', reporters)
  await b.flush()
  const feeds = [{ name: 'LUNA / USD', proxy: proxy.address, secondProxy: second.proxy.address }]
  fold = new Fold(anvil.rpc, world, [chainlink({ chainId: CHAIN_ID, feeds })])
  engine = new Engine(world, [oracleBound(), oracleSwapped(), oracleSingleSource(), oracleMedianCaptured()])
})
afterAll(() => anvil?.stop())

/** A real FluxAggregator with a floor, whose answer needs so many submissions. */
async function flux(floor: number, minSubmissions: number): Promise<Contract> {
  const made = await b.deploy(chainlinkArtifact('FluxAggregator'), [
    zeroAddress,
    0n,
    3600,
    zeroAddress,
    e8(floor),
    e8(CEILING),
    8,
    'LUNA / USD',
  ])
  await b.write(made, 'changeOracles', [[], reporters, reporters, minSubmissions, 3, 0])
  return made
}
const rounds = new Map<Address, bigint>()
/** One round: what each reporter says, in their order. */
async function round(to: Contract, ...prices: readonly number[]): Promise<void> {
  const id = (rounds.get(to.address) ?? 0n) + 1n
  rounds.set(to.address, id)
  for (const [n, price] of prices.entries())
    await b.push(
      'submit',
      reporters[n] as Address,
      to.address,
      encodeFunctionData({ abi: submitAbi, functionName: 'submit', args: [id, e8(price)] }),
    )
}
let fed = 0
/** Mines what waits, the last block so long after the one before it; what was found about the feed itself. */
async function found(afterS = 12): Promise<readonly string[]> {
  await b.flush()
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [afterS])
  await anvil.rpc.call('evm_mine')
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  const { number: head } = await b.head()
  const words: string[] = []
  for (let number = fed === 0 ? head : fed + 1; number <= head; number++) {
    const { hash, timeS } = await fold.feed(number)
    const all = engine.run({ chainId: CHAIN_ID, number, hash, timeS, pending: false, provisional: false })
    for (const { subject, detector, severity } of all) if (subject.id === proxy.address.toLowerCase()) words.push(`${detector} ${severity}`)
  }
  fed = head
  return [...new Set(words)]
}
/** Three honest reporters that differ in the last digits. */
const honest = (price: number): readonly number[] => [price, price * 1.0001, price * 0.9999]

test('sixty honest rounds find nothing', { timeout: 30_000 }, async () => {
  expect(await found()).toEqual([])
  for (let n = 0; n < 60; n++) {
    const price = 80 + (n % 5) * 0.1
    await round(aggregator, ...honest(price))
    await round(second.aggregator, ...honest(price * 1.0002))
    expect(await found()).toEqual([])
  }
})

test('a captured median: two of three say the same, 2 % away', async () => {
  await round(aggregator, 82, 82, 80.4)
  expect(await found()).toEqual(['oracle-median-captured high'])
  await round(aggregator, ...honest(80.4))
  expect(await found()).toEqual([])
})

test('one reporter alone: told five minutes after its round, high since the second feed denies it', async () => {
  await b.write(aggregator, 'updateFutureRounds', [0n, 1, 3, 0, 3600])
  await round(aggregator, 90)
  expect(await found()).toEqual([])
  expect(await found(320)).toEqual(['oracle-single-source high'])
})

test('LUNA: the feed stops at 0.107 over its floor, the second feed goes on', async () => {
  for (const price of [40, 5, 0.5, 0.107]) {
    await round(aggregator, ...honest(price))
    await round(second.aggregator, ...honest(price))
    expect(await found()).toEqual(price === 0.107 ? ['oracle-bound medium'] : [])
  }
  await round(second.aggregator, ...honest(0.01))
  await round(aggregator, 0.01)
  await expect(b.flush()).rejects.toThrow(/value below minSubmissionValue/)
  expect(await found()).toEqual(['oracle-bound critical'])
})

test('a silent swap to an aggregator without floor: the price steps, and the second feed confirms it', async () => {
  const next = await flux(1e-8, 2)
  await round(next, ...honest(0.01))
  await b.write(proxy, 'proposeAggregator', [next.address])
  await b.write(proxy, 'confirmAggregator', [next.address])
  expect(await found()).toEqual(['oracle-swapped info'])
  const wrong = await flux(1e-8, 2)
  await round(wrong, ...honest(1_000))
  await b.write(proxy, 'proposeAggregator', [wrong.address])
  await b.write(proxy, 'confirmAggregator', [wrong.address])
  expect(await found()).toEqual(['oracle-swapped high'])
})
