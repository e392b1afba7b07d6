// Tests beside the code, in the lab and across stages. Two workers: an anvil beside each needs a core too. Those where whole nodes
// race a chain that mines by the clock come last and by themselves.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const BY_THE_CLOCK = ['test/drill.anvil.test.ts', 'test/kill.anvil.test.ts']
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
    // a socket on its way to a chain that a test has just stopped is refused, and nobody waits for it any more; what a test
    // does wait for fails by itself. All other unhandled errors fail the run.
    onUnhandledError: (error) => !['ECONNREFUSED', 'ECONNRESET'].includes(String((error as { code?: unknown }).code)),
    globalSetup: ['test/setup.ts'],
    setupFiles: ['test/equal-logs.ts'],
    pool: 'forks',
    // a test that starts an anvil deploys a whole market in it
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'lab/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
          // over a minute each: `npm run test:long` runs these too
          exclude: ['**/node_modules/**', ...BY_THE_CLOCK, ...(process.env['FIREBREAK_TEST_LONG'] === '1' ? [] : ['**/*.long.test.ts'])],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'by the clock', include: BY_THE_CLOCK, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
