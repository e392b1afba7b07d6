// Logs whose topics and data are words already: who keeps words takes them as they are, all others find a log like any other.
import { PLAIN, type Plain } from '../core/canonical.ts'
import type { Hex, Log } from '../core/flow.ts'
import { LANES } from './lanes.ts'

/** `topics` and `data` are text that is made when it is asked for: of what reads words nobody does. */
export abstract class Worded implements Log, Plain {
  abstract readonly address: Hex
  abstract readonly txHash: Hex
  abstract readonly txIndex: number
  abstract readonly logIndex: number
  abstract readonly topics: readonly Hex[]
  abstract readonly data: Hex
  abstract readonly topic0: Hex | undefined
  /** With the first. */
  abstract readonly topicCount: number
  /** -1: the data is not kept as words. */
  abstract readonly dataWords: number
  /** The topics after the first, then the data, if that is words: as many lanes as they have, from `to` on. */
  abstract copyWords(into: Uint32Array, to: number): void

  /** As it stands in captures and in the record. */
  [PLAIN](): Log {
    const { address, topics, data, txHash, txIndex, logIndex } = this
    return { address, topics, data, txHash, txIndex, logIndex }
  }
}

/** Lanes of many logs lie in one array: those of the topics after the first, then those of the data, as in the row of a static event. */
export class WordLog extends Worded {
  /**
   * @param topicCount with the first, which has no lanes
   * @param dataWords -1: the data is not of whole words, and is `odd`
   * @param lanes what is at lane `at` and after must not change any more
   */
  constructor(
    readonly address: Hex,
    readonly topic0: Hex | undefined,
    readonly topicCount: number,
    readonly dataWords: number,
    private readonly odd: Hex | undefined,
    readonly lanes: Uint32Array,
    readonly at: number,
    readonly txHash: Hex,
    readonly txIndex: number,
    readonly logIndex: number,
  ) {
    super()
  }

  /** Made at each asking. */
  get topics(): readonly Hex[] {
    if (this.topic0 === undefined) return []
    const topics: Hex[] = [this.topic0]
    for (let n = 1; n < this.topicCount; n++) topics.push(this.hex(n - 1, 1))
    return topics
  }

  /** Made at each asking. */
  get data(): Hex {
    return this.odd ?? this.hex(Math.max(0, this.topicCount - 1), this.dataWords)
  }

  get dataBytes(): number {
    return this.odd === undefined ? 32 * this.dataWords : (this.odd.length - 2) / 2
  }

  copyWords(into: Uint32Array, to: number): void {
    const { lanes, at } = this
    const count = (Math.max(1, this.topicCount) - 1 + Math.max(0, this.dataWords)) * LANES
    for (let lane = 0; lane < count; lane++) into[to + lane] = lanes[at + lane] as number
  }

  private hex(word: number, words: number): Hex {
    const from = this.at + word * LANES
    let text = '0x'
    for (let w = from; w < from + words * LANES; w += LANES)
      for (let lane = w + LANES - 1; lane >= w; lane--) text += (this.lanes[lane] as number).toString(16).padStart(8, '0')
    return text as Hex
  }
}

/** The first topic, without making the others. */
export const topic0Of = (log: Pick<Log, 'topics'>): Hex | undefined => (log instanceof Worded ? log.topic0 : log.topics[0])
export const topicCountOf = (log: Pick<Log, 'topics'>): number => (log instanceof Worded ? log.topicCount : log.topics.length)
