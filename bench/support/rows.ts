// A figure of a bench beside its rival's in the same run, and how people read it.
import { cpus } from 'node:os'

export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What `ratio` compares with; null: nothing. */
  readonly rival: string | null
  /** How many times better than the rival; for what costs less is better, the rival's cost over ours. */
  readonly ratio: number | null
  /** In words: `40x viem`, `under 3 ms`; null: there is none. */
  readonly goal: string | null
  /** Was it met? null without a goal. */
  readonly met: boolean | null
}

export const machine = (): string => `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}`

/** `atLeast` and `atMost` are of the value, `times` of the ratio. */
export function row(
  name: string,
  value: number,
  unit: string,
  versus?: { readonly rival: string; readonly ratio: number },
  goal?: { readonly atLeast?: number; readonly atMost?: number; readonly times?: number },
): Row {
  const ratio = versus ? Number(versus.ratio.toPrecision(3)) : null
  const said =
    goal?.atLeast !== undefined
      ? `at least ${short(goal.atLeast)} ${unit}`
      : goal?.atMost !== undefined
        ? `under ${short(goal.atMost)} ${unit}`
        : goal?.times !== undefined
          ? `${goal.times}x ${versus?.rival}`
          : null
  const met =
    goal?.atLeast !== undefined
      ? value >= goal.atLeast
      : goal?.atMost !== undefined
        ? value < goal.atMost
        : goal?.times !== undefined
          ? (ratio ?? 0) >= goal.times
          : null
  return { name, value: Number(value.toPrecision(4)), unit, rival: versus?.rival ?? null, ratio, goal: said, met }
}

export const short = (value: number): string => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))} k` : String(Number(value.toPrecision(3)))
}

export function printRows(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  for (const { name, value, unit, rival, ratio, goal, met } of rows) {
    const beside = rival === null ? '' : `${ratio}x ${rival}`
    const reached = goal === null ? '' : `${met ? 'ok' : 'MISSED'}: ${goal}`
    console.log(`  ${name.padEnd(66)}${`${short(value)} ${unit}`.padStart(18)}  ${beside.padEnd(22)}${reached}`)
  }
}
