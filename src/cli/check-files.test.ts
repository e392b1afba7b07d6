// A config on this machine: references that can be read, key files for their owner alone, folders that can be written.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../config.ts'
import type { Hex } from '../core/flow.ts'
import { checkFiles } from './check-files.ts'

const secret = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const signerOf = (n: number): Hex => privateKeyToAccount(secret(n)).address.toLowerCase() as Hex
type Node = Config['nodes'][number]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-check-'))
  process.env['CHECK_TEST_RPC'] = 'wss://eth.example.org/v2/abcdefghijklmnopqrstuvwxyz012345'
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  delete process.env['CHECK_TEST_RPC']
})
const keyFile = (n: number, mode = 0o600): { file: string } => {
  const file = join(folder, `key${n}-${mode}`)
  writeFileSync(file, secret(n))
  chmodSync(file, mode)
  return { file }
}
const node = (over: Partial<Node> = {}): Node => ({ id: 'a', rpc: 'ws://127.0.0.1:1', dataDir: join(folder, 'data'), ...over })
const config = (nodes: readonly Node[], signers: readonly Hex[] = [signerOf(1), signerOf(2)]): Config =>
  ({ nodes, quorum: { signers, k: 1, windowS: 120 } }) as unknown as Config
const check = (over: Partial<Node>, offline = false) => checkFiles(config([node(over)]), offline)
const found = (over: Partial<Node>, name: string, offline = false) => check(over, offline).checks.filter((one) => one.name === name)

describe('endpoints', () => {
  test('a plain address, and one by reference, shown without its key', () => {
    expect(found({}, 'rpc a')).toMatchObject([{ result: 'ok', about: 'ws://127.0.0.1:1' }])
    const { checks, endpoints } = check({ rpc: { env: 'CHECK_TEST_RPC' } })
    expect(checks.find(({ name }) => name === 'rpc a')).toMatchObject({ result: 'ok' })
    expect(JSON.stringify(checks)).not.toContain('abcdefghij')
    expect(endpoints.get('a')).toEqual([process.env['CHECK_TEST_RPC']])
  })
  test('a key in the config fails, and is not shown', () => {
    const [one] = found({ rpc: process.env['CHECK_TEST_RPC'] ?? '' }, 'rpc a')
    expect(one).toMatchObject({ result: 'failure', mend: expect.stringContaining("{ env: 'FIREBREAK_RPC' }") })
    expect(JSON.stringify(one)).not.toContain('abcdefghij')
  })
  test('a variable that is not set: a failure here, a warning offline', () => {
    const rpc = { env: 'CHECK_TEST_NOT_SET' }
    expect(found({ rpc }, 'rpc a')).toMatchObject([{ result: 'failure', about: expect.stringContaining('CHECK_TEST_NOT_SET') }])
    expect(found({ rpc }, 'rpc a', true)).toMatchObject([{ result: 'warning' }])
  })
  test('plain text to another machine, and one endpoint for two nodes, are warnings', () => {
    expect(found({ rpc: 'ws://node.example.org' }, 'rpc a')).toMatchObject([{ result: 'warning' }])
    const { checks } = checkFiles(config([node(), node({ id: 'b', dataDir: join(folder, 'b') })]), false)
    expect(checks.find(({ name }) => name === 'endpoints')).toMatchObject({ result: 'warning', about: 'b share one with another node' })
  })
})

describe('keys', () => {
  test('for its owner alone and of a signer: fine', () => {
    const { checks, signers } = check({ key: keyFile(1) })
    expect(checks.find(({ name }) => name === 'key a')).toMatchObject({ result: 'ok' })
    expect(signers.get('a')).toBe(signerOf(1))
    expect(JSON.stringify(checks)).not.toContain(secret(1).slice(2))
  })
  test.each([0o644, 0o640, 0o604, 0o620])('mode %o is a failure with the command that mends it', (mode) => {
    const key = keyFile(1, mode)
    expect(found({ key }, 'key a')).toMatchObject([
      { result: 'failure', about: expect.stringContaining('mode'), mend: `chmod 600 ${key.file}` },
    ])
  })
  test('of somebody who is no signer, not there, not a key', () => {
    expect(found({ key: keyFile(9) }, 'key a')).toMatchObject([{ result: 'failure', about: expect.stringContaining(signerOf(9)) }])
    expect(found({ key: { file: join(folder, 'none') } }, 'key a')).toMatchObject([{ result: 'failure' }])
    const bad = join(folder, 'bad')
    writeFileSync(bad, 'nonsense-that-must-not-be-shown', { mode: 0o600 })
    const [one] = found({ key: { file: bad } }, 'key a')
    expect(one).toMatchObject({ result: 'failure' })
    expect(JSON.stringify(one)).not.toContain('nonsense')
  })
  test('one key for two nodes', () => {
    const key = keyFile(1)
    const { checks } = checkFiles(config([node({ key }), node({ id: 'b', dataDir: 'b', rpc: 'ws://127.0.0.1:2', key })]), false)
    expect(checks.find(({ name }) => name === 'key b')).toBeDefined()
    expect(checks.filter(({ result }) => result === 'failure')).toMatchObject([
      { name: 'key b', about: expect.stringContaining(signerOf(1)) },
    ])
  })
})

describe('folders', () => {
  test('not there yet, there, and a file in its place', () => {
    expect(found({ dataDir: join(folder, 'x', 'y') }, 'folder a')).toMatchObject([
      { result: 'ok', about: expect.stringContaining('will be made') },
    ])
    mkdirSync(join(folder, 'data'))
    expect(found({}, 'folder a')).toMatchObject([{ result: 'ok', about: expect.stringContaining('can be written') }])
    writeFileSync(join(folder, 'file'), '')
    expect(found({ dataDir: join(folder, 'file') }, 'folder a')).toMatchObject([{ result: 'failure' }])
    expect(found({ dataDir: join(folder, 'file', 'x') }, 'folder a')).toMatchObject([{ result: 'failure' }])
  })
})
