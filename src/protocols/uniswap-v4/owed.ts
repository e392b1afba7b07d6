// Conservation a token: one manager holds what all pools owe, so it may never hold less of a token than the watched pools' liquidity could pay.
import { toFloat } from '../../core/exact.ts'
import type { Call, Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import { isBaseFirst } from '../../state/pool-ticks.ts'
import type { Answers } from '../../state/protocol.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { writeLoss } from './apply.ts'
import type { V4PoolSpec } from './spec.ts'

const NATIVE: Hex = `0x${'0'.repeat(40)}`
const E18 = 10n ** 18n

const tokensOf = (specs: readonly V4PoolSpec[]): readonly Hex[] =>
  [...new Set(specs.flatMap(({ currency0, currency1 }) => [currency0, currency1]))].filter((token) => token !== NATIVE)

/** The chain's own currency has no view to ask for its balance: it is not judged. */
export const heldCalls = (manager: Hex, specs: readonly V4PoolSpec[]): readonly Call[] =>
  tokensOf(specs).map((token) => call.held(token, manager))

/** Of the pools that share a short token the last one's row is named; the finding's subject leads to the manager. */
export function judgeOwed(world: World, manager: Hex, specs: readonly V4PoolSpec[], answers: Answers): void {
  for (const token of tokensOf(specs)) {
    const held = wordAt(answers.get(call.held(token, manager)), 0)
    if (held === undefined) continue
    let owed = 0n
    let named: { readonly row: number; readonly usd: number } | undefined
    for (const spec of specs) {
      const row = world.pools.find(spec.pool)
      const isFirst = spec.currency0 === token
      if (row === undefined || (!isFirst && spec.currency1 !== token)) continue
      const { reserve0, reserve1, price } = world.pools.at(row)
      owed += isFirst ? reserve0 : reserve1
      const isBase = isFirst === isBaseFirst(world, row)
      named = { row, usd: isBase ? price * toFloat(1n, spec.baseDecimals) : spec.quoteUsd * toFloat(1n, spec.quoteDecimals) }
    }
    if (named && held < owed) writeLoss(world, named.row, POOL_LOSS.owed, 0, ((owed - held) * E18) / owed, Number(owed - held) * named.usd)
  }
}
