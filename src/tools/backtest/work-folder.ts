// What a backtest keeps on disk: every finding as a line, and where it was when it was stopped. A crash leaves the last whole state.
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { canonical, sha256 } from '../../core/canonical.ts'
import type { Finding } from '../../core/flow.ts'
import { type FolderLock, lockFolder } from '../../record/lock.ts'
import type { TallyState } from './tally.ts'

/** Layout of the file. A state of another one is not read. */
const LAYOUT = 1
const HASH_BYTES = 32
const FLUSH_CHARS = 1 << 16

/** Where a run was, after a whole block. */
export interface Stopped {
  readonly tally: TallyState
  /** Of the fold, as a node's restart takes it. */
  readonly checkpoint: Uint8Array
}

interface Kept extends Stopped {
  readonly layout: number
  readonly findingsBytes: number
}

export class WorkFolder {
  readonly findingsFile: string
  private readonly stateFile: string
  private fd: number | undefined
  private bytes = 0
  private waiting: string[] = []
  private waitingChars = 0
  private readonly lock: FolderLock

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // two runs of the same command would write over each other
    this.lock = lockFolder(
      folder,
      'the same backtest runs there. Wait for its end, or stop it with Ctrl-C and run the command again: it goes on from there',
    )
    this.findingsFile = join(folder, 'findings.jsonl')
    this.stateFile = join(folder, 'stopped.bin')
  }

  /** Where the last run was stopped; undefined: nowhere, so begin. A damaged file, or one of another version, counts as none. */
  open(): Stopped | undefined {
    const kept = this.read()
    this.fd = openSync(this.findingsFile, kept ? 'r+' : 'w', 0o600)
    this.bytes = kept?.findingsBytes ?? 0
    // what was found after that is found again
    ftruncateSync(this.fd, this.bytes)
    return kept
  }

  finding(finding: Finding): void {
    const line = `${canonical(finding)}\n`
    this.waiting.push(line)
    this.waitingChars += line.length
    if (this.waitingChars > FLUSH_CHARS) this.flush()
  }

  keep({ tally, checkpoint }: Stopped): void {
    this.flush()
    if (this.fd !== undefined) fsyncSync(this.fd)
    const body = serialize({ layout: LAYOUT, findingsBytes: this.bytes, tally, checkpoint } satisfies Kept)
    const file = `${this.stateFile}.tmp`
    const fd = openSync(file, 'w', 0o600)
    try {
      writeSync(fd, Buffer.from(sha256(body).slice(2), 'hex'))
      for (let at = 0; at < body.length; ) at += writeSync(fd, body, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(file, this.stateFile)
  }

  /** Begin anew at the next opening. */
  forget(): void {
    rmSync(this.stateFile, { force: true })
  }

  close(): void {
    this.flush()
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
    this.lock.release()
  }

  private flush(): void {
    if (this.fd === undefined) return
    const text = Buffer.from(this.waiting.join(''))
    for (let at = 0; at < text.length; ) at += writeSync(this.fd, text, at, text.length - at, this.bytes + at)
    this.bytes += text.length
    this.waiting = []
    this.waitingChars = 0
  }

  private read(): Kept | undefined {
    if (!existsSync(this.stateFile) || !existsSync(this.findingsFile)) return undefined
    const file = readFileSync(this.stateFile)
    const body = file.subarray(HASH_BYTES)
    if (sha256(body) !== `0x${file.toString('hex', 0, HASH_BYTES)}`) return undefined
    try {
      const kept = deserialize(body) as Kept
      return kept.layout === LAYOUT && statSync(this.findingsFile).size >= kept.findingsBytes ? kept : undefined
    } catch {
      return undefined
    }
  }
}
