// What `init` reads of a chain for its config: the pool and its reserves, their price feeds, the pool's first block, the Guard.
import { FirebreakError, UserError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { PROFILES } from '../ingest/profiles.ts'
import { revisionOf } from '../protocols/aave-v3/revisions.ts'
import type { Wanted } from './init-ask.ts'
import { type Authorities, readAuthorities } from './init-authority.ts'
import { type GuardFound, readGuard } from './init-guard.ts'
import type { Look } from './look.ts'
import { type Feed, type PoolContracts, type Reserve, readContracts, readFeeds, readReserves } from './look-aave.ts'

export interface Found {
  readonly chainId: number
  readonly chainName: string | undefined
  /** Measured, for a chain without a profile of its own. */
  readonly blockTimeS: number | undefined
  readonly headNumber: number
  readonly contracts: PoolContracts
  readonly revision: string
  readonly reserves: readonly (Reserve & { readonly feed: Feed | undefined })[]
  readonly fromBlock: number
  /** `code`: the pool's first block, by asking for its code. `head`: the endpoint keeps no old state, so the history is lost. */
  readonly fromBlockBy: 'code' | 'head'
  readonly guard: GuardFound | undefined
  readonly authorities: Authorities
}

const MEASURED_BLOCKS = 1_000

/** Throws UserError for a wrong address, UnknownRevisionError for a pool that this build does not know. */
export async function readChain(look: Look, { pool, guard }: Pick<Wanted, 'pool' | 'guard'>, say: (text: string) => void): Promise<Found> {
  const { chainId, head } = look
  const profile = PROFILES.find((one) => one.chainId === chainId)
  say(`chain ${chainId}${profile ? ` (${profile.name})` : ''} at block ${head.number}`)
  if ((await look.code(pool)) === '0x') throw new UserError('--address', pool, `an address with a contract on chain ${chainId}`)
  const contracts = await readContracts(look, pool)
  const revision = revisionOf(pool, contracts.revision).name
  if (!contracts.provider || !contracts.oracle || !contracts.configurator || !contracts.dataProvider)
    throw new UserError('--address', pool, 'a pool whose ADDRESSES_PROVIDER() names its oracle, configurator and data provider')
  say(`pool is Aave v${revision}; reading its reserves`)
  const reserves = await readReserves(look, contracts)
  const sources = [...new Set(reserves.flatMap(({ source }) => source ?? []))]
  const feeds = await readFeeds(look, sources)
  say(`${reserves.length} reserves, ${feeds.size} of ${sources.length} price sources are Chainlink proxies`)
  const blockTimeS = profile ? undefined : await measuredBlockTimeS(look)
  const first = await firstBlockWithCode(look, pool, say)
  const found = guard === undefined ? undefined : await readGuard(look, guard, contracts, reserves, say)
  return {
    chainId,
    chainName: profile?.name,
    blockTimeS,
    headNumber: head.number,
    contracts,
    revision,
    reserves: reserves.map((reserve) => ({ ...reserve, feed: reserve.source && feeds.get(reserve.source) })),
    fromBlock: first ?? head.number,
    fromBlockBy: first === undefined ? 'head' : 'code',
    guard: found,
    authorities: await readAuthorities(look, contracts, found?.authorities ?? [], guard, say),
  }
}

/** By halving, about 25 questions; undefined: the endpoint keeps no state so old. */
async function firstBlockWithCode(look: Look, address: Hex, say: (text: string) => void): Promise<number | undefined> {
  say(`looking for the block in which the pool was deployed (about ${Math.ceil(Math.log2(look.head.number + 2))} questions)`)
  let [without, having] = [-1, look.head.number]
  try {
    while (having - without > 1) {
      const middle = without + Math.floor((having - without) / 2)
      if ((await look.code(address, middle)) === '0x') without = middle
      else having = middle
    }
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error
    say(`the endpoint keeps no old state (${error.message}): reading would begin at the present block`)
    return undefined
  }
  say(`deployed in block ${having}`)
  return having
}

async function measuredBlockTimeS({ head, header }: Look): Promise<number> {
  const back = Math.min(MEASURED_BLOCKS, head.number)
  const older = back === 0 ? null : await header(head.number - back)
  return older ? Math.max(0.1, Math.round((10 * (head.timeS - older.timeS)) / back) / 10) : 12
}
