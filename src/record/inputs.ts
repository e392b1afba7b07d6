// What the node took in since its older checkpoint, in that order: a restart folds it again and stands where it stood.
import { canonical } from '../core/canonical.ts'
import type { Hex, Input } from '../core/flow.ts'
import { parseTagged } from './body.ts'
import type { Database } from './database.ts'

export interface StoredInput {
  readonly seq: number
  readonly input: Input
}

/** Where a chain stands. */
export interface Cursor {
  readonly chainId: number
  readonly number: number | null
  readonly hash: Hex | null
  /** The block's time; null after a reorg until the next block. */
  readonly timeS: number | null
  readonly finalizedNumber: number | null
  readonly finalizedHash: Hex | null
  readonly inputSeq: number
}

const KINDS: readonly Input['kind'][] = [
  'committed',
  'provisional',
  'reorged',
  'finalized',
  'pending',
  'settled',
  'simulated',
  'rehearsed',
  'tick',
  'blind',
  'counterpart',
  'operator',
]
const PAGE = 64

export class Inputs {
  constructor(private readonly db: Database) {}

  /** Stores the input and moves its chain's cursor; its sequence number, never used twice. */
  append(input: Input): number {
    return this.db.transaction(() => {
      const seq = this.lastSeq() + 1
      this.db.run('insert into inputs values (?, ?)', [seq, canonical(input)])
      this.moveCursor(seq, input)
      return seq
    })
  }

  *since(seq: number): Generator<StoredInput> {
    for (let at = seq; ; ) {
      const page = this.db.all<{ seq: number; body: string }>('select * from inputs where seq > ? order by seq limit ?', [at, PAGE])
      for (const row of page) {
        const input = parseTagged(this.db.file, `input ${row.seq}`, row.body, 'kind', KINDS)
        yield { seq: row.seq, input: input as unknown as Input }
      }
      const end = page.at(-1)
      if (end === undefined || page.length < PAGE) return
      at = end.seq
    }
  }

  /** Of the newest input ever stored, kept or dropped. */
  lastSeq(): number {
    const sql = `select max(coalesce((select max(seq) from inputs), 0), coalesce((select max(throughInputSeq) from checkpoints), 0),
      coalesce((select max(cast(value as integer)) from meta where name in ('forgottenThroughInputSeq', 'usedThroughInputSeq')), 0)) n`
    return this.db.one<{ n: number }>(sql)?.n ?? 0
  }

  /** Are all inputs since the node's beginning still here, so that folding can start from nothing? */
  whole(): boolean {
    const first = this.db.one<{ n: number | null }>('select min(seq) n from inputs')?.n
    if (first === undefined || first === null) return this.lastSeq() === this.forgotten()
    return first === this.forgotten() + 1
  }

  drop(throughSeq: number): void {
    this.db.run('delete from inputs where seq <= ?', [throughSeq])
  }

  /** Drops them all, for a node that reads the chain again; what comes next counts as its beginning. */
  forget(last = this.lastSeq()): void {
    this.db.transaction(() => {
      this.drop(last)
      this.db.run("insert or replace into meta values ('forgottenThroughInputSeq', ?)", [String(last)])
    })
  }

  /** Drops those after `seq`, which a checkpoint of this block rests on; numbers up to `last` stay used. */
  cutTo(seq: number, last: number, block: { readonly chainId: number; readonly number: number; readonly hash: Hex }): void {
    this.db.transaction(() => {
      this.db.run("insert or replace into meta values ('usedThroughInputSeq', ?)", [String(last)])
      this.db.run('delete from inputs where seq > ?', [seq])
      const { chainId, number, hash } = block
      this.db.run('insert or replace into cursors values (?, ?, ?, null, ?, ?, ?)', [chainId, number, hash, number, hash, seq])
    })
  }

  cursors(): Cursor[] {
    return this.db.all<Cursor>('select * from cursors order by chainId')
  }

  private forgotten(): number {
    return Number(this.db.one<{ value: string }>("select value from meta where name = 'forgottenThroughInputSeq'")?.value ?? 0)
  }

  private moveCursor(seq: number, input: Input): void {
    const head = (chainId: number, number: number, hash: Hex, timeS: number | null) =>
      this.db.run(
        `insert into cursors values (?, ?, ?, ?, null, null, ?)
         on conflict do update set number = excluded.number, hash = excluded.hash, timeS = excluded.timeS, inputSeq = excluded.inputSeq`,
        [chainId, number, hash, timeS, seq],
      )
    if (input.kind === 'committed') head(input.block.chainId, input.block.number, input.block.hash, input.block.timeS)
    else if (input.kind === 'reorged') head(input.chainId, input.toNumber, input.toHash, null)
    else if (input.kind === 'finalized') {
      this.db.run(
        `insert into cursors values (?, null, null, null, ?, ?, ?)
         on conflict do update set finalizedNumber = excluded.finalizedNumber, finalizedHash = excluded.finalizedHash, inputSeq = excluded.inputSeq`,
        [input.chainId, input.number, input.hash, seq],
      )
    }
  }
}
