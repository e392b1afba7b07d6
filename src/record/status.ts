// What `firebreak status` shows, read from the record alone, so that it works beside a running watcher and after one has died.
import type { EntryKind } from '../core/flow.ts'
import { isPlain } from './body.ts'
import type { Database } from './database.ts'
import type { Cursor, Inputs } from './inputs.ts'
import type { Intent } from './intent.ts'
import type { Intents } from './intents.ts'
import type { EntryLog, StoredEntry } from './log.ts'
import type { Outbox } from './outbox.ts'

export interface Status {
  readonly nodeId: string
  readonly file: string
  readonly sizeBytes: number
  readonly entries: number
  readonly cursors: readonly Cursor[]
  readonly counts: Readonly<Partial<Record<EntryKind, number>>>
  /** Newest first. */
  readonly lastFindings: readonly StoredEntry[]
  /** Last entry of each incident that isn't closed, newest first: `resolved` fires no more, but an action is still in force. */
  readonly openIncidents: readonly StoredEntry[]
  /** How likely each market's boundaries are crossed together: the last word on each; empty without a calibration. */
  readonly readiness: readonly StoredEntry[]
  readonly activeIntents: readonly Intent[]
  readonly lastCertificate: StoredEntry | undefined
  readonly pendingAlerts: number
  /** Logs of events that a detector looks at which were not as the event's signature says, since the chain was read; left out: none. */
  readonly decodeFaults?: number
  /** What the mempool's edge last said of itself; left out: it is not watched. */
  readonly mempool?: Readonly<Record<string, unknown>>
}

const SHOWN = 10

export interface Parts {
  readonly db: Database
  readonly log: EntryLog
  readonly inputs: Inputs
  readonly intents: Intents
  readonly outbox: Outbox
}

export function readStatus(nodeId: string, { db, log, inputs, intents, outbox }: Parts): Status {
  const counts: Partial<Record<EntryKind, number>> = {}
  for (const { kind, n } of db.all<{ kind: EntryKind; n: number }>('select kind, count(*) n from log group by kind')) counts[kind] = n
  const open = db.all<{ seq: number }>("select seq from incidents where status <> 'closed' order by seq desc")
  return {
    nodeId,
    file: db.file,
    sizeBytes: db.sizeBytes(),
    entries: log.head().seq,
    cursors: inputs.cursors(),
    counts,
    lastFindings: [...log.entries({ kinds: ['finding'], newestFirst: true, limit: SHOWN })],
    openIncidents: open.flatMap(({ seq }) => [...log.entries({ sinceSeq: seq - 1, limit: 1 })]),
    readiness: lastReadiness(log),
    activeIntents: intents.open(),
    lastCertificate: [...log.entries({ kinds: ['certificate'], newestFirst: true, limit: 1 })][0],
    pendingAlerts: outbox.pendingCount(),
    ...decodeFaults(log),
    ...mempool(log),
  }
}

function mempool(log: EntryLog): Pick<Status, 'mempool'> {
  for (const { body } of log.entries({ kinds: ['health'], newestFirst: true, limit: 1 }))
    if (isPlain(body) && isPlain(body['mempool'])) return { mempool: body['mempool'] }
  return {}
}

/** The newest verdict says how many, if there are any. */
function decodeFaults(log: EntryLog): Pick<Status, 'decodeFaults'> {
  for (const { body } of log.entries({ kinds: ['verdict'], newestFirst: true, limit: 1 }))
    if (isPlain(body) && typeof body['decodeFaults'] === 'number') return { decodeFaults: body['decodeFaults'] }
  return {}
}

/** Of each market; among so many entries as many markets can't write in two horizons. */
function lastReadiness(log: EntryLog): readonly StoredEntry[] {
  const last = new Map<unknown, StoredEntry>()
  for (const entry of log.entries({ kinds: ['readiness'], newestFirst: true, limit: 10 * SHOWN })) {
    const key = `${entry.chainId} ${isPlain(entry.body) ? entry.body['market'] : ''}`
    if (!last.has(key)) last.set(key, entry)
  }
  return [...last.values()]
}

/** Keeps the last word on each incident; part of the commit of the entry. */
export function noteIncident(db: Database, seq: number, chainId: number, block: number, body: unknown): void {
  if (!isPlain(body)) return
  const { id, status } = body
  if (typeof id !== 'string' || typeof status !== 'string') return
  db.run('insert into incidents values (?, ?, ?, ?, ?) on conflict do update set status = excluded.status, seq = excluded.seq', [
    id,
    chainId,
    block,
    status,
    seq,
  ])
}

/** Incidents that began in blocks which are no more are no more either; if they are found again, they are entered again. */
export function forgetIncidents(db: Database, chainId: number, aboveBlock: number): void {
  db.run('delete from incidents where chainId = ? and firstBlock > ?', [chainId, aboveBlock])
}

/** When the node reads the chain again: those that still are will be entered again. */
export function forgetOpenIncidents(db: Database): void {
  db.run("delete from incidents where status <> 'closed'")
}
