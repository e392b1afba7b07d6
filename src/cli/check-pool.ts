// Pools and feeds of a config as the chain has them: code, revision, first block, and whether prices come from where the config says.

import { FirebreakError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { knownRevision, revisionOf } from '../protocols/aave-v3/revisions.ts'
import { type Check, failure, ok, skipped, warning } from './check-list.ts'
import type { Other, WatchedFeed, WatchedPool } from './check-watched.ts'
import { inTurn, type Look } from './look.ts'
import { type Feed, type PoolContracts, readContracts, readFeeds, readReserves } from './look-aave.ts'

/** Chainlink's slowest price feeds promise an answer a day; a busy chain may take a while to include it. */
const HEARTBEAT_S = 86_400
const GRACE_S = 3_600

export interface PoolChecked {
  readonly checks: readonly Check[]
  /** undefined: nothing to go on with. */
  readonly contracts: PoolContracts | undefined
  /** Where the pool's oracle takes its prices from. */
  readonly sources: readonly Hex[]
}

export async function checkPool(look: Look, watched: WatchedPool, feeds: readonly WatchedFeed[], fromBlock: number): Promise<PoolChecked> {
  const { pool, key } = watched
  const none = (check: Check): PoolChecked => ({ checks: [check], contracts: undefined, sources: [] })
  if ((await look.code(pool)) === '0x')
    return none(failure('pool', `${key}.pool ${pool} has no code on chain ${look.chainId}`, "the address of the pool's proxy"))
  const contracts = await readContracts(look, pool)
  if (contracts.revision === undefined || !contracts.provider)
    return none(
      failure(
        'pool',
        `${key}.pool ${pool} answers neither POOL_REVISION() nor ADDRESSES_PROVIDER()`,
        "the address of an Aave v3 pool's proxy",
      ),
    )
  const checks: Check[] = [revisionCheck(pool, contracts.revision), await firstBlockCheck(look, pool, fromBlock)]
  const reserves = await readReserves(look, contracts)
  const watchedProxies = new Set<string>(feeds.map(({ proxy }) => proxy))
  const unwatched = reserves.filter(({ source }) => !source || !watchedProxies.has(source)).map(({ symbol, asset }) => symbol ?? asset)
  if (unwatched.length > 0) {
    const about = `${unwatched.length} of ${reserves.length} reserves are priced by sources that are not watched: ${unwatched.join(', ')}`
    checks.push(warning('prices', about, 'add those that are Chainlink proxies to chainlinkFeeds(); others are read from the oracle only'))
  } else checks.push(ok('prices', `the sources of all ${reserves.length} reserves are watched`))
  return { checks, contracts, sources: reserves.flatMap(({ source }) => source ?? []) }
}

function revisionCheck(pool: Hex, revision: bigint): Check {
  const row = knownRevision(revision)
  if (row) return ok('revision', `${pool} is Aave v${row.name}, POOL_REVISION ${revision}`)
  try {
    revisionOf(pool, revision)
  } catch (error) {
    if (error instanceof FirebreakError)
      return failure('revision', error.message, 'a pool of a known revision, or a Firebreak that knows this one')
    throw error
  }
  return failure('revision', `${pool} has revision ${revision}`, 'a pool of a known revision')
}

async function firstBlockCheck(look: Look, pool: Hex, fromBlock: number): Promise<Check> {
  const name = 'from block'
  if (fromBlock > look.head.number)
    return failure(name, `config.chain.fromBlock ${fromBlock} is over the head ${look.head.number}`, "the pool's deployment")
  try {
    if ((await look.code(pool, fromBlock)) === '0x')
      return warning(
        name,
        `the pool was deployed after config.chain.fromBlock ${fromBlock}: blocks are read for nothing`,
        "the pool's deployment",
      )
    if (fromBlock === 0 || (await look.code(pool, fromBlock - 1)) === '0x') return ok(name, `${fromBlock} is the pool's deployment`)
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error
    return skipped(name, `the endpoint keeps no state of block ${fromBlock}: ${error.message}`, 'an archive endpoint')
  }
  const mend = "the pool's deployment (`firebreak init` finds it), or know that those accounts are seen only when they move"
  return warning(name, `the pool is older than config.chain.fromBlock ${fromBlock}: accounts opened before it are unknown`, mend)
}

/** @param sources of the pools' prices; undefined: no pool is watched */
export async function checkFeeds(
  look: Look,
  feeds: readonly WatchedFeed[],
  sources: ReadonlySet<string> | undefined,
): Promise<readonly Check[]> {
  const all = [...new Set(feeds.flatMap(({ proxy, secondProxy }) => (secondProxy ? [proxy, secondProxy] : [proxy])))]
  const found = await readFeeds(look, all)
  const checks: Check[] = []
  let right = 0
  for (const feed of feeds) {
    const before = checks.length
    const [first, second] = [found.get(feed.proxy), feed.secondProxy && found.get(feed.secondProxy)]
    checks.push(...feedChecks(look, feed, `${feed.key}.proxy`, feed.proxy, first))
    if (feed.secondProxy) checks.push(...feedChecks(look, feed, `${feed.key}.secondProxy`, feed.secondProxy, second || undefined))
    if (first && second && first.aggregator === second.aggregator)
      checks.push(
        failure(
          'feed',
          `${feed.name}: both proxies name the aggregator ${first.aggregator}: they can't confirm each other`,
          'an independent second feed',
        ),
      )
    if (sources && !sources.has(feed.proxy)) {
      const about = `${feed.name}: ${feed.proxy} is the price source of no reserve, so its findings touch no market`
      checks.push(warning('feed', about, "the source that the pool's oracle names (`firebreak init` lists them), or keep it as a signal"))
    }
    if (checks.length === before) right++
  }
  if (right > 0) checks.unshift(ok('feeds', `${right} of ${feeds.length} are Chainlink proxies with a fresh answer`))
  return checks
}

function feedChecks(
  { head, chainId }: Look,
  { name, heartbeatS }: WatchedFeed,
  key: string,
  proxy: Hex,
  feed: Feed | undefined,
): readonly Check[] {
  if (!feed)
    return [
      failure('feed', `${name}: ${key} ${proxy} is no Chainlink proxy on chain ${chainId}: it names no aggregator`, "the feed's proxy"),
    ]
  const { answer, updatedAtS, decimals } = feed
  if (answer <= 0n) return [failure('feed', `${name}: ${proxy} answers ${answer}`, 'a feed that answers a price')]
  const ageS = head.timeS - updatedAtS
  if (ageS <= (heartbeatS ?? HEARTBEAT_S) + GRACE_S) return []
  const hours = Math.round(ageS / 3_600)
  return [
    warning(
      'feed',
      `${name}: ${proxy} last answered ${hours} h ago (${answer}, ${decimals} decimals)`,
      'is it still in use? See what replaced it',
    ),
  ]
}

/** What has no checks of its own: at least its contracts are there. */
export async function checkOthers(look: Look, { key, kinds, contracts }: Other): Promise<readonly Check[]> {
  const codes = await inTurn(contracts, async (one) => ({ ...one, code: await look.code(one.address) }))
  const empty = codes.filter(({ code }) => code === '0x')
  if (empty.length === 0) return [ok(kinds, `${key}: ${contracts.length} addresses, all with code`)]
  return empty.map(({ key: at, address }) =>
    warning(kinds, `${at} ${address} has no code on chain ${look.chainId}`, 'the address of a contract, unless a plain account is meant'),
  )
}
