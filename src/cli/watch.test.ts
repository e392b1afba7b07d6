// The command as a user runs it: what it prints where, and how it ends.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { honest, scriptedBlock } from '../../test/support/scripted-chain.ts'
import { type ScriptedRpc, startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import type { Hex } from '../core/flow.ts'
import { finding } from '../record/record.builders.ts'
import { openRecord, openRecordReadOnly } from '../record/record.ts'
import type { LabDeployment } from '../tools/lab-module.ts'
import { writeConfig } from './drill-nodes.ts'

const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
/** By ascending address, as a Guard's signers. */
const nodeKeys = [2, 1].map((n) => ({ address: privateKeyToAccount(word(n)).address, privateKey: word(n) }))
const chain = (keys = nodeKeys): Omit<LabDeployment, 'guardEntries'> => ({
  chainId: 31_337,
  deployBlock: 1,
  pool: at(1),
  configurator: at(2),
  dataProvider: at(3),
  guard: at(4),
  assets: [{ address: at(5), decimals: 18, symbol: 'LINK' }],
  feeds: [{ id: 'LINK', proxy: at(6) }],
  secondFeeds: [{ id: 'LINK-second', symbol: 'LINK', proxy: at(7) }],
  pools: [],
  uniswap: { factory: at(8), router: at(9), positionManager: at(10) },
  aclManager: at(11),
  safe: at(12),
  timelock: at(13),
  riskSteward: at(14),
  liquidatorContract: at(15),
  nodes: keys,
  quorum: { k: 1, windowS: 120 },
})

let folder: string
let servers: ScriptedRpc[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-watch-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) await server.close()
  rmSync(folder, { recursive: true, force: true })
})
const serve = async (chainId = 31_337): Promise<number> => {
  const server = await startScriptedRpc(honest(() => [scriptedBlock(0)], chainId))
  servers.push(server)
  return Number(new URL(server.http).port)
}
/** Ended by SIGINT once `enough` says so. */
async function watch(args: readonly string[], enough: (stdout: string, stderr: string) => boolean = () => false) {
  const bin = fileURLToPath(new URL('../../bin/firebreak.mjs', import.meta.url))
  const child = spawn(process.execPath, [bin, 'watch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      out[name] += chunk
      if (enough(out.stdout, out.stderr)) child.kill('SIGINT')
    })
  const code = await new Promise<number | null>((done) => child.once('exit', (exit) => done(exit)))
  return { ...out, code }
}

describe('firebreak watch', () => {
  test('--armed with a key that is no signer: named with the signers, never shown', async () => {
    const written = writeConfig(join(folder, 'nodes'), chain(), [1, 2], 300)
    writeFileSync(join(written.dataDirs[1] ?? '', 'key'), word(9))
    chmodSync(join(written.dataDirs[0] ?? '', 'key'), 0o644)
    const { code, stderr } = await watch(['--config', written.file, '--armed'])
    expect(code).toBe(2)
    const own = privateKeyToAccount(word(9)).address.toLowerCase()
    expect(stderr).toContain(`config.nodes.b.key: got "the key of ${own}"`)
    for (const { address, privateKey } of nodeKeys) {
      expect(stderr).toContain(address.toLowerCase())
      expect(stderr).not.toContain(privateKey.slice(2))
    }
    // on the way there: the other node's key file is open to all
    expect(stderr).toMatch(/"level":"warn".*"node":"a".*can be read or changed by others.*chmod 600/)
  })

  test('a node that fails at the start, here by the wrong chain, stops all: exit code 2', async () => {
    const written = writeConfig(join(folder, 'nodes'), chain(), [await serve(), await serve(5)], 300)
    const { code, stdout, stderr } = await watch(['--config', written.file, '--json'])
    expect(code).toBe(2)
    expect(stdout).toMatch(/"node":"b","kind":"error","error":"UserError: .*chain 5.*","ended":true,"left":0/)
    expect(stderr).toMatch(/"level":"error".*"node":"b"/)
    expect(stderr).toContain('firebreak: endpoint ws://')
  })

  test('a folder in use: nobody starts', async () => {
    const written = writeConfig(join(folder, 'nodes'), chain(), [await serve(), await serve()], 300)
    const holder = openRecord({ folder: written.dataDirs[1] ?? '', nodeId: 'b' })
    const { code, stderr } = await watch(['--config', written.file])
    holder.close()
    expect(code).toBe(2)
    expect(stderr).toContain(`is in use by process ${process.pid}`)
  })

  test('alerts that wait in the record are told once, and then no more; what goes on at the edge is on stderr', async () => {
    const written = writeConfig(join(folder, 'nodes'), chain([nodeKeys[0] as (typeof nodeKeys)[0]]), [await serve()], 300)
    const dataDir = written.dataDirs[0] ?? ''
    const record = openRecord({ folder: dataDir, nodeId: 'a' })
    record.append([finding(7, 'critical'), finding(8, 'medium'), finding(9, 'high')])
    record.close()
    const connected = (_: string, stderr: string) => stderr.includes('"connected"')
    const first = await watch(['--config', written.file, '--json'], connected)
    expect(first.code).toBe(0)
    const told = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line['kind'] === 'alert')
    expect(told(first.stdout)).toMatchObject([
      { node: 'a', block: 7, severity: 'critical', finding: { id: 'f7' } },
      { node: 'a', block: 9, severity: 'high', finding: { id: 'f9' } },
    ])
    expect(first.stdout).not.toContain('"connected"')
    const reader = openRecordReadOnly(dataDir)
    expect(reader.status().pendingAlerts).toBe(0)
    reader.close()
    const second = await watch(['--config', written.file, '--json', '--log-level', 'debug'], connected)
    expect(told(second.stdout)).toEqual([])
    expect(
      second.stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ msg: 'connected' }])
  })
})
