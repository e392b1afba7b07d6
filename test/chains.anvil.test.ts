// Several chains in one process: each config has its own chain, nodes and record; lines say which chain, and one exit code ends all.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../lab/anvil.ts'
import { openRecordReadOnly } from '../src/record/record.ts'

const BIN = fileURLToPath(new URL('../bin/firebreak.mjs', import.meta.url))
const IDS = [31_337, 4_242] as const

describe('watch with two configs', () => {
  let anvils: Anvil[]
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-chains-'))
    anvils = await Promise.all(IDS.map((chainId) => startAnvil({ genesisTimeS: 1_700_000_000, chainId })))
    for (const [i, anvil] of anvils.entries()) await anvil.rpc.call('anvil_mine', [`0x${(3 + i).toString(16)}`])
  }, 120_000)
  afterAll(async () => {
    for (const anvil of anvils ?? []) await anvil.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Both name their node `a`: what tells them apart is the chain. */
  function configOf(chainId: number, port: number | undefined, dataDir = `data-${chainId}`): string {
    const file = join(folder, `${dataDir}-${port}.config.ts`)
    writeFileSync(
      file,
      `import { blind, chainlinkFeeds, defineConfig } from 'firebreak'
export default defineConfig({
  chain: { id: ${chainId}, fromBlock: 1, blockTimeS: 12 },
  nodes: [{ id: 'a', rpc: ['ws://127.0.0.1:${port}'], dataDir: ${JSON.stringify(join(folder, dataDir))} }],
  watch: [chainlinkFeeds({ chainId: ${chainId}, feeds: [{ name: 'ETH / USD', proxy: '0x${'12'.repeat(20)}' }] })],
  detectors: [blind()],
})
`,
    )
    return file
  }
  async function watch(files: readonly string[], enough: (stdout: string) => boolean, more: readonly string[] = ['--json']) {
    const args = ['watch', ...files.flatMap((file) => ['--config', file]), ...more]
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
    const out = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk) => {
        out[name] += chunk
        if (enough(out.stdout)) child.kill('SIGINT')
      })
    return { code: await new Promise((done) => child.once('exit', done)), ...out }
  }
  type Line = { readonly kind: string; readonly chainId: number; readonly node?: string; readonly block?: number; readonly left?: number }
  const linesOf = (text: string): Line[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)

  test('each follows its own chain, from its first block to its head, into its own record and capture', async () => {
    const files = IDS.map((chainId, i) => configOf(chainId, anvils[i]?.port))
    const whole = (text: string) => linesOf(text.slice(0, text.lastIndexOf('\n') + 1))
    const isReady = (text: string) => IDS.every((id) => whole(text).some((line) => line.kind === 'ready' && line.chainId === id))
    const { code, stdout, stderr } = await watch(files, isReady, ['--json', '--capture', join(folder, 'inputs.jsonl')])
    expect(code).toBe(0)
    const lines = linesOf(stdout)
    for (const [i, chainId] of IDS.entries()) {
      const blocks = lines.filter((line) => line.kind === 'block' && line.chainId === chainId).map(({ block }) => block)
      expect(blocks).toEqual(Array.from({ length: 3 + i }, (_, n) => n + 1))
      expect(stderr).toMatch(new RegExp(`"chainId":${chainId},.*"connected"`))
      const record = openRecordReadOnly(join(folder, `data-${chainId}`))
      expect(record.cursors()).toMatchObject([{ chainId, number: 3 + i }])
      record.close()
      const replayed = await watch([files[i] as string], () => false, ['--json', '--replay', join(folder, `inputs-${chainId}.jsonl`)])
      expect(JSON.parse(replayed.stdout)).toMatchObject({ head: 3 + i })
    }
  })

  test('lines for people begin with the chain', async () => {
    const files = IDS.map((chainId, i) => configOf(chainId, anvils[i]?.port, `people-${chainId}`))
    const { stdout } = await watch(files, (text) => IDS.every((id) => text.includes(`chain ${id} caught up`)), [])
    for (const [i, id] of IDS.entries()) expect(stdout).toContain(`chain ${id} caught up at block ${3 + i}, watching`)
  })

  test('one that fails at the start ends all, with its chain and its reason', async () => {
    const good = configOf(IDS[0], anvils[0]?.port, 'good')
    const bad = configOf(IDS[1], anvils[0]?.port, 'bad')
    const { code, stdout } = await watch([good, bad], () => false)
    expect(code).toBe(2)
    expect(linesOf(stdout).filter((line) => line.left !== undefined)).toMatchObject([
      { kind: 'error', chainId: IDS[1], node: 'a', left: 0 },
    ])
  })

  test.each([
    ['the same chain twice', () => [configOf(IDS[0], 1, 'one'), configOf(IDS[0], 2, 'two')], 'one config a chain'],
    ['the same folder twice', () => [configOf(IDS[0], 1, 'one'), configOf(IDS[1], 2, 'one')], 'a folder of its own for each node'],
  ])('%s is refused', async (_, files, want) => {
    const { code, stderr } = await watch(files(), () => false)
    expect(code).toBe(2)
    expect(stderr).toContain(want)
  })
})
