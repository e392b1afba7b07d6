// Log entries as lines for people: what was seen, what was weighed, what was done. Everything from a chain is escaped.
import type { Readiness } from '../assess/readiness.ts'
import type { Decision, Finding, Incident, Weighed } from '../core/flow.ts'

const colors = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 } as const
// no-color.org: set and not empty
const useColor = (): boolean => !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb' && process.stdout.isTTY === true
export const paint = (color: keyof typeof colors, text: string): string => (useColor() ? `\u001b[${colors[color]}m${text}\u001b[0m` : text)

/** Control characters out, and those that turn the direction of text: what a chain says must not move the cursor or pose as another line. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '?')

/** For JSON.stringify: amounts as text, since JSON's numbers are floats. */
export const printable = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

export const usd = (value: number): string => `${Math.round(value).toLocaleString('en-US')} USD`

/** Coarse, for people. */
export function duration(seconds: number): string {
  const s = Math.round(seconds)
  if (s < 120) return `${s} s`
  if (s < 7_200) return `${Math.round(s / 60)} min`
  return s < 172_800 ? `${Math.round(s / 3_600)} h` : `${Math.round(s / 86_400)} days`
}

export interface ShownEntry {
  readonly kind: string
  readonly block: number
  readonly body: unknown
}

/** One entry as one or several lines; empty: not worth a line. */
export function describe({ kind, block, body }: ShownEntry): readonly string[] {
  const at = `block ${block}`
  switch (kind) {
    case 'finding':
      return finding(at, body as Finding)
    case 'incident':
      return incident(at, body as Incident & { readonly status: string })
    case 'decision':
      return decision(at, body as Decision)
    case 'certificate': {
      const b = body as { action: string; operation: string; window: number; signers: readonly string[]; msFromHead: number | null }
      const after = b.msFromHead === null ? '' : `, ${b.msFromHead.toFixed(0)} ms after the block was seen`
      return [
        `${at}  ${paint('bold', 'certificate')} ${b.operation} ${b.action}: ${b.signers.length} signatures for window ${b.window}${after}`,
      ]
    }
    case 'intent': {
      const b = body as { step: string; operation?: string; txHash?: string; reason?: string }
      return [
        `${at}  intent ${b.operation ?? ''} ${b.step}${b.txHash ? ` ${b.txHash}` : ''}${b.reason ? ` (${plain(b.reason)})` : ''}`.replace(
          / {2,}/g,
          '  ',
        ),
      ]
    }
    case 'verified': {
      const b = body as { held: boolean; tried: number; late: boolean }
      if (b.late || b.tried === 0) return []
      return [
        b.held
          ? `${at}  ${paint('green', 'verified')}: ${b.tried} tries to go on with the attack all fail`
          : `${at}  ${paint('red', 'not contained')}: the attack can go on`,
      ]
    }
    case 'reorg': {
      const b = body as { toNumber: number; undone: readonly unknown[]; deep?: boolean }
      return [`${at}  ${b.deep ? 'deep ' : ''}reorg: ${b.undone.length} blocks undone, back to ${b.toNumber}`]
    }
    case 'blind': {
      const b = body as { sinceBlock: number; reason: string }
      return [`${at}  ${paint('red', 'blind')} since block ${b.sinceBlock}: ${plain(b.reason)}`]
    }
    case 'rehearsal': {
      const b = body as { operation: string; run: string; tried: boolean; failedCall: number; why: string; values: readonly unknown[] }
      const showed = !b.tried
        ? `not tried: ${plain(b.why)}`
        : b.failedCall >= 0
          ? `call ${b.failedCall + 1} fails`
          : `${b.values.length} watched values move`
      return [`${at}  rehearsal of ${plain(b.operation)} (${b.run}): ${showed}`]
    }
    case 'pending': {
      const b = body as { txHash: string; from: string; obstacle: string; findings: readonly string[] }
      const what = b.obstacle === '' ? paint('yellow', 'waiting attack') : `pretended attack (${plain(b.obstacle)})`
      return [`${at}  ${what} ${b.txHash} of ${b.from}: it would break ${b.findings.length} invariants`]
    }
    case 'readiness':
      return readiness(at, body as Readiness)
    default:
      return []
  }
}

/** One line: what is near, and how likely it goes together. */
function readiness(at: string, r: Readiness): readonly string[] {
  const range = (e: { readonly probability: number; readonly low: number; readonly high: number }): string =>
    `${share(e.probability)} (${share(e.low)} to ${share(e.high)})`
  const each = r.boundaries.map((b) => `${b.kind} ${share(b.probability)}`).join(', ')
  const all = r.allThree ? `all three ${range(r.allThree)}, ` : ''
  return [`${at}  readiness ${plain(r.market)} within ${r.horizonBlocks} blocks: ${all}at least two ${range(r.atLeastTwo)}; ${each}`]
}

const share = (p: number): string => (p >= 0.001 || p === 0 ? `${(100 * p).toFixed(2)} %` : p.toExponential(1))

function finding(at: string, f: Finding): readonly string[] {
  const color = f.severity === 'critical' || f.severity === 'high' ? 'red' : f.severity === 'medium' ? 'yellow' : 'dim'
  const evidence = Object.entries(f.evidence).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? Number(value.toPrecision(6)) : plain(String(value))}`,
  )
  return [
    `${at}  ${paint(color, `finding ${f.severity}`)} ${f.detector} on ${f.subject.kind} ${f.subject.id}: ${plain(f.summary)}`,
    paint('dim', `           evidence: ${evidence.join(', ')}`),
  ]
}

function incident(at: string, i: Incident & { readonly status: string; readonly operator?: string }): readonly string[] {
  if (i.operator) return [`${at}  operator order: ${plain(i.operator)}`]
  const color = i.status === 'open' ? 'red' : 'green'
  return [
    `${at}  ${paint(color, `incident ${i.status}`)} ${i.id.slice(0, 10)}: ${i.severity}, sources ${i.sources.join(' + ') || 'none'}, probability ${i.probability} (${i.probabilityFrom}), at risk ${usd(i.lossAtRiskUsd)}`,
  ]
}

function decision(at: string, d: Decision): readonly string[] {
  const rows = [...d.weighed].sort((a, b) => a.harmUsd - b.harmUsd).map((w) => [w.option === d.chosen ? '>' : ' ', ...cells(w)])
  const head = ['', 'option', 'class', 'loss left', 'induced', 'disruption', 'harm', '']
  return [
    `${at}  ${paint('bold', 'decision')}: ${d.chosen} (${plain(d.reason)})`,
    ...align([head, ...rows]).map((line) => paint('dim', `           ${line}`)),
  ]
}

const cells = (w: Weighed): readonly string[] => [
  shorten(w.option),
  w.class,
  usd(w.lossLeftUsd),
  usd(w.inducedUsd),
  usd(w.disruptionUsd),
  usd(w.harmUsd),
  w.allowed ? w.why : `not allowed: ${plain(w.why)}`,
]

const shorten = (option: string): string => option.replace(/0x([0-9a-f]{6})[0-9a-f]{30}([0-9a-f]{4})/g, '0x$1..$2')

/** Columns as wide as their widest cell. */
export function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
