// Feeds of OCR1 and OCR2 on a chain: who reported what in each round, other transmitters, and a proxy that goes from one kind to another.
import { type Address, encodeFunctionData, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ocrAbi } from '../../../lab/abi.ts'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { Builder } from '../../../lab/deploy/builder.ts'
import { type DeployedFeed, deployFeed, deployOcrFeed } from '../../../lab/deploy/feed.ts'
import { buildContracts } from '../../../scripts/build-contracts.mjs'
import { Fold } from '../../../test/support/fold.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { createWorld } from '../../state/world.ts'
import { chainlink } from './index.ts'

const oracles = [0, 1, 2, 3].map((n) => accountOf('reporter', n).address)
const [first, second, third, fourth] = oracles as [Address, Address, Address, Address]
const admin = accountOf('deployer').address
const E8 = 100_000_000n

let anvil: Anvil
let b: Builder
beforeAll(async () => {
  await buildContracts()
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of [admin, ...oracles]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, admin)
})
afterAll(() => anvil?.stop())

function watching(feed: DeployedFeed) {
  const world = createWorld(31_337)
  const proxy = feed.proxy.address
  const fold = new Fold(anvil.rpc, world, [chainlink({ chainId: 31_337, feeds: [{ name: 'X / USD', proxy, heartbeatS: 1_200 }] })])
  return {
    world,
    /** Mines what waits and feeds it; what each present reporter said last. */
    async block() {
      await b.flush()
      await fold.feed((await b.head()).number)
      const { columns, count } = world.reporters
      const present = Array.from({ length: count }, (_, row) => row).filter((row) => columns.active.get(row) === 1)
      const said = Object.fromEntries(present.map((row) => [addressOf(columns.reporter.get(row)), columns.price.get(row)]))
      return { said }
    },
  }
}
const lower = (address: Address): Hex => address.toLowerCase() as Hex
const transmit = (feed: DeployedFeed, from: Address, prices: readonly bigint[], observers: readonly number[]): Promise<void> => {
  const args = [prices.map((price) => price * E8), toHex(Uint8Array.from(observers))] as const
  return b.push('transmit', from, feed.aggregator.address, encodeFunctionData({ abi: ocrAbi, functionName: 'transmit', args }))
}

test.each(['ocr1', 'ocr2'] as const)('%s: each round says who saw what', async (kind) => {
  const feed = await deployOcrFeed(b, kind, 'X / USD', [first, second, third])
  await b.flush()
  const { world, block } = watching(feed)
  await anvil.rpc.call('evm_mine')
  expect((await block()).said).toEqual({ [lower(first)]: 0, [lower(second)]: 0, [lower(third)]: 0 })
  expect(world.feeds.at(0)).toMatchObject({ price: 0, reporters: 3, decimals: 8, heartbeatS: 1_200 })

  await transmit(feed, second, [1990n, 2000n, 2010n], [2, 0, 1])
  expect((await block()).said).toEqual({ [lower(third)]: 1990, [lower(first)]: 2000, [lower(second)]: 2010 })
  expect(world.feeds.at(0)).toMatchObject({ price: 2000, lowestReport: 1990, medianReport: 2000, highestReport: 2010 })
  expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 3, sameReports: 1, minAnswer: 1n, maxAnswer: 10n ** 30n })
  expect(world.feedRounds.count).toBe(1)

  // two are enough; a captured transmitter says what it likes for others too, and that is what the tables show
  await transmit(feed, third, [20_000n, 20_000n], [0, 1])
  expect((await block()).said).toEqual({ [lower(third)]: 1990, [lower(first)]: 20_000, [lower(second)]: 20_000 })
  expect(world.feeds.at(0)).toMatchObject({ price: 20_000, previousPrice: 2000, lowestReport: 1990, medianReport: 20_000 })
  expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 2, sameReports: 2 })

  // one is replaced by another between two rounds of one block
  await transmit(feed, first, [2001n, 2002n], [0, 1])
  await b.write(feed.aggregator, 'setTransmitters', [[first, second, fourth]])
  await transmit(feed, first, [2003n, 2004n, 2005n], [2, 0, 1])
  expect((await block()).said).toEqual({ [lower(first)]: 2004, [lower(second)]: 2005, [lower(fourth)]: 2003 })
  expect(world.feeds.at(0)).toMatchObject({ price: 2004, reporters: 3, lowestReport: 2003, highestReport: 2005 })

  // another aggregator behind the same proxy, of the older kind: its reporters alone count
  const flux = await deployFeed(b, 'X / USD', [first, second, third])
  await b.write(feed.proxy, 'proposeAggregator', [flux.aggregator.address])
  await b.write(feed.proxy, 'confirmAggregator', [flux.aggregator.address])
  expect((await block()).said).toEqual({ [lower(first)]: 0, [lower(second)]: 0, [lower(third)]: 0 })
  expect(world.feeds.at(0)).toMatchObject({ price: 0, reporters: 3, swaps: 1, highestReport: 0 })

  // and back: what was said to it before the change is forgotten until it is said again
  await b.write(feed.proxy, 'proposeAggregator', [feed.aggregator.address])
  await b.write(feed.proxy, 'confirmAggregator', [feed.aggregator.address])
  expect((await block()).said).toEqual({ [lower(first)]: 0, [lower(second)]: 0, [lower(fourth)]: 0 })
  await transmit(feed, first, [2006n, 2007n], [2, 1])
  expect((await block()).said).toEqual({ [lower(first)]: 0, [lower(second)]: 2007, [lower(fourth)]: 2006 })
  expect(world.feeds.at(0)).toMatchObject({ price: 2007, swaps: 2, reporters: 3, lowestReport: 2006, highestReport: 2007 })
})
