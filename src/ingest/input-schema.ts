// The shape of an Input in a file, strictly: nothing missing, nothing more, nothing that the fold couldn't have been given.
import { z } from 'zod'
import type { Hex, Input } from '../core/flow.ts'
import { TRACE_GAPS } from '../core/trace.ts'

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value), 'want lower-case hex')
export const word = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value), 'want 32 bytes of lower-case hex')
const address = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value), 'want a lower-case address')
const count = z.int().min(0)
const chainId = z.int().min(1)

const log = z.strictObject({
  address,
  topics: z.array(word).max(4),
  data: hex,
  txHash: word,
  txIndex: count,
  logIndex: count,
})
const read = z.strictObject({ to: address, data: hex, result: hex.nullable() })
const end = z.enum(['ok', 'reverted', 'failed'])
const quantity = z.custom<Hex>((value) => typeof value === 'string' && /^0x(0|[1-9a-f][0-9a-f]{0,63})$/.test(value), 'want a hex quantity')
const selector = z.custom<Hex>((value) => typeof value === 'string' && /^0x([0-9a-f]{8})?$/.test(value), 'want a selector or 0x')
const frame = z.strictObject({
  depth: count,
  kind: z.enum(['call', 'callcode', 'delegatecall', 'staticcall', 'create', 'selfdestruct']),
  from: address,
  to: address,
  selector,
  value: quantity,
  gasUsed: count,
  inputBytes: count,
  end,
})
const tx = z.strictObject({
  txHash: word,
  txIndex: count,
  from: address,
  to: address,
  status: z.union([z.literal(0), z.literal(1)]),
  gasUsed: count,
  frames: count,
  calls: z.array(frame),
  writes: z.array(z.strictObject({ address, slot: word, before: word, after: word })),
  created: z.array(z.strictObject({ address, creator: address, codeBytes: count })),
  destroyed: z.array(z.strictObject({ address, heir: address })),
})
const traces = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seen'), storage: z.boolean(), txs: z.array(tx), shed: count }),
  z.strictObject({ kind: z.literal('missing'), why: z.enum(TRACE_GAPS) }),
])
const block = z.strictObject({
  chainId,
  number: count,
  hash: word,
  parentHash: word,
  timeS: count,
  logs: z.array(log),
  reads: z.array(read),
  traces: traces.exactOptional(),
})
const outcome = z.strictObject({ option: z.string(), executed: z.boolean(), why: z.string(), succeeded: z.array(z.string()) })

export const inputSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('committed'), block }),
  z.strictObject({ kind: z.literal('provisional'), block }),
  z.strictObject({ kind: z.literal('reorged'), chainId, toNumber: count, toHash: word }),
  z.strictObject({ kind: z.literal('finalized'), chainId, number: count, hash: word }),
  z.strictObject({
    kind: z.literal('pending'),
    chainId,
    onHash: word,
    txHash: word,
    rawTx: hex,
    logs: z.array(log),
    reads: z.array(read),
  }),
  z.strictObject({ kind: z.literal('simulated'), chainId, onHash: word, incident: word, outcomes: z.array(outcome), late: z.boolean() }),
  z.strictObject({ kind: z.literal('tick'), chainId, timeS: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('blind'),
    chainId,
    sinceBlock: count,
    reason: z.enum(['unreachable', 'stalled', 'gap', 'deep-reorg', 'bad-answer', 'state-mismatch']),
  }),
  z.strictObject({ kind: z.literal('operator'), order: z.enum(['approve', 'deny', 'lift']), subject: z.string(), signature: hex }),
]) satisfies z.ZodType<Input>
