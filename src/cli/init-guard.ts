// What a Guard says of itself that a config must repeat: its quorum, and which of a pool's entries governance has added, with their times.
import { numberToHex, toEventSelector, toFunctionSelector } from 'viem'
import { UserError } from '../core/errors.ts'
import type { ActionName, Hex } from '../core/flow.ts'
import { entryId } from '../core/guard-entry.ts'
import { callOf, topicAt } from '../core/words.ts'
import { aaveGuardEntries } from '../protocols/aave-v3/entries.ts'
import { ask, told } from '../protocols/guard/abi.ts'
import type { Look } from './look.ts'
import { address, type PoolContracts, type Reserve } from './look-aave.ts'

export interface Asset {
  readonly address: Hex
  readonly decimals: number
  readonly symbol: string
}

export interface Times {
  readonly expiryS: number
  readonly hardCapS: number
  readonly cooldownS: number
}

export interface GuardFound {
  readonly address: Hex
  readonly signers: readonly Hex[]
  readonly k: number
  readonly windowS: number
  readonly armed: boolean
  /** Its admin and guardian. */
  readonly authorities: readonly Hex[]
  /** Assets with at least one entry; all that may have some if there is none yet. */
  readonly assets: readonly Asset[]
  /** Actions whose entry every one of these assets has. */
  readonly actions: readonly ActionName[]
  readonly times: Times
  /** Live entries of this pool, and how many the config names. */
  readonly entries: number
  /** Actions that only some of the assets have, and so are left out. */
  readonly partly: readonly ActionName[]
}

const ENTRY_ADDED = toEventSelector('EntryAdded(bytes32,address,bytes4,uint8,bytes)')
const AUTHORITIES = [toFunctionSelector('admin()'), toFunctionSelector('guardian()')]
/** What aaveV3Pool takes without being told. */
const DEFAULTS: Times = { expiryS: 600, hardCapS: 14_400, cooldownS: 3_600 }
/** The config takes no more. */
const MOST_DECIMALS = 36

export async function readGuard(
  look: Look,
  guard: Hex,
  contracts: PoolContracts,
  reserves: readonly Reserve[],
  say: (text: string) => void,
): Promise<GuardFound> {
  const [armedData, signersData, windowData, ...authorities] = await look.calls([
    ...(['armed', 'signers', 'windowS'] as const).map((view) => ask.view(guard, view)),
    ...AUTHORITIES.map((view) => callOf(guard, view)),
  ])
  const [armed, council, windowS] = [told.armed(armedData), told.signers(signersData), told.seconds(windowData)]
  if (armed === undefined || council === undefined || windowS === undefined)
    throw new UserError('--guard', guard, 'a Firebreak Guard: one that answers armed(), signers() and windowS()')
  const [signers, k] = council
  say(`Guard with ${k} of ${signers.length} signers${armed ? '' : ', disarmed'}; looking for its entries`)
  const assets = assetsOf(reserves)
  let times = DEFAULTS
  let live = await liveEntries(look, guard, contracts, assets, times)
  if (live.length === 0) {
    times = (await timesOfEntries(look, guard, say)) ?? DEFAULTS
    if (times !== DEFAULTS) live = await liveEntries(look, guard, contracts, assets, times)
  }
  say(`${live.length} live entries of this pool`)
  const having = live.length === 0 ? assets : assets.filter(({ symbol }) => live.some((entry) => entry.symbol === symbol))
  const count = (action: ActionName) => live.filter((entry) => entry.action === action).length
  const all = [...new Set(entriesFor(contracts, having, times).map(({ action }) => action))]
  return {
    address: guard,
    signers: signers.map((signer) => signer.toLowerCase() as Hex),
    k: Number(k),
    windowS,
    armed,
    authorities: authorities.flatMap((data) => address(data) ?? []),
    assets: having,
    actions: live.length === 0 ? all : all.filter((action) => count(action) === having.length),
    times,
    entries: live.length,
    partly: live.length === 0 ? [] : all.filter((action) => count(action) > 0 && count(action) < having.length),
  }
}

/** Symbols are the tokens' own words: two may say the same, and the config tells its assets apart by them. */
export function assetsOf(reserves: readonly Reserve[]): readonly Asset[] {
  const seen = new Set<string>()
  return reserves.flatMap(({ asset, symbol = asset, decimals }) => {
    if (decimals === undefined || decimals > MOST_DECIMALS) return []
    const name = seen.has(symbol) ? `${symbol} ${asset.slice(0, 10)}` : symbol
    seen.add(name)
    return [{ address: asset, decimals, symbol: name }]
  })
}

const entriesFor = ({ pool, configurator = pool, dataProvider = pool }: PoolContracts, assets: readonly Asset[], times: Times) =>
  aaveGuardEntries({ pool, configurator, dataProvider, assets, ...times })

async function liveEntries(look: Look, guard: Hex, contracts: PoolContracts, assets: readonly Asset[], times: Times) {
  const wanted = entriesFor(contracts, assets, times)
  const answers = await look.calls(wanted.map(({ entry }) => ask.entry(guard, entryId(entry))))
  return wanted.filter((_, i) => told.entry(answers[i])?.[1] === true)
}

/** An entry's id is the hash of all of it, so other times are found only by what the Guard has said in its events. */
async function timesOfEntries(look: Look, guard: Hex, say: (text: string) => void): Promise<Times | undefined> {
  let logs: unknown
  try {
    const range = { fromBlock: '0x0', toBlock: numberToHex(look.head.number) }
    logs = await look.request('eth_getLogs', [{ address: guard, topics: [ENTRY_ADDED], ...range }])
  } catch (error) {
    say(`no entry with the usual times, and the endpoint does not serve the Guard's events (${(error as Error).message})`)
    return undefined
  }
  if (!Array.isArray(logs)) return undefined
  const ids = (logs as readonly { readonly topics?: readonly Hex[] }[]).flatMap(({ topics = [] }) => {
    const id = topicAt(topics, 1)
    return id === undefined ? [] : [numberToHex(id, { size: 32 })]
  })
  const entries = (await look.calls(ids.map((id) => ask.entry(guard, id)))).map((data) => told.entry(data))
  const found = entries.find((entry) => entry?.[1] === true)?.[0]
  return found && { expiryS: found.expiryS, hardCapS: found.hardCapS, cooldownS: found.cooldownS }
}
