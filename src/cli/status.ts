// `firebreak status`: what a node has seen and done, also while it runs.
import { openRecordReadOnly } from '../record/record.ts'
import { align, plain } from './show.ts'

export function status(folder: string, options: { readonly json: boolean }): void {
  const record = openRecordReadOnly(folder)
  try {
    const now = record.status()
    if (options.json) {
      console.log(JSON.stringify(now, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2))
      return
    }
    const rows = flatten('', now).map(([key, value]) => [key, plain(value)])
    for (const line of align(rows)) console.log(line)
  } finally {
    record.close()
  }
}

/** Nested data as dotted rows: a table without a layout of its own. */
function flatten(prefix: string, value: unknown): readonly [string, string][] {
  if (value === null || typeof value !== 'object') return [[prefix, String(value)]]
  const entries = Object.entries(value as Record<string, unknown>)
  if (entries.length === 0) return [[prefix, 'none']]
  return entries.flatMap(([key, member]) => flatten(prefix ? `${prefix}.${key}` : key, member))
}
