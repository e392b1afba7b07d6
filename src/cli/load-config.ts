// Reads a typed config file: TypeScript or JavaScript whose default export is defineConfig({...}).
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'

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
    const { name, key, got, want, message } = error as Partial<UserError>
    // the config file has its own copy of our modules, so its errors are of another class with the same name
    if (name === 'UserError' && key !== undefined && want !== undefined) throw new UserError(key, got, want)
    throw new UserError(`--config ${file}`, message?.replace(/\s+/g, ' ') ?? String(error), 'a config file that loads')
  }
  if (typeof config !== 'object' || config === null || !('nodes' in config))
    throw new UserError(`--config ${file}`, typeof config, 'a default export made by defineConfig()')
  return config as Config
}
