// How far a drill is, and about how long it still takes: each kind of run teaches how long the next one will.

export type Step = 'unguarded' | 'baseline' | 'guarded'

export interface Progress {
  /** `[3/14] name, 2 min 10 s so far, about 9 min left`. */
  header(name: string): string
  /** Runs one step and learns from it. `beat` is told every 20 s how long it has taken, as text. */
  step<T>(kind: Step, blocks: number, work: () => Promise<T>, beat?: (took: string) => void): Promise<T>
  /** Steps that will not be made after all. */
  skip(kind: Step, blocks: number): void
}

export interface PlannedStep {
  readonly kind: Step
  readonly blocks: number
}

const BEAT_MS = 20_000

/** @param guesses milliseconds a block of each kind, until one has been measured; @param runs the n of `[i/n]` */
export function progressOf(
  steps: readonly PlannedStep[],
  runs: number,
  guesses: Readonly<Record<Step, number>>,
  nowMs: () => number = () => performance.now(),
): Progress {
  const startedMs = nowMs()
  const left: Record<Step, number> = { unguarded: 0, baseline: 0, guarded: 0 }
  for (const { kind, blocks } of steps) left[kind] += blocks
  const tookMs: Record<Step, number> = { unguarded: 0, baseline: 0, guarded: 0 }
  const done: Record<Step, number> = { unguarded: 0, baseline: 0, guarded: 0 }
  let shown = 0

  const leftMs = (): number =>
    (Object.keys(left) as Step[]).reduce((sum, kind) => sum + left[kind] * (done[kind] > 0 ? tookMs[kind] / done[kind] : guesses[kind]), 0)

  return {
    header(name) {
      shown += 1
      return `[${shown}/${runs}] ${name}, ${duration(nowMs() - startedMs)} so far, about ${duration(leftMs())} left`
    },
    async step(kind, blocks, work, beat) {
      const fromMs = nowMs()
      const timer = beat && setInterval(() => beat(duration(nowMs() - fromMs)), BEAT_MS)
      try {
        const result = await work()
        tookMs[kind] += nowMs() - fromMs
        done[kind] += blocks
        return result
      } finally {
        clearInterval(timer)
        left[kind] -= blocks
      }
    },
    skip(kind, blocks) {
      left[kind] -= blocks
    },
  }
}

export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3_600) return s % 60 === 0 || s >= 600 ? `${Math.round(s / 60)} min` : `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3_600)} h ${Math.round((s % 3_600) / 60)} min`
}
