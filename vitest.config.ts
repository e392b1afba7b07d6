// Tests beside the code, in the lab and across stages. Two workers: an anvil beside each needs a core too.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => join(import.meta.dirname, path)

export default defineConfig({
  // what `firebreak` makes these names mean for config files and scenarios
  resolve: {
    alias: [
      { find: /^firebreak\/scenario$/, replacement: here('src/scenario.ts') },
      { find: /^firebreak\/lab$/, replacement: here('lab/kit.ts') },
      { find: /^firebreak$/, replacement: here('src/index.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'lab/**/*.test.ts', 'examples/**/*.test.ts'],
    // a socket on its way to a chain that a test has just stopped is refused, and nobody waits for it any more; what a test
    // does wait for fails by itself. All other unhandled errors fail the run.
    onUnhandledError: (error) => !['ECONNREFUSED', 'ECONNRESET'].includes(String((error as { code?: unknown }).code)),
    // over a minute each: `npm run test:long` runs these too
    exclude: ['**/node_modules/**', ...(process.env['FIREBREAK_TEST_LONG'] === '1' ? [] : ['**/*.long.test.ts'])],
    globalSetup: ['test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // a test that starts an anvil deploys a whole market in it
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
})
