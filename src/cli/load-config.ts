// Reads a typed config file: TypeScript or JavaScript whose default export is defineConfig({...}).
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import type { Config } from '../config.ts'
import { FirebreakError, UserError } from '../core/errors.ts'

/** The file's `firebreak` is this build, installed or not. */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UserError('--config', file, 'a file that exists')
  const own = import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js'
  const jiti = createJiti(import.meta.url, { fsCache: false, alias: { firebreak: fileURLToPath(new URL(own, import.meta.url)) } })
  let config: unknown
  try {
    config = await jiti.import(path, { default: true })
  } catch (error) {
    if (error instanceof FirebreakError) throw error
    throw new UserError(`--config ${file}`, (error as Error).message, 'a config file that loads')
  }
  if (typeof config !== 'object' || config === null || !('nodes' in config))
    throw new UserError(`--config ${file}`, typeof config, 'a default export made by defineConfig()')
  return config as Config
}
