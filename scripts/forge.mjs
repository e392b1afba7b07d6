// Runs the native forge binary that npm installed, with our arguments: `node scripts/forge.mjs test`. Its npm wrapper would add a
// process and 0.2 s. Where the package has no binary for this platform, a `forge` on PATH is used.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const suffix = process.platform === 'win32' ? '.exe' : ''
const name = `@foundry-rs/forge-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`

const binary = packaged() ?? 'forge'
const run = spawnSync(binary, process.argv.slice(2), { cwd: root, stdio: 'inherit' })
if (run.error) console.error(`forge: neither the package ${name} nor a forge on PATH could be run: ${run.error.message}`)
process.exitCode = run.status ?? 1

function packaged() {
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', `forge${suffix}`)
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}
