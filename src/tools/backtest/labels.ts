// Labels: when attacks on what is watched took place, as somebody who knows says. What alerts are measured against.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { Subject } from '../../core/flow.ts'
import { parsed } from '../../core/parsed.ts'

const MOST = 10_000
const block = z.number().int().nonnegative()
const schema = z
  .array(
    z
      .strictObject({
        from: block,
        to: block,
        name: z.string().min(1).max(200),
        subject: z
          .string()
          .regex(/^0x[0-9a-fA-F]{40}$/, 'want an address: 0x and 40 hex digits')
          .transform((a) => a.toLowerCase())
          .optional(),
      })
      .refine(({ from, to }) => from <= to, { path: ['to'], message: 'want a block at or after "from"' }),
  )
  .max(MOST, `want at most ${MOST} labels`)

/** An attack: its blocks, both included, and what it was on. */
export interface Label {
  readonly from: number
  readonly to: number
  readonly name: string
  /** Address in lower case; undefined: any subject's alert counts. */
  readonly subject: string | undefined
}

/** Sorted by first block. @throws UserError that names the file, the entry and what would be right */
export function readLabels(file: string): readonly Label[] {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UserError(`--labels ${file}`, error instanceof Error ? error.message : String(error), 'a JSON file that can be read')
  }
  return parsed(`--labels ${file}`, json, (given) => schema.parse(given))
    .map(({ from, to, name, subject }) => ({ from, to, name, subject }))
    .sort((a, b) => a.from - b.from || a.to - b.to)
}

/** Is an alert in that block about that subject one of the labelled attack? */
export function isOf(label: Label, block: number, subject: Subject): boolean {
  if (block < label.from || block > label.to) return false
  // a market's id is `pool:asset`, an account's `pool:account`
  return label.subject === undefined || subject.id.split(':').includes(label.subject)
}
