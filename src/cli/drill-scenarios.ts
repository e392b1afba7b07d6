// Scenarios of somebody else: every file of a folder, TypeScript or JavaScript, whose default export is a scenario.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
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
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, virtualModules: await ownModules() })
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

/** What the files import of us is what runs already: read once, and an error of theirs is of our class. */
async function ownModules(): Promise<Record<string, unknown>> {
  const lab = new URL('../../lab/kit.ts', import.meta.url).href
  return {
    'firebreak/scenario': await import('../scenario.ts'),
    'firebreak/lab': await import(lab),
    firebreak: await import('../index.ts'),
  }
}
