// How far an import is, on stderr: one line that is rewritten on a terminal, else a line every few seconds.
import type { ImportProgress } from './result.ts'

export interface ProgressLine {
  show(progress: ImportProgress): void
  /** The last state, with its line ended. */
  end(): void
}

export interface ProgressOptions {
  readonly isTerminal: boolean
  readonly write: (text: string) => void
  readonly nowMs: () => number
}

const REWRITE_MS = 200
const LINE_MS = 5_000
/** Rate and time left are those of about the last half a minute: what a node gives changes along a chain. */
const WINDOW_MS = 30_000
const BAR = 24

export function progressLine({ isTerminal, write, nowMs }: ProgressOptions): ProgressLine {
  const seen: { readonly ms: number; readonly done: number; readonly logs: number }[] = []
  let shownMs = nowMs()
  seen.push({ ms: shownMs, done: 0, logs: 0 })
  let last: ImportProgress | undefined
  let shown: ImportProgress | undefined
  const print = (progress: ImportProgress): void => {
    const ms = nowMs()
    shownMs = ms
    shown = progress
    while (seen.length > 1 && ms - (seen[1]?.ms ?? ms) >= WINDOW_MS) seen.shift()
    const from = seen[0]
    const text = lineOf(progress, from ? { ms: ms - from.ms, done: progress.done - from.done, logs: progress.logs - from.logs } : undefined)
    seen.push({ ms, done: progress.done, logs: progress.logs })
    write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`)
  }
  return {
    show(progress) {
      last = progress
      if (nowMs() - shownMs >= (isTerminal ? REWRITE_MS : LINE_MS)) print(progress)
    },
    end() {
      if (last && last !== shown) print(last)
      if (isTerminal && shown) write('\n')
    },
  }
}

function lineOf(
  { done, total, logs }: ImportProgress,
  recent: { readonly ms: number; readonly done: number; readonly logs: number } | undefined,
): string {
  const seconds = Math.max(recent?.ms ?? 0, 1) / 1_000
  const blocksPerS = (recent?.done ?? 0) / seconds
  const rates = `${short(logs)} logs, ${short((recent?.logs ?? 0) / seconds)} logs/s, ${short(blocksPerS)} blocks/s`
  if (total === undefined) return `${done} blocks, ${rates}`
  const share = total === 0 ? 1 : done / total
  const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '.')
  const leftS = done >= total ? 0 : blocksPerS > 0 ? (total - done) / blocksPerS : undefined
  return `[${bar}] ${Math.floor(share * 100)} %  ${done} of ${total} blocks, ${rates}, ${leftS === undefined ? '?' : time(leftS)} left`
}

function short(n: number): string {
  if (n < 1_000) return n < 10 && n % 1 !== 0 ? n.toFixed(1) : String(Math.round(n))
  return n < 1_000_000 ? `${(n / 1_000).toFixed(1)} k` : `${(n / 1_000_000).toFixed(1)} M`
}

function time(s: number): string {
  if (s < 60) return `${Math.ceil(s)} s`
  if (s < 3_600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
  return `${Math.floor(s / 3_600)} h ${Math.round((s % 3_600) / 60)} min`
}
