// The signed bytes of a transaction that a node gave as an object: put together again from its fields, and believed only if they hash to its hash.
import { type Hex as AnyHex, formatTransaction, keccak256, serializeTransaction } from 'viem'
import type { Hex } from '../../core/flow.ts'

/** What ranking needs to know of a transaction before anything of it is proven. */
export interface Heard {
  readonly hash: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly nonce: number
  readonly gas: number
  readonly value: bigint
  readonly maxFeePerGas: bigint
  readonly accessList: readonly Hex[]
  /** undefined: the bytes are still to be asked for. */
  readonly raw: Hex | undefined
}

type Loose = Readonly<Record<string, unknown>>

/** undefined: not what a transaction looks like. */
export function heardOf(object: unknown): Heard | undefined {
  if (typeof object !== 'object' || object === null) return undefined
  const tx = object as Loose
  const hash = lower(tx['hash'], 32)
  const from = lower(tx['from'], 20)
  const to = tx['to'] === null || tx['to'] === undefined ? null : lower(tx['to'], 20)
  const [nonce, gas, value] = [count(tx['nonce']), count(tx['gas']), amount(tx['value'])]
  const maxFeePerGas = amount(tx['maxFeePerGas']) ?? amount(tx['gasPrice'])
  if (hash === undefined || from === undefined || to === undefined) return undefined
  if (nonce === undefined || gas === undefined || value === undefined || maxFeePerGas === undefined) return undefined
  const accessList = Array.isArray(tx['accessList'])
    ? tx['accessList'].flatMap((item: unknown) => lower((item as Loose | null)?.['address'], 20) ?? [])
    : []
  return { hash, from, to, nonce, gas, value, maxFeePerGas, accessList, raw: rawOf(tx, hash) }
}

/** undefined: they can't be made of these fields (blobs, a type we don't know). */
function rawOf(tx: Loose, hash: Hex): Hex | undefined {
  try {
    const { r, s, v, yParity, ...fields } = formatTransaction(tx as never) as unknown as Record<string, unknown>
    const legacy = fields['type'] === 'legacy'
    // geth gives every kind a gasPrice, which only the older two have
    if (fields['maxFeePerGas'] !== undefined) delete fields['gasPrice']
    const { input, ...rest } = fields
    const signature = { r: r as AnyHex, s: s as AnyHex, ...(legacy ? { v: v as bigint } : { yParity: Number(yParity) }) }
    const raw = serializeTransaction({ ...rest, data: input } as never, signature as never) as Hex
    return keccak256(raw) === hash ? raw : undefined
  } catch {
    return undefined
  }
}

function lower(value: unknown, bytes: number): Hex | undefined {
  return typeof value === 'string' && value.length === 2 + 2 * bytes && /^0x[0-9a-fA-F]+$/.test(value)
    ? (value.toLowerCase() as Hex)
    : undefined
}

function amount(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : undefined
}

function count(value: unknown): number | undefined {
  const number = amount(value)
  return number !== undefined && number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : undefined
}
