// The libraries that figures are compared with. viem is ours anyway, ox comes with it, ethers has a folder of its own (bench/rivals).
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AbiEvent } from 'viem'
import type { RawLog } from '../../src/decode/decoder.ts'

export interface Rivals {
  readonly ox: Ox | undefined
  readonly ethers: Ethers | undefined
}
export interface Ox {
  from(event: AbiEvent): unknown
  decode(event: unknown, log: RawLog): unknown
}
export interface Ethers {
  interfaceOf(event: AbiEvent): { parseLog(log: RawLog): unknown }
  provider(url: string, chainId: number): { getLogs(filter: object): Promise<readonly RawLog[]>; destroy(): void }
}

/** Those that can be found; `npm run bench` installs ethers first. */
export async function rivals(): Promise<Rivals> {
  return { ox: await findOx(), ethers: await findEthers() }
}

async function findOx(): Promise<Ox | undefined> {
  try {
    const path = createRequire(import.meta.resolve('viem')).resolve('ox')
    return ((await import(pathToFileURL(path).href)) as { AbiEvent: Ox }).AbiEvent
  } catch {
    return undefined
  }
}

async function findEthers(): Promise<Ethers | undefined> {
  const path = join(import.meta.dirname, '../rivals/node_modules/ethers/lib.esm/index.js')
  if (!existsSync(path)) return undefined
  const { Interface, JsonRpcProvider } = (await import(pathToFileURL(path).href)) as {
    Interface: new (abi: readonly AbiEvent[]) => { parseLog(log: RawLog): unknown }
    JsonRpcProvider: new (url: string, chainId: number, options: object) => ReturnType<Ethers['provider']>
  }
  return {
    interfaceOf: (event) => new Interface([event]),
    provider: (url, chainId) => new JsonRpcProvider(url, chainId, { staticNetwork: true }),
  }
}
