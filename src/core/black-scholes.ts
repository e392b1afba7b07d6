// What Black and Scholes say that a European option is worth, and how that moves with spot and volatility. Floats, the same on every engine.
import { exp } from './exp.ts'
import { ln } from './math.ts'

export interface OptionTerms {
  readonly spot: number
  readonly strike: number
  /** Yearly, 0.8 is 80 %. */
  readonly vol: number
  readonly years: number
  /** Yearly, continuous. */
  readonly rate: number
}

export interface OptionValues {
  readonly call: number
  readonly put: number
  /** Of the call; the put's is one less. */
  readonly delta: number
  /** Change of either's price for a change of volatility by 1 (100 points). */
  readonly vega: number
}

export const SECONDS_PER_YEAR = 31_536_000
const ROOT_2PI = 2.5066282746310002
/** As Lyra has them: what is smaller counts as this, so that only the difference of spot and strike is left. */
const LEAST_YEARS = 1 / SECONDS_PER_YEAR
const LEAST_VOL = 0.0001

/** NaN for terms that are none: a spot or strike of zero or less. */
export function blackScholes({ spot, strike, vol, years, rate }: OptionTerms): OptionValues {
  if (!(spot > 0 && strike > 0)) return { call: Number.NaN, put: Number.NaN, delta: Number.NaN, vega: Number.NaN }
  const t = years > LEAST_YEARS ? years : LEAST_YEARS
  const sigma = vol > LEAST_VOL ? vol : LEAST_VOL
  const spread = sigma * Math.sqrt(t)
  const d1 = (ln(spot / strike) + (rate + (sigma * sigma) / 2) * t) / spread
  const d2 = d1 - spread
  const presentStrike = strike * exp(-rate * t)
  const delta = phi(d1)
  // each from its own tail: one by parity from the other would lose its digits where it is nearly worthless
  return {
    call: spot * delta - presentStrike * phi(d2),
    put: presentStrike * phi(-d2) - spot * phi(-d1),
    delta,
    vega: (spot * Math.sqrt(t) * exp((-d1 * d1) / 2)) / ROOT_2PI,
  }
}

/** P(Z <= z) of the standard normal. Relative error under 2e-13, in the tails too. */
export function phi(z: number): number {
  if (Number.isNaN(z)) return z
  const x = Math.abs(z)
  if (x > 39) return z > 0 ? 1 : 0
  const density = exp((-x * x) / 2) / ROOT_2PI
  const tail = x < 2 ? 0.5 - density * series(x) : density / fraction(x)
  return z > 0 ? 1 - tail : tail
}

/** x + x^3/3 + x^5/(3*5) + ... */
function series(x: number): number {
  let [sum, term] = [x, x]
  for (let n = 3; term > 1e-17 * sum; n += 2) {
    term *= (x * x) / n
    sum += term
  }
  return sum
}

/** x + 1/(x + 2/(x + 3/(x + ...))), from so deep inside that what is left out is gone at 2. */
function fraction(x: number): number {
  let value = x
  for (let n = 120; n >= 1; n -= 1) value = x + n / value
  return value
}
