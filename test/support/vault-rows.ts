// Rows of a vault of 1,000,000 USD at a price of 1, as its adapter writes them: what a test leaves out did not move.
import { VAULT_FLOW } from '../../src/state/tables.ts'
import type { World } from '../../src/state/world.ts'
import { put, type Values } from '../builders.ts'

export const VAULT = `0x${'fa'.repeat(20)}`

export const vaultRow = (world: World): number => put(world.vaults, VAULT, { shareDecimals: 18, assetUsd: 1, price: 1 })

type Step = Values<World['vaultSteps']['table']['schema']>

/** A block from `priceBefore` (1) to `priceAfter` (the same). */
export function vaultStep(world: World, values: Step = {}): number {
  const { priceBefore = 1, priceAfter = priceBefore } = values
  return put(world.vaultSteps, undefined, {
    vault: vaultRow(world) + 1,
    priceBefore,
    priceAfter,
    lowPrice: Math.min(priceBefore, priceAfter),
    highPrice: Math.max(priceBefore, priceAfter),
    supplyBefore: 1e6,
    supplyAfter: 1e6,
    assetsBefore: 1e6,
    assetsAfter: 1e6 * (priceAfter / priceBefore),
    assetUsd: 1,
    unitUsd: 1e-18,
    ...values,
  })
}

/** A flow of one account: what was paid, and what its shares were worth before the block. */
export function vaultFlow(world: World, kind: keyof typeof VAULT_FLOW, usd: number, sharesUsd: number, who = 'ann'): number {
  const vault = vaultRow(world) + 1
  const holder = put(world.vaultHolders, `${VAULT}:${who}`, { vault }) + 1
  return put(world.vaultFlows, undefined, { vault, holder, kind: VAULT_FLOW[kind], usd, sharesUsd, assets: 1n, shares: 1n })
}
