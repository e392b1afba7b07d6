// An Aave v3 pool as a config names it, with the Guard that may act on it.
import { z } from 'zod'
import type { GuardActionName } from '../core/flow.ts'
import { entryId } from '../core/guard-entry.ts'
import { parsed } from '../core/parsed.ts'
import { addressSubject } from '../core/subject.ts'
import { aaveGuardEntries } from '../protocols/aave-v3/entries.ts'
import { aaveV3 } from '../protocols/aave-v3/index.ts'
import { aaveProbes } from '../protocols/aave-v3/probes.ts'
import { reliefOf } from '../protocols/aave-v3/relief.ts'
import { guard as guardAdapter } from '../protocols/guard/index.ts'
import { lendingRisk } from '../state/lending-risk.ts'
import type { Venue } from '../state/protocol.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const ACTIONS = [
  'stopBorrowingAgainst',
  'stopBorrowing',
  'supplyCap',
  'borrowCap',
  'freeze',
  'reservePause',
] as const satisfies readonly GuardActionName[]

const aaveSchema = z.strictObject({
  chainId,
  pool: address,
  /** Without it the pool is only watched. */
  guard: z
    .strictObject({
      address,
      configurator: address,
      dataProvider: address,
      assets: z.array(z.strictObject({ address, decimals, symbol: z.string().min(1) })).min(1),
      /** What governance has added to the Guard; all by default. */
      actions: z.array(z.enum(ACTIONS)).min(1).optional(),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
      /** A Liquidator contract, for accounts that no keeper liquidates, and the token that its exchange pools are quoted in. */
      liquidator: z.strictObject({ address, hub: address }).optional(),
    })
    .optional(),
})

/** An Aave v3 pool with all its margin accounts, and the Guard that may act on it. */
export function aaveV3Pool(input: z.input<typeof aaveSchema>): Watched {
  const config = parsed('aaveV3Pool()', input, aaveSchema.parse)
  const { chainId, pool } = config
  if (!config.guard) {
    const protocol = aaveV3({ chainId, pool })
    const venue: Venue = { protocol, pool, guard: undefined, risk: lendingRisk, probes: () => [] }
    return { chainId, rules: { aaveV3: config }, protocols: [protocol], venues: [venue], guards: [] }
  }
  const { address: guard, assets, configurator, dataProvider, actions = ACTIONS } = config.guard
  const times = {
    expiryS: config.guard.expiryS ?? 600,
    hardCapS: config.guard.hardCapS ?? 14_400,
    cooldownS: config.guard.cooldownS ?? 3_600,
  }
  const entries = aaveGuardEntries({ pool, configurator, dataProvider, assets, ...times }).filter(({ action }) => actions.includes(action))
  const { liquidator } = config.guard
  const protocol = aaveV3({ chainId, pool, guard: { entries }, liquidates: liquidator !== undefined })
  const known = entries.map(({ symbol, entry }) => ({
    id: entryId(entry),
    subjects: assets.filter((a) => a.symbol === symbol).map((a) => addressSubject(a.address)),
  }))
  const ours = guardAdapter({ chainId, guard, entries: known })
  const venue: Venue = {
    protocol,
    pool,
    guard,
    risk: lendingRisk,
    probes: (world, suspects) => aaveProbes(world, pool, suspects),
    ...(liquidator ? { relief: (world, account) => reliefOf(world, liquidator.address, liquidator.hub, account) } : {}),
  }
  const named = entries.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}` }))
  const rules = { aaveV3: config, entries: known }
  return { chainId, rules, protocols: [protocol, ours], venues: [venue], guards: [{ guard, entries: named }] }
}
