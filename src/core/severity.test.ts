import { describe, expect, test } from 'vitest'
import type { Severity } from './flow.ts'
import { atLeast, severityRank, worst } from './severity.ts'

const all: readonly Severity[] = ['critical', 'low', 'info', 'high', 'medium']

describe('severity', () => {
  test('orders by harm', () => {
    expect([...all].sort((a, b) => severityRank(a) - severityRank(b))).toEqual(['info', 'low', 'medium', 'high', 'critical'])
  })
  test('the worst of two is at least both, whichever comes first', () => {
    for (const a of all)
      for (const b of all) {
        expect(worst(a, b)).toBe(worst(b, a))
        expect(atLeast(worst(a, b), a) && atLeast(worst(a, b), b)).toBe(true)
        expect(atLeast(a, b) && atLeast(b, a)).toBe(a === b)
      }
  })
})
