// One writer a folder. The lock is the kernel's, held on a file of its own, so that it ends with its process, even by SIGKILL.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { FirebreakError } from '../core/errors.ts'

/** Somebody else writes to this folder. */
export class FolderInUseError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly folder: string,
    readonly pid: string,
    whatToDo: string,
  ) {
    super(`${folder} is in use by process ${pid}: ${whatToDo}`)
  }
}

export interface FolderLock {
  release(): void
}

/**
 * Takes the folder for this process; `whatToDo` tells people what else there is, if another has it.
 * The pid stands in another file than the lock: POSIX drops a process's locks on a file when it closes *any* descriptor of it.
 */
export function lockFolder(folder: string, whatToDo = 'stop that process, or give this node a folder of its own'): FolderLock {
  mkdirSync(folder, { recursive: true })
  const pidFile = join(folder, 'pid')
  const lock = new Libsql(join(folder, 'lock.db'), { timeout: 0 })
  try {
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    if ((cause as { code?: unknown }).code !== 'SQLITE_BUSY') throw cause
    throw new FolderInUseError(folder, readPid(pidFile), whatToDo)
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  return {
    release() {
      lock.exec('ROLLBACK')
      lock.close()
    },
  }
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || '(unknown)'
  } catch {
    return '(unknown)'
  }
}
