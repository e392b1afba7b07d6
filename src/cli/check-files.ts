// What a config names on this machine: endpoints and keys by reference, key files for their owner alone, folders that can be written.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config, EndpointRef, SecretRef } from '../config.ts'
import type { Hex } from '../core/flow.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'
import { loadWallet } from '../respond/wallet.ts'
import { type Check, failure, ok, warning } from './check-list.ts'
import { holdsKey, isOpenToOthers } from './endpoint-key.ts'
import { readSecret } from './secrets.ts'

type Node = Config['nodes'][number]

export interface Local {
  readonly checks: readonly Check[]
  /** Endpoints by node, as far as they could be read. */
  readonly endpoints: ReadonlyMap<string, readonly string[]>
  /** Signers' addresses by node. */
  readonly signers: ReadonlyMap<string, Hex>
}

/** @param offline what is only in the environment of another machine is a warning then, not a failure */
export function checkFiles({ nodes, quorum }: Config, offline: boolean): Local {
  const checks: Check[] = []
  const endpoints = new Map<string, readonly string[]>()
  const signers = new Map<string, Hex>()
  for (const node of nodes) {
    endpoints.set(
      node.id,
      [node.rpc].flat().flatMap((rpc, i) => checkEndpoint(i === 0 ? node.id : `${node.id} ${i + 1}`, node.id, rpc, offline, checks) ?? []),
    )
    const signer = checkKey(node, quorum?.signers, offline, checks)
    if (signer !== undefined) signers.set(node.id, signer)
    checks.push(checkFolder(node))
  }
  const shared = [...endpoints].filter(([id, own]) =>
    [...endpoints].some(([other, its]) => other < id && its.some((one) => own.includes(one))),
  )
  if (shared.length > 0)
    checks.push(
      warning(
        'endpoints',
        `${shared.map(([id]) => id).join(', ')} share one with another node`,
        'one provider a node: who controls it decides what they see',
      ),
    )
  const twice = [...signers].filter(([id, signer]) => [...signers].some(([other, same]) => other < id && same === signer))
  for (const [id, signer] of twice) checks.push(failure(`key ${id}`, `is that of another node too: ${signer}`, 'one key a node'))
  return { checks, endpoints, signers }
}

function checkEndpoint(which: string, id: string, rpc: EndpointRef, offline: boolean, checks: Check[]): string | undefined {
  const name = `rpc ${which}`
  let endpoint: string
  if (typeof rpc === 'string') endpoint = rpc
  else
    try {
      endpoint = readSecret(`config.nodes.${id}.rpc`, rpc)
    } catch (error) {
      const mend = 'env' in rpc ? `export ${rpc.env}=wss://...` : `write the address into ${rpc.file}, mode 600`
      checks.push((offline ? warning : failure)(name, (error as Error).message, mend))
      return undefined
    }
  const { name: shown } = nameEndpoint(endpoint)
  if (typeof rpc === 'string' && holdsKey(rpc)) {
    const mend = "export FIREBREAK_RPC=<address> and write rpc: { env: 'FIREBREAK_RPC' }"
    checks.push(failure(name, `config.nodes.${id}.rpc ${shown} seems to hold a key, in every copy of this config`, mend))
  } else if (isOpenToOthers(endpoint)) {
    checks.push(warning(name, `${shown} is not encrypted: whoever is in between can change its answers`, 'wss: or https:'))
  } else checks.push(ok(name, `${shown}${typeof rpc === 'string' ? '' : `, from ${placeOf(rpc)}`}`))
  return endpoint
}

function checkKey({ id, key }: Node, signers: readonly Hex[] | undefined, offline: boolean, checks: Check[]): Hex | undefined {
  const name = `key ${id}`
  if (!key) {
    checks.push(ok(name, 'none: this node observes'))
    return undefined
  }
  if (offline && 'env' in key && !process.env[key.env]) {
    checks.push(warning(name, `environment variable ${key.env} is not set here`, `export ${key.env}=<64 hex digits> where the node runs`))
    return undefined
  }
  let open: string | undefined
  try {
    const wallet = loadWallet(key, (text) => {
      open = text
    })
    if (open !== undefined) checks.push(failure(name, open.replace(/: chmod.*$/, ''), `chmod 600 ${'file' in key ? key.file : ''}`))
    if (signers && !signers.includes(wallet.address)) {
      const about = `${placeOf(key)} holds the key of ${wallet.address}, which is none of config.quorum.signers ${signers.join(', ')}`
      checks.push(failure(name, about, 'the key of a signer, or governance makes this address one (setSigners)'))
    } else if (open === undefined) checks.push(ok(name, `${placeOf(key)}, of ${wallet.address}`))
    return wallet.address
  } catch (error) {
    checks.push(
      failure(
        name,
        (error as Error).message,
        'file' in key ? `64 hex digits in ${key.file}, chmod 600` : `export ${key.env}=<64 hex digits>`,
      ),
    )
    return undefined
  }
}

function checkFolder({ id, dataDir }: Node): Check {
  const name = `folder ${id}`
  // the first of it that is there decides whether the rest can be made
  let there = resolve(dataDir)
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  try {
    if (!statSync(there).isDirectory()) return failure(name, `${there} is a file`, `another config.nodes.${id}.dataDir`)
    accessSync(there, constants.W_OK | constants.X_OK)
  } catch {
    return failure(
      name,
      `${dataDir} can not be written: ${there} is not ours`,
      `chown or chmod u+rwx ${there}, or another config.nodes.${id}.dataDir`,
    )
  }
  if (there !== resolve(dataDir)) return ok(name, `${dataDir} will be made`)
  if (process.platform !== 'win32' && (statSync(there).mode & 0o077) !== 0 && existsSync(join(there, 'firebreak.db')))
    return warning(name, `${dataDir} can be read by others`, `chmod 700 ${dataDir}`)
  return ok(name, `${dataDir} can be written`)
}

const placeOf = (ref: SecretRef): string => ('env' in ref ? `environment variable ${ref.env}` : ref.file)
