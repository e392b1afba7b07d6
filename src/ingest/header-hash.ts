// A header's hash is the hash of its fields: recomputed, it ties bloom, time and parent to the hash, so that a node can't change one.
import { keccak256, toRlp } from 'viem/utils'
import type { Hex } from '../core/flow.ts'

/** How a chain's headers are hashed: `ethereum`, as RLP of the fields in the order of the forks; `unchecked`: in a way that we don't know. */
export type HeaderForm = 'ethereum' | 'unchecked'

type Field = readonly [name: string, kind: 'bytes' | 'quantity']

/** Yellow Paper, section 4.4. */
const FIELDS: readonly Field[] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
]
/** Each fork's, in order: EIP-1559, 4895, 4844 (two), 4788, 7685. A header has all up to its fork's and none after. */
const LATER: readonly Field[] = [
  ['baseFeePerGas', 'quantity'],
  ['withdrawalsRoot', 'bytes'],
  ['blobGasUsed', 'quantity'],
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'bytes'],
  ['requestsHash', 'bytes'],
]
const HEX = /^0x[0-9a-fA-F]*$/

/** The hash of the fields; undefined if one is missing or is no hex. */
export function headerHash(raw: { readonly [name: string]: unknown }): Hex | undefined {
  const present = LATER.findIndex(([name]) => raw[name] === undefined || raw[name] === null)
  const later = present < 0 ? LATER : LATER.slice(0, present)
  const items: Hex[] = []
  for (const [name, kind] of [...FIELDS, ...later]) {
    const value = raw[name]
    if (typeof value !== 'string' || !HEX.test(value)) return undefined
    if (kind === 'bytes' && value.length % 2 === 1) return undefined
    items.push(kind === 'bytes' ? (value as Hex) : minimal(value))
  }
  return keccak256(toRlp(items))
}

export const isOfItsFields = (raw: unknown, hash: Hex): boolean =>
  typeof raw === 'object' && raw !== null && headerHash(raw as { readonly [name: string]: unknown }) === hash

/** RLP's numbers: no leading zero byte, and zero is the empty string. */
function minimal(quantity: string): Hex {
  const digits = quantity.slice(2).replace(/^0+/, '')
  return `0x${digits.length % 2 === 1 ? '0' : ''}${digits}`
}
