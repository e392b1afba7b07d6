// Makes a dumped chain half as large without losing anything: anvil writes every contract's code and every cleared slot again for
// every block, though one copy of a code serves all contracts of a block and an absent slot reads as zero.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

interface HistoricalState {
  readonly accounts: Record<string, { code_hash: string; code: unknown }>
  readonly storage: Record<string, Record<string, string>>
}

const FIELD = '"historical_states":['
const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

/** The file is larger than the longest string of the engine, so it is cut between the states and each is parsed alone. */
export function shrinkState(from: string, to: string): void {
  const dump = readFileSync(from)
  const field = dump.indexOf(FIELD)
  if (field < 0) throw new Error(`${from} has no ${FIELD}: was the chain started with --preserve-historical-states?`)
  const file = openSync(to, 'w')
  let at = field + FIELD.length
  writeSync(file, dump.subarray(0, at))
  while (dump[at] !== BRACKET_CLOSE) {
    const end = endOfArray(dump, at)
    const [hash, state] = JSON.parse(dump.toString('utf8', at, end)) as [string, HistoricalState]
    shrink(state)
    const comma = dump[end] === COMMA
    writeSync(file, `${JSON.stringify([hash, state])}${comma ? ',' : ''}`)
    at = comma ? end + 1 : end
  }
  writeSync(file, dump.subarray(at))
  closeSync(file)
}

const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d
const COMMA = 0x2c

/** Index after the array that begins at `start`. No string in the dump holds a bracket. */
function endOfArray(dump: Buffer, start: number): number {
  let depth = 0
  for (let i = start; i < dump.length; i++) {
    const byte = dump[i]
    if (byte === BRACKET_OPEN) depth++
    else if (byte === BRACKET_CLOSE && --depth === 0) return i + 1
  }
  throw new Error('the dump ends inside a historical state')
}

function shrink({ accounts, storage }: HistoricalState): void {
  const seen = new Set([EMPTY_CODE_HASH])
  for (const account of Object.values(accounts)) {
    if (seen.has(account.code_hash)) account.code = null
    seen.add(account.code_hash)
  }
  for (const slots of Object.values(storage)) {
    for (const [slot, value] of Object.entries(slots)) if (/^0x0*$/.test(value)) delete slots[slot]
  }
}
