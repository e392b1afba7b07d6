// `firebreak log`: the entries of a node, and whether anybody tampered with them.
import type { EntryKind } from '../core/flow.ts'
import { openRecordReadOnly } from '../record/record.ts'
import { describe, plain, printable, type ShownEntry } from './show.ts'

export interface LogOptions {
  readonly kind?: readonly string[]
  readonly limit: number
  readonly verify: boolean
  readonly json: boolean
}

export function log(folder: string, options: LogOptions): void {
  const record = openRecordReadOnly(folder)
  try {
    if (options.verify) {
      const found = record.verify()
      console.log(
        options.json
          ? JSON.stringify(found)
          : found.ok
            ? `the chain of ${found.entries} entries holds, head ${found.head}`
            : `broken at entry ${found.brokenSeq}: ${found.why}`,
      )
      if (!found.ok) process.exitCode = 1
      return
    }
    const kinds = options.kind === undefined ? {} : { kinds: options.kind as readonly EntryKind[] }
    const newest = [...record.entries({ limit: options.limit, newestFirst: true, ...kinds })].reverse()
    for (const entry of newest) {
      if (options.json) console.log(JSON.stringify(entry, printable))
      else for (const line of linesOf(entry)) console.log(line)
    }
  } finally {
    record.close()
  }
}

/** In the log every entry has its line, also those that `watch` passes over. */
function linesOf(entry: ShownEntry): readonly string[] {
  const lines = describe(entry)
  if (lines.length > 0) return lines
  const { hash, digest, signer, findings } = entry.body as Readonly<Record<string, unknown>>
  const facts = [hash, digest, signer, findings].filter((fact) => typeof fact === 'string').map((fact) => plain(fact))
  return [`block ${entry.block}  ${entry.kind} ${facts.join(' ')}`.trimEnd()]
}
