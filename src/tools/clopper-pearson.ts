// Bounds of a share from a count, exact for small counts: zero seen in n means "under about 3 in n", never "none".

export interface Bounds {
  readonly low: number
  readonly high: number
}

/** Halvings of the unit interval: below the spacing of doubles. */
const HALVINGS = 60
/** A tail's terms fall from its first on; what is smaller than this share of the sum so far can't change it. */
const NEGLIGIBLE = 1e-18

/**
 * Two-sided Clopper-Pearson bounds of the share behind `count` of `of`, both as shares of 1. Nothing tried says nothing: 0 to 1.
 * Clopper and Pearson, Biometrika 26 (1934).
 */
export function clopperPearson(count: number, of: number, confidence = 0.95): Bounds {
  check(count, of, confidence)
  const outside = (1 - confidence) / 2
  return { low: lowerBound(count, of, outside), high: upperBound(count, of, outside) }
}

/** One-sided: with this confidence the share is not higher. For zero in n it is 1 - (1 - confidence)^(1/n), about 3/n at 95 %. */
export function clopperPearsonUpper(count: number, of: number, confidence = 0.95): number {
  check(count, of, confidence)
  return upperBound(count, of, 1 - confidence)
}

/** The share at which so many or more are seen with probability `outside`. */
function lowerBound(count: number, of: number, outside: number): number {
  return count === 0 ? 0 : bisect((share) => atLeast(count, of, share) > outside)
}

/** The share at which so many or fewer are seen with probability `outside`. */
function upperBound(count: number, of: number, outside: number): number {
  return count === of ? 1 : bisect((share) => 1 - atLeast(count + 1, of, share) < outside)
}

/** Where a condition that fails at 0 and holds at 1 begins to hold. */
function bisect(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/**
 * Probability of `count` or more hits in `of` tries: the regularised incomplete beta function at (count, of - count + 1). Both
 * arguments are whole, so it is a sum; the tail away from the most likely count is added up, whose terms only fall.
 */
function atLeast(count: number, of: number, share: number): number {
  if (count <= 0) return 1
  if (count > of || share <= 0) return 0
  if (share >= 1) return 1
  const odds = share / (1 - share)
  if (count > of * share) return tail(term(count, of, share), (i) => (odds * (of - count - i)) / (count + i + 1))
  const below = count - 1
  return 1 - tail(term(below, of, share), (i) => (below - i) / (odds * (of - below + i + 1)))
}

/** Sum of terms, each the one before times `ratio(i)`; the ratio is 0 after the last. */
function tail(first: number, ratio: (i: number) => number): number {
  let sum = first
  let last = first
  for (let i = 0; last > NEGLIGIBLE * sum; i++) {
    last *= ratio(i)
    sum += last
  }
  return sum
}

/** Probability of exactly `count` hits. */
function term(count: number, of: number, share: number): number {
  let ln = count * Math.log(share) + (of - count) * Math.log1p(-share)
  const fewer = Math.min(count, of - count)
  for (let i = 1; i <= fewer; i++) ln += Math.log((of - fewer + i) / i)
  return Math.exp(ln)
}

function check(count: number, of: number, confidence: number): void {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(of) || count < 0 || count > of)
    throw new RangeError(`${count} of ${of}: want whole numbers, the first at most the second`)
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}: want a share between 0 and 1`)
}
