// A log as history gives it: cheap to have, since its topics and data are made into text only when they are asked for.
import type { Hex, Log } from '../core/flow.ts'
import { LANES } from '../decode/lanes.ts'
import { Worded } from '../decode/word-log.ts'
import { hexAt, wordsHex } from './hex.ts'

/** What the logs of one event share. */
export interface EventLogs {
  readonly topic0: Hex
  readonly topics: number
  readonly words: readonly Uint32Array[]
  /** Of events with dynamic values: the n-th row's data is bytes [starts[n], starts[n + 1]). */
  readonly data: { readonly starts: Uint32Array; readonly bytes: Uint8Array } | undefined
}

/** What the logs that no event is known for share. */
export interface OtherLogs {
  /** The n-th row's topics are words [topicStarts[n], topicStarts[n + 1]) of `topics`. */
  readonly topicStarts: Uint32Array
  readonly topics: Uint8Array
  readonly dataStarts: Uint32Array
  readonly data: Uint8Array
}

/** What the logs of one transaction share; the text of the hash is made once. */
export class StoredTx {
  private text: Hex | undefined
  constructor(
    readonly index: number,
    private readonly hashes: Uint8Array,
    private readonly at: number,
  ) {}
  get hash(): Hex {
    this.text ??= hexAt(this.hashes, this.at, this.at + 32)
    return this.text
  }
}

export class EventLog extends Worded {
  readonly txIndex: number
  private readonly of: EventLogs
  private readonly row: number
  private readonly tx: StoredTx
  private madeTopics: readonly Hex[] | undefined = undefined
  private madeData: Hex | undefined = undefined
  constructor(
    of: EventLogs,
    row: number,
    readonly address: Hex,
    tx: StoredTx,
    readonly logIndex: number,
  ) {
    super()
    this.of = of
    this.row = row
    this.tx = tx
    this.txIndex = tx.index
  }
  get txHash(): Hex {
    return this.tx.hash
  }
  get topics(): readonly Hex[] {
    this.madeTopics ??= this.makeTopics()
    return this.madeTopics
  }
  get data(): Hex {
    this.madeData ??= this.makeData()
    return this.madeData
  }
  get topic0(): Hex {
    return this.of.topic0
  }
  get topicCount(): number {
    return this.of.topics
  }
  get dataWords(): number {
    const { data, words, topics } = this.of
    return data ? -1 : words.length - topics + 1
  }
  copyWords(into: Uint32Array, to: number): void {
    const { words, data, topics } = this.of
    const count = data ? topics - 1 : words.length
    const from = this.row * LANES
    for (let n = 0, at = to; n < count; n++, at += LANES) {
      const column = words[n] as Uint32Array
      for (let lane = 0; lane < LANES; lane++) into[at + lane] = column[from + lane] as number
    }
  }

  private makeTopics(): readonly Hex[] {
    const { topic0, topics, words } = this.of
    const made = new Array<Hex>(topics)
    made[0] = topic0
    for (let n = 1; n < topics; n++) made[n] = wordsHex(words, n - 1, 1, this.row)
    return made
  }
  private makeData(): Hex {
    const { topics, words, data } = this.of
    const row = this.row
    if (data) return hexAt(data.bytes, data.starts[row] as number, data.starts[row + 1] as number)
    return wordsHex(words, topics - 1, words.length - topics + 1, row)
  }
}

export class OtherLog implements Log {
  readonly txIndex: number
  readonly #of: OtherLogs
  readonly #row: number
  readonly #tx: StoredTx
  #topics: readonly Hex[] | undefined
  constructor(
    of: OtherLogs,
    row: number,
    readonly address: Hex,
    tx: StoredTx,
    readonly logIndex: number,
  ) {
    this.#of = of
    this.#row = row
    this.#tx = tx
    this.txIndex = tx.index
  }
  get txHash(): Hex {
    return this.#tx.hash
  }
  get topics(): readonly Hex[] {
    if (this.#topics) return this.#topics
    const { topicStarts, topics } = this.#of
    const made: Hex[] = []
    for (let n = topicStarts[this.#row] as number; n < (topicStarts[this.#row + 1] as number); n++)
      made.push(hexAt(topics, n * 4 * LANES, (n + 1) * 4 * LANES))
    this.#topics = made
    return made
  }
  get data(): Hex {
    const { data, dataStarts } = this.#of
    return hexAt(data, dataStarts[this.#row] as number, dataStarts[this.#row + 1] as number)
  }
}
