// Reads price history from CSV, plain or gzipped: a column of UTC times and a column of closes a price.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { BadDataError, UserError } from '../core/errors.ts'
import { logReturns, type Series } from './calibrate-series.ts'

export interface Prices {
  /** The column's name; of a lone column `close` the file's. */
  readonly name: string
  readonly source: string
  readonly stepS: number
  readonly timesS: Float64Array
  readonly prices: Float64Array
}

/** @throws UserError if it can't be read; BadDataError where a line isn't as the header says. Empty cells are left out. */
export function readPrices(file: string): readonly Prices[] {
  const lines = textOf(file).split(/\r?\n/)
  const [time, ...names] = (lines[0] ?? '').split(',')
  const source = basename(file)
    .replace(/\.gz$/, '')
    .replace(/\.csv$/, '')
  if (time !== 'open_time_utc' || names.length === 0)
    throw new UserError(`--prices ${file}`, lines[0] ?? '', 'a first line "open_time_utc,NAME,..." (or "open_time_utc,close")')
  const columns = names.map(() => ({ timesS: [] as number[], prices: [] as number[] }))
  for (const [n, line] of lines.entries()) {
    if (n === 0 || line === '') continue
    const [at, ...cells] = line.split(',')
    const timeS = Date.parse(at ?? '') / 1_000
    const last = columns[0]?.timesS.at(-1) ?? Number.NEGATIVE_INFINITY
    if (!(timeS > last) || cells.length !== names.length)
      throw new BadDataError({ from: file, what: `line ${n + 1}`, got: line, want: `a later time and ${names.length} prices` })
    for (const [i, cell] of cells.entries()) {
      if (cell === '') continue
      const price = Number(cell)
      if (!(price > 0 && price < Number.POSITIVE_INFINITY))
        throw new BadDataError({ from: file, what: `line ${n + 1}, ${names[i]}`, got: cell, want: 'a price above 0' })
      columns[i]?.timesS.push(timeS)
      columns[i]?.prices.push(price)
    }
  }
  return columns.map(({ timesS, prices }, i) => ({
    name: names.length === 1 && names[0] === 'close' ? source : (names[i] as string),
    source,
    stepS: stepOf(timesS),
    timesS: Float64Array.from(timesS),
    prices: Float64Array.from(prices),
  }))
}

/** A series that a feed of the config is judged by if it is mapped to one. */
export function seriesOf(prices: Prices, feed?: string): Series {
  const { timesS, values } = logReturns(prices.timesS, prices.prices, prices.stepS)
  const source = `${prices.source}, ${prices.stepS} s`
  return { measure: feed ? 'oracle-jump' : 'price-move', subject: feed ?? prices.name, source, timesS, values, runLength: 0 }
}

/** The commonest distance. */
function stepOf(timesS: readonly number[]): number {
  const counts = new Map<number, number>()
  for (let i = 1; i < timesS.length; i++) {
    const step = (timesS[i] as number) - (timesS[i - 1] as number)
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

function textOf(file: string): string {
  try {
    const bytes = readFileSync(file)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (error) {
    throw new UserError(
      `--prices ${file}`,
      error instanceof Error ? error.message : String(error),
      'a CSV file that can be read, plain or gzipped',
    )
  }
}
