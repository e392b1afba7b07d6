// Which way a transaction goes: privately for its first blocks where the playbook says so, and publicly after that or when the relay fails.
import type { PrivateRelay } from './private-relay.ts'

/** `races`: answers that must come before a waiting transaction; `others`: all else. */
export type PrivateUse = 'always' | 'races' | 'others'

export interface Submission {
  readonly relay: PrivateRelay
  readonly use: PrivateUse
  /** So many blocks a transaction is given to the relay alone. */
  readonly fallbackBlocks: number
}

/** `age`: blocks since it was first signed. */
export function goesPrivately({ use, fallbackBlocks }: Submission, isRace: boolean, age: number): boolean {
  return age < fallbackBlocks && (use === 'always' || (use === 'races') === isRace)
}
