// One log after another as words, whether it keeps words or text: adapters read amounts and addresses from here without making text of them.
import type { Log } from '../core/flow.ts'
import { bigintAt, LANES, readWords } from './lanes.ts'
import { Worded } from './word-log.ts'

const WORD_CHARS = 64
/** Where no word is. */
export const NONE = -1

export class LogWords {
  /** Of the log that was looked at last: its topics after the first, then its data. */
  lanes = new Uint32Array(16 * LANES)
  private dataAt = 0
  private dataWords = 0
  /** Bit n: topic n is there, and a word. */
  private topics = 0

  /** What is no whole word, or no hex, is not there. */
  look(log: Pick<Log, 'topics' | 'data'>): this {
    if (log instanceof Worded && log.dataWords >= 0) {
      const { topicCount } = log
      this.reserve(topicCount, log.dataWords)
      this.topics = (1 << topicCount) - 1
      log.copyWords(this.lanes, 0)
    } else this.read(log)
    return this
  }

  /** Lane at which topic n begins, n > 0; NONE: there is none. */
  topic(n: number): number {
    return (this.topics >>> n) & 1 ? (n - 1) * LANES : NONE
  }
  /** The same of the n-th word of the data. */
  data(n: number): number {
    return n < this.dataWords ? this.dataAt + n * LANES : NONE
  }
  bigint(lane: number): bigint {
    return bigintAt(this.lanes, lane)
  }

  private read({ topics, data }: Pick<Log, 'topics' | 'data'>): void {
    const words = Math.max(0, Math.floor((data.length - 2) / WORD_CHARS))
    this.reserve(topics.length, words)
    this.topics = 0
    for (let n = 1; n < topics.length; n++) if (this.readAt(topics[n] as string, 1, (n - 1) * LANES)) this.topics |= 1 << n
    if (!this.readAt(data, words, this.dataAt)) this.dataWords = 0
  }

  private readAt(hex: string, words: number, lane: number): boolean {
    const chars = 2 + words * WORD_CHARS
    return hex.length >= chars && readWords(hex.length === chars ? hex : hex.slice(0, chars), words, this.lanes, lane)
  }

  private reserve(topicCount: number, dataWords: number): void {
    this.dataAt = Math.max(0, topicCount - 1) * LANES
    this.dataWords = dataWords
    const lanes = this.dataAt + dataWords * LANES
    if (lanes > this.lanes.length) this.lanes = new Uint32Array(2 * lanes)
  }
}
