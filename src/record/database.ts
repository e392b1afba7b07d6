// The node's one SQLite file: every commit on disk before it returns, and its failures told apart: the disk's, or a damaged file.
import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Libsql from 'libsql'
import { BadDataError, UserError } from '../core/errors.ts'
import { APPLICATION_ID, MIGRATIONS } from './schema.ts'
import { StorageError } from './storage-error.ts'

export type Cell = string | number | Uint8Array | null

const BUSY_MS = 5_000
const DISK = /^SQLITE_(FULL|IOERR|NOMEM|BUSY|LOCKED|READONLY|CANTOPEN|PROTOCOL|PERM)/
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/

export class Database {
  private readonly statements = new Map<string, Libsql.Statement>()
  private inside = false
  private constructor(
    readonly file: string,
    private readonly db: Libsql.Database,
  ) {}

  /** For the one writer. Creates the file, or brings an older one to this version's tables. */
  static open(file: string): Database {
    const database = guarded(file, () => new Database(file, new Libsql(file, { timeout: BUSY_MS })))
    try {
      database.guard((db) => {
        db.pragma('journal_mode = WAL')
        db.pragma('synchronous = FULL')
      })
      database.migrate()
    } catch (cause) {
      database.close()
      throw cause
    }
    return database
  }

  /** For `status` and `log` beside a running writer. */
  static openReadOnly(file: string): Database {
    if (!existsSync(file)) throw new UserError('data folder', file, 'a folder in which a node has run')
    const url = `${pathToFileURL(file).href}?mode=ro`
    const database = guarded(file, () => new Database(file, new Libsql(url, { timeout: BUSY_MS })))
    try {
      const version = database.version()
      if (version !== MIGRATIONS.length)
        throw new UserError(`schema of ${file}`, version, `${MIGRATIONS.length}; run the node once with this version`)
    } catch (cause) {
      database.close()
      throw cause
    }
    return database
  }

  all<Row>(sql: string, args: readonly Cell[] = []): Row[] {
    // not `get`: it puts a `_metadata` member into the row
    return this.guard(() => this.statement(sql).all(args) as Row[])
  }

  /** The first row. */
  one<Row>(sql: string, args: readonly Cell[] = []): Row | undefined {
    return this.all<Row>(sql, args)[0]
  }

  /** Number of rows changed. */
  run(sql: string, args: readonly Cell[] = []): number {
    return this.guard(() => this.statement(sql).run(args).changes)
  }

  /** All of `work` or nothing; inside another one, part of that one. */
  transaction<T>(work: () => T): T {
    if (this.inside) return work()
    this.guard((db) => db.exec('BEGIN IMMEDIATE'))
    this.inside = true
    try {
      const result = work()
      this.guard((db) => db.exec('COMMIT'))
      return result
    } catch (cause) {
      // a full disk has rolled back by itself; a second ROLLBACK would hide the cause
      if (this.db.inTransaction) this.db.exec('ROLLBACK')
      throw cause
    } finally {
      this.inside = false
    }
  }

  sizeBytes(): number {
    return [this.file, `${this.file}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0)
  }

  close(): void {
    if (this.db.open) this.db.close()
  }

  private migrate(): void {
    const version = this.version()
    if (version > MIGRATIONS.length) {
      throw new UserError(
        `schema of ${this.file}`,
        version,
        `at most ${MIGRATIONS.length}: a newer Firebreak wrote it, use that one or another folder`,
      )
    }
    MIGRATIONS.slice(version).forEach((sql, i) => {
      this.transaction(() =>
        this.guard((db) => {
          db.exec(sql)
          db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${version + i + 1}`)
        }),
      )
    })
  }

  private version(): number {
    const pragma = (name: string) => Number(Object.values(this.one<Record<string, number>>(`pragma ${name}`) ?? {})[0] ?? 0)
    const tables = this.one<{ n: number }>('select count(*) n from sqlite_schema')?.n ?? 0
    const owner = pragma('application_id')
    if (tables > 0 && owner !== APPLICATION_ID) {
      throw new BadDataError({
        from: this.file,
        what: 'its application id',
        got: owner,
        want: `${APPLICATION_ID}: this is not a Firebreak database`,
      })
    }
    return pragma('user_version')
  }

  private statement(sql: string): Libsql.Statement {
    let statement = this.statements.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.statements.set(sql, statement)
    }
    return statement
  }

  private guard<T>(work: (db: Libsql.Database) => T): T {
    return guarded(this.file, () => work(this.db))
  }
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message?: unknown }
    const name = typeof code === 'string' && code !== '' ? code : String(message).startsWith('ConnectionFailed') ? 'SQLITE_CANTOPEN' : ''
    if (DISK.test(name)) throw new StorageError(file, name, String(message))
    if (DAMAGED.test(name)) {
      const want = 'a whole Firebreak database: restore a copy, or move it away and let the node read the chain again'
      throw new BadDataError({ from: file, what: 'the file', got: String(message), want })
    }
    throw cause
  }
}
