// `firebreak init` on a real Aave v3.0: what it writes loads, passes `check`, and holds what the chain says; what is wrong is named.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { type PreparedState, preparedState } from '../../lab/prepared.ts'
import { type Between, between, type Twist } from '../../test/support/between.ts'
import { poolOfRevision7 } from '../../test/support/other-pool.ts'
import { secondGuard } from '../../test/support/second-guard.ts'
import type { Hex } from '../core/flow.ts'
import { watchedThings } from './check-watched.ts'
import { readChain } from './init-read.ts'
import { loadConfig } from './load-config.ts'
import { type Look, lookAt } from './look.ts'

let prepared: PreparedState
let anvil: Anvil
let folder: string
let pool: Hex
let guard: Hex
beforeAll(async () => {
  prepared = await preparedState({ log: (line) => console.log(line) })
  anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  folder = mkdtempSync(join(tmpdir(), 'firebreak-init-'))
  pool = prepared.deployment.pool.toLowerCase() as Hex
  guard = prepared.deployment.guard.toLowerCase() as Hex
})
afterAll(async () => {
  await anvil.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function firebreak(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const bin = fileURLToPath(new URL('../../bin/firebreak.mjs', import.meta.url))
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (out[name] += chunk))
  const code = await new Promise<number | null>((done) => child.once('close', (exit) => done(exit)))
  return { ...out, code }
}
const withLook = async <T>(url: string, work: (look: Look) => Promise<T>): Promise<T> => {
  const look = await lookAt(url)
  try {
    return await work(look)
  } finally {
    look.close()
  }
}
const read = (url: string, wanted: { pool: Hex; guard: Hex | undefined }, said: string[] = []) =>
  withLook(url, (look) => readChain(look, wanted, (text) => said.push(text)))
const through = async <T>(twist: Twist, work: (proxy: Between) => Promise<T>): Promise<T> => {
  const proxy = await between(anvil.url, twist)
  try {
    return await work(proxy)
  } finally {
    await proxy.close()
  }
}
const aside = async <T>(work: () => Promise<T>): Promise<T> => {
  const snapshot = await anvil.rpc.call('evm_snapshot')
  try {
    return await work()
  } finally {
    await anvil.rpc.call('evm_revert', [snapshot])
  }
}

describe('the command', () => {
  test('init --yes writes a config that loads, says what the chain says, and passes check', async () => {
    const args = ['init', '--yes', '--protocol', 'aave-v3', '--address', pool, '--guard', guard, '--rpc', 'env:FIREBREAK_RPC']
    const env = { FIREBREAK_RPC: anvil.url }
    const made = await firebreak(args, env)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toContain('firebreak check --config firebreak.config.ts')
    expect(made.stdout).not.toContain('\u001b')

    const { deployment } = prepared
    const file = join(folder, 'firebreak.config.ts')
    const config = await loadConfig(file)
    expect(config.nodes).toEqual([{ id: 'a', rpc: { env: 'FIREBREAK_RPC' }, dataDir: '.firebreak' }])
    expect(config.quorum?.signers).toEqual(deployment.nodes.map(({ address }) => address.toLowerCase()))
    expect(config.quorum).toMatchObject({ k: deployment.quorum.k, windowS: deployment.quorum.windowS })
    const { feeds, pools } = watchedThings(config)
    expect(new Set(feeds.map(({ proxy }) => proxy))).toEqual(new Set(deployment.feeds.map(({ proxy }) => proxy.toLowerCase())))
    expect(pools[0]).toMatchObject({ pool, guard: { address: guard, configurator: deployment.configurator.toLowerCase() } })
    expect(pools[0]?.guard?.assets).toEqual(
      deployment.assets.map(({ address, decimals, symbol }) => ({ address: address.toLowerCase(), decimals, symbol })),
    )

    // the rest of what the entries hash to is compared by check
    const checked = await firebreak(['check', '--json'], env)
    const { passed, checks } = JSON.parse(checked.stdout) as { passed: boolean; checks: { name: string; result: string; about: string }[] }
    expect(checks.filter(({ result }) => result === 'failure')).toEqual([])
    expect([passed, checked.code]).toEqual([true, 0])
    expect(checks.find(({ about }) => about.includes('entries live'))).toMatchObject({ result: 'ok' })
    expect(checked.stderr).toContain('asking')

    // never over what is there, unless told so
    const before = readFileSync(file, 'utf8')
    const again = await firebreak(args, env)
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('--force')
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('without a terminal a missing value is an error that names its flag, and nothing is written', async () => {
    const { code, stderr } = await firebreak(['init', '--protocol', 'aave-v3', '--rpc', anvil.url, '--out', 'no.config.ts'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^firebreak: --address: got nothing; want/)])
    expect(existsSync(join(folder, 'no.config.ts'))).toBe(false)
  })
})

describe('what is read', () => {
  test("the pool's first block, by its code", async () => {
    const found = await read(anvil.url, { pool, guard: undefined })
    expect(found).toMatchObject({ fromBlockBy: 'code', revision: '3.0', chainName: 'lab', blockTimeS: undefined })
    const code = (block: number) => anvil.rpc.call<Hex>('eth_getCode', [pool, `0x${block.toString(16)}`])
    expect(await code(found.fromBlock)).not.toBe('0x')
    expect(await code(found.fromBlock - 1)).toBe('0x')
  })

  test('who rules: the timelock and the Safe, not the Guard', async () => {
    const { authorities } = await read(anvil.url, { pool, guard })
    const { timelock, safe } = prepared.deployment
    expect(authorities).toMatchObject({ timelocks: [timelock.toLowerCase()], safes: [safe.toLowerCase()] })
    expect(authorities.others.map(({ address }) => address)).not.toContain(guard)
  })

  test('an endpoint without old state: the present block, and it is said', async () => {
    const head = `0x${prepared.head.number.toString(16)}`
    const twist: Twist = (method, params) => (method === 'eth_getCode' && params[1] !== head ? { error: 'missing trie node' } : undefined)
    const said: string[] = []
    const found = await through(twist, ({ url }) => read(url, { pool, guard: undefined }, said))
    expect(found).toMatchObject({ fromBlock: prepared.head.number, fromBlockBy: 'head' })
    expect(said.join('\n')).toContain('missing trie node')
  })

  test('an endpoint that lends no code and serves no logs reads the same, call by call', async () => {
    const twist: Twist = (method, params) => {
      if (method === 'eth_getLogs') return { error: 'query exceeds max block range' }
      return method === 'eth_call' && params.length > 2
        ? { error: 'the method eth_call does not exist with overrides, unsupported' }
        : undefined
    }
    const plain = await read(anvil.url, { pool, guard })
    const found = await through(twist, ({ url }) => read(url, { pool, guard }))
    expect({ ...found, authorities: 0 }).toEqual({ ...plain, authorities: 0 })
  })
})

describe('what is refused', () => {
  test('an address without code, a contract that is no pool, a Guard that is none', async () => {
    const nobody: Hex = '0x00000000000000000000000000000000000000aa'
    await expect(read(anvil.url, { pool: nobody, guard: undefined })).rejects.toThrow(
      /^--address: got "0x0{38}aa"; want .*contract on chain/,
    )
    const token = prepared.deployment.assets[0]?.address.toLowerCase() as Hex
    await expect(read(anvil.url, { pool: token, guard: undefined })).rejects.toThrow(/POOL_REVISION\(\) reverts; known are 1 \(v3.0\)/)
    await expect(read(anvil.url, { pool, guard: token })).rejects.toThrow(/^--guard: .*a Firebreak Guard/)
  })

  test('a pool of an unknown revision, by its revision and the known ones', () =>
    aside(async () => {
      await anvil.rpc.call('anvil_setCode', [pool, poolOfRevision7(prepared.deployment.provider)])
      await expect(read(anvil.url, { pool, guard: undefined })).rejects.toThrow(/reports revision 7; known are 1 \(v3.0\)/)
    }))
})

describe('a Guard with other times', () => {
  test('its entries are found by its events; what only some assets have is left out and said', () =>
    aside(async () => {
      const times = { expiryS: 700, hardCapS: 7_000, cooldownS: 100 }
      const [first, second] = prepared.deployment.assets
      const added = (action: string, symbol: string) =>
        (action === 'freeze' && (symbol === first?.symbol || symbol === second?.symbol)) ||
        (action === 'supplyCap' && symbol === second?.symbol)
      const other = await secondGuard(anvil, prepared, times, added)
      const { guard: found } = await read(anvil.url, { pool, guard: other })
      expect(found).toMatchObject({ times, actions: ['freeze'], partly: ['supplyCap'], entries: 3, k: 1, signers: [expect.any(String)] })
      expect(found?.assets.map(({ symbol }) => symbol)).toEqual([first?.symbol, second?.symbol])

      // without the events the usual times stand, and no entry is found
      const said: string[] = []
      const blind = await through(
        (method) => (method === 'eth_getLogs' ? { error: 'range too large' } : undefined),
        ({ url }) => read(url, { pool, guard: other }, said),
      )
      expect(blind.guard).toMatchObject({ times: { expiryS: 600 }, entries: 0 })
      expect(said.join()).toContain('range too large')
    }))
})
