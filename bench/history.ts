// History at speed, beside what others do with the same bytes in the same run:
// `npm run bench -- [--json FILE] [--only decode,import,engine,fold,backtest,book,traces] [--blocks 2000] [--logs 300] [--live-accounts 130000]`,
// and of the account book `[--accounts 1000000] [--moves 100]`, of traces `[--recorded FOLDER]` with answers of trace_block.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureBacktest } from './support/backtest-bench.ts'
import { measureBook } from './support/book-bench.ts'
import { measureDecoders } from './support/decode-bench.ts'
import { measureEngine } from './support/engine-bench.ts'
import { measureFold } from './support/fold-bench.ts'
import { measureImport } from './support/import-bench.ts'
import { machine, printRows, type Row } from './support/rows.ts'
import { measureTraces } from './support/trace-bench.ts'

const PARTS = ['decode', 'import', 'engine', 'fold', 'backtest', 'book', 'traces'] as const
type Part = (typeof PARTS)[number]
/** Of the whole fold. */
const DETECTORS = 50
/** Enough that few are under water at a time: nobody liquidates here, and what is under water costs in each block. */
const BACKTEST_ACCOUNTS = 20_000

const { values: asked } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', default: PARTS.join() },
    blocks: { type: 'string', default: '2000' },
    logs: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    'live-accounts': { type: 'string', default: '130000' },
    accounts: { type: 'string', default: '1000000' },
    moves: { type: 'string', default: '100' },
    recorded: { type: 'string' },
  },
})
const blocks = Number(asked.blocks)
const logsPerBlock = Number(asked.logs)
const rounds = Number(asked.rounds)
const only = asked.only.split(',') as Part[]
for (const part of only) if (!PARTS.includes(part)) throw new Error(`--only ${part}: want some of ${PARTS.join(', ')}`)

const measures: Readonly<Record<Part, () => Promise<readonly Row[]>>> = {
  decode: () => measureDecoders({ logs: Math.min(12_000, blocks * logsPerBlock), rounds }),
  import: () => measureImport({ blocks, logsPerBlock }),
  engine: async () => measureEngine({ blocks, logsPerBlock, rounds }),
  fold: () => measureFold({ blocks, logsPerBlock, accounts: Number(asked['live-accounts']), detectors: DETECTORS }),
  backtest: () => measureBacktest({ blocks, logsPerBlock, accounts: BACKTEST_ACCOUNTS, times: 4 }),
  book: () => measureBook({ accounts: Number(asked.accounts), moves: Number(asked.moves) }),
  traces: async () => measureTraces({ txs: 300, rounds: 20, ...(asked.recorded === undefined ? {} : { recorded: asked.recorded }) }),
}
const titles: Readonly<Record<Part, string>> = {
  decode: 'Decoding logs',
  import: 'Import from an RPC on the loopback',
  engine: 'Detectors over event tables, from segments',
  fold: 'The whole fold',
  backtest: '`firebreak backtest`, a process of its own, and over four times the range',
  book: 'The account book',
  traces: 'Traces of a block',
}

console.log(`${blocks} blocks of ${logsPerBlock} logs, ${machine()}`)
const all: (Row & { readonly part: Part })[] = []
for (const part of only) {
  const rows = await measures[part]()
  printRows(titles[part], rows)
  all.push(...rows.map((row) => ({ part, ...row })))
}
const missed = all.filter((row) => row.met === false)
console.log(
  `\n${all.length} figures, ${missed.length} goals missed${missed.map((row) => `\n  ${row.name}: ${row.value} ${row.unit}, goal ${row.goal}`).join('')}`,
)
if (asked.json) writeFileSync(asked.json, `${JSON.stringify({ machine: machine(), blocks, logsPerBlock, rows: all }, null, 2)}\n`)
process.exit(0)
