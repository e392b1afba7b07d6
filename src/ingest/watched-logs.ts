// The logs of a block that the adapters watch, checked against the blooms so that a node can't leave one out unnoticed.
import type { Hex, Log } from '../core/flow.ts'
import { topic0Of } from '../decode/word-log.ts'
import type { Watch } from './block-source.ts'
import { type Bloom, bloomText, isBloomOf, mayContain, mayContainLog, readBloom } from './bloom.ts'
import type { ChainClient } from './chain-client.ts'
import { fail, type Where } from './fields.ts'
import type { Header, Receipt } from './schemas.ts'

/** A header with its receipts; undefined where the node can't give receipts. */
export interface Fetched {
  readonly header: Header
  readonly receipts: readonly Receipt[] | undefined
}

/** Topics wanted by address; null: all. */
type Wanted = ReadonlyMap<Hex, ReadonlySet<Hex> | null>

export async function fetchBlock(client: ChainClient, header: Header): Promise<Fetched> {
  return { header, receipts: await client.receipts(header) }
}

/** Watched logs in order. */
export async function watchedLogs(client: ChainClient, { header, receipts }: Fetched, watches: readonly Watch[]): Promise<readonly Log[]> {
  const wanted = wantedOf(watches)
  if (wanted.size === 0) return []
  const where = { endpoint: client.rpc.endpoint, method: `logs of block ${header.number}` }
  const logs =
    receipts === undefined ? await askedFor(client, where, header, wanted) : receipts.flatMap((one) => ofReceipt(where, one, wanted))
  return logs.filter((log) => isWanted(wanted, log))
}

/** Of any logs those that are watched. */
export function watchedOf(logs: readonly Log[], watches: readonly Watch[]): readonly Log[] {
  const wanted = wantedOf(watches)
  return logs.filter((log) => isWanted(wanted, log))
}

function isWanted(wanted: Wanted, log: Log): boolean {
  const firsts = wanted.get(log.address)
  const topic0 = topic0Of(log)
  return firsts === null || (firsts !== undefined && topic0 !== undefined && firsts.has(topic0))
}

/**
 * Exact: the receipts' blooms join to the header's (checked when they were read), and the bloom of a receipt that may matter must be
 * that of its logs. So no address or topic can be left out, added or changed; only the data is the node's word.
 */
function ofReceipt(where: Where, { logs, bloom }: Receipt, wanted: Wanted): readonly Log[] {
  const found = logs.filter(({ address }) => wanted.has(address))
  const matters = found.length > 0 || [...wanted.keys()].some((address) => mayContain(bloom, address))
  if (matters && !isBloomOf(bloom, logs))
    fail(where, "a receipt's bloom", bloomText(bloom), 'the bloom of its logs: one is missing or was changed')
  return found
}

/** Without receipts: blooms have false positives, so what they say may be missing is asked for again, and only a log that then comes is a lie. */
async function askedFor(client: ChainClient, where: Where, header: Header, wanted: Wanted): Promise<readonly Log[]> {
  const logs = await client.logs(header, [...wanted.keys()])
  const bloom = readBloom(header.logsBloom) as Bloom // looked at when the header was read
  const odd = logs.find((log) => !mayContainLog(bloom, log))
  if (odd !== undefined) fail(where, 'a log', `${odd.address} ${odd.topics[0]}`, "one that is in the header's bloom")
  const seen = new Set(logs.map(({ address }) => address))
  const doubtful = [...wanted.keys()].filter((address) => !seen.has(address) && mayContain(bloom, address))
  if (doubtful.length === 0) return logs
  const left = (await client.logs(header, doubtful)).find(({ address }) => doubtful.includes(address))
  if (left !== undefined) fail(where, 'the first answer', `no log of ${left.address}`, `log ${left.logIndex}, as the second answer has it`)
  return logs
}

function wantedOf(watches: readonly Watch[]): Wanted {
  const wanted = new Map<Hex, Set<Hex> | null>()
  for (const { address, topics } of watches) {
    const before = wanted.get(address)
    if (topics === undefined || before === null) wanted.set(address, null)
    else wanted.set(address, new Set([...(before ?? []), ...topics]))
  }
  return wanted
}
