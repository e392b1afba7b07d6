// What a user wrote, put through a schema: what is wrong is named by its key, with the value and what would be right.
import { UserError } from './errors.ts'

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * @param key of the whole, as a user knows it: `config`, `oracleJump()`
 * @param parse throws an error with `issues`, as zod does; the first one becomes a UserError. Anything else that it throws goes on
 */
export function parsed<T>(key: string, input: unknown, parse: (input: unknown) => T): T {
  try {
    return parse(input)
  } catch (error) {
    const issue = issuesOf(error)[0]
    if (!issue) throw error
    const got = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], input)
    throw new UserError([key, ...issue.path.map(String)].join('.'), got, wantOf(issue.message))
  }
}

/** zod's own words as what would be right, so that they read on after "want". */
const wantOf = (message: string): string =>
  message
    .replace(/^want /, '')
    .replace(/^(Too small|Too big|Invalid \w+): (expected )?/, '')
    .replace(/, received .*$/, '')
    .replace(/^Unrecognized (keys?): /, 'no $1 ')

function issuesOf(error: unknown): readonly Issue[] {
  const { issues } = (typeof error === 'object' && error !== null ? error : {}) as { readonly issues?: unknown }
  return Array.isArray(issues) ? (issues as readonly Issue[]) : []
}
