// Starts local chains that cannot outlive us: a crashed test or a killed drill must leave no process behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Rpc } from './rpc.ts'

export const CHAIN_ID = 31337
/** Mainnet's order of magnitude, so that gas limits in the lab mean what they mean there. */
export const BLOCK_GAS_LIMIT = 60_000_000

export interface AnvilOptions {
  readonly port?: number
  /** Timestamp of the genesis block, in unix seconds. */
  readonly genesisTimeS: number
  /** A state file written by `anvil_dumpState`, unzipped. */
  readonly stateFile?: string
  /** Where `stopAndDump` writes the whole chain. */
  readonly dumpFile?: string
  /** CHAIN_ID without it. */
  readonly chainId?: number
  /** Path of a socket to answer on too. */
  readonly ipc?: string
}

export interface Anvil {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly rpc: Rpc
  stop(): Promise<void>
  /** Writes `dumpFile`, then stops. Much faster than `anvil_dumpState`, which zips. */
  stopAndDump(): Promise<void>
}

const SETPRIV = '/usr/bin/setpriv'
const ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const running = new Set<ChildProcess>()
/** The prepared state takes three seconds to load, and many times that beside other work. */
const START_MS = 60_000
let hooked = false

/** Path of a Foundry tool's native binary: the platform's npm package, else the tool on PATH. */
export function foundryBinary(tool: 'anvil' | 'forge'): string {
  const exe = process.platform === 'win32' ? `${tool}.exe` : tool
  const name = `@foundry-rs/${tool}-${process.platform}-${ARCH[process.arch] ?? process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', exe)
  } catch {
    const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, exe))
    const found = onPath.find((file) => existsSync(file))
    if (found !== undefined) return found
    throw new Error(`${tool} is neither in node_modules nor on PATH: npm install --no-save ${name}@1.7.1`)
  }
}

/** A TCP port on the loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
}

/** A chain that mines only when told to, orders by fee and keeps every historic state. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  hookExit()
  const port = options.port ?? (await freePort())
  const argv = [
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--chain-id',
    `${options.chainId ?? CHAIN_ID}`,
    '--hardfork',
    'prague',
    '--silent',
  ]
  argv.push('--no-mining', '--order', 'fees', '--gas-limit', `${BLOCK_GAS_LIMIT}`, '--timestamp', `${options.genesisTimeS}`)
  // it writes every state to disk, a gigabyte in some minutes, and leaves them where they are when it is killed
  const states = stateFolder()
  argv.push('--preserve-historical-states', '--cache-path', states)
  if (options.stateFile !== undefined) argv.push('--load-state', options.stateFile)
  if (options.ipc !== undefined) argv.push('--ipc', options.ipc)
  if (options.dumpFile !== undefined) argv.push('--dump-state', options.dumpFile)
  const binary = foundryBinary('anvil')
  // The kernel kills the child when we die, even by SIGKILL; setpriv replaces itself, so the pid is anvil's.
  const child = existsSync(SETPRIV)
    ? spawn(SETPRIV, ['--pdeathsig', 'KILL', binary, ...argv], { stdio: 'ignore' })
    : spawn(binary, argv, { stdio: 'ignore' })
  running.add(child)
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  const exited = new Promise<void>((done) => {
    child.once('exit', () => {
      running.delete(child)
      rmSync(states, { recursive: true, force: true })
      done()
    })
  })
  const rpc = new Rpc(`http://127.0.0.1:${port}`)
  const deadline = Date.now() + START_MS
  for (;;) {
    try {
      await rpc.call('eth_chainId')
      break
    } catch (cause) {
      if (failure !== undefined || child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL')
        throw new Error(`anvil did not answer on port ${port} (exit code ${child.exitCode})`, { cause: failure ?? cause })
      }
      await new Promise((retry) => setTimeout(retry, 10))
    }
  }
  const end = async (signal: 'SIGKILL' | 'SIGINT'): Promise<void> => {
    rpc.close()
    child.kill(signal)
    await exited
  }
  return { url: rpc.url, port, pid: child.pid ?? 0, rpc, stop: () => end('SIGKILL'), stopAndDump: () => end('SIGINT') }
}

const STATES = 'firebreak-anvil-'

/** A folder for one chain's states, named after this process; those of processes that are gone are removed. */
function stateFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(STATES)) continue
    const pid = Number(name.slice(STATES.length).split('-')[0])
    if (!isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
  return mkdtempSync(join(tmpdir(), `${STATES}${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function hookExit(): void {
  if (hooked) return
  hooked = true
  const stopAll = (): void => {
    for (const child of running) child.kill('SIGKILL')
  }
  process.on('exit', stopAll)
  // A test worker whose parent vanished would hang for ever, and its chain with it.
  process.once('disconnect', () => process.exit(1))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stopAll()
      process.kill(process.pid, signal)
    })
  }
}
