// What a figure was measured on.
import { cpus, totalmem } from 'node:os'
import { round } from '../tools/drill-document.ts'

export function machine() {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() || 'unknown',
    cores: all.length,
    memGiB: round(totalmem() / 2 ** 30, 1),
    node: process.version,
    os: `${process.platform} ${process.arch}`,
  }
}
