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
export const tracesSchema = z.discriminatedUnion('kind', [
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
  traces: tracesSchema.exactOptional(),
})
const pendingTx = z.strictObject({
  hash: word,
  raw: hex,
  from: address,
  to: address.nullable(),
  data: hex,
  value: hex,
  nonce: count,
  gas: count,
  maxFeePerGas: hex,
  priorityFeePerGas: hex,
})
const outcome = z.strictObject({ option: z.string(), executed: z.boolean(), why: z.string(), succeeded: z.array(z.string()) })
const rehearsedValue = z.strictObject({
  kind: z.enum(['power', 'code', 'parameter', 'source', 'price', 'cash', 'account']),
  subject: z.string(),
  name: z.string(),
  before: hex.nullable(),
  after: hex.nullable(),
})

const counterpart = {
  chainId,
  fromChainId: chainId,
  number: count,
  hash: word,
  timeS: count,
  finalNumber: count,
  after: count,
  bridges: z.array(
    z.strictObject({
      gateway: address,
      sinceS: count,
      held: word,
      departed: word,
      arrived: word,
      sent: z.array(z.strictObject({ id: word, amount: word, block: count, timeS: count })),
    }),
  ),
}

export const inputSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('committed'), block }),
  z.strictObject({ kind: z.literal('provisional'), block }),
  z.strictObject({ kind: z.literal('reorged'), chainId, toNumber: count, toHash: word }),
  z.strictObject({ kind: z.literal('finalized'), chainId, number: count, hash: word }),
  z.strictObject({
    kind: z.literal('pending'),
    chainId,
    onHash: word,
    timeS: count,
    txHash: word,
    rawTx: hex,
    txs: z.array(pendingTx).min(1),
    obstacle: z.string(),
    logs: z.array(log),
    reads: z.array(read),
    other: z.strictObject({ logs: z.array(log), reads: z.array(read) }).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('settled'), chainId, txHash: word, how: z.enum(['included', 'reverted', 'replaced', 'gone']) }),
  z.strictObject({ kind: z.literal('simulated'), chainId, onHash: word, incident: word, outcomes: z.array(outcome), late: z.boolean() }),
  z.strictObject({
    kind: z.literal('rehearsed'),
    chainId,
    onHash: word,
    operation: z.string(),
    run: z.enum(['queued', 'due']),
    tried: z.boolean(),
    partial: z.boolean(),
    why: z.string(),
    failedCall: z.int().min(-1),
    logs: z.array(log.pick({ address: true, topics: true, data: true })),
    values: z.array(rehearsedValue),
  }),
  z.strictObject({ kind: z.literal('tick'), chainId, timeS: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('blind'),
    chainId,
    sinceBlock: count,
    reason: z.enum(['unreachable', 'stalled', 'gap', 'deep-reorg', 'bad-answer', 'state-mismatch']),
  }),
  z.strictObject({ kind: z.literal('counterpart'), ...counterpart }),
  z.strictObject({ kind: z.literal('operator'), order: z.enum(['approve', 'deny', 'lift']), subject: z.string(), signature: hex }),
]) satisfies z.ZodType<Input>
