// Scenarios of somebody else: every file of a folder, TypeScript or JavaScript, whose default export is a scenario.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { FirebreakError, UserError } from '../core/errors.ts'
import type { Scenario } from '../scenario.ts'
import { checkScenario } from '../tools/drill-scenario-schema.ts'

const SCENARIO_FILE = /^[^._].*\.(ts|mts|js|mjs)$/
const OTHER_FILE = /\.(test|spec|d)\.[^.]+$/

/** In the order of their names. The files' `firebreak/scenario` and `firebreak/lab` are those of this checkout. */
export async function loadScenarios(folder: string, ownIds: readonly string[]): Promise<readonly Scenario[]> {
  const path = resolve(folder)
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new UserError('--scenarios', folder, 'a folder with scenario files')
  const files = readdirSync(path)
    .filter((name) => SCENARIO_FILE.test(name) && !OTHER_FILE.test(name))
    .sort()
  if (files.length === 0) throw new UserError('--scenarios', folder, 'a folder with at least one scenario file (.ts, .mts, .js or .mjs)')
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, alias: aliases() })
  const fileOf = new Map<string, string>()
  const loaded: Scenario[] = []
  for (const file of files) {
    const scenario = checkScenario(file, await load(jiti, join(path, file), file))
    const taken = ownIds.includes(scenario.id) ? 'a scenario of the lab' : fileOf.get(scenario.id)
    if (taken) throw new UserError(`${file}: id`, scenario.id, `an id of its own; ${taken} has this one`)
    fileOf.set(scenario.id, file)
    loaded.push(scenario)
  }
  return loaded
}

async function load(jiti: ReturnType<typeof createJiti>, path: string, file: string): Promise<unknown> {
  try {
    const module = await jiti.import<Readonly<Record<string, unknown>>>(path)
    return module['default']
  } catch (error) {
    if (error instanceof FirebreakError) throw error
    throw new UserError(file, error instanceof Error ? error.message : String(error), 'a scenario file that loads')
  }
}

function aliases(): Record<string, string> {
  const own = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  return {
    'firebreak/scenario': at(`../scenario${own}`),
    'firebreak/lab': at('../../lab/kit.ts'),
    firebreak: at(`../index${own}`),
  }
}
