// Correlations estimated pair by pair need not be those of anything: made into a matrix that has a root.

export type Matrix = readonly (readonly number[])[]

const SWEEPS = 60

/** Lower triangle L with L L' = the matrix, or undefined if it isn't positive definite. */
export function cholesky(matrix: Matrix): Matrix | undefined {
  const root: number[][] = matrix.map((row) => row.map(() => 0))
  for (const [i, row] of root.entries())
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i]?.[j] as number
      for (let k = 0; k < j; k += 1) sum -= (row[k] as number) * (root[j]?.[k] as number)
      if (i === j && !(sum > 1e-12)) return undefined
      row[j] = i === j ? Math.sqrt(sum) : sum / (root[j]?.[j] as number)
    }
  return root
}

/**
 * The matrix itself if its least eigenvalue is at least `least`; else eigenvalues below are set to it and the diagonal is scaled back to 1
 * (Rousseeuw and Molenberghs 1993). Near, simple, and not Higham's nearest.
 */
export function positiveDefinite(matrix: Matrix, least = 1e-4): Matrix {
  const { values, vectors } = eigen(matrix)
  if (values.every((value) => value >= least)) return matrix
  const clipped = matrix.map((row, i) =>
    row.map((_, j) => values.reduce((sum, value, k) => sum + Math.max(value, least) * at(vectors, i, k) * at(vectors, j, k), 0)),
  )
  return clipped.map((row, i) => row.map((value, j) => (i === j ? 1 : value / Math.sqrt(at(clipped, i, i) * at(clipped, j, j)))))
}

const at = (matrix: Matrix, i: number, j: number): number => matrix[i]?.[j] as number

/** Of a symmetric matrix, by Jacobi's rotations; the vectors are columns. */
function eigen(matrix: Matrix): { readonly values: readonly number[]; readonly vectors: Matrix } {
  const a = matrix.map((row) => [...row])
  const size = a.length
  const v: number[][] = a.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)))
  const rotate = (m: number[][], p: [number, number], q: [number, number], c: number, s: number): void => {
    const [x, y] = [at(m, p[0], p[1]), at(m, q[0], q[1])]
    ;(m[p[0]] as number[])[p[1]] = c * x - s * y
    ;(m[q[0]] as number[])[q[1]] = s * x + c * y
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let off = 0
    for (let p = 0; p < size; p += 1)
      for (let q = p + 1; q < size; q += 1) {
        const x = at(a, p, q)
        off += x * x
        if (Math.abs(x) < 1e-300) continue
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * x)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        for (let k = 0; k < size; k += 1) rotate(a, [k, p], [k, q], c, t * c)
        for (let k = 0; k < size; k += 1) rotate(a, [p, k], [q, k], c, t * c)
        for (let k = 0; k < size; k += 1) rotate(v, [k, p], [k, q], c, t * c)
      }
    if (off < 1e-30) break
  }
  return { values: a.map((row, i) => row[i] as number), vectors: v }
}
