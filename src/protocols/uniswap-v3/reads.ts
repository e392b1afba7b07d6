// The views that a block makes us ask. First: what the pool is, and its ticks around the price. Then its mean price, and the ticks anew
// when the price has left the middle of those that we know.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import { isScanDue, pairOf, scanned } from '../../state/pool-ticks.ts'
import type { Answers } from '../../state/protocol.ts'
import { scanCalls } from '../../state/tick-scan.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { decodePoolLog } from './decode.ts'
import type { PoolSpec } from './spec.ts'
import { viewsOf } from './views.ts'

/** UniswapV3Factory.enableFeeAmount takes spacings below this only. */
const MOST_SPACING = 16_384n

/** Four rounds at most: is it a pool; what of, and where its price is; the words around it; the ticks in them. */
export function poolReads(world: World, spec: PoolSpec, logs: readonly Log[], answers: Answers): readonly Call[] {
  const { pool, bandBps } = spec
  const row = world.pools.find(pool)
  const mean = call.observe(pool, spec.twapWindowS)
  if (row !== undefined) {
    const scan = isDue(world, row, spec, logs) ? scanCalls(viewsOf(pool), bandBps, scanned(world).spacing.get(row), answers) : []
    return answers.missing([mean, ...scan])
  }
  const spacing = spacingOf(pool, answers)
  if (spacing === undefined) return answers.missing([call.tickSpacing(pool)])
  // a pool of other tokens than the config says is no pool of ours: none of its ticks is asked for, in any block
  const tokens = [call.token0(pool), call.token1(pool)] as const
  if (!pairOf(spec.base, wordAt(answers.get(tokens[0]), 0), wordAt(answers.get(tokens[1]), 0)))
    return answers.missing([mean, ...tokens, ...viewsOf(pool).place])
  return answers.missing(scanCalls(viewsOf(pool), bandBps, spacing, answers))
}

export function spacingOf(pool: Hex, answers: Answers): number | undefined {
  const spacing = wordAt(answers.get(call.tickSpacing(pool)), 0)
  return spacing === undefined || spacing === 0n || spacing >= MOST_SPACING ? undefined : Number(spacing)
}

/** The tick after this block is the last that its swaps say. */
function isDue(world: World, row: number, { pool, bandBps }: PoolSpec, logs: readonly Log[]): boolean {
  let tick = world.pools.columns.tick.get(row)
  for (const log of logsOf(logs, pool)) {
    const event = decodePoolLog(log)
    if (event?.kind === 'swap') tick = event.tick
  }
  return isScanDue(world, row, bandBps, tick)
}
