// The disk's own failures: nothing was written by the step that met one, so it may be tried again once the cause is gone.
import { FirebreakError } from '../core/errors.ts'

export class StorageError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly file: string,
    readonly code: string,
    readonly detail: string,
  ) {
    super(
      `${file}: ${code}: ${detail}. Nothing was written by this step: ${ADVICE[code] ?? 'check the disk and its permissions, then try again'}`,
    )
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'free some space on this disk, then try again',
  SQLITE_BUSY: 'another process is using the file; wait for it or stop it',
  SQLITE_READONLY: 'this process may not write here; check owner and permissions',
}
