import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from './cli/load-config.ts'
import { rulesOf } from './rules.ts'

// A loader lists the exports of a module in its own order: a node that is started another way must not read its chain again for that.
test('the hash is the same whatever loads the modules', async () => {
  const config = join(import.meta.dirname, '../examples/ethereum-aave-v3.config.ts')
  const script = `
    const { loadConfig } = await import(${JSON.stringify(join(import.meta.dirname, 'cli/load-config.ts'))})
    const { rulesOf } = await import(${JSON.stringify(join(import.meta.dirname, 'rules.ts'))})
    console.log(rulesOf(await loadConfig(${JSON.stringify(config)})).rulesHash)`
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { encoding: 'utf8' })
  expect(rulesOf(await loadConfig(config)).rulesHash).toBe(out.trim())
})
