// The logs of a block that the adapters watch, cross-checked with the blooms so that a node can't leave one out unnoticed.
import type { Hex, Log } from '../core/flow.ts'
import type { Watch } from './block-source.ts'
import { mayContain, mayContainLog } from './bloom.ts'
import type { ChainClient } from './chain-client.ts'
import { fail, type Header, type Receipt } from './schemas.ts'

/** A header with its receipts; undefined where the node can't give receipts. */
export interface Fetched {
  readonly header: Header
  readonly receipts: readonly Receipt[] | undefined
}

export async function fetchBlock(client: ChainClient, header: Header): Promise<Fetched> {
  return { header, receipts: await client.receipts(header) }
}

/** Watched logs in order. Asks the node again for what the blooms say may be missing. */
export async function watchedLogs(client: ChainClient, { header, receipts }: Fetched, watches: readonly Watch[]): Promise<readonly Log[]> {
  const wanted = new Map<Hex, ReadonlySet<Hex> | null>()
  for (const { address, topics } of watches) {
    const before = wanted.get(address)
    if (topics === undefined || before === null) wanted.set(address, null)
    else wanted.set(address, new Set([...(before ?? []), ...topics]))
  }
  const addresses = [...wanted.keys()]
  if (addresses.length === 0) return []
  const logs =
    receipts === undefined ? await client.logs(header, addresses) : receipts.flatMap((receipt) => fromReceipt(client, receipt, wanted))
  for (const log of logs) {
    if (!mayContainLog(header.logsBloom, log))
      fail(where(client), 'a log', `${log.address} ${log.topics[0]}`, `one that is in the bloom of block ${header.number}`)
  }
  const seen = new Set(logs.map(({ address }) => address))
  const doubtful =
    receipts === undefined ? absent(header.logsBloom, addresses, seen) : receipts.flatMap((receipt) => absentIn(receipt, addresses))
  if (doubtful.length > 0) await crossCheck(client, header, [...new Set(doubtful)], logs)
  return logs.filter(({ address, topics }) => {
    const first = wanted.get(address)
    return first === null || (first !== undefined && topics[0] !== undefined && first.has(topics[0]))
  })
}

function fromReceipt(client: ChainClient, receipt: Receipt, wanted: ReadonlyMap<Hex, unknown>): readonly Log[] {
  const logs = receipt.logs.filter(({ address }) => wanted.has(address))
  const odd = logs.find((log) => !mayContainLog(receipt.logsBloom, log))
  if (odd !== undefined) fail(where(client), 'a log', `${odd.address} ${odd.topics[0]}`, "one that is in its receipt's bloom")
  return logs
}

function absentIn(receipt: Receipt, addresses: readonly Hex[]): readonly Hex[] {
  const seen = new Set(receipt.logs.map(({ address }) => address))
  return absent(receipt.logsBloom, addresses, seen)
}

/** Addresses that the bloom says may have logged, but of which we hold nothing. */
const absent = (bloom: Hex, addresses: readonly Hex[], seen: ReadonlySet<Hex>): readonly Hex[] =>
  addresses.filter((address) => !seen.has(address) && mayContain(bloom, address))

/** Blooms have false positives: only a second answer that shows a log makes the first one wrong. */
async function crossCheck(client: ChainClient, header: Header, addresses: readonly Hex[], logs: readonly Log[]): Promise<void> {
  const known = new Set(logs.map(({ logIndex }) => logIndex))
  const left = (await client.logs(header, addresses)).find(({ address, logIndex }) => addresses.includes(address) && !known.has(logIndex))
  if (left !== undefined)
    fail(where(client), `block ${header.number}`, 'no log', `log ${left.logIndex} of ${left.address}, as a second question shows`)
}

const where = (client: ChainClient) => ({ endpoint: client.rpc.endpoint, method: 'logs of a block' })
