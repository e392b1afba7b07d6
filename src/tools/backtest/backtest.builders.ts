// A small chain to run backtests over: a real Chainlink feed and ERC-20 token by their adapters, and a pool that follows the feed.
import { actingVenue, CHAIN_ID, FEED, flow, hashOf, market, START_S } from '../../../test/builders.ts'
import { ASSESS_RULES } from '../../assess/assess.ts'
import type { Call, Hex, Log, ReadResult } from '../../core/flow.ts'
import { callOf, hex32 } from '../../core/words.ts'
import { PLAYBOOK } from '../../decide/playbook.ts'
import { detectors } from '../../detect/index.ts'
import type { FoldRules } from '../../fold.ts'
import type { StoredBlock } from '../../history/types.ts'
import { TOPIC, VIEW } from '../../protocols/chainlink/abi.ts'
import { chainlink } from '../../protocols/chainlink/index.ts'
import { supplyCall } from '../../protocols/erc20/calls.ts'
import { erc20 } from '../../protocols/erc20/index.ts'
import { Answers, type Protocol, type Venue } from '../../state/protocol.ts'
import { FLOW, flows, guardEntries, markets, venues } from '../../state/tables.ts'
import { createWorld } from '../../state/world.ts'

const AGGREGATOR: Hex = `0x${'b1'.repeat(20)}`
const TOKEN: Hex = `0x${'aa'.repeat(20)}`
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(v).slice(2)).join('')}`
const topic = (value: bigint): Hex => words(value)

/** The feed jumps by half and stays there. */
export const ATTACK_BLOCK = 120

/** A pool without events of its own: what it is follows from the feed. */
const acting = actingVenue(createWorld(CHAIN_ID))
const pool: Protocol = {
  ...acting.protocol,
  id: 'pool',
  writes: [venues, markets, flows, guardEntries],
  apply(world) {
    const at = world.feeds.find(FEED)
    const price = at === undefined ? 2_000 : world.feeds.columns.price.get(at)
    market(world, 'WETH', { feed: (at ?? -1) + 1, price, goodPrice: 2_000, borrowing: 0 })
    market(world, 'USDC', { cashUsd: 1_000_000 })
    if (world.guardEntries.count === 0) actingVenue(world)
    flow(world, FLOW.borrow, 2_000)
  },
}
const venue: Venue = { ...acting, protocol: pool }

/** Adapters keep nothing between worlds; made anew all the same, so that no run can lean on another. */
export const rules = (): FoldRules => ({
  chainId: CHAIN_ID,
  protocols: [
    chainlink({ chainId: CHAIN_ID, feeds: [{ name: 'ETH / USD', proxy: FEED }] }),
    erc20({ chainId: CHAIN_ID, tokens: [{ name: 'X', token: TOKEN, decimals: 2, holders: [] }] }),
    pool,
  ],
  venues: [venue],
  detectors: [detectors.oracleJump(), detectors.oracleReporters(), detectors.outflowRate(), detectors.blind()],
  assess: ASSESS_RULES,
  playbook: PLAYBOOK,
  rulesHash: hashOf(0xabc),
})

/** Blocks 1 to `last`, 600 s apart, as ingest would have stored them: with the answers that the adapters asked for. Prices in whole dollars. */
export function chain(last: number, priceAt = attacked): readonly StoredBlock[] {
  const world = createWorld(CHAIN_ID)
  const { protocols } = rules()
  return Array.from({ length: last }, (_, i) => {
    const number = i + 1
    const price = priceAt(number)
    const block = { number, hash: hashOf(number), parentHash: hashOf(number - 1), timeS: START_S + 600 * number }
    const logs = [answered(price, number, block.timeS)]
    const reads: ReadResult[] = []
    for (;;) {
      const soFar = new Answers(reads)
      const wanted = soFar.missing(protocols.flatMap((p) => p.reads(world, { ...block, logs }, soFar)))
      if (wanted.length === 0) break
      const asked = new Map(wanted.map((call) => [`${call.to}${call.data}`, call]))
      for (const call of asked.values()) reads.push({ ...call, result: answerTo(call, price, number, block.timeS) })
    }
    world.store.begin()
    for (const protocol of protocols) protocol.apply(world, { chainId: CHAIN_ID, ...block, logs, reads }, new Answers(reads))
    return { ...block, logs, reads, readsState: 'asked' }
  })
}

const attacked = (number: number): number => (number < ATTACK_BLOCK ? 2_000 + (number % 2) : 3_000)

function answered(price: number, round: number, timeS: number): Log {
  const topics = [TOPIC.answerUpdated, topic(BigInt(price) * 10n ** 8n), topic(BigInt(round))]
  return { address: AGGREGATOR, topics, data: words(BigInt(timeS)), txHash: hashOf(0x7000 + round), txIndex: 0, logIndex: 0 }
}

function answerTo({ to, data }: Call, price: number, number: number, timeS: number): Hex | null {
  const is = (other: Call): boolean => to === other.to && data === other.data
  if (is(callOf(FEED, VIEW.aggregator))) return words(BigInt(AGGREGATOR))
  if (is(callOf(FEED, VIEW.decimals))) return words(8n)
  if (is(callOf(FEED, VIEW.latestRoundData)))
    return words(BigInt(number), BigInt(price) * 10n ** 8n, BigInt(timeS), BigInt(timeS), BigInt(number))
  if (is(supplyCall(TOKEN))) return words(1_000n)
  return null
}
