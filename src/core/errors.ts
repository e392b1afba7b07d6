// Errors are facts plus what to do: the constructor takes the facts, the message names both sides, `retryable` is declared.

export abstract class FirebreakError extends Error {
  abstract readonly retryable: boolean
  override get name(): string {
    return this.constructor.name
  }
}

/** The user must change something: a config, an argument, a file. */
export class UserError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly key: string,
    readonly got: unknown,
    readonly want: string,
  ) {
    super(`${key}: got ${show(got)}; want ${want}`)
  }
}

/** Data from outside (RPC, capture, database) that isn't what its format says. */
export class BadDataError extends FirebreakError {
  readonly retryable: boolean
  constructor(facts: {
    readonly from: string
    readonly what: string
    readonly got: unknown
    readonly want: string
    readonly retryable?: boolean
  }) {
    super(`${facts.from}: ${facts.what} is ${show(facts.got)}; want ${facts.want}`)
    this.retryable = facts.retryable ?? false
  }
}

/** A remote end that didn't answer, or refused for now. */
export class UnreachableError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly endpoint: string,
    readonly method: string,
    readonly detail: string,
  ) {
    super(`${endpoint}: ${method} failed: ${detail}`)
  }
}

/** A contract revision that we don't know and so don't watch. */
export class UnknownRevisionError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly protocol: string,
    readonly address: string,
    readonly got: string,
    readonly known: readonly string[],
  ) {
    super(
      `${protocol} at ${address} reports revision ${got}; known are ${known.join(', ')}. Firebreak does not guess: update it or remove this protocol.`,
    )
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? `"${value}"` : typeof value === 'bigint' ? String(value) : json(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

/** An error must not fail while it says what failed: bigint and rings have no JSON. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) ?? String(value)
  } catch {
    return String(value)
  }
}
