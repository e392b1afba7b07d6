// What a sold option must have as collateral: an estimate in floats, only to know which positions the contract has to be asked about.
import { blackScholes, SECONDS_PER_YEAR } from '../../core/black-scholes.ts'
import { toFloat } from '../../core/exact.ts'
import { isPutOption, OPTION } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'

/** getMinCollatParams, in this order. */
export interface CollateralRules {
  readonly minQuote: number
  readonly minBase: number
  readonly volA: number
  readonly atSA: number
  readonly volB: number
  readonly atSB: number
  readonly callShock: number
  readonly putShock: number
  readonly rate: number
}
const RULES = ['minQuote', 'minBase', 'volA', 'atSA', 'volB', 'atSB', 'callShock', 'putShock', 'rate'] as const
const SECONDS: ReadonlySet<string> = new Set(['atSA', 'atSB'])

const stored = (world: World) => world.store.column('lyra.collateralRules', 'f64')

export function writeRules(world: World, market: number, words: readonly bigint[], rate: number): void {
  for (const [n, name] of RULES.entries()) {
    const value = name === 'rate' ? rate : toFloat(words[n] as bigint, SECONDS.has(name) ? 0 : 18)
    stored(world).set(market * RULES.length + n, value)
  }
}

export function rulesOf(world: World, market: number): CollateralRules {
  return Object.fromEntries(RULES.map((name, n) => [name, stored(world).get(market * RULES.length + n)])) as unknown as CollateralRules
}

export interface Terms {
  readonly strike: number
  readonly expiryS: number
  readonly timeS: number
  readonly spot: number
}

/** For one unit: its share of what grows with the amount, its fixed least, and its most. */
export interface Need {
  readonly perUnit: number
  readonly least: number
  readonly mostPerUnit: number
}

export function needOf(rules: CollateralRules, type: number, { strike, expiryS, timeS, spot }: Terms): Need {
  const leftS = expiryS > timeS ? expiryS - timeS : 0
  const shocked = spot * (isPutOption(type) ? rules.putShock : rules.callShock)
  const { call, put } = blackScholes({
    spot: shocked,
    strike,
    vol: shockVol(rules, leftS),
    years: leftS / SECONDS_PER_YEAR,
    rate: rules.rate,
  })
  switch (type) {
    case OPTION.shortCallBase:
      return { perUnit: call / shocked, least: rules.minBase, mostPerUnit: 1 }
    case OPTION.shortCallQuote:
      return { perUnit: call, least: rules.minQuote, mostPerUnit: Number.POSITIVE_INFINITY }
    default:
      return { perUnit: put, least: rules.minQuote, mostPerUnit: strike }
  }
}

export function needed({ perUnit, least, mostPerUnit }: Need, amount: number): number {
  return amount > 0 ? Math.min(Math.max(perUnit * amount, least), mostPerUnit * amount) : 0
}

function shockVol({ volA, atSA, volB, atSB }: CollateralRules, leftS: number): number {
  if (leftS <= atSA) return volA
  if (leftS >= atSB) return volB
  return volA - ((volA - volB) * (leftS - atSA)) / (atSB - atSA)
}
