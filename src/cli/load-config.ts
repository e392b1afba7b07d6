// Reads a typed config file: TypeScript or JavaScript whose default export is defineConfig({...}).
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createJiti } from 'jiti'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import * as firebreak from '../index.ts'

/** The file's `firebreak` is this build, installed or not. */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UserError('--config', file, 'a file that exists')
  const jiti = createJiti(import.meta.url, { fsCache: false, virtualModules: { firebreak } })
  let config: unknown
  try {
    config = await jiti.import(path, { default: true })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `--config ${file}`,
      String(error instanceof Error ? error.message : error).replace(/\s+/g, ' '),
      'a config file that loads',
    )
  }
  if (typeof config !== 'object' || config === null || !('nodes' in config))
    throw new UserError(`--config ${file}`, typeof config, 'a default export made by defineConfig()')
  return config as Config
}
