// Exceedances come in runs when volatility clusters: a run is one alarm, and only its greatest value is counted.

export interface Cluster {
  /** Index of the greatest value. */
  readonly at: number
  readonly value: number
  /** Values above the threshold in it. */
  readonly size: number
}

/**
 * Runs declustering: a cluster ends when `runLength` values in a row don't exceed the threshold; with 0 every exceedance is its own. Smith and
 * Weissman (1994). Clusters divided by exceedances is the extremal index.
 */
export function decluster(values: ArrayLike<number>, threshold: number, runLength: number): readonly Cluster[] {
  const clusters: Cluster[] = []
  let open: Cluster | undefined
  let last = 0
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    if (!(value > threshold)) continue
    if (open && runLength > 0 && i - last <= runLength)
      open = value > open.value ? { at: i, value, size: open.size + 1 } : { ...open, size: open.size + 1 }
    else {
      if (open) clusters.push(open)
      open = { at: i, value, size: 1 }
    }
    last = i
  }
  if (open) clusters.push(open)
  return clusters
}
