// How many blocks to ask the logs of at once: few where they are full of logs or a node refuses, more again while all goes well.

/** About 10 MB of JSON: enough that a round trip counts little, and an answer is soon there. */
const WANTED_LOGS = 15_000
/** Small: from the first answer on one knows how full blocks are, and the byte scanner is proved on it. */
const FIRST_BLOCKS = 8
const MOST_GROWTH = 4
/** A node that refused a range is believed for so many answers. */
const PATIENCE = 16

export class RangeSize {
  private size: number
  private limit: number
  private good = 0
  constructor(private readonly most: number) {
    this.limit = most
    this.size = Math.min(FIRST_BLOCKS, most)
  }

  get blocks(): number {
    return this.size
  }

  /** An answer came. */
  answered(blocks: number, logs: number): void {
    this.good++
    if (this.good % PATIENCE === 0) this.limit = Math.min(this.most, this.limit * 2)
    const fitting = logs === 0 ? blocks * MOST_GROWTH : Math.floor((blocks * WANTED_LOGS) / logs)
    // not at once: the next blocks may be fuller than these
    const wanted = Math.min(fitting, Math.max(this.size, blocks) * MOST_GROWTH, this.limit)
    // a short range at an end says little of what the next ones hold
    if (blocks >= this.size || wanted < this.size) this.size = Math.max(1, wanted)
  }

  /** A range of so many blocks was refused. */
  refused(blocks: number): void {
    this.good = 0
    this.limit = Math.max(1, Math.floor(blocks / 2))
    this.size = Math.min(this.size, this.limit)
  }
}
