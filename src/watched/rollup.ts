// Rollups as a config of their parent chain names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { rollup } from '../protocols/rollup/index.ts'
import { address, chainId, type Watched } from './parts.ts'

const rollupsSchema = z.strictObject({
  chainId,
  rollups: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        rollupChainId: chainId,
        kind: z.enum(['op-stack', 'nitro']),
        /** OptimismPortal, or Nitro's Bridge. */
        inbox: address,
        /** L2OutputOracle or DisputeGameFactory, or Nitro's SequencerInbox. */
        posts: address,
      }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ inbox }) => inbox)).size === list.length, 'want each inbox once'),
})

/** Rollups seen from this chain, their parent: whether they post, and whether they take what was forced on them. */
export function rollupInboxes(input: z.input<typeof rollupsSchema>): Watched {
  const config = parsed('rollupInboxes()', input, rollupsSchema.parse)
  return { chainId: config.chainId, rules: { rollup: config }, protocols: [rollup(config)], venues: [], guards: [] }
}
