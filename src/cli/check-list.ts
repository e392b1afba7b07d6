// One check: what was looked at, what came of it, and how to mend it. A warning is a gap that is stated; only a failure fails.
import { align, paint, plain } from './show.ts'

export type Result = 'ok' | 'warning' | 'failure' | 'skipped'

export interface Check {
  /** What was looked at, in a word or two: `key a`. */
  readonly name: string
  readonly result: Result
  /** One sentence naming what was found, and for trouble both sides of it. */
  readonly about: string
  /** What to do; none for what is right. */
  readonly mend?: string
}

export const ok = (name: string, about: string): Check => ({ name, result: 'ok', about })
export const warning = (name: string, about: string, mend: string): Check => ({ name, result: 'warning', about, mend })
export const failure = (name: string, about: string, mend: string): Check => ({ name, result: 'failure', about, mend })
export const skipped = (name: string, about: string, mend?: string): Check => ({
  name,
  result: 'skipped',
  about,
  ...(mend === undefined ? {} : { mend }),
})

const COLOR = { ok: 'green', warning: 'yellow', failure: 'red', skipped: 'dim' } as const
const RESULTS = ['ok', 'warning', 'failure', 'skipped'] as const

export const countsOf = (checks: readonly Check[]): Readonly<Record<Result, number>> => {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 }
  for (const { result } of checks) counts[result]++
  return counts
}

/** A table: result, what, finding; under trouble its mend. */
export function tableOf(checks: readonly Check[]): readonly string[] {
  const rows = align([['result', 'check', 'found'], ...checks.map(({ result, name, about }) => [result, plain(name), plain(about)])])
  const indent = ' '.repeat(2 + 'result '.length)
  const body = checks.flatMap(({ result, mend }, i) => {
    const row = rows[i + 1] ?? ''
    const shown = `${paint(COLOR[result], row.slice(0, result.length))}${row.slice(result.length)}`
    return mend === undefined ? [shown] : [shown, paint('dim', `${indent}mend: ${plain(mend)}`)]
  })
  const counts = countsOf(checks)
  return [paint('dim', rows[0] ?? ''), ...body, RESULTS.map((result) => `${counts[result]} ${result}`).join(', ')]
}
