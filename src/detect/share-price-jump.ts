// What a vault pays for a share moved within a block: flows cannot do that, so assets appeared, vanished, or were counted wrongly.
import { z } from 'zod'
import { vaultSteps } from '../state/tables.ts'
import { ewmaVolatility } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Moves above this many times the vault's usual block fire. */
  maxSigmas: z.number().positive().default(8),
  /** A rise of so much always may be: a harvest pays weeks of a few per cent a year at once. */
  floorUpBps: z.number().positive().default(300),
  /** A fall of so much always may be: an exit fee. A share has no other honest way down but a loss. */
  floorDownBps: z.number().positive().default(100),
  /** From here on it fires without any history: Cream's yUSD doubled. */
  grossBps: z.number().positive().default(10_000),
  /** Worth less before the block, a vault is near empty, which `donation` looks at; USD. */
  minUsd: z.number().nonnegative().default(1_000),
})

export const sharePriceJump = defineDetector({
  id: 'share-price-jump',
  title: 'Share price jumped',
  maturity: 'test',
  threat: 'Who can move what a share is worth borrows against it, or buys low and redeems high, within one transaction.',
  catches:
    "A share's price that within a block moves by more than 8 times its usual block and 3 % up or 1 % down, at its end or between two flows: Harvest 2020-10-26, Cream yUSD 2021-10-27, Lodestar 2022-12-10, LlamaLend 2026-03-02.",
  misses:
    'Moves between two blocks that come back before a flow shows them; views that lie; the first 100 steps of a vault unless the price doubles or halves; a vault worth under 1,000 USD; a drift of small steps (`nav-step`, `aum-without-flows`).',
  falsePositives: ['a true loss that is booked at once', 'a vault that books a quarter of income in one step', 'a split of shares'],
  runbook: 'docs/runbooks/share-price-jump.md',
  source: 'pool',
  basis: 'chain',
  on: vaultSteps,
  wake: 'touched',
  subject: 'vault',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { moves: ewmaVolatility({ halfLifeRows: 200 }) },
  check(step, { moves }, { maxSigmas, floorUpBps, floorDownBps, grossBps, minUsd }) {
    const { priceBefore, priceAfter, lowPrice, highPrice, assetsBefore, assetUsd } = step
    if (!(priceBefore > 0 && assetsBefore * assetUsd >= minUsd)) return undefined
    const up = highPrice / priceBefore - 1
    const down = lowPrice > 0 ? priceBefore / lowPrice - 1 : Number.POSITIVE_INFINITY
    const usual = moves.ready ? maxSigmas * moves.sigma : grossBps / 10_000
    const [upLimit, downLimit] = [Math.max(usual, floorUpBps / 10_000), Math.max(usual, floorDownBps / 10_000)]
    if (!(up > upLimit || down > downLimit)) {
      moves.push(Math.max(up, down))
      return undefined
    }
    const isRise = up / upLimit >= down / downLimit
    const [extreme, move, limit] = isRise ? [highPrice, up, upLimit] : [lowPrice, down, downLimit]
    const isBack = Math.abs(priceAfter - priceBefore) < Math.abs(extreme - priceBefore) / 2
    return {
      severity: move >= grossBps / 10_000 ? 'critical' : 'high',
      summary: `${priceBefore} to ${extreme} a share within a block, ${isRise ? 'up' : 'down'} ${(move * 100).toFixed(1)} % (limit ${(limit * 100).toFixed(1)} %)${isBack ? ', and back' : ''}`,
      evidence: {
        priceBefore,
        priceAfter,
        lowPrice,
        highPrice,
        move,
        limit,
        usual: moves.sigma,
        assetsBefore,
        assetUsd,
      },
    }
  },
})
