// All decoders of a chain by what a log says it is, and a count of what could not be decoded, since what isn't counted isn't seen.
import type { AbiEvent } from 'viem'
import { UserError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { compileEvent, type Decoded, type Decoder, type RawLog } from './decoder.ts'
import type { Fault } from './fault.ts'
import { WordLog } from './word-log.ts'

/**
 * Signature and number of topics tell events apart: ERC-20 and ERC-721 share the first topic of Transfer. Decoding by the registry counts;
 * who decodes with what `find` gives counts for himself.
 */
export class DecoderRegistry {
  private readonly byTopic0 = new Map<string, (Decoder | undefined)[]>()
  private readonly counted = new Map<Fault, number>()
  private done = 0

  /** @throws UserError if two events have the same signature and number of topics, but not the same inputs */
  constructor(events: readonly AbiEvent[]) {
    for (const event of events) {
      const decoder = compileEvent(event)
      const same = this.byTopic0.get(decoder.topic0) ?? []
      const other = same[decoder.topics]
      if (other && layoutOf(other) !== layoutOf(decoder))
        throw new UserError(`ABI event ${event.name}`, layoutOf(decoder), `what another event of its signature has, ${layoutOf(other)}`)
      if (!other) same[decoder.topics] = decoder
      this.byTopic0.set(decoder.topic0, same)
    }
  }

  /** `topic0`: none of these events; `topics`: one of them by its signature, with a number of topics that none has. */
  find(log: RawLog): Decoder | 'topic0' | 'topics' {
    if (log instanceof WordLog) return this.of(log.topic0, log.topicCount)
    return this.of(log.topics[0], log.topics.length)
  }

  private of(topic0: Hex | undefined, topics: number): Decoder | 'topic0' | 'topics' {
    const same = this.byTopic0.get(topic0 ?? '')
    return same === undefined ? 'topic0' : (same[topics] ?? 'topics')
  }

  /** Into `row`, which has room for the event of most `cells`; gives the decoder that wrote it. */
  read(log: RawLog, row: Uint32Array, at = 0): Decoder | Fault {
    const decoder = this.find(log)
    if (typeof decoder === 'string') return this.count(decoder)
    const fault = decoder.read(log, row, at)
    if (fault !== undefined) return this.count(fault)
    this.done += 1
    return decoder
  }

  /** A log of no known event is malformed here with `event` undefined. */
  decode(log: RawLog): Decoded | { readonly kind: 'malformed'; readonly event: undefined; readonly fault: Fault } {
    const decoder = this.find(log)
    if (typeof decoder === 'string') return { kind: 'malformed', event: undefined, fault: this.count(decoder) }
    const decoded = decoder.decode(log)
    if (decoded.kind === 'malformed') this.count(decoded.fault)
    else this.done += 1
    return decoded
  }

  /** Since the start; a fault that never was has no entry. */
  get counts(): { readonly decoded: number; readonly faults: ReadonlyMap<Fault, number> } {
    return { decoded: this.done, faults: this.counted }
  }

  private count<T extends Fault>(fault: T): T {
    this.counted.set(fault, (this.counted.get(fault) ?? 0) + 1)
    return fault
  }
}

const layoutOf = ({ arguments: args }: Decoder): string =>
  args.map(({ name, type, indexed }) => `${type}${indexed ? ' indexed' : ''} ${name ?? ''}`).join(', ')
