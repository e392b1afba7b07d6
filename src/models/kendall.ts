// How often two series move the same way: a rank correlation, which margins and outliers don't change.
import { type Failed, failed, unfit } from './failure.ts'

/**
 * Kendall's tau-b (ties accounted for) in O(n log n) by counting the exchanges of a merge sort: Knight (1966). Fails unless both series are as
 * long, finite, not constant and of at least 2 values.
 */
export function kendallTau(x: ArrayLike<number>, y: ArrayLike<number>): { readonly kind: 'fitted'; readonly tau: number } | Failed {
  const bad = unfit(x, 2) ?? unfit(y, 2)
  if (bad) return bad
  const n = x.length
  if (y.length !== n) return failed('out-of-range', `${n} and ${y.length} values are no pairs`)
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (x[i] as number) - (x[j] as number) || (y[i] as number) - (y[j] as number),
  )
  const xs = Float64Array.from(order, (i) => x[i] as number)
  const ys = Float64Array.from(order, (i) => y[i] as number)
  const tiedX = tiedPairs(n, (i) => xs[i] === xs[i - 1])
  const tiedBoth = tiedPairs(n, (i) => xs[i] === xs[i - 1] && ys[i] === ys[i - 1])
  const discordant = sortCounting(ys)
  const tiedY = tiedPairs(n, (i) => ys[i] === ys[i - 1])
  const pairs = (n * (n - 1)) / 2
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant
  const tau = difference / (Math.sqrt(pairs - tiedX) * Math.sqrt(pairs - tiedY))
  return { kind: 'fitted', tau: Math.min(1, Math.max(-1, tau)) }
}

function tiedPairs(n: number, same: (i: number) => boolean): number {
  let pairs = 0
  let run = 0
  for (let i = 1; i < n; i += 1) {
    run = same(i) ? run + 1 : 0
    pairs += run
  }
  return pairs
}

/** Sorts in place and returns how many pairs stood the wrong way round. */
function sortCounting(values: Float64Array): number {
  let from: Float64Array = values
  let to: Float64Array = new Float64Array(values.length)
  let exchanges = 0
  for (let width = 1; width < values.length; width *= 2) {
    for (let low = 0; low < values.length; low += 2 * width) {
      const middle = Math.min(low + width, values.length)
      const high = Math.min(low + 2 * width, values.length)
      let left = low
      let right = middle
      for (let k = low; k < high; k += 1) {
        const takeLeft = left < middle && (right >= high || (from[left] as number) <= (from[right] as number))
        if (!takeLeft) exchanges += middle - left
        to[k] = from[takeLeft ? left++ : right++] as number
      }
    }
    ;[from, to] = [to, from]
  }
  if (from !== values) values.set(from)
  return exchanges
}
