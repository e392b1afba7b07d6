// What detectors of authority ask of the tables: is somebody an executor, and how long did what was done wait in a timelock.
import { governed, OPERATION, queuedCalls, queuedOperations } from '../state/tables.ts'
import type { View } from './define.ts'

/** Does what this address sends pass a delay or several signatures? */
export function isExecutor(view: View, address: bigint): boolean {
  for (let row = 0; row < view.count(governed); row++) {
    const { contract, executor } = view.at(governed, row)
    if (contract === address && executor === 1) return true
  }
  return false
}

/**
 * Seconds for which a call of this kind in favour of this address waited, of those executed by now; the newest. undefined: it was seen in
 * no queue.
 */
export function waitedS(view: View, timeS: number, danger: number, favours: bigint): number | undefined {
  for (let row = view.count(queuedCalls) - 1; row >= 0; row--) {
    const call = view.at(queuedCalls, row)
    if (call.danger !== danger || call.favours !== favours || call.operation === 0) continue
    const { state, queuedAtS } = view.at(queuedOperations, call.operation - 1)
    if (state === OPERATION.executed) return timeS - queuedAtS
  }
  return undefined
}
