// Feeds, rounds and reporters compared with real FluxAggregators behind real proxies: mid-round answers, a silent swap, reporters replaced.
import { type Address, encodeFunctionData, parseAbi, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { chainlinkArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder } from '../../../lab/deploy/builder.ts'
import { type DeployedFeed, deployFeed } from '../../../lab/deploy/feed.ts'
import { buildContracts } from '../../../scripts/build-contracts.mjs'
import { callsAt, Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf, callOf, wordAt, wordsOf } from '../../core/words.ts'
import { createWorld } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { VIEW } from './abi.ts'
import { chainlink } from './index.ts'

const submitAbi = parseAbi(['function submit(uint256 round, int256 answer)'])
const reporters = [0, 1, 2, 3].map((n) => accountOf('reporter', n).address)
const admin = accountOf('deployer').address
const E8 = 100_000_000n

let anvil: Anvil
let b: Builder
let first: DeployedFeed
let second: DeployedFeed
beforeAll(async () => {
  await buildContracts()
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of [admin, ...reporters]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, admin)
  first = await deployFeed(b, 'X / USD', reporters.slice(0, 3))
  second = await deployFeed(b, 'X / USD too', reporters.slice(0, 3))
  await b.flush()
})
afterAll(() => anvil?.stop())

const submit = (to: DeployedFeed['aggregator'], from: Address, round: bigint, answer: bigint): Promise<void> =>
  b.push('submit', from, to.address, encodeFunctionData({ abi: submitAbi, functionName: 'submit', args: [round, answer] }))

test('every block shows what the proxy says and who said it', async () => {
  const world = createWorld(31337)
  const proxy = first.proxy.address.toLowerCase() as Hex
  const secondProxy = second.proxy.address.toLowerCase() as Hex
  const fold = new Fold(anvil.rpc, world, [
    chainlink({ chainId: 31337, feeds: [{ name: 'X / USD', proxy: first.proxy.address, secondProxy: second.proxy.address }] }),
  ])
  const feed = (): ReturnType<typeof world.feeds.at> => world.feeds.at(world.feeds.find(proxy) ?? 99)
  /** Mines what waits, feeds the block, compares the feed with the proxy's own answer. */
  const block = async () => {
    await b.flush()
    const head = await b.head()
    const fed = await fold.feed(head.number)
    const [answer] = await callsAt(anvil.rpc, [callOf(proxy, VIEW.latestRoundData)], head.hash)
    const theirs = wordsOf(answer?.result, 5)
    if (theirs) expect([feed().roundId, feed().answer, BigInt(feed().updatedAtS)]).toEqual([theirs[0], theirs[1], theirs[3]])
    const aggregator = addressOf(feed().aggregator)
    const limits = await callsAt(
      anvil.rpc,
      [VIEW.minSubmissionValue, VIEW.maxSubmissionValue, VIEW.minSubmissionCount].map((view) => callOf(aggregator, view)),
      head.hash,
    )
    expect([feed().minAnswer, feed().maxAnswer, BigInt(feed().minReports)]).toEqual(limits.map(({ result }) => wordAt(result, 0)))
    const rounds = Array.from({ length: world.feedRounds.count }, (_, row) => {
      const { price, previousPrice, secondPrice, feed: of } = world.feedRounds.at(row)
      return { of, price, previousPrice, secondPrice }
    })
    return { rounds, reads: fed.reads.length }
  }
  const mine = async (): Promise<void> => void (await anvil.rpc.call('evm_mine'))

  // before any round: there is a feed with three reporters and no answer
  await mine()
  expect(await block()).toEqual({ rounds: [], reads: 2 + 2 * 4 + 2 * 3 + 2 * 3 })
  expect(feed()).toMatchObject({ decimals: 8, price: 0, reporters: 3, lowestReport: 0, swaps: 0, secondFeed: 2 })
  expect(feed()).toMatchObject({ minAnswer: 1n, maxAnswer: 10n ** 30n, minReports: 2, reportsInRound: 0 })

  // two of three suffice: the answer is their median, then the third moves it
  await submit(first.aggregator, reporters[0] as Address, 1n, 2000n * E8)
  expect((await block()).rounds).toEqual([])
  expect(feed()).toMatchObject({ lowestReport: 2000, medianReport: 2000, highestReport: 2000, price: 0 })
  await submit(first.aggregator, reporters[1] as Address, 1n, 9010n * E8)
  expect((await block()).rounds).toEqual([{ of: 1, price: 5505, previousPrice: 0, secondPrice: 0 }])
  await submit(first.aggregator, reporters[2] as Address, 1n, 2010n * E8)
  await submit(second.aggregator, reporters[0] as Address, 1n, 2001n * E8)
  await submit(second.aggregator, reporters[1] as Address, 1n, 2003n * E8)
  // each feed confirms the other, at its price after the whole block, also in rounds before its logs
  expect((await block()).rounds).toEqual([
    { of: 1, price: 2010, previousPrice: 5505, secondPrice: 2002 },
    { of: 2, price: 2002, previousPrice: 0, secondPrice: 2010 },
  ])
  expect(feed()).toMatchObject({ lowestReport: 2000, medianReport: 2010, highestReport: 9010, previousPrice: 5505, secondPrice: 2002 })
  expect(feed()).toMatchObject({ reportsInRound: 3, sameReports: 1, medianFloor: 2000, medianCeiling: 9010 })

  // one reporter is replaced: its report no longer counts
  await b.write(first.aggregator, 'changeOracles', [[reporters[1]], [reporters[3]], [reporters[3]], 2, 3, 0])
  expect((await block()).reads).toBe(2)
  expect(feed()).toMatchObject({ reporters: 3, lowestReport: 2000, medianReport: 2005, highestReport: 2010, reportsInRound: 2 })
  // how many an answer needs is an event
  await b.write(first.aggregator, 'updateFutureRounds', [0n, 1, 3, 0, 3600])
  await block()
  expect(feed().minReports).toBe(1)

  // a swap emits nothing; it is read, and the new aggregator's reporters with it
  const next = await b.deploy(chainlinkArtifact('FluxAggregator'), [
    '0x0000000000000000000000000000000000000000',
    0n,
    3600,
    '0x0000000000000000000000000000000000000000',
    1n,
    10n ** 30n,
    8,
    'new',
  ])
  await b.write(next, 'changeOracles', [[], [reporters[3]], [reporters[3]], 1, 1, 0])
  await block()
  await submit(next, reporters[3] as Address, 1n, 2500n * E8)
  await block()
  await b.write(first.proxy, 'proposeAggregator', [next.address])
  await b.write(first.proxy, 'confirmAggregator', [next.address])
  expect(await block()).toEqual({ rounds: [{ of: 1, price: 2500, previousPrice: 2010, secondPrice: 2002 }], reads: 2 + 4 + 1 + 3 })
  expect(feed()).toMatchObject({ reporters: 1, lowestReport: 2500, highestReport: 2500, swaps: 1, previousPrice: 2010 })
  // from the next block on its events are watched; the round carries the proxy's second phase
  await submit(next, reporters[3] as Address, 2n, 2400n * E8)
  expect((await block()).rounds).toEqual([{ of: 1, price: 2400, previousPrice: 2500, secondPrice: 2002 }])
  expect(feed().roundId).toBe((2n << 64n) | 2n)
  expect(signed(feed().answer)).toBe(2400n * E8)
  expect(world.feeds.find(secondProxy)).toBe(1)
})
