// Reads what `firebreak calibrate` wrote: checked whole, so that a node never judges by numbers that somebody edited.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type CalibratedThreshold, type Calibration, thresholdKey } from './core/calibration.ts'
import { canonicalHash } from './core/canonical.ts'
import { UserError } from './core/errors.ts'
import type { Hex } from './core/flow.ts'
import { parsed } from './core/parsed.ts'

export const CALIBRATION_FORMAT = 'firebreak-calibration-1'

const positive = z.number().positive()
const share = z.number().min(0).max(1)
const variable = z.strictObject({
  kind: z.enum(['price-fall', 'oracle-deviation', 'depth-loss']),
  subject: z.string(),
  sigma: z.number().nonnegative(),
  sigmaLow: positive,
  sigmaHigh: positive,
  threshold: z.number(),
  share,
  values: positive,
  xi: z.number(),
  scale: positive,
  excesses: positive,
  quantiles: z.array(z.tuple([share, z.number()])),
})
const file = z.looseObject({
  format: z.literal(CALIBRATION_FORMAT, `want "${CALIBRATION_FORMAT}"`),
  chainId: z.number().int().positive().nullable(),
  series: z.array(
    z.looseObject({
      measure: z.string(),
      subject: z.string(),
      threshold: z.looseObject({ perSigma: positive, lower: positive, upper: positive }).nullable(),
    }),
  ),
  joint: z.array(
    z.looseObject({
      market: z.string(),
      horizonBlocks: z.number().int().positive(),
      variables: z.array(variable).min(2).max(3),
      table: z.strictObject({
        grid: z.array(share).min(2),
        pairs: z.array(z.array(z.array(z.number()))).length(3),
        triple: z.array(z.array(z.number())).length(3).nullable(),
      }),
    }),
  ),
  hash: z.custom<Hex>((v) => typeof v === 'string' && /^0x[0-9a-f]{64}$/.test(v), 'want a hash of 32 bytes'),
})

const MEASURES = ['oracle-jump', 'outflow-rate', 'liquidity-depth'] as const

/**
 * For `defineConfig({ calibration: calibration('firebreak.calibration.json') })`. A path is taken from where the node is started; a URL such
 * as `new URL('firebreak.calibration.json', import.meta.url)` from the config file.
 * @throws UserError if the file can't be read, isn't one, was changed after it was written, or was made for no chain
 */
export function calibration(path: string | URL): Calibration {
  const key = `calibration(${JSON.stringify(String(path))})`
  const raw = json(path, key)
  const { hash, chainId, series, joint } = parsed(key, raw, file.parse)
  const found = canonicalHash({ ...(raw as object), hash: undefined })
  if (found !== hash)
    throw new UserError(`${key}.hash`, hash, `${found}, the hash of what the file says: it was changed after it was written`)
  if (chainId === null) throw new UserError(`${key}.chainId`, null, 'a chain: made by `firebreak calibrate --config FILE`')
  const thresholds = new Map<string, CalibratedThreshold>()
  for (const { measure, subject, threshold } of series) {
    const known = MEASURES.find((m) => m === measure)
    if (!known || !threshold) continue
    const { perSigma, lower, upper } = threshold
    if (lower > upper) throw new UserError(`${key}.series`, `${measure} ${subject}: ${lower} to ${upper}`, 'bounds in rising order')
    thresholds.set(thresholdKey(known, subject), { perSigma, lower, upper })
  }
  for (const { market, variables, table } of joint) {
    const [pairs, nodes] = [variables.length === 2 ? 1 : 3, table.grid.length]
    const fits = table.pairs.every((of) => of.length === pairs && of.every((p) => p.length === nodes ** 2))
    if (!fits || (variables.length === 3) !== (table.triple?.every((t) => t.length === nodes ** 3) ?? false))
      throw new UserError(`${key}.joint`, market, `a table of ${variables.length} variables on ${nodes} probabilities`)
  }
  return { chainId, hash, thresholds, joint }
}

function json(path: string | URL, key: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UserError(key, error instanceof Error ? error.message : String(error), 'a JSON file that can be read')
  }
}
