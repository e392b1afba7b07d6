// The command over a small history: what it prints, what it writes, and that a config takes it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { CHAIN_ID, FEED } from '../../test/builders.ts'
import { calibration } from '../calibration.ts'
import { thresholdKey } from '../core/calibration.ts'
import { openHistory } from '../history/history.ts'
import { seededRandom } from '../models/random.ts'
import { student } from '../models/student.ts'
import { chain } from '../tools/backtest/backtest.builders.ts'
import { type CalibrateOptions, calibrate } from './calibrate.ts'

/** Ten-minute blocks; moves of 0.3 % with the tail of a t of four degrees. */
const BLOCKS = 1_500
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-cli-calibrate-'))
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
  const random = seededRandom(5)
  const { quantile } = student(4)
  const prices = [2_000_000]
  for (let n = 1; n <= BLOCKS; n++)
    prices.push(Math.round((prices[n - 1] as number) * Math.exp((0.003 * quantile(random.uniform())) / Math.sqrt(2))))
  openHistory(join(folder, 'history'), CHAIN_ID).append(
    chain(BLOCKS, (number) => prices[number] as number),
    'capture',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

async function run(more: Partial<CalibrateOptions> = {}): Promise<string> {
  const said: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await calibrate({
    config: join(folder, 'firebreak.config.ts'),
    folder: join(folder, 'history'),
    out: join(folder, 'c.json'),
    falseAlarmsPerYear: 12,
    seed: 1,
    json: false,
    ...more,
  })
  return said.join('\n')
}

test('from history: a threshold of the feed, whether it holds out of time, and a file that a config takes', async () => {
  const said = await run()
  expect(said).toMatch(new RegExp(`oracle-jump ${FEED} +\\d{4}-\\d\\d-\\d\\d to `))
  expect(said).toContain('out of time: fitted on the first 70 %, counted on the rest')
  expect(said).toMatch(/expected +observed +Kupiec p +independence p +both p/)
  // 450 of the 1,500 values are left to count, 3.1 days: of 52 a year 0.4
  expect(said).toMatch(/oracle-jump 0x\w+ +\S+ +52 a year +0\.4 +\d+ +[01]\.\d{3} +[01]\.\d{3} +[01]\.\d{3}/)
  const first = readFileSync(join(folder, 'c.json'), 'utf8')
  expect(calibration(join(folder, 'c.json')).thresholds.get(thresholdKey('oracle-jump', FEED))?.perSigma).toBeGreaterThan(3)
  expect(await run()).toBe(said)
  expect(readFileSync(join(folder, 'c.json'), 'utf8'), 'the same history, the same bytes').toBe(first)
})

test('history without the reads is refused, and no file is written that calibrates nothing', async () => {
  const [unread, out] = [join(folder, 'unread'), join(folder, 'unread.json')]
  openHistory(unread, CHAIN_ID).append(
    chain(3).map((block) => ({ ...block, reads: [], readsState: 'not-asked' })),
    'cryo',
  )
  await expect(run({ folder: unread, out })).rejects.toThrow('want blocks in which the detectors see something')
  expect(existsSync(out)).toBe(false)
})

test.each([
  [{ to: BLOCKS + 5 }, `${BLOCKS + 1} to ${BLOCKS + 5} is missing`],
  [{ falseAlarmsPerYear: 0 }, '--false-alarms-per-year: got 0; want a number above 0'],
  [{ folder: 'not-there' }, '--folder: got "not-there"; want blocks of chain'],
])('%j is refused', async (more, message) => {
  await expect(run(more)).rejects.toThrow(message)
})
