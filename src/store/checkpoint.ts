// A checkpoint is the store's dump as bytes: only for restart. It carries the hashes that say whether it still fits.
import { canonicalHash, sha256 } from '../core/canonical.ts'
import { BadDataError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'

/** Of the columns' bytes: part of the rules' hash, so that a checkpoint of another layout is not loaded. 2: floats lie low half first. */
export const LAYOUT = 2

export interface CheckpointHead {
  readonly chainId: number
  readonly number: number
  readonly hash: Hex
  /** Schema, config and build: a checkpoint of other rules is not loaded. */
  readonly rulesHash: Hex
}

type Dump = ReadonlyMap<string, Uint32Array | readonly string[]>

/** Layout: u32 length of the JSON head, the head, then the columns' lanes in the head's order, little endian. */
export function encodeCheckpoint(head: CheckpointHead, dump: Dump): Uint8Array {
  const columns: [string, number][] = []
  const keys: Record<string, readonly string[]> = {}
  const parts: Uint8Array[] = []
  for (const [name, value] of dump) {
    if (value instanceof Uint32Array) {
      columns.push([name, value.length])
      parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    } else keys[name] = value
  }
  const body = Buffer.concat(parts)
  const json = Buffer.from(JSON.stringify({ head, columns, keys, hash: hashOf(head, columns, keys, body) }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, body])
}

export function decodeCheckpoint(bytes: Uint8Array): { head: CheckpointHead; dump: Dump } {
  const buffer = Buffer.from(bytes)
  const bad = (what: string, got: unknown, want: string) => new BadDataError({ from: 'checkpoint', what, got, want })
  if (buffer.length < 4 || buffer.readUInt32LE(0) + 4 > buffer.length) throw bad('its length', buffer.length, 'a whole file')
  const end = 4 + buffer.readUInt32LE(0)
  const { head, columns, keys, hash } = parseHead(buffer.toString('utf8', 4, end))
  const body = buffer.subarray(end)
  const got = hashOf(head, columns, keys, body)
  if (got !== hash) throw bad('its hash', got, String(hash))
  const dump = new Map<string, Uint32Array | readonly string[]>()
  let at = 0
  for (const [name, words] of columns) {
    const lanes = new Uint32Array(words)
    new Uint8Array(lanes.buffer).set(body.subarray(at, at + words * 4))
    at += words * 4
    dump.set(name, lanes)
  }
  for (const [name, value] of Object.entries(keys)) dump.set(name, value)
  return { head, dump }
}

interface Head {
  readonly head: CheckpointHead
  readonly columns: readonly [string, number][]
  readonly keys: Readonly<Record<string, readonly string[]>>
  readonly hash: Hex
}

function parseHead(text: string): Head {
  try {
    return JSON.parse(text) as Head
  } catch {
    throw new BadDataError({ from: 'checkpoint', what: 'its head', got: text, want: 'JSON' })
  }
}

/** Over everything: a damaged key or length must not load any more than a damaged column. */
const hashOf = (head: CheckpointHead, columns: Head['columns'], keys: Head['keys'], body: Uint8Array): Hex =>
  sha256(JSON.stringify([head, columns, keys, sha256(body)]))

/** One hash of a whole state: what `replay gives identical bytes` compares. */
export function stateHash(dump: Dump): Hex {
  return canonicalHash(
    [...dump].map(([name, value]) => [
      name,
      value instanceof Uint32Array ? sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) : value,
    ]),
  )
}
