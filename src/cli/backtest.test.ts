import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { CHAIN_ID, FEED } from '../../test/builders.ts'
import { openHistory } from '../history/history.ts'
import { ATTACK_BLOCK, chain } from '../tools/backtest/backtest.builders.ts'
import { type BacktestCommand, backtest } from './backtest.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-cli-backtest-'))
  writeFileSync(
    join(folder, 'firebreak.config.ts'),
    `import { chainlinkFeeds, defineConfig, oracleJump } from 'firebreak'
export default defineConfig({
  chain: { id: ${CHAIN_ID}, fromBlock: 1 },
  nodes: [{ id: 'a', rpc: 'ws://127.0.0.1:1', dataDir: ${JSON.stringify(folder)} }],
  watch: [chainlinkFeeds({ chainId: ${CHAIN_ID}, feeds: [{ name: 'ETH / USD', proxy: '${FEED}' }] })],
  detectors: [oracleJump()],
})
`,
  )
  openHistory(join(folder, 'history'), CHAIN_ID).append(chain(130), 'capture')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

async function run(more: Partial<BacktestCommand> = {}) {
  const out: string[] = []
  const err: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line))
  vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(line))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  await backtest({ config: join(folder, 'firebreak.config.ts'), fresh: false, ...more })
  return { out: out.join('\n'), err: err.join('\n') }
}

describe('firebreak backtest', () => {
  test("all of the first node's history, as text; rates on stderr only", async () => {
    const { out, err } = await run()
    expect(out).toContain(`blocks 1 to 130`)
    expect(out).toMatch(new RegExp(`block ${ATTACK_BLOCK} {2}critical oracle-jump`))
    expect(out).not.toContain('blocks/s')
    expect(err).toMatch(/130 blocks and 130 logs in .* s: \d+ blocks\/s, \d+ logs\/s/)
  })

  test('the document in a file and on stdout are the same bytes, the page is beside it', async () => {
    const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')]
    await run({ json, html })
    const { out, err } = await run({ json: true })
    expect(out).toBe(readFileSync(json, 'utf8'))
    expect(err).toContain('all findings: ')
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/)
  })

  test.each([
    [{ from: 10, to: 5 }, '--from: got 10; want a block at or before --to, 5'],
    [{ from: 500, to: 600 }, '--from, --to: got "blocks 500 to 600"; want blocks that are there: 1 to 130'],
    [{ folder: 'not-there' }, 'history in not-there: got "no block of chain 1"; want blocks: `firebreak import --help` says how'],
    [{ labels: 'not-there.json' }, '--labels not-there.json'],
  ])('%j is refused', async (more, message) => {
    await expect(run(more)).rejects.toThrow(message)
  })
})
