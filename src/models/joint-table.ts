// Joint probabilities on a grid, so that a block asks for them in microseconds: made once from the copula, looked up by interpolation.
import type { JointTable } from '../core/calibration.ts'
import { ln } from '../core/math.ts'
import type { Matrix } from './correlation.ts'
import { exp } from './elementary.ts'
import { type Failed, failed } from './failure.ts'
import { jointExceedance } from './joint-exceedance.ts'
import { type Random, seededRandom } from './random.ts'

const GRID: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 1]
const TRIPLE_SAMPLES = 64
/** Of which the standard error is taken. */
const REPLICATES = 4

export interface BuiltTable {
  readonly kind: 'fitted'
  readonly table: JointTable
  /** Greatest relative standard error of the simulation at a node; 0 for two variables, which need none. */
  readonly relativeError: number
}

/** Of two or three variables; `nus` are nuHigh, nu, nuLow. Pairs by the integral, three by simulation with the seed. */
export function buildJointTable(
  correlation: Matrix,
  nus: readonly [number, number, number],
  seed: number,
  samples = TRIPLE_SAMPLES,
): BuiltTable | Failed {
  const size = correlation.length
  if (size !== 2 && size !== 3) return failed('out-of-range', `${size} variables; a table is of 2 or 3`)
  const pairsOf = (
    size === 2
      ? [[0, 1]]
      : [
          [0, 1],
          [0, 2],
          [1, 2],
        ]
  ) as readonly (readonly [number, number])[]
  const pairs: number[][][] = []
  const triple: number[][] = []
  let relativeError = 0
  for (const nu of nus) {
    const random = seededRandom(seed)
    pairs.push(
      pairsOf.map(([i, j]) => {
        const rho = correlation[i]?.[j] as number
        const of = [
          [1, rho],
          [rho, 1],
        ]
        return GRID.flatMap((p) => GRID.map((q) => logOf(jointExceedance([p, q], { correlation: of, nu }, random))))
      }),
    )
    if (size === 2) continue
    const nodes: number[] = []
    for (const p of GRID)
      for (const q of GRID)
        for (const r of GRID) {
          const exact = p === 1 || q === 1 || r === 1
          if (exact) {
            nodes.push(pairNode(pairs.at(-1) as number[][], p, q, r))
            continue
          }
          const runs = Array.from({ length: REPLICATES }, () => {
            const found = jointExceedance([p, q, r], { correlation, nu }, spread(random), samples)
            return found.kind === 'fitted' ? found.probability : 0
          })
          const mean = runs.reduce((sum, x) => sum + x / REPLICATES, 0)
          const variance = runs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (REPLICATES - 1) / REPLICATES
          nodes.push(rounded(mean))
          if (mean > 0) relativeError = Math.max(relativeError, Math.sqrt(variance) / mean)
        }
    triple.push(nodes)
  }
  return { kind: 'fitted', table: { grid: GRID, pairs, triple: size === 3 ? triple : null }, relativeError }
}

/** Six digits: a table is no more exact, and a file of it shorter. */
const logOf = (found: ReturnType<typeof jointExceedance>): number => (found.kind === 'failed' ? LEAST_LOG : rounded(found.probability))
const rounded = (probability: number): number => Number(Math.max(LEAST_LOG, ln(probability)).toPrecision(6))
const LEAST_LOG = -60

/**
 * Points of a square spread evenly in place of random ones, from a random beginning (Cranley and Patterson 1976): a hundred do what
 * thousands of random ones would. The steps are powers of 1 over the root of x^3 = x + 1.
 */
function spread(random: Random): Random {
  const at = [random.uniform(), random.uniform()] as [number, number]
  let turn = 0
  const uniform = (): number => {
    const k = turn as 0 | 1
    turn = 1 - turn
    at[k] = (at[k] + STEPS[k]) % 1
    return Math.min(1 - 1e-12, Math.max(1e-12, at[k]))
  }
  return { ...random, uniform }
}
const STEPS = [0.7548776662466927, 0.5698402909980532] as const

/** One boundary is crossed already: the other two decide. */
function pairNode(pairs: readonly (readonly number[])[], p: number, q: number, r: number): number {
  const at = (pair: number, a: number, b: number): number => pairs[pair]?.[GRID.indexOf(a) * GRID.length + GRID.indexOf(b)] as number
  return p === 1 ? at(2, q, r) : q === 1 ? at(1, p, r) : at(0, p, q)
}

/** P(both beyond): straight between the nodes' logarithms, simplex by simplex (Kuhn 1960). `nu`: 0 of nuHigh, 1 of nu, 2 of nuLow. */
export function pairOf(table: JointTable, nu: number, pair: number, p: number, q: number): number {
  const nodes = table.pairs[nu]?.[pair] as readonly number[]
  return bounded(exp(between(table.grid, [p, q], (at) => nodes[index(at, table.grid.length)] as number)), [p, q])
}

/** P(all three beyond); undefined where there are two. */
export function tripleOf(table: JointTable, nu: number, tails: readonly [number, number, number]): number | undefined {
  const nodes = table.triple?.[nu]
  if (!nodes) return undefined
  const n = table.grid.length
  return bounded(exp(between(table.grid, tails, (at) => nodes[index(at, n)] as number)), tails)
}

/** No more than the least of them; under the grid's lowest it falls in proportion, which is too much rather than too little. */
const bounded = (probability: number, tails: readonly number[]): number => Math.min(probability, ...tails)

/** Row-major. */
const index = (at: readonly number[], n: number): number => at.reduce((sum, i) => sum * n + i, 0)

function between(grid: readonly number[], tails: readonly number[], node: (at: readonly number[]) => number): number {
  const least = grid[0] as number
  let below = 0 // by how much the least tail is under the grid, in logarithms
  const cells = tails.map((tail) => {
    const p = Math.max(tail, least)
    if (tail < least) below = Math.min(below, ln(Math.max(tail, 1e-300) / least))
    let i = 0
    while (i < grid.length - 2 && p > (grid[i + 1] as number)) i += 1
    const share = ln(p / (grid[i] as number)) / ln((grid[i + 1] as number) / (grid[i] as number))
    return { i, share: Math.min(1, share) }
  })
  // from the cell's lowest corner to its highest, along the greatest share first: the table's ridge is the diagonal, and this keeps to it
  const at = cells.map(({ i }) => i)
  const order = cells.map((_, k) => k).sort((a, b) => (cells[b]?.share as number) - (cells[a]?.share as number))
  let value = node(at)
  let sum = value
  for (const k of order) {
    at[k] = (at[k] as number) + 1
    const next = node(at)
    sum += (cells[k]?.share as number) * (next - value)
    value = next
  }
  return sum + below
}
