// Figures of a drill as short text: ASCII, and no line over 120 columns.
import { usd } from './show.ts'

export const WIDTH = 120

export const percent = (value: number | null): string => (value === null ? 'n/a' : `${value.toFixed(1)} %`)
export const blocks = (value: number | null): string => (value === null ? 'n/a' : `${value} block${value === 1 ? '' : 's'}`)
export const after = (value: number | null): string => (value === null ? 'n/a' : `${value < 0 ? '' : '+'}${value}`)
export const ms = (value: number | null): string => (value === null ? 'n/a' : `${value.toFixed(0)} ms`)
export const yes = (value: boolean | null): string => (value === null ? 'n/a' : value ? 'yes' : 'NO')
export const money = (value: number | null): string => (value === null ? 'n/a' : usd(value))
export const failedOf = (r: { readonly honestOps: number; readonly honestOpsFailed: number }): string =>
  `${r.honestOpsFailed}/${r.honestOps}`

/** Dollars in at most six signs. */
export function shortUsd(value: number | null): string {
  if (value === null) return 'n/a'
  const size = Math.abs(value)
  if (size >= 1e9) return `${(value / 1e9).toFixed(2)}B`
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)}M`
  return size >= 1e3 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(0)
}

/** Cut where it would not fit. */
export const fit = (text: string, width = WIDTH): string => (text.length > width ? `${text.slice(0, width - 2)}..` : text)
