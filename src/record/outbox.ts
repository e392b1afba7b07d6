// Alerts to deliver, written with the finding they are about, so that none is lost between deciding and sending: at least once each.
import type { Entry, Severity } from '../core/flow.ts'
import { atLeast } from '../core/severity.ts'
import { isPlain, parseBody } from './body.ts'
import type { Database } from './database.ts'

export interface Alert {
  readonly id: number
  /** Log entry of the finding. */
  readonly seq: number
  readonly chainId: number
  readonly block: number
  readonly severity: Severity
  readonly attempts: number
  readonly lastError: string | null
  /** The finding, as in the log: amounts are decimal text. */
  readonly finding: unknown
}

interface Row extends Omit<Alert, 'finding'> {
  readonly body: string
}

/** From this severity on a finding is told. */
export const ALERT_FLOOR: Severity = 'high'

export class Outbox {
  constructor(private readonly db: Database) {}

  /** Part of the commit of the entry; the same finding, seen again after a reorg, is told once. */
  add(seq: number, entry: Entry): void {
    if (entry.kind !== 'finding' || !isPlain(entry.body)) return
    const { id = `entry ${seq}`, severity } = entry.body
    if (!atLeast(severity as Severity, ALERT_FLOOR)) return
    const sql = "insert or ignore into alerts (finding, seq, severity, state, attempts) values (?, ?, ?, 'pending', 0)"
    this.db.run(sql, [String(id), seq, String(severity)])
  }

  /** Oldest first. */
  pending(limit = 100): Alert[] {
    const rows = this.db.all<Row>(
      `select a.id, a.seq, l.chainId, l.block, a.severity, a.attempts, a.lastError, l.body
       from alerts a join log l on l.seq = a.seq where a.state = 'pending' order by a.id limit ?`,
      [limit],
    )
    return rows.map(({ body, ...alert }) => ({ ...alert, finding: parseBody(this.db.file, `log entry ${alert.seq}`, body) }))
  }

  pendingCount(): number {
    return this.db.one<{ n: number }>("select count(*) n from alerts where state = 'pending'")?.n ?? 0
  }

  delivered(...ids: readonly number[]): void {
    this.db.transaction(() => {
      for (const id of ids) this.db.run("update alerts set state = 'delivered', attempts = attempts + 1 where id = ?", [id])
    })
  }

  /** Stays pending. */
  failed(id: number, reason: string): void {
    this.db.run("update alerts set attempts = attempts + 1, lastError = ? where id = ? and state = 'pending'", [reason, id])
  }
}
