// Where a secret is named by config, here is where it is read: environment or file, never the command line.
import { readFileSync } from 'node:fs'
import type { Config, SecretRef } from '../config.ts'
import { UserError } from '../core/errors.ts'

export function readSecret(key: string, ref: SecretRef): string {
  if ('env' in ref) {
    const value = process.env[ref.env]
    if (!value) throw new UserError(key, `environment variable ${ref.env}`, 'a variable that is set')
    return value.trim()
  }
  try {
    return readFileSync(ref.file, 'utf8').trim()
  } catch (error) {
    throw new UserError(key, ref.file, `a file that can be read (${(error as NodeJS.ErrnoException).code ?? 'failed'})`)
  }
}

/** The addresses of a node's endpoints, in order of preference. */
export const endpointsOf = ({ id, rpc }: Pick<Config['nodes'][number], 'id' | 'rpc'>): readonly string[] =>
  [rpc].flat().map((ref) => (typeof ref === 'string' ? ref : readSecret(`config.nodes.${id}.rpc`, ref)))
