// Contracts whose transactions are looked into, as a config names them.
import { z } from 'zod'
import type { Hex } from '../core/flow.ts'
import { parsed } from '../core/parsed.ts'
import { tracedContracts as adapter, type TracedSpec } from '../protocols/traces/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const selector = z
  .string()
  .regex(/^0x[0-9a-fA-F]{8}$/, 'want a selector: 0x and 8 hex digits')
  .transform((s) => s.toLowerCase() as Hex)
const usd = z.number().positive().finite()

const schema = z.strictObject({
  chainId,
  contracts: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        address,
        /** Main address of the venue that it belongs to: its contracts count as one, and findings are about that address. Left out: it is one by itself. */
        venue: address.optional(),
        /** Selectors of further views from which others make prices; the usual ones are known. */
        rates: z.array(selector).optional(),
        /** Few callers may write to it (an oracle, an access list): then whom they called first is part of how they wrote. */
        strict: z.boolean().optional(),
      }),
    )
    .min(1)
    .refine((list) => new Set(list.map((c) => c.address)).size === list.length, 'want each contract once'),
  /** Tokens whose movements count, each with a fixed price or a feed. Without receipt and debt tokens who deposits looks poorer, who borrows richer. */
  tokens: z
    .array(
      z
        .strictObject({
          token: address,
          decimals,
          usd: usd.optional(),
          /** Proxy of its Chainlink feed. */
          feed: address.optional(),
          /** Whoever holds it owes it: a debt token. */
          liability: z.boolean().optional(),
          /** As WETH: deposits and withdrawals of native value make and burn it. */
          wrapsNative: z.boolean().optional(),
        })
        .refine((t) => (t.usd === undefined) !== (t.feed === undefined), 'want either usd or feed'),
    )
    .default([]),
  native: z
    .strictObject({ usd: usd.optional(), feed: address.optional() })
    .refine((t) => (t.usd === undefined) !== (t.feed === undefined), 'want either usd or feed')
    .optional(),
  /** Pools of exchanges whose price a transaction might move. */
  priceSources: z.array(z.strictObject({ pool: address, kind: z.enum(['uniswap-v2', 'uniswap-v3']) })).default([]),
})

/** Contracts whose calls and storage are seen from inside, if a detector looks at that: see docs/traces.md. */
export function tracedContracts(input: z.input<typeof schema>): Watched {
  const config = parsed('tracedContracts()', input, schema.parse)
  return { chainId: config.chainId, rules: { traces: config }, protocols: [adapter(config as TracedSpec)], venues: [], guards: [] }
}
