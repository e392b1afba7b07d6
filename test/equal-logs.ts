// For all tests: a log that keeps words equals one that keeps text if it is the same log.
import { expect } from 'vitest'
import { PLAIN } from '../src/core/canonical.ts'
import { Worded } from '../src/decode/word-log.ts'

const plainOf = (value: unknown): unknown => (value instanceof Worded ? value[PLAIN]() : value)

expect.addEqualityTesters([
  function sameLog(a, b) {
    return a instanceof Worded || b instanceof Worded ? this.equals(plainOf(a), plainOf(b)) : undefined
  },
])
