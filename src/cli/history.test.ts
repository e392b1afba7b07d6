import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quietFrom } from '../history/history.builders.ts'
import { openHistory } from '../history/history.ts'
import { type HistoryOptions, history } from './history.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-cli-history-'))
})
afterEach(() => {
  process.exitCode = 0
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

function said(options: Partial<HistoryOptions> = {}, where = folder): string {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  log.mockClear()
  history(where, { verify: false, json: false, ...options })
  return log.mock.calls.map(([line]) => String(line)).join('\n')
}

test('ranges, gaps, share of blocks read; a node folder stands for the history in it', () => {
  const kept = join(folder, 'history')
  openHistory(kept, 1).append(quietFrom(10, 19, { readsState: 'asked' }), 'live')
  openHistory(kept, 1).append(quietFrom(25, 34), 'rpc')
  openHistory(kept, 1).append(quietFrom(20, 21), 'rpc')
  openHistory(kept, 5).append(quietFrom(1, 1), 'cryo')
  const lines = said().split('\n')
  expect(lines[2]).toMatch(/^10 +21 +12 +0 +0 +83\.3 % .*live, rpc$/)
  expect(lines[3]).toMatch(/^25 +34 +10 +0 +0 +0\.0 % .*rpc$/)
  expect(lines[4]).toBe('gap: 22 to 24, 3 blocks')
  expect(lines[5]).toBe(`chain 5 in ${join(kept, '5')}`)
  expect(said({ chain: 5, verify: true }, kept)).toMatch(/^chain 5 [\s\S]*every byte is what was written$/)
  expect(JSON.parse(said({ json: true, chain: 1 }))).toMatchObject({
    chains: [{ chainId: 1, gaps: [{ fromBlock: 22, toBlock: 24 }], problems: [] }],
  })
  expect(process.exitCode ?? 0).toBe(0)
})

test('--verify names what is damaged and ends with 1', () => {
  openHistory(folder, 1).append(quietFrom(1, 9), 'rpc')
  const file = join(folder, '1', readdirSync(join(folder, '1')).find((name) => name === '1-9') ?? '', 'blocks.seg')
  const bytes = readFileSync(file)
  const at = bytes.length - 300 // in the hashes or what follows them
  bytes[at] = (bytes[at] as number) ^ 1
  writeFileSync(file, bytes)
  expect(said()).toMatch(/1 +9 +9/)
  expect(process.exitCode ?? 0).toBe(0)
  expect(said({ verify: true })).toMatch(new RegExp(`no blocks\ndamaged: ${file}: .*\nwhat is damaged is not read`))
  expect(process.exitCode).toBe(1)
})

test('nothing there, or not of this chain, is an error that says so', () => {
  expect(() => said()).toThrow(/want a folder that `firebreak import` or a node has written/)
  openHistory(folder, 1).append(quietFrom(1, 2), 'rpc')
  expect(() => said({ chain: 7 })).toThrow(/got 7; want a chain that .* has: 1/)
})
