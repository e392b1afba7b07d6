// How far a backtest is, on stderr: its rate is a fact about this machine, so it is in no document.
import type { BacktestProgress } from '../tools/backtest/backtest.ts'
import { duration } from './show.ts'

const BEAT_MS = 2_000

export function backtestProgress(to: number) {
  const startedMs = performance.now()
  let beatMs = startedMs
  let [first, blocks, logs] = [0, 0, 0]

  const rates = (): string => {
    const seconds = Math.max(0.001, (performance.now() - startedMs) / 1_000)
    return `${Math.round(blocks / seconds)} blocks/s, ${Math.round(logs / seconds)} logs/s`
  }
  return {
    block({ number, logs: more }: BacktestProgress): void {
      if (blocks === 0) first = number
      blocks += 1
      logs += more
      const nowMs = performance.now()
      if (nowMs - beatMs < BEAT_MS) return
      beatMs = nowMs
      const share = (number - first + 1) / (to - first + 1)
      const leftS = ((nowMs - startedMs) / 1_000) * (1 / share - 1)
      console.error(`block ${number} of ${to}, ${(100 * share).toFixed(0)} %, ${rates()}, about ${duration(leftS)} left`)
    },
    end(): void {
      if (blocks > 0)
        console.error(`${blocks} blocks and ${logs} logs in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s: ${rates()}`)
    },
  }
}
