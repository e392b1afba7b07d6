// The least value of a function of a few numbers, without derivatives: likelihoods here have two or three parameters, or one.

export interface Minimum {
  readonly at: readonly number[]
  readonly value: number
  readonly converged: boolean
}

const MAX_STEPS = 2_000
const SHARE = (3 - Math.sqrt(5)) / 2

/**
 * Nelder and Mead (1965), begun again at its own result until that gains nothing: a collapsed simplex can stop short of the minimum.
 * The function may be Infinity where it isn't defined, but not at `start`.
 */
export function minimise(f: (x: readonly number[]) => number, start: readonly number[], step: number): Minimum {
  let best = descend(f, start, step)
  for (let round = 0; round < 5; round += 1) {
    const again = descend(f, best.at, step / 2)
    const gain = best.value - again.value
    if (again.value <= best.value) best = again
    if (gain < 1e-9 * (1 + Math.abs(best.value))) break
  }
  return best
}

function descend(f: (x: readonly number[]) => number, start: readonly number[], step: number): Minimum {
  type Vertex = { readonly x: readonly number[]; readonly value: number }
  const vertex = (x: readonly number[]): Vertex => {
    const value = f(x)
    return { x, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value }
  }
  const simplex = [vertex(start), ...start.map((_, i) => vertex(start.map((v, j) => (i === j ? v + step : v))))]
  const size = start.length
  for (let count = 0; count < MAX_STEPS; count += 1) {
    simplex.sort((p, q) => p.value - q.value)
    const best = simplex[0] as Vertex
    const worst = simplex[size] as Vertex
    const spread = Math.max(...simplex.map(({ x }) => Math.max(...x.map((v, j) => Math.abs(v - (best.x[j] as number))))))
    if (worst.value - best.value <= 1e-11 * (1 + Math.abs(best.value)) && spread < 1e-5)
      return { at: best.x, value: best.value, converged: Number.isFinite(best.value) }
    const centre = start.map((_, j) => simplex.slice(0, size).reduce((sum, { x }) => sum + (x[j] as number), 0) / size)
    const along = (share: number): Vertex => vertex(centre.map((v, j) => v + share * ((worst.x[j] as number) - v)))
    const reflected = along(-1)
    if (reflected.value < best.value) {
      const expanded = along(-2)
      simplex[size] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < (simplex[size - 1] as Vertex).value) simplex[size] = reflected
    else {
      const contracted = reflected.value < worst.value ? along(-0.5) : along(0.5)
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[size] = contracted
      else for (let i = 1; i <= size; i += 1) simplex[i] = vertex((simplex[i] as Vertex).x.map((v, j) => ((best.x[j] as number) + v) / 2))
    }
  }
  const best = simplex.reduce((p, q) => (q.value < p.value ? q : p))
  return { at: best.x, value: best.value, converged: false }
}

/** Of one number between `low` and `high`: the best of a grid, then golden section (Kiefer 1953) beside it, to `tolerance`. */
export function minimise1(f: (x: number) => number, low: number, high: number, cells: number, tolerance: number): Minimum {
  const width = (high - low) / cells
  let at = low
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i <= cells; i += 1) {
    const value = f(low + i * width)
    if (value < least) {
      least = value
      at = low + i * width
    }
  }
  if (!Number.isFinite(least)) return { at: [at], value: least, converged: false }
  let a = Math.max(low, at - width)
  let b = Math.min(high, at + width)
  let x = a + SHARE * (b - a)
  let y = b - SHARE * (b - a)
  let fx = f(x)
  let fy = f(y)
  while (b - a > tolerance) {
    if (fx <= fy) {
      b = y
      y = x
      fy = fx
      x = a + SHARE * (b - a)
      fx = f(x)
    } else {
      a = x
      x = y
      fx = fy
      y = b - SHARE * (b - a)
      fy = f(y)
    }
  }
  const middle = (a + b) / 2
  const value = f(middle)
  return value <= least ? { at: [middle], value, converged: true } : { at: [at], value: least, converged: true }
}
