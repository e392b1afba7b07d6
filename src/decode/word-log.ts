// A log whose topics and data are words already: who keeps words takes them as they are, all others find a log like any other.
import type { Hex, Log } from '../core/flow.ts'
import { LANES } from './lanes.ts'

/** Lanes of many logs lie in one array: those of the topics after the first, then those of the data, as in the row of a static event. */
export class WordLog implements Log {
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
  ) {}

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

  private hex(word: number, words: number): Hex {
    const from = this.at + word * LANES
    let text = '0x'
    for (let w = from; w < from + words * LANES; w += LANES)
      for (let lane = w + LANES - 1; lane >= w; lane--) text += (this.lanes[lane] as number).toString(16).padStart(8, '0')
    return text as Hex
  }
}

/** The first topic, without making the others. */
export const topic0Of = (log: Log): Hex | undefined => (log instanceof WordLog ? log.topic0 : log.topics[0])
