// Runs a series past the very window that the detectors keep of volatility, row by row: what it would have known before each value.
import { type CalibratedThreshold, limitOf } from '../core/calibration.ts'
import { Store } from '../store/store.ts'
import { ewmaVolatility } from '../store/windows.ts'

/** As the detectors' window: see `ewmaVolatility` in store/windows.ts. */
export const HALF_LIFE_ROWS: Readonly<Record<string, number>> = { 'oracle-jump': 200, 'outflow-rate': 500, 'liquidity-depth': 500 }
export const OTHER_HALF_LIFE_ROWS = 200

export interface Filtered {
  /** Known before each value. */
  readonly sigmas: Float64Array
  /** First value at which the window was warm. */
  readonly warmFrom: number
  /** Beyond the limit, if one is given; from `warmFrom` on. */
  readonly fired: readonly boolean[]
}

/**
 * @param values judged: their size counts
 * @param threshold a value beyond it isn't remembered: no jump widens the range it is judged by
 */
export function filter(values: ArrayLike<number>, halfLifeRows: number, threshold?: CalibratedThreshold): Filtered {
  const store = new Store()
  store.journal.on = false
  const window = ewmaVolatility({ halfLifeRows }).create(store, 'filter')
  window.seek(0)
  const sigmas = new Float64Array(values.length)
  const fired: boolean[] = new Array(values.length).fill(false)
  let warmFrom = values.length
  for (let t = 0; t < values.length; t++) {
    const value = values[t] as number
    const sigma = window.sigma
    sigmas[t] = sigma
    if (window.ready) warmFrom = Math.min(warmFrom, t)
    if (threshold && window.ready && Math.abs(value) > limitOf(threshold, sigma)) fired[t] = true
    else window.push(value)
  }
  return { sigmas, warmFrom, fired }
}
