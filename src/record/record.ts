// The node's memory on disk: the log that proves and the tables that work, in one file, so that one transaction covers both.
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { Entry, Hex, Input } from '../core/flow.ts'
import { type CheckpointHead, Checkpoints, type LoadedCheckpoint, type NewCheckpoint } from './checkpoints.ts'
import { Database } from './database.ts'
import { type Cursor, Inputs, type StoredInput } from './inputs.ts'
import { Intents } from './intents.ts'
import { lockFolder } from './lock.ts'
import { EntryLog, type EntryQuery, type StoredEntry, type Verification } from './log.ts'
import { Outbox } from './outbox.ts'
import { forgetIncidents, forgetOpenIncidents, noteIncident, type Parts, readStatus, type Status } from './status.ts'

/** The part that needs no lock. */
export interface ReadOnlyRecord {
  readonly nodeId: string
  readonly file: string
  entries(query?: EntryQuery): Generator<StoredEntry>
  head(): { readonly seq: number; readonly hash: Hex }
  foldHead(): { readonly count: number; readonly hash: Hex }
  verify(): Verification
  cursors(): Cursor[]
  status(): Status
  close(): void
}

export interface Commit {
  readonly input: Input
  readonly entries: readonly Entry[]
  readonly checkpoint?: NewCheckpoint
}

/** Numbers of what was written: the input, and the first and last log entry (`lastSeq < firstSeq`: none). */
export interface Committed {
  readonly inputSeq: number
  readonly firstSeq: number
  readonly lastSeq: number
}

/** As the one writer holds it. */
export interface NodeRecord extends ReadOnlyRecord {
  /** One transaction: input, cursor, log entries, alerts, checkpoint. On an error nothing of it is there. */
  commit(commit: Commit): Committed
  /** Entries of the edge, in a transaction of their own; on disk when it returns. */
  append(entries: readonly Entry[]): void
  inputsSince(seq: number): Generator<StoredInput>
  saveCheckpoint(checkpoint: NewCheckpoint): void
  loadCheckpoint(rulesHash: Hex): LoadedCheckpoint
  /** Of the checkpoints that `loadCheckpoint` could load, newest first. */
  checkpointHeads(rulesHash: Hex): readonly CheckpointHead[]
  /** Drops inputs and checkpoints, never the log: for a node that reads the chain again, from this checkpoint on if there is one. */
  forgetInputs(keep?: CheckpointHead): void
  readonly intents: Intents
  readonly outbox: Outbox
}

export const RECORD_FILE = 'firebreak.db'

/** Opens, or begins, the record of a node. One process a folder. */
export function openRecord({ folder, nodeId }: { readonly folder: string; readonly nodeId: string }): NodeRecord {
  const lock = lockFolder(folder)
  try {
    const db = Database.open(join(folder, RECORD_FILE))
    claim(db, nodeId)
    return writable(nodeId, db, () => lock.release())
  } catch (cause) {
    lock.release()
    throw cause
  }
}

export function openRecordReadOnly(folder: string): ReadOnlyRecord {
  const db = Database.openReadOnly(join(folder, RECORD_FILE))
  return readable(ownerOf(db) ?? '', partsOf(db), () => {})
}

function writable(nodeId: string, db: Database, release: () => void): NodeRecord {
  const parts = partsOf(db)
  const { log, inputs, intents, outbox } = parts
  const checkpoints = new Checkpoints(db, inputs)
  const append = (entries: readonly Entry[]) =>
    db.transaction(() => {
      const written = log.append(entries)
      entries.forEach((entry, i) => {
        outbox.add(written.firstSeq + i, entry)
        if (entry.kind === 'incident') noteIncident(db, written.firstSeq + i, entry.chainId, entry.block, entry.body)
      })
      return written
    })
  return {
    ...readable(nodeId, parts, release),
    commit({ input, entries, checkpoint }) {
      return db.transaction(() => {
        const inputSeq = inputs.append(input)
        if (input.kind === 'reorged') forgetIncidents(db, input.chainId, input.toNumber)
        const written = append(entries)
        if (checkpoint !== undefined) checkpoints.save(checkpoint)
        return { inputSeq, ...written }
      })
    },
    append(entries) {
      append(entries)
    },
    inputsSince: (seq) => inputs.since(seq),
    saveCheckpoint: (checkpoint) => checkpoints.save(checkpoint),
    loadCheckpoint: (rulesHash) => checkpoints.load(rulesHash),
    checkpointHeads: (rulesHash) => checkpoints.heads(rulesHash),
    forgetInputs(keep) {
      db.transaction(() => {
        const last = inputs.lastSeq()
        const through = checkpoints.forgetAbove(keep?.number)
        if (keep === undefined || through === undefined) inputs.forget(last)
        else inputs.cutTo(through, last, keep)
        forgetOpenIncidents(db)
      })
    },
    intents,
    outbox,
  }
}

function readable(nodeId: string, parts: Parts, release: () => void): ReadOnlyRecord {
  const { db, log, inputs } = parts
  return {
    nodeId,
    file: db.file,
    entries: (query) => log.entries(query),
    head: () => log.head(),
    foldHead: () => log.foldHead(),
    verify: () => log.verify(),
    cursors: () => inputs.cursors(),
    status: () => readStatus(nodeId, parts),
    close() {
      db.close()
      release()
    },
  }
}

function partsOf(db: Database): Parts {
  const log = new EntryLog(db)
  const intents = new Intents(db, (entries) => {
    if (entries.length > 0) log.append(entries)
  })
  return { db, log, inputs: new Inputs(db), intents, outbox: new Outbox(db) }
}

/** A folder belongs to one node: its signatures and nonces are that node's. */
function claim(db: Database, nodeId: string): void {
  const owner = ownerOf(db)
  if (owner === undefined) db.run("insert into meta values ('nodeId', ?)", [nodeId])
  else if (owner !== nodeId) {
    db.close()
    throw new UserError(`node id for ${db.file}`, nodeId, `"${owner}", whose folder this is; or another folder`)
  }
}

function ownerOf(db: Database): string | undefined {
  return db.one<{ value: string }>("select value from meta where name = 'nodeId'")?.value
}
