// The lab's clock: blocks come at fixed moments of wall time whether or not anybody is ready, as they do on a real chain.

export interface Clock {
  /** Resolves at the next block's moment; how late it was is kept, never made up for by skipping a block. */
  tick(): Promise<void>
  readonly worstLateMs: number
}

/** The schedule is start + n * blockMs, so delays don't add up. With `blockMs` 0 every tick is due at once. */
export function startClock(blockMs: number): Clock {
  const startMs = performance.now()
  let n = 0
  let worstLateMs = 0
  return {
    async tick() {
      if (blockMs === 0) return
      n++
      const dueMs = startMs + n * blockMs
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await new Promise((due) => setTimeout(due, waitMs))
      worstLateMs = Math.max(worstLateMs, performance.now() - dueMs)
    },
    get worstLateMs() {
      return worstLateMs
    },
  }
}
