// The account book at full size: `node --expose-gc --import tsx bench/account-book.ts [--accounts 1000000] [--moves 100] [--json FILE]`.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureBook } from './support/book-bench.ts'
import { machine, printRows } from './support/rows.ts'

const { values: asked } = parseArgs({
  options: { json: { type: 'string' }, accounts: { type: 'string', default: '1000000' }, moves: { type: 'string', default: '100' } },
})
const rows = await measureBook({ accounts: Number(asked.accounts), moves: Number(asked.moves) })
printRows(`Account book of ${asked.accounts} accounts, ${machine()}`, rows)
if (asked.json) writeFileSync(asked.json, `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`)
