// `firebreak backtest` as a user runs it, a process of its own, over a generated history and over several times that range: what it does a
// second, and whether its memory follows the range.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Call, ReadResult } from '../../src/core/flow.ts'
import { Fold } from '../../src/fold.ts'
import { openHistory } from '../../src/history/history.ts'
import type { StoredBlock } from '../../src/history/types.ts'
import { rulesOf } from '../../src/rules.ts'
import { Answers } from '../../src/state/protocol.ts'
import { CHAIN_ID, FIRST_BLOCK, generatedConfig, generatedHistory, readsFor } from './generated-history.ts'
import { type Row, row } from './rows.ts'

export interface BacktestBenchOptions {
  /** Of the short range. */
  readonly blocks: number
  readonly logsPerBlock: number
  readonly accounts: number
  /** The long range is so many of the short one. */
  readonly times: number
}

interface Run {
  readonly blocksPerS: number
  readonly logsPerS: number
  readonly peakMib: number
}

const CHUNK = 500
const FINAL_AFTER = 64
const CLI = join(import.meta.dirname, '../../bin/firebreak.mjs')
/**
 * Loaded before the command, it writes the most memory that the process ever had, in KiB. Linux's own figure where there is one: that of
 * getrusage begins at the parent's.
 */
const TELL_PEAK = `data:text/javascript,${encodeURIComponent(`import { readFileSync, writeFileSync } from 'node:fs'
process.once('exit', () => {
  let peak = process.resourceUsage().maxRSS
  try { peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) } catch {}
  writeFileSync(process.env.FIREBREAK_BENCH_PEAK, String(peak))
})`)}`

export async function measureBacktest(options: BacktestBenchOptions): Promise<readonly Row[]> {
  const { blocks, times, accounts } = options
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'))
  try {
    writeHistory(folder, { ...options, blocks: blocks * times })
    writeFileSync(join(folder, 'firebreak.config.ts'), generatedConfig())
    const short = await backtestOf(folder, FIRST_BLOCK + blocks - 1)
    const long = await backtestOf(folder, FIRST_BLOCK + blocks * times - 1)
    const what = (n: number) => `backtest of ${n} blocks, ${accounts} accounts`
    return [
      row(what(blocks), short.blocksPerS, 'blocks/s'),
      row(what(blocks), short.logsPerS, 'logs/s'),
      row(`${what(blocks)}, peak memory`, short.peakMib, 'MiB', undefined, { atMost: 1_024 }),
      row(what(blocks * times), long.blocksPerS, 'blocks/s'),
      row(what(blocks * times), long.logsPerS, 'logs/s'),
      row(`${what(blocks * times)}, peak memory`, long.peakMib, 'MiB', undefined, { atMost: 1_024 }),
      row(`peak memory of ${times} times the range`, long.peakMib / short.peakMib, 'times that of the short one'),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The generated history with its reads, as an import would have stored it. */
function writeHistory(folder: string, options: Omit<BacktestBenchOptions, 'times'>): void {
  const history = generatedHistory({ ...options, seed: 7 })
  // with its detectors: the accounts that a finding names are asked for in the block after it
  const rules = rulesOf(history.config)
  const fold = new Fold(rules)
  fold.world.store.journal.on = false
  const store = openHistory(folder, CHAIN_ID)
  let pending: StoredBlock[] = []
  for (const { answer, ...block } of history.blocks()) {
    const ask = (sofar: readonly ReadResult[]): readonly Call[] => {
      const answers = new Answers(sofar)
      return answers.missing(rules.protocols.flatMap((p) => p.reads(fold.world, block, answers)))
    }
    const reads = readsFor(ask, answer)
    fold.step({ kind: 'committed', block: { chainId: CHAIN_ID, ...block, reads } })
    if (block.number % FINAL_AFTER === 0) fold.step({ kind: 'finalized', chainId: CHAIN_ID, number: block.number, hash: block.hash })
    pending.push({ ...block, reads })
    if (pending.length < CHUNK) continue
    store.append(pending, 'rpc')
    pending = []
  }
  if (pending.length > 0) store.append(pending, 'rpc')
}

async function backtestOf(folder: string, to: number): Promise<Run> {
  const peakFile = join(folder, 'peak')
  const args = ['backtest', '--config', 'firebreak.config.ts', '--folder', folder, '--to', String(to), '--fresh', '--json', 'report.json']
  const child = spawn(process.execPath, ['--import', TELL_PEAK, CLI, ...args], {
    cwd: folder,
    env: { ...process.env, FIREBREAK_BENCH_PEAK: peakFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const code = await new Promise<number | null>((ended) => child.once('close', ended))
  const rates = /(\d+) blocks and (\d+) logs in ([\d.]+) s: (\d+) blocks\/s, (\d+) logs\/s/.exec(said)
  if (code !== 0 || !rates) throw new Error(`firebreak backtest ended with ${code}: ${said}`)
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { readonly blind: { readonly total: number } }
  if (report.blind.total > 0) throw new Error('the generated history lacks reads: a blind backtest is no backtest')
  return { blocksPerS: Number(rates[4]), logsPerS: Number(rates[5]), peakMib: Number(readFileSync(peakFile, 'utf8')) / 1_024 }
}
