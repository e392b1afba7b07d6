// Bodies are stored as canonical JSON; what comes back is checked for its shape, since a file can be damaged or edited.
import { BadDataError } from '../core/errors.ts'

type Plain = Readonly<Record<string, unknown>>

const REPAIR = 'run `firebreak log --verify`, restore a copy, or move the file away and let the node read the chain again'

/** The parsed text of row `where` in `file`. */
export function parseBody(file: string, where: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BadDataError({ from: file, what: where, got: text, want: `JSON; ${REPAIR}` })
  }
}

/** An object whose `tag` member is one of `allowed`. */
export function parseTagged(file: string, where: string, text: string, tag: string, allowed: readonly string[]): Plain {
  const body = parseBody(file, where, text)
  if (isPlain(body) && allowed.includes(String(body[tag]))) return body
  throw new BadDataError({ from: file, what: where, got: text, want: `an object whose ${tag} is one of ${allowed.join(', ')}; ${REPAIR}` })
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
