// `firebreak status`: what a node has seen and done, also while it runs.
import { openRecordReadOnly } from '../record/record.ts'
import type { Status } from '../record/status.ts'
import { align, describe, duration, plain, printable, type ShownEntry } from './show.ts'

export function status(folder: string, options: { readonly json: boolean }): void {
  const record = openRecordReadOnly(folder)
  try {
    const now = record.status()
    if (options.json) console.log(JSON.stringify(now, printable, 2))
    else for (const line of lines(now)) console.log(line)
  } finally {
    record.close()
  }
}

/** A node that has stopped shows here first. */
const ago = (timeS: number): string => `${duration(Math.max(0, Date.now() / 1000 - timeS))} old`

function mempoolText(of: NonNullable<Status['mempool']>): string {
  const shed = Array.isArray(of['shed']) ? of['shed'].reduce((sum: number, n) => sum + Number(n), 0) : 0
  const n = (name: string): string => `${of[name] ?? 0} ${name}`
  return `heard by ${of['feed']}, simulated by ${of['engine']}: ${['heard', 'simulated', 'given', 'failed', 'postponed', 'expired'].map(n).join(', ')}, ${shed} shed`
}

function lines(now: Status): readonly string[] {
  const list = (title: string, entries: readonly ShownEntry[]): readonly string[] => [
    entries.length === 0 ? `${title}: none` : `${title}:`,
    ...entries.flatMap((entry) => describe(entry).map((line) => `  ${line}`)),
  ]
  const rows = [
    ['node', now.nodeId],
    ['file', `${now.file} (${(now.sizeBytes / 2 ** 20).toFixed(1)} MiB)`],
    ...now.cursors.map((c) => [
      `chain ${c.chainId}`,
      `block ${c.number ?? 'none'} ${c.hash ?? ''}${c.timeS === null ? '' : `, ${ago(c.timeS)}`}, final ${c.finalizedNumber ?? 'none'}`,
    ]),
    [
      'log',
      `${now.entries} entries: ${Object.entries(now.counts)
        .map(([kind, n]) => `${n} ${kind}`)
        .join(', ')}`,
    ],
    ...(now.decodeFaults ? [['logs not decoded', `${now.decodeFaults}: not as the signatures in eventTable() say`]] : []),
    ...(now.mempool ? [['mempool', mempoolText(now.mempool)]] : []),
    ['alerts to deliver', String(now.pendingAlerts)],
    ['transactions under way', now.activeIntents.map((i) => `${i.operation} ${i.state}`).join(', ') || 'none'],
  ].map((row) => row.map((cell) => plain(String(cell))))
  return [
    ...align(rows),
    ...list('open incidents', now.openIncidents),
    ...(now.readiness.length > 0 ? list('readiness', now.readiness) : []),
    ...list('last certificate', now.lastCertificate ? [now.lastCertificate] : []),
    ...list('last findings', now.lastFindings.slice(0, 3)),
  ]
}
