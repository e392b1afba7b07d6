// Makes a dumped chain half as large without losing anything: anvil writes every contract's code and every cleared slot again for
// every block, though one copy of a code serves all contracts of a block and an absent slot reads as zero.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

const STATES = '"historical_states":['
const CODE_HASH = '"code_hash":"'
const CODE = '","code":'
const CODE_END = ']}}}'
const HASH_CHARS = 66
const STORAGE = '"storage":'
const BLOCK_HASHES = ',"block_hashes":'
const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
const BRACKET_CLOSE = 0x5d
const COMMA = 0x2c
const NULL = Buffer.from('null')

/**
 * Writes the whole chain to `full`, and to `headOnly` the same without the states of its past blocks: blocks, receipts and the
 * head's state are there, a read at an older block fails. A dump is larger than the longest string of the engine, so it is cut as bytes.
 */
export function shrinkState(from: string, full: string, headOnly: string): void {
  const dump = readFileSync(from)
  const begin = need(dump, STATES, 0) + STATES.length
  const file = openSync(full, 'w')
  writeSync(file, dump.subarray(0, begin))
  const codeLengths = new Map<string, number>()
  let at = begin
  while (dump[at] !== BRACKET_CLOSE) {
    const storage = need(dump, STORAGE, at) + STORAGE.length
    const hashes = need(dump, BLOCK_HASHES, storage)
    const end = need(dump, '}]', hashes) + 2
    const comma = dump[end] === COMMA ? 1 : 0
    const parts = [...oneCopyOfEachCode(dump, at, storage, codeLengths), withoutZeros(dump.subarray(storage, hashes))]
    writeSync(file, Buffer.concat([...parts, dump.subarray(hashes, end + comma)]))
    at = end + comma
  }
  writeSync(file, dump.subarray(at))
  closeSync(file)
  const head = openSync(headOnly, 'w')
  writeSync(head, dump.subarray(0, begin))
  writeSync(head, dump.subarray(at))
  closeSync(head)
}

/** The bytes of one state's accounts, cut where a code is there for the second time. */
function oneCopyOfEachCode(dump: Buffer, start: number, end: number, codeLengths: Map<string, number>): Buffer[] {
  const seen = new Set([EMPTY_CODE_HASH])
  const parts: Buffer[] = []
  let kept = start
  let at = start
  for (;;) {
    const found = dump.indexOf(CODE_HASH, at)
    if (found < 0 || found >= end) break
    const hash = dump.toString('latin1', found + CODE_HASH.length, found + CODE_HASH.length + HASH_CHARS)
    const code = need(dump, CODE, found) + CODE.length
    at = code
    if (dump.subarray(code, code + NULL.length).equals(NULL)) continue
    const length = codeLengths.get(hash) ?? need(dump, CODE_END, code) + CODE_END.length - code
    codeLengths.set(hash, length)
    at = code + length
    if (seen.has(hash)) {
      parts.push(dump.subarray(kept, code), NULL)
      kept = at
    }
    seen.add(hash)
  }
  return [...parts, dump.subarray(kept, end)]
}

function withoutZeros(text: Buffer): Buffer {
  const storage = JSON.parse(text.toString('latin1')) as Record<string, Record<string, string>>
  for (const slots of Object.values(storage)) {
    for (const [slot, value] of Object.entries(slots)) if (/^0x0*$/.test(value)) delete slots[slot]
  }
  return Buffer.from(JSON.stringify(storage), 'latin1')
}

function need(dump: Buffer, text: string, from: number): number {
  const at = dump.indexOf(text, from)
  if (at < 0) throw new Error(`the dump has no ${text} after byte ${from}: was the chain started with --preserve-historical-states?`)
  return at
}
