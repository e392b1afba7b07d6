// What an Aave v3 pool and its price feeds say of themselves at one block: for `init`, which writes it down, and `check`, which compares.
import { toFunctionSelector } from 'viem'
import type { Hex } from '../core/flow.ts'
import { addressOf, arrayOf, callOf, wordAt } from '../core/words.ts'
import { VIEW as AAVE } from '../protocols/aave-v3/abi.ts'
import { call } from '../protocols/aave-v3/reads.ts'
import { VIEW as CHAINLINK } from '../protocols/chainlink/abi.ts'
import type { Look } from './look.ts'
import { textOf } from './look-text.ts'

const SYMBOL = toFunctionSelector('symbol()')
const DECIMALS = toFunctionSelector('decimals()')
const OWNER = toFunctionSelector('owner()')
const ACL_ADMIN = toFunctionSelector('getACLAdmin()')
const DESCRIPTION = toFunctionSelector('description()')

/** The contracts around a pool; undefined where nothing (or zero) was answered. */
export interface PoolContracts {
  readonly pool: Hex
  readonly revision: bigint | undefined
  readonly provider: Hex | undefined
  readonly oracle: Hex | undefined
  readonly configurator: Hex | undefined
  readonly dataProvider: Hex | undefined
  readonly aclManager: Hex | undefined
}

export interface Feed {
  readonly proxy: Hex
  readonly aggregator: Hex
  readonly description: string | undefined
  readonly decimals: number
  readonly answer: bigint
  readonly updatedAtS: number
}

export interface Reserve {
  readonly asset: Hex
  readonly symbol: string | undefined
  readonly decimals: number | undefined
  /** Where the pool's oracle takes the price from; undefined: from its fallback. */
  readonly source: Hex | undefined
}

export async function readContracts(look: Look, pool: Hex): Promise<PoolContracts> {
  const [revision, providerWord] = await look.calls([call.revision(pool), call.provider(pool)])
  const provider = address(providerWord)
  const views = ['oracle', 'configurator', 'dataProvider', 'aclManager'] as const
  const named = provider === undefined ? [] : (await look.calls(views.map((view) => call.named(provider, view)))).map(address)
  const [oracle, configurator, dataProvider, aclManager] = named
  return { pool, revision: wordAt(revision, 0), provider, oracle, configurator, dataProvider, aclManager }
}

export async function readReserves(look: Look, { pool, oracle }: PoolContracts): Promise<readonly Reserve[]> {
  const [list] = await look.calls([call.reservesList(pool)])
  const assets = (arrayOf(list) ?? []).map(addressOf)
  const answers = await look.calls(
    assets.flatMap((asset) => [
      callOf(asset, SYMBOL),
      callOf(asset, DECIMALS),
      oracle === undefined ? callOf(pool, AAVE.revision) : call.sourceOf(oracle, asset),
    ]),
  )
  return assets.map((asset, i) => {
    const decimals = wordAt(answers[3 * i + 1], 0)
    return {
      asset,
      symbol: textOf(answers[3 * i]),
      decimals: decimals !== undefined && decimals <= 255n ? Number(decimals) : undefined,
      source: oracle === undefined ? undefined : address(answers[3 * i + 2]),
    }
  })
}

/** Who may exchange the pool's contracts, and who its ACLManager. */
export async function providerOwners(look: Look, provider: Hex): Promise<readonly (readonly ['owner' | 'ACL admin', Hex])[]> {
  const [owner, aclAdmin] = (await look.calls([callOf(provider, OWNER), callOf(provider, ACL_ADMIN)])).map(address)
  return [...(owner ? [['owner', owner] as const] : []), ...(aclAdmin ? [['ACL admin', aclAdmin] as const] : [])]
}

/** Which of these are Chainlink proxies (they name an aggregator), with what they answer. By the address asked for. */
export async function readFeeds(look: Look, proxies: readonly Hex[]): Promise<ReadonlyMap<Hex, Feed>> {
  const views = [CHAINLINK.aggregator, DESCRIPTION, CHAINLINK.decimals, CHAINLINK.latestRoundData]
  const answers = await look.calls(proxies.flatMap((proxy) => views.map((view) => callOf(proxy, view))))
  const feeds = new Map<Hex, Feed>()
  for (const [i, proxy] of proxies.entries()) {
    const [aggregatorWord, description, decimals, round] = answers.slice(4 * i, 4 * i + 4)
    const aggregator = address(aggregatorWord)
    const [scale, answer, updatedAtS] = [wordAt(decimals, 0), wordAt(round, 1), wordAt(round, 3)]
    if (aggregator === undefined || scale === undefined || answer === undefined || updatedAtS === undefined) continue
    feeds.set(proxy, {
      proxy,
      aggregator,
      description: textOf(description),
      decimals: Number(scale & 0xffn),
      answer: BigInt.asIntN(256, answer),
      updatedAtS: Number(updatedAtS & 0xffff_ffff_ffffn),
    })
  }
  return feeds
}

export function address(data: Hex | null | undefined): Hex | undefined {
  const word = wordAt(data, 0)
  return word === undefined || word === 0n ? undefined : addressOf(word)
}
