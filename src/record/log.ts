// The append-only log: each row's hash covers the row before it, so nothing in the past can change without every later hash.
import { canonical, sha256 } from '../core/canonical.ts'
import type { Entry, EntryKind, Hex } from '../core/flow.ts'
import { parseBody } from './body.ts'
import type { Cell, Database } from './database.ts'

export interface StoredEntry extends Entry {
  readonly seq: number
  readonly prev: Hex
  readonly hash: Hex
}

export interface EntryQuery {
  readonly kinds?: readonly EntryKind[]
  readonly chainId?: number
  readonly block?: number
  /** Only entries after this one. */
  readonly sinceSeq?: number
  readonly limit?: number
  readonly newestFirst?: boolean
}

export type Verification =
  | { readonly ok: true; readonly entries: number; readonly head: Hex }
  | { readonly ok: false; readonly brokenSeq: number; readonly why: string }

interface Row {
  readonly seq: number
  readonly origin: Entry['origin']
  readonly kind: EntryKind
  readonly chainId: number
  readonly block: number
  readonly body: string
  readonly prev: Hex
  readonly hash: Hex
  readonly foldCount: number
  readonly foldHash: Hex
}

/** What the first row's `prev` is. */
export const GENESIS: Hex = `0x${'0'.repeat(64)}`
const PAGE = 256

export class EntryLog {
  constructor(private readonly db: Database) {}

  /** Appends in order; the sequence numbers of the first and the last. */
  append(entries: readonly Entry[]): { readonly firstSeq: number; readonly lastSeq: number } {
    return this.db.transaction(() => {
      let last = this.lastRow()
      const firstSeq = (last?.seq ?? 0) + 1
      for (const entry of entries) {
        last = next(last, entry)
        const { seq, origin, kind, chainId, block, body, prev, hash, foldCount, foldHash } = last
        this.db.run('insert into log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
          seq,
          origin,
          kind,
          chainId,
          block,
          body,
          prev,
          hash,
          foldCount,
          foldHash,
        ])
      }
      return { firstSeq, lastSeq: last?.seq ?? 0 }
    })
  }

  head(): { readonly seq: number; readonly hash: Hex } {
    const last = this.lastRow()
    return { seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS }
  }

  /** Count and running hash of the `fold` entries alone: equal on every node and in every replay of the same inputs. */
  foldHead(): { readonly count: number; readonly hash: Hex } {
    const last = this.lastRow()
    return { count: last?.foldCount ?? 0, hash: last?.foldHash ?? GENESIS }
  }

  *entries(query: EntryQuery = {}): Generator<StoredEntry> {
    for (const row of this.rows(query)) {
      const { seq, origin, kind, chainId, block, prev, hash } = row
      yield { seq, origin, kind, chainId, block, body: parseBody(this.db.file, `log entry ${seq}`, row.body), prev, hash }
    }
  }

  /** Recomputes every hash from the first row on. */
  verify(): Verification {
    let last: Row | undefined
    for (const row of this.rows({})) {
      const want = chain(last, row, row.body)
      if (row.seq !== want.seq) return { ok: false, brokenSeq: want.seq, why: `the next entry is ${row.seq}` }
      for (const member of ['prev', 'hash', 'foldCount', 'foldHash'] as const) {
        if (row[member] !== want[member])
          return { ok: false, brokenSeq: row.seq, why: `${member} is ${row[member]}, computed ${want[member]}` }
      }
      last = row
    }
    return { ok: true, entries: last?.seq ?? 0, head: last?.hash ?? GENESIS }
  }

  private lastRow(): Row | undefined {
    return this.db.one<Row>('select * from log order by seq desc limit 1')
  }

  /** By pages, so that no statement stays open while the reader does something else. */
  private *rows(query: EntryQuery): Generator<Row> {
    const where: string[] = []
    const args: Cell[] = []
    const add = (sql: string, ...cells: readonly Cell[]) => {
      where.push(sql)
      args.push(...cells)
    }
    if (query.kinds !== undefined) add(`kind in (${query.kinds.map(() => '?').join(', ')})`, ...query.kinds)
    if (query.chainId !== undefined) add('chainId = ?', query.chainId)
    if (query.block !== undefined) add('block = ?', query.block)
    if (query.sinceSeq !== undefined) add('seq > ?', query.sinceSeq)
    const down = query.newestFirst === true
    let at = down ? Number.MAX_SAFE_INTEGER : 0
    for (let left = query.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
      const conditions = [...where, down ? 'seq < ?' : 'seq > ?'].join(' and ')
      const sql = `select * from log where ${conditions} order by seq ${down ? 'desc' : 'asc'} limit ?`
      const page = this.db.all<Row>(sql, [...args, at, Math.min(left, PAGE)])
      yield* page
      const end = page.at(-1)
      if (end === undefined || page.length < PAGE) return
      at = end.seq
      left -= page.length
    }
  }
}

/** Hash of the fold entries so far, with one more: what a replay keeps beside it to compare. */
export function nextFoldHash(prev: Hex, { kind, chainId, block, body }: Pick<Entry, 'kind' | 'chainId' | 'block' | 'body'>): Hex {
  return foldHash(prev, kind, chainId, block, canonical(body))
}

function next(last: Row | undefined, entry: Entry): Row {
  return chain(last, entry, canonical(entry.body))
}

/** The body is canonical text already, so the canonical object around it is put together without parsing it again. */
function chain(last: Row | undefined, { origin, kind, chainId, block }: Omit<Entry, 'body'>, body: string): Row {
  const seq = (last?.seq ?? 0) + 1
  const prev = last?.hash ?? GENESIS
  const text = `{"block":${block},"body":${body},"chainId":${chainId},"kind":"${kind}","origin":"${origin}","seq":${seq}}`
  const folds = { count: last?.foldCount ?? 0, hash: last?.foldHash ?? GENESIS }
  const isFold = origin === 'fold'
  return {
    ...{ seq, origin, kind, chainId, block, body, prev, hash: sha256(prev + text) },
    foldCount: folds.count + (isFold ? 1 : 0),
    foldHash: isFold ? foldHash(folds.hash, kind, chainId, block, body) : folds.hash,
  }
}

function foldHash(prev: Hex, kind: string, chainId: number, block: number, body: string): Hex {
  return sha256(`${prev}{"block":${block},"body":${body},"chainId":${chainId},"kind":"${kind}"}`)
}
