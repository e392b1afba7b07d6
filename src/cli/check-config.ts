// What a config says of itself, without chain, files or environment: numbers that don't fit together, gaps that should be known.
import type { Config } from '../config.ts'
import { profileOf } from '../ingest/profiles.ts'
import { type Check, failure, ok, warning } from './check-list.ts'
import { type WatchedGuard, type WatchedThings, watchedThings } from './check-watched.ts'

/** An execution or a window shorter than this many blocks may end before a transaction is in one. */
const FEW_BLOCKS = 5
/** A certificate that is good for longer can be brought long after the reason for it has gone. */
const LONG_WINDOW_S = 1_800
/** Governance should have looked at it by then. */
const LONG_EPISODE_S = 3 * 86_400
const LARGE_FEE_GWEI = 5_000

export function checkConfig(config: Config): readonly Check[] {
  const things = watchedThings(config)
  return [
    checkChain(config),
    ...checkDetectors(config),
    ...checkWatched(config, things),
    ...things.pools.flatMap(({ pool, key, guard }) =>
      guard
        ? checkTimes(`${key}.guard`, guard, blockTimeS(config))
        : [
            warning(
              'guard',
              `${pool} has none in ${key}: it is only watched`,
              'deploy a Guard and `firebreak init --guard ADDRESS`; see docs/quick-start.md',
            ),
          ],
    ),
    ...checkQuorum(config, things),
    ...checkFees(config),
  ]
}

const blockTimeS = ({ chain }: Config): number | undefined => {
  try {
    return profileOf(chain.id, chain.blockTimeS === undefined ? {} : { blockTimeS: chain.blockTimeS }).blockTimeS
  } catch {
    return undefined
  }
}

function checkChain(config: Config): Check {
  const { id, blockTimeS: given } = config.chain
  const every = blockTimeS(config)
  if (every === undefined) {
    const mend = 'add config.chain.blockTimeS: seconds between blocks'
    return failure('chain', `chain ${id} has no profile, and config.chain.blockTimeS says nothing`, mend)
  }
  return ok('chain', `${profileOf(id, given === undefined ? {} : { blockTimeS: given }).name}, a block every ${every} s`)
}

function checkDetectors({ detectors }: Config): readonly Check[] {
  const troubles = detectors.flatMap(({ detector, params }) => {
    try {
      detector.params.parse(params)
      return []
    } catch (error) {
      return [
        failure('detectors', `${detector.id}: ${(error as Error).message.replace(/\s+/g, ' ')}`, 'see docs/config.md for its parameters'),
      ]
    }
  })
  const ids = detectors.map(({ detector }) => detector.id)
  const twice = [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))]
  if (twice.length > 0) troubles.push(failure('detectors', `config.detectors names ${twice.join(', ')} twice`, 'name each once'))
  if (!ids.includes('blind'))
    troubles.push(
      warning('detectors', 'blind is not among them: that a node sees nothing would be silent', 'add blind() to config.detectors'),
    )
  return troubles.length > 0 ? troubles : [ok('detectors', ids.join(', '))]
}

function checkWatched({ watch }: Config, { feeds, pools, lateFeeds }: WatchedThings): readonly Check[] {
  const checks: Check[] = []
  if (feeds.length === 0)
    checks.push(
      warning('feeds', 'no price feed is watched', 'add chainlinkFeeds() with the sources of the pool’s prices'.replace('’', "'")),
    )
  const alone = feeds.filter(({ secondProxy }) => secondProxy === undefined).map(({ name }) => name)
  if (alone.length > 0) {
    const mend = 'add secondProxy: an independent feed of the same price; without it a true jump looks like a false one'
    checks.push(warning('second feeds', `none for ${alone.join(', ')}`, mend))
  } else if (feeds.length > 0) checks.push(ok('second feeds', `each of ${feeds.length} feeds has one`))
  for (const { name, key, proxy, secondProxy } of feeds)
    if (proxy === secondProxy) checks.push(failure('second feeds', `${name}: ${key}.secondProxy is the feed itself`, 'name another feed'))
  const proxies = feeds.map(({ proxy }) => proxy)
  for (const { name, proxy, key } of feeds.filter(({ proxy: p }, i) => proxies.indexOf(p) !== i))
    checks.push(failure('feeds', `${name}: ${key}.proxy ${proxy} is listed twice`, 'leave one out'))
  if (lateFeeds.length > 0)
    checks.push(
      failure(
        'order',
        `${lateFeeds.join(', ')} come after a pool in config.watch`,
        'put chainlinkFeeds() first: prices are applied before those who use them',
      ),
    )
  if (pools.length === 0) checks.push(warning('pools', 'no pool is watched', 'add aaveV3Pool()'))
  for (const { guard, key } of pools) {
    const symbols = (guard?.assets ?? []).map(({ symbol }) => symbol)
    const twice = symbols.filter((symbol, i) => symbols.indexOf(symbol) !== i)
    if (twice.length > 0)
      checks.push(failure('assets', `${key}.guard.assets has ${twice.join(', ')} twice`, 'give each asset a symbol of its own'))
  }
  if (watch.length > 0 && pools.length > 0) checks.push(ok('pools', pools.map(({ pool }) => pool).join(', ')))
  return checks
}

function checkTimes(key: string, { expiryS, hardCapS, cooldownS, actions }: WatchedGuard, everyS: number | undefined): readonly Check[] {
  if (expiryS > hardCapS) {
    const about = `${key}.expiryS is ${expiryS}, over hardCapS ${hardCapS}: a Guard refuses such entries`
    return [failure('bounds', about, 'an execution lasts at most as long as an episode: expiryS <= hardCapS')]
  }
  const checks: Check[] = []
  if (everyS !== undefined && expiryS < FEW_BLOCKS * everyS)
    checks.push(
      warning('bounds', `${key}.expiryS ${expiryS} is under ${FEW_BLOCKS} blocks: an action ends before its renewal`, 'make it longer'),
    )
  if (hardCapS > LONG_EPISODE_S)
    checks.push(
      warning(
        'bounds',
        `${key}.hardCapS ${hardCapS} is over three days without a human`,
        'shorten it: at the cap the incident is handed to people',
      ),
    )
  if (cooldownS === 0)
    checks.push(warning('bounds', `${key}.cooldownS is 0: an episode may follow the last one at once, for ever`, 'make it an hour or so'))
  if (checks.length > 0) return checks
  const what = actions === undefined ? 'all actions' : actions.join(', ')
  return [ok('bounds', `an action lasts ${expiryS} s, an episode ${hardCapS} s at most, then ${cooldownS} s pause; ${what}`)]
}

function checkQuorum({ quorum, nodes, ...config }: Config, { pools }: WatchedThings): readonly Check[] {
  const hasGuard = pools.some(({ guard }) => guard)
  if (!quorum) {
    const about = 'config.quorum is missing: the Guard can not be used'
    return hasGuard ? [warning('quorum', about, "add the Guard's signers, k and windowS, as `firebreak init --guard` writes them")] : []
  }
  const { signers, k, windowS } = quorum
  const n = signers.length
  const checks: Check[] = []
  const say = (about: string, mend: string) => checks.push(warning('quorum', about, mend))
  if (!hasGuard) say('config.quorum is there, but no pool has a guard', 'add guard to aaveV3Pool() or remove quorum')
  if (k === 1) say(`k is 1 of ${n}: one key acts alone`, 'more signers and a k over half of them')
  else if (2 * k <= n)
    say(`k is ${k} of ${n}: not over half, so two groups may act without each other`, `k of ${Math.floor(n / 2) + 1} or more`)
  else if (k === n) say(`k is ${k} of ${n}: one node that is down stops every action`, 'one signer more, or k one less')
  const here = nodes.filter(({ key }) => key).length
  if (here >= k && n > 1)
    say(
      `${here} keys in this one process are a quorum (k is ${k}): whoever takes this machine acts alone`,
      'one node a machine, when gossip between machines is there; until then guard this machine as the quorum',
    )
  const everyS = blockTimeS({ quorum, nodes, ...config })
  if (everyS !== undefined && windowS < FEW_BLOCKS * everyS)
    say(
      `windowS ${windowS} is under ${FEW_BLOCKS} blocks of ${everyS} s: certificates end before they are included`,
      'a Guard with a longer window; it is for good',
    )
  if (windowS > LONG_WINDOW_S) say(`windowS ${windowS} is long: an old certificate stays good`, 'a Guard with a window of some minutes')
  return checks.length > 0 ? checks : [ok('quorum', `${k} of ${n} signers, a certificate is good for ${windowS} s`)]
}

function checkFees({ fees: { maxFeeGwei, priorityFeeGwei }, simulationDeadlineMs, chain, ...rest }: Config): readonly Check[] {
  const checks: Check[] = []
  if (priorityFeeGwei > maxFeeGwei) {
    const about = `config.fees.priorityFeeGwei ${priorityFeeGwei} is over maxFeeGwei ${maxFeeGwei}: no node takes such a transaction`
    checks.push(failure('fees', about, 'priorityFeeGwei <= maxFeeGwei'))
  } else if (maxFeeGwei > LARGE_FEE_GWEI)
    checks.push(
      warning(
        'fees',
        `config.fees.maxFeeGwei is ${maxFeeGwei}, and bids may reach four times that`,
        'a first bid that you would pay some dozen times',
      ),
    )
  else checks.push(ok('fees', `first bid ${maxFeeGwei} gwei, priority ${priorityFeeGwei} gwei, never over ${4 * maxFeeGwei} gwei`))
  const everyS = blockTimeS({ fees: { maxFeeGwei, priorityFeeGwei }, simulationDeadlineMs, chain, ...rest })
  if (everyS !== undefined && simulationDeadlineMs > everyS * 500)
    checks.push(
      warning(
        'simulation',
        `config.simulationDeadlineMs ${simulationDeadlineMs} is over half a block`,
        'shorten it: a late decision misses the next block',
      ),
    )
  return checks
}
