// The one typed config file: what to watch, with which detectors, by which nodes, and who may act.
import { z } from 'zod'
import type { Calibration } from './core/calibration.ts'
import { UserError } from './core/errors.ts'
import type { Hex } from './core/flow.ts'
import { parsed } from './core/parsed.ts'
import type { BoundDetector } from './detect/define.ts'
import type { Watched } from './watched.ts'

const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  "want { env: 'NAME' } or { file: 'path' }",
)
/** Where a secret is, never the secret. */
export type SecretRef = z.infer<typeof secret>

const endpoint = z.union([z.string().min(1), secret], "want an address, { env: 'NAME' } or { file: 'path' }")
/** An endpoint's address, or where that is. */
export type EndpointRef = z.infer<typeof endpoint>

const signer = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((a) => a.toLowerCase() as Hex)

const schema = z.strictObject({
  chain: z.strictObject({
    id: z.number().int().positive(),
    /** First block to read: the pool's deployment. */
    fromBlock: z.number().int().nonnegative(),
    /** Seconds between blocks; required for a chain without a profile of its own. */
    blockTimeS: z.number().positive().optional(),
    /** Is a header's hash checked against its fields? Without it, as the chain's profile says. */
    headerHash: z.enum(['ethereum', 'unchecked']).optional(),
    /** How nodes are asked for traces, if a detector looks at them. Without it each is asked what it has. */
    traces: z.enum(['auto', 'debug', 'debug-calls', 'parity', 'parity-calls', 'none']).optional(),
  }),
  /** One here is the usual; several share this process, each with its own endpoint, store and key. */
  nodes: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9-]{1,32}$/, 'want 1 to 32 of a-z, 0-9 and -'),
        /** Endpoint, or where its address is if that holds a key. ws:, wss:, http:, https: or ipc:. Several: in order of preference. */
        rpc: z.union(
          [endpoint, z.array(endpoint).min(1).max(8)],
          "want an address, { env: 'NAME' } or { file: 'path' }, or a list of them in order of preference",
        ),
        /** Signing key of this node; without it the node observes. */
        key: secret.optional(),
        dataDir: z.string().min(1),
      }),
    )
    .min(1),
  watch: z.array(z.custom<Watched>((v) => isWatched(v), 'want what chainlinkFeeds() or aaveV3Pool() returns')).min(1),
  detectors: z
    .array(z.custom<BoundDetector>((v) => isDetector(v), 'want detectors called with their parameters, like oracleJump()'))
    .min(1),
  /** What `firebreak calibrate` fitted to history: thresholds in place of the detectors' own, and how boundaries fall together. */
  calibration: z.custom<Calibration>((v) => isCalibration(v), "want what calibration('FILE') returns").optional(),
  /** Needed to act: the Guard's signers in the Guard's order, which is ascending, and k. */
  quorum: z
    .strictObject({ signers: z.array(signer).min(1).max(64), k: z.number().int().positive(), windowS: z.number().int().positive() })
    .optional(),
  fees: z
    .strictObject({ maxFeeGwei: z.number().positive(), priorityFeeGwei: z.number().nonnegative() })
    .default({ maxFeeGwei: 300, priorityFeeGwei: 5 }),
  /** Does each node keep final blocks in `history` of its data folder, for `backtest` and `calibrate`? */
  history: z.boolean().default(true),
  /** Is the mempool watched, and acted on within the bounds of docs/mempool.md? Left out: only blocks are. */
  mempool: z
    .strictObject({
      /** Transactions that wait to be looked at; beyond it the least harmful are shed. */
      queued: z.number().int().min(16).max(65_536).default(2_048),
      /** Looks that one sender may cause in a block. */
      looksPerSender: z.number().int().min(1).default(16),
      /** A transaction that was not included for so long counts as gone. */
      ttlS: z.number().positive().default(180),
    })
    .optional(),
  /** A relay that takes transactions past the public mempool (eth_sendBundle, eth_sendPrivateTransaction). Left out: all is public. */
  submission: z
    .strictObject({
      relay: endpoint,
      /** The key that the relay knows us by; without it the node's own. */
      key: secret.optional(),
      method: z.enum(['bundle', 'private']).default('bundle'),
      /** `races`: answers to a waiting transaction; `others`: all else. */
      use: z.enum(['always', 'races', 'others']).default('others'),
      /** After so many blocks without inclusion the same transaction goes out publicly. */
      fallbackBlocks: z.number().int().min(1).max(25).default(2),
    })
    .optional(),
  /** What simulation may cost between a block and its decision. */
  simulationDeadlineMs: z.number().positive().default(60),
})

export type ConfigInput = z.input<typeof schema>
export type Config = z.infer<typeof schema>

/** Checks a config and fills in defaults; every error names the key, the value and what would be right. */
export function defineConfig(input: ConfigInput): Config {
  const config = parsed('config', input, schema.parse)
  const { quorum, nodes, chain, watch } = config
  for (const [n, { chainId }] of watch.entries())
    if (chainId !== chain.id) throw new UserError(`config.watch.${n}.chainId`, chainId, `${chain.id}, as config.chain.id says`)
  if (config.calibration && config.calibration.chainId !== chain.id)
    throw new UserError('config.calibration', `made for chain ${config.calibration.chainId}`, `chain ${chain.id}, as config.chain.id says`)
  if (quorum && quorum.k > quorum.signers.length)
    throw new UserError('config.quorum.k', quorum.k, `at most the number of signers, ${quorum.signers.length}`)
  for (const [n, address] of (quorum?.signers ?? []).entries()) {
    const last = quorum?.signers[n - 1]
    // the Guard keeps them ascending, and a signature's bit is its signer's place
    if (last !== undefined && address <= last)
      throw new UserError(`config.quorum.signers.${n}`, address, `an address above the one before it, ${last}: ascending, none twice`)
  }
  const ids = nodes.map((n) => n.id)
  if (new Set(ids).size < ids.length) throw new UserError('config.nodes', ids.join(', '), 'ids that differ')
  const folders = nodes.map((n) => n.dataDir)
  if (new Set(folders).size < folders.length)
    throw new UserError('config.nodes.dataDir', folders.join(', '), 'a folder of its own for each node')
  return config
}

function isWatched(value: unknown): value is Watched {
  if (typeof value !== 'object' || value === null) return false
  const { chainId, protocols, venues, guards } = value as Watched
  return typeof chainId === 'number' && [protocols, venues, guards].every((list) => Array.isArray(list))
}

function isCalibration(value: unknown): value is Calibration {
  return typeof value === 'object' && value !== null && (value as Calibration).thresholds instanceof Map
}

function isDetector(value: unknown): value is BoundDetector {
  return typeof value === 'object' && value !== null && typeof (value as BoundDetector).detector?.check === 'function'
}
