// Small inputs and entries for this folder's tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../core/canonical.ts'
import type { Entry, Hex, Input } from '../core/flow.ts'

export const hashOf = (number: number, fork = 0): Hex => sha256(`${number}/${fork}`)

export function block(number: number, fork = 0): Input {
  const [hash, parentHash] = [hashOf(number, fork), hashOf(number - 1, fork)]
  return { kind: 'committed', block: { chainId: 1, number, hash, parentHash, timeS: 12 * number, logs: [], reads: [] } }
}

export function fold(number: number, body: unknown = { number }, kind: Entry['kind'] = 'verdict'): Entry {
  return { origin: 'fold', kind, chainId: 1, block: number, body }
}

export function edge(number: number, body: unknown = { number }, kind: Entry['kind'] = 'health'): Entry {
  return { origin: 'edge', kind, chainId: 1, block: number, body }
}

export function finding(number: number, severity: string, id = `f${number}`): Entry {
  return fold(number, { id, severity, evidence: { lossE18: 12n } }, 'finding')
}

/** A folder that is gone after the test. */
export function tempFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-record-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
