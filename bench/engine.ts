// Detectors over event tables, from segments and live: `node --import tsx bench/engine.ts [--blocks 2000] [--logs 300] [--rounds 5] [--json FILE]`.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureEngine } from './support/engine-bench.ts'
import { machine, printRows } from './support/rows.ts'

const { values: asked } = parseArgs({
  options: {
    blocks: { type: 'string', default: '2000' },
    logs: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
})
const rows = measureEngine({ blocks: Number(asked.blocks), logsPerBlock: Number(asked.logs), rounds: Number(asked.rounds) })
printRows(`Detectors over event tables: ${asked.blocks} blocks of ${asked.logs} logs, best of ${asked.rounds} rounds, ${machine()}`, rows)
if (asked.json) writeFileSync(asked.json, `${JSON.stringify(rows, null, 2)}\n`)
