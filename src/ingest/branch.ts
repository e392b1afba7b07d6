// Where another branch left ours: walks from its head to the parents until a block that we yielded.
import type { BlockId } from './block-source.ts'
import type { ChainClient } from './chain-client.ts'
import { DeepReorgError } from './errors.ts'
import { fail } from './fields.ts'
import type { Heads } from './heads.ts'
import type { Recent } from './recent.ts'
import type { Header } from './schemas.ts'

export interface Branch {
  /** The last block that both have. */
  readonly ancestor: BlockId
  /** The branch's own blocks, oldest first; the last one is the head that was asked about. */
  readonly headers: readonly Header[]
}

/** Throws DeepReorgError if the branches parted before the oldest block that can be undone to. */
export async function branchOf(client: ChainClient, head: Header, recent: Recent, heads: Heads, chainId: number): Promise<Branch> {
  const headers = [head]
  for (let first = head; ; ) {
    const { oldest } = recent
    if (oldest === undefined || first.number <= oldest.number)
      throw new DeepReorgError(chainId, oldest?.number ?? 0, `${head.number} (${head.hash})`)
    const parent = { number: first.number - 1, hash: first.parentHash }
    if (recent.has(parent)) return { ancestor: parent, headers }
    const header = heads.known(parent.hash) ?? (await client.headerByHash(parent.hash))
    const where = { endpoint: client.rpc.endpoint, method: 'eth_getBlockByHash' }
    if (header.number !== parent.number)
      fail(where, `the number of block ${header.hash}`, header.number, `${parent.number}, one less than its child's`)
    heads.saw(header)
    headers.unshift(header)
    first = header
  }
}
