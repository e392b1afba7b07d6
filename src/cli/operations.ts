// How the watcher itself fares: JSON lines on stderr, apart from what it finds. Connections come and go, nodes end; never a secret.
import pino, { type DestinationStream, type Logger } from 'pino'
import { FirebreakError } from '../core/errors.ts'
import type { IngestEvent } from '../ingest/block-source.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'
import { isRetryable } from '../ingest/errors.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface Operations {
  ingest(node: string, event: IngestEvent): void
  error(node: string, error: unknown): void
  note(node: string, text: string): void
  warn(node: string, text: string): void
  /** `left`: nodes of this process that go on. */
  ended(node: string, error: unknown, left: number): void
}

export interface OperationsOptions {
  readonly to?: DestinationStream
  /** In every line: which chain it is about, where a process has several. */
  readonly about?: { readonly chainId: number } | null
}

/** @param endpoints as configured, so that their keys are taken out of every line */
export function operationsLog(level: LogLevel, endpoints: readonly string[], { to, about = null }: OperationsOptions = {}): Operations {
  const names = endpoints.map(nameEndpoint)
  const log = pino(
    {
      level,
      base: about,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['key', 'privateKey', 'raw', 'signed', 'rpc'].flatMap((name) => [name, `*.${name}`]),
      serializers: { err: shown },
      hooks: { streamWrite: (line) => names.reduce((text, name) => name.scrub(text), line) },
    },
    to ?? pino.destination({ dest: 2, sync: true }),
  )
  const lost = new Set<string>()
  return {
    ingest: (node, event) => onIngest(log, lost, node, event),
    error: (node, err) => log[isRetryable(err) ? 'warn' : 'error']({ node, err }, 'failed'),
    note: (node, text) => log.info({ node }, text),
    warn: (node, text) => log.warn({ node }, text),
    ended: (node, err, left) =>
      log.error(
        { node, err, left },
        left === 0
          ? `node ${node} has ended, and with it the process`
          : `node ${node} has ended; ${left} go on. It comes back when this process is started again, once the cause is gone`,
      ),
  }
}

/** A lost endpoint is tried again and again: it is told once, and then when it is back. */
function onIngest(log: Logger, lost: Set<string>, node: string, { kind, ...event }: IngestEvent): void {
  const fields = { node, ...event }
  switch (kind) {
    case 'connected':
      lost.delete(node)
      log.info(fields, 'connected')
      return
    case 'lost':
      log[lost.has(node) ? 'debug' : 'warn'](fields, 'connection lost')
      lost.add(node)
      return
    case 'polling':
      log.info(fields, 'the endpoint pushes no heads: asking for them')
      return
    case 'retry':
      log.debug(fields, 'trying again')
      return
    case 'tracing':
      log.info(fields, 'how the endpoint tells traces; none: detectors on them are blind')
      return
    case 'no-finality':
      log.debug(fields, 'the final block is not known')
      return
    case 'history':
      return
    default:
      kind satisfies never
  }
}

/** Our errors are facts and a text; others have a place in the code. No other member is shown: it might be a request. */
function shown(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack } = error
  return error instanceof FirebreakError ? { type: name, message } : { type: name, message, stack }
}
