// Aave's reserve configuration: one word, its parts by bit (ReserveConfiguration.sol, v3.0).
import type { World } from '../../state/world.ts'

const PARTS = {
  ltvBps: [0, 16],
  thresholdBps: [16, 16],
  bonusBps: [32, 16],
  decimals: [48, 8],
  active: [56, 1],
  frozen: [57, 1],
  borrowing: [58, 1],
  paused: [60, 1],
  borrowCap: [80, 36],
  supplyCap: [116, 36],
  eMode: [168, 8],
  /** USD with 2 decimals. */
  debtCeiling: [212, 40],
} as const
export type ConfigPart = keyof typeof PARTS

export function configPart(config: bigint, part: ConfigPart): number {
  const [shift, bits] = PARTS[part]
  return Number((config >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n))
}

/** What an account's health depends on: a change of any recomputes everyone in the market. */
const HEALTH_PARTS: readonly ConfigPart[] = ['ltvBps', 'thresholdBps', 'decimals', 'eMode']

/** Writes the word and its parts; true if accounts in the market must be computed again. */
export function writeConfig(world: World, market: number, config: bigint): boolean {
  const { columns } = world.markets
  const before = columns.config.get(market)
  columns.config.set(market, config)
  for (const part of Object.keys(PARTS) as ConfigPart[]) columns[part].set(market, configPart(config, part))
  return HEALTH_PARTS.some((part) => configPart(before, part) !== configPart(config, part))
}
