// The intent rows: each step is on disk before its caller goes on, together with the log entry that tells of it.
import type { Entry, Hex } from '../core/flow.ts'
import type { Cell, Database } from './database.ts'
import type { Intent, IntentKey, IntentState, NewIntent, Signed, StoredTransaction } from './intent.ts'
import { IllegalTransitionError, intentId, mayBecome } from './intent.ts'

export interface IntentChange {
  readonly reason?: string
  readonly minedBlock?: number
  readonly minedHash?: Hex
  /** The transaction that was mined, if an older one of the same nonce won. */
  readonly txHash?: Hex
  readonly askedBlock?: number
  readonly orphanedBlock?: number | null
  /** A newer certificate for the same thing. */
  readonly call?: Pick<NewIntent, 'window' | 'step' | 'incident' | 'class' | 'calldata'>
}

type Row = Omit<Intent, 'signed'> & FlatSigned
interface FlatSigned {
  readonly signer: Hex | null
  readonly nonce: number | null
  readonly raw: Hex | null
  readonly txHash: Hex | null
  readonly maxFeePerGas: string | null
  readonly priorityFeePerGas: string | null
  readonly signedBlock: number | null
}

const OPEN = `state in ('planned', 'simulated', 'signed', 'sent')`
const NO_TRANSACTION =
  'signer = null, nonce = null, raw = null, txHash = null, maxFeePerGas = null, priorityFeePerGas = null, signedBlock = null'

export class Intents {
  constructor(
    private readonly db: Database,
    private readonly log: (entries: readonly Entry[]) => void,
  ) {}

  /** Adds a row, or finds the one that is there already. */
  plan(wanted: NewIntent, block: number, entries: (id: Hex) => readonly Entry[] = () => [], turn = 0): Intent {
    return this.db.transaction(() => {
      const id = intentId(wanted, turn)
      const before = this.get(id)
      if (before !== undefined) return before
      const { chainId, guard, operation, entry, subject, round, window, step, incident, calldata } = wanted
      this.db.run(
        `insert into intents (id, turn, chainId, guard, operation, entry, subject, round, "window", step, incident, class, calldata, state, askedBlock, updatedBlock)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?)`,
        [id, turn, chainId, guard, operation, entry, subject, round, window, step, incident, wanted.class, calldata, block, block],
      )
      this.log(entries(id))
      return this.must(id)
    })
  }

  get(id: Hex): Intent | undefined {
    return this.rows('id = ?', [id])[0]
  }

  /** The newest turn. */
  latest({ chainId, guard, operation, entry, subject, round }: IntentKey): Intent | undefined {
    const where = 'chainId = ? and guard = ? and operation = ? and entry = ? and subject = ? and round = ? order by turn desc limit 1'
    return this.rows(where, [chainId, guard, operation, entry, subject, round])[0]
  }

  /** All that haven't ended, oldest first. */
  open(): Intent[] {
    return this.rows(`${OPEN} order by updatedBlock, nonce, id`, [])
  }

  /** One legal step, with the log entries that tell of it. */
  advance(id: Hex, to: IntentState, block: number, change: IntentChange = {}, entries: readonly Entry[] = []): Intent {
    return this.db.transaction(() => {
      this.write(this.check(id, to), to, block, change)
      this.log(entries)
      return this.must(id)
    })
  }

  /** Stores the signed bytes, before anybody else sees them. Takes the place of the row's older transaction, if it has one. */
  sign(id: Hex, signed: Signed, block: number, entries: readonly Entry[] = [], change: IntentChange = {}): Intent {
    return this.db.transaction(() => {
      const before = this.check(id, 'signed')
      const { chainId } = before
      const { signer, nonce, raw, txHash, signedBlock } = signed
      const fees = [String(signed.maxFeePerGas), String(signed.priorityFeePerGas)]
      this.db.run(
        "update transactions set state = case nonce when ? then 'replaced' else 'released' end where intent = ? and state = 'live'",
        [nonce, id],
      )
      // the same bytes again, signed before and given up since
      this.db.run('delete from transactions where txHash = ?', [txHash])
      this.db.run("insert into transactions values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'live')", [
        txHash,
        id,
        chainId,
        signer,
        nonce,
        raw,
        ...fees,
        signedBlock,
      ])
      this.db.run(
        `update intents set signer = ?, nonce = ?, raw = ?, txHash = ?, maxFeePerGas = ?, priorityFeePerGas = ?, signedBlock = ? where id = ?`,
        [signer, nonce, raw, txHash, ...fees, signedBlock, id],
      )
      this.write(before, 'signed', block, change)
      this.log(entries)
      return this.must(id)
    })
  }

  /** A step that gives the nonce up: its transaction isn't mined, and nobody wants it to be. */
  release(
    id: Hex,
    to: 'planned' | 'failed' | 'obsolete',
    block: number,
    change: IntentChange = {},
    entries: readonly Entry[] = [],
  ): Intent {
    return this.db.transaction(() => {
      const before = this.check(id, to)
      this.db.run("update transactions set state = 'released' where intent = ? and state = 'live'", [id])
      this.db.run(`update intents set ${NO_TRANSACTION} where id = ?`, [id])
      this.write(before, to, block, change)
      this.log(entries)
      return this.must(id)
    })
  }

  /**
   * Rows that ended in a block above `toNumber` are unmined again. What others had done by then may be undone as well: such rows
   * stay ended, and may be wanted once more. From `toNumber` itself on, since their reason may be of the block after the node's head.
   */
  orphan(chainId: number, toNumber: number, block: number, entries: (row: Intent) => readonly Entry[] = () => []): Intent[] {
    return this.db.transaction(() => {
      const rows = this.rows('chainId = ? and minedBlock > ? order by minedBlock, nonce', [chainId, toNumber])
      for (const row of rows) {
        this.db.run(
          "update intents set state = 'sent', minedBlock = null, minedHash = null, reason = null, orphanedBlock = ?, updatedBlock = ? where id = ?",
          [block, block, row.id],
        )
        this.log(entries(row))
      }
      const ended = `chainId = ? and state in ('obsolete', 'failed') and minedBlock is null and orphanedBlock is null`
      this.db.run(`update intents set orphanedBlock = ? where ${ended} and updatedBlock >= ?`, [block, chainId, toNumber])
      return rows.map((row) => this.must(row.id))
    })
  }

  /** All that were ever signed for it, newest last: any of them may be the one that is mined. */
  transactions(id: Hex): StoredTransaction[] {
    return this.readTransactions('intent = ? order by rowid', [id])
  }

  /** What has been signed for nonces from `nonce` on, in their order. */
  transactionsFrom(chainId: number, signer: Hex, nonce: number): StoredTransaction[] {
    return this.readTransactions('chainId = ? and signer = ? and nonce >= ? order by nonce, rowid', [chainId, signer, nonce])
  }

  private check(id: Hex, to: IntentState): Intent {
    const row = this.get(id)
    if (row === undefined || !mayBecome(row.state, to)) throw new IllegalTransitionError(id, row?.state ?? 'unknown', to)
    const sentUnsigned = to === 'sent' && row.signed === null
    if (sentUnsigned) throw new IllegalTransitionError(id, 'not signed', to)
    return row
  }

  /** A reason is that of the present state: it goes with it. */
  private write(before: Intent, to: IntentState, block: number, change: IntentChange): void {
    const columns: [string, Cell][] = [
      ['state', to],
      ['updatedBlock', block],
      ['reason', change.reason ?? (before.state === to ? before.reason : null)],
    ]
    for (const name of ['minedBlock', 'minedHash', 'txHash', 'askedBlock', 'orphanedBlock'] as const) {
      const value = change[name]
      if (value !== undefined) columns.push([name, value])
    }
    if (change.call !== undefined) {
      const { window, step, incident, calldata } = change.call
      columns.push(['"window"', window], ['step', step], ['incident', incident], ['class', change.call.class], ['calldata', calldata])
    }
    const sql = `update intents set ${columns.map(([name]) => `${name} = ?`).join(', ')} where id = ?`
    this.db.run(sql, [...columns.map(([, value]) => value), before.id])
  }

  private must(id: Hex): Intent {
    const row = this.get(id)
    if (row === undefined) throw new IllegalTransitionError(id, 'unknown', 'read')
    return row
  }

  private rows(where: string, args: readonly Cell[]): Intent[] {
    return this.db.all<Row>(`select * from intents where ${where}`, args).map(unflatten)
  }

  private readTransactions(where: string, args: readonly Cell[]): StoredTransaction[] {
    type Stored = Omit<StoredTransaction, 'maxFeePerGas' | 'priorityFeePerGas'> & { maxFeePerGas: string; priorityFeePerGas: string }
    return this.db.all<Stored>(`select * from transactions where ${where}`, args).map((row) => ({
      ...row,
      maxFeePerGas: BigInt(row.maxFeePerGas),
      priorityFeePerGas: BigInt(row.priorityFeePerGas),
    }))
  }
}

function unflatten({ signer, nonce, raw, txHash, maxFeePerGas, priorityFeePerGas, signedBlock, ...rest }: Row): Intent {
  if (signer === null || nonce === null || raw === null || txHash === null || signedBlock === null) return { ...rest, signed: null }
  const fees = { maxFeePerGas: BigInt(maxFeePerGas ?? 0), priorityFeePerGas: BigInt(priorityFeePerGas ?? 0) }
  return { ...rest, signed: { signer, nonce, raw, txHash, ...fees, signedBlock } }
}
