// Chance with a seed: the same numbers on every machine, so that a simulated result can be checked by repeating it.
import { ln } from '../core/math.ts'

export interface Random {
  /** The next 32 bits. */
  word(): number
  /** Uniform between 0 and 1, never either. */
  uniform(): number
  /** Standard normal, by Marsaglia's polar method. */
  normal(): number
}

/** xoshiro128** of Blackman and Vigna (2021), its state filled by splitmix32 from a 32-bit seed. */
export function seededRandom(seed: number): Random {
  let fill = seed >>> 0
  const next = (): number => {
    fill = (fill + 0x9e3779b9) >>> 0
    const z = Math.imul(fill ^ (fill >>> 16), 0x21f0aaad)
    const y = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return y ^ (y >>> 15)
  }
  let a = next()
  let b = next()
  let c = next()
  let d = next()
  let spare: number | undefined

  const word = (): number => {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }
  const uniform = (): number => ((word() >>> 6) * 67108864 + (word() >>> 6) + 0.5) / 4503599627370496
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    for (;;) {
      const u = 2 * uniform() - 1
      const v = 2 * uniform() - 1
      const q = u * u + v * v
      if (q <= 0 || q >= 1) continue
      const scale = Math.sqrt((-2 * ln(q)) / q)
      spare = v * scale
      return u * scale
    }
  }
  return { word, uniform, normal }
}
