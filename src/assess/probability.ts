// How likely an incident is real: a declared table until probabilities are learned. Printed as `assumed`, never tuned on a drill.
import type { Severity } from '../core/flow.ts'

/** By worst severity, then by number of independent sources (1, 2, 3 or more). */
export const ASSUMED_PROBABILITY: Readonly<Record<Severity, readonly [number, number, number]>> = {
  info: [0, 0, 0],
  low: [0.01, 0.02, 0.03],
  medium: [0.1, 0.25, 0.4],
  high: [0.5, 0.75, 0.85],
  critical: [0.8, 0.95, 0.98],
}

export function assumedProbability(severity: Severity, independentSources: number): number {
  if (independentSources < 1) return 0
  return ASSUMED_PROBABILITY[severity][Math.min(independentSources, 3) - 1] ?? 0
}
