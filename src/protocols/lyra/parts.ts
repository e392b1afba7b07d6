// The contracts around an option market: read from its storage, since it has no getters for them, and judged by what they answer.
import type { Hex } from '../../core/flow.ts'
import { addressOf, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { call, type Part, SLOT } from './abi.ts'

export type Parts = Readonly<Record<Part, Hex>>
const NAMES = Object.keys(SLOT) as readonly Part[]

/** Of a market that has a row. */
export function partsOf(world: World, row: number): Parts {
  const { columns } = world.optionMarkets
  return Object.fromEntries(NAMES.map((part) => [part, addressOf(columns[part].get(row))])) as Record<Part, Hex>
}

export const partCalls = (market: Hex) => NAMES.map((part) => call.part(market, part))

/** From the slots; undefined: not asked yet, or not a market that has been set up. */
export function partsFrom(market: Hex, answers: Answers): Parts | undefined {
  const parts: Partial<Record<Part, Hex>> = {}
  for (const part of NAMES) {
    const word = wordAt(answers.get(call.part(market, part)), 0)
    if (word === undefined || word === 0n || word >> 160n !== 0n) return undefined
    parts[part] = addressOf(word)
  }
  return parts as Parts
}

/** Answers of exactly these many words are Avalon's; what came before and after it answers otherwise, or reverts. */
const WORDS = { liquidity: 6, globalCache: 8, tokenPrice: 3, poolParameters: 14, cacheParameters: 10, collateralParameters: 8 } as const

/** The release that we know; undefined: another one, so that nothing of it is believed. */
export function isAvalon({ liquidityPool, greekCache }: Parts, answers: Answers): boolean {
  const has = (to: Hex, view: keyof typeof WORDS): boolean => answers.get(call[view](to))?.length === 2 + 64 * WORDS[view]
  return (
    has(liquidityPool, 'liquidity') &&
    has(liquidityPool, 'tokenPrice') &&
    has(liquidityPool, 'poolParameters') &&
    has(greekCache, 'globalCache') &&
    has(greekCache, 'cacheParameters') &&
    has(greekCache, 'collateralParameters')
  )
}
