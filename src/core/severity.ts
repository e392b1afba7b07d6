// Severity is harm if true; it orders, and says nothing about how likely.
import type { Severity } from './flow.ts'

const ORDER: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical']

const RANK = Object.fromEntries(ORDER.map((severity, rank) => [severity, rank])) as Readonly<Record<Severity, number>>

export const severityRank = (severity: Severity): number => RANK[severity]
export const atLeast = (severity: Severity, floor: Severity): boolean => severityRank(severity) >= severityRank(floor)
export const worst = (a: Severity, b: Severity): Severity => (severityRank(a) >= severityRank(b) ? a : b)
