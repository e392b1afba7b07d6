// History by number: a few blocks are under way while the consumer folds the one before.
import type { ChainClient } from './chain-client.ts'
import { MissingBlockError } from './errors.ts'
import type { Header } from './schemas.ts'
import { type Fetched, fetchBlock } from './watched-logs.ts'

const MOST_AT_ONCE = 8

export class Prefetch {
  /** Fewer after a failure, one more after each success: a node that limits our rate is not hit eight times again. */
  private atOnce = MOST_AT_ONCE
  private readonly underWay = new Map<number, Promise<Fetched>>()
  private client: ChainClient | undefined
  private last = -1
  constructor(private readonly onHeader: (header: Header) => void) {}

  /** From here on `take` gives the blocks from `first` to `last`. */
  begin(client: ChainClient, first: number, last: number): void {
    this.underWay.clear()
    this.client = client
    this.last = last
    if (first <= last) this.fill(first)
  }

  async take(number: number): Promise<Fetched> {
    this.fill(number)
    const fetched = await this.underWay.get(number)
    if (fetched === undefined) throw new RangeError(`block ${number} was not begun`)
    this.underWay.delete(number)
    this.atOnce = Math.min(MOST_AT_ONCE, this.atOnce + 1)
    this.fill(number + 1)
    return fetched
  }

  failed(): void {
    this.atOnce = Math.max(1, Math.floor(this.atOnce / 2))
    this.underWay.clear()
  }

  private fill(from: number): void {
    const { client } = this
    if (client === undefined) return
    for (let number = from; number <= this.last && number < from + this.atOnce; number++) {
      if (this.underWay.has(number)) continue
      const work = this.fetch(client, number)
      work.catch(() => undefined) // whoever takes it sees the failure; nobody may ever take it
      this.underWay.set(number, work)
    }
  }

  private async fetch(client: ChainClient, number: number): Promise<Fetched> {
    const header = await client.header(number)
    if (header === null) throw new MissingBlockError(client.rpc.endpoint, String(number))
    this.onHeader(header)
    return fetchBlock(client, header)
  }
}
