// All tests, in the order in which they fail fastest: format and lint, types, dead code, then vitest and forge. Each step states its seconds.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const bin = (path) => join('node_modules', path)
const steps = [
  ['biome', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['tsc', [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']],
  ['knip', [bin('knip/bin/knip.js')]],
  ['forge', ['scripts/forge.mjs', 'test']],
  ['vitest', [bin('vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]],
]
const seconds = []
for (const [name, args] of steps) {
  console.log(`\ntest: ${name}`)
  const startedMs = Date.now()
  const run = spawnSync(process.execPath, args, { stdio: 'inherit' })
  seconds.push(`${name} ${((Date.now() - startedMs) / 1000).toFixed(1)} s`)
  if (run.status !== 0) {
    console.error(`\ntest: ${name} failed (exit ${run.status ?? run.signal})`)
    process.exit(run.status ?? 1)
  }
}
console.log(`\ntest: all passed (${seconds.join(', ')})`)
