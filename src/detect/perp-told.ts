// When to say a thing again: when it begins, when it got clearly worse, and while it lasts, now and then.
import type { Ring } from '../store/windows.ts'

type RingCell = Omit<Ring, 'seek'>

/** It has ended, and may begin anew, only clearly below the limit: or one at the limit would begin in every other block. */
const REARM = 0.8
/** And not sooner than so many seconds after it was said last. */
const AGAIN_S = 600

/**
 * @param value how bad it is now; over `limit` it stands
 * @param repeatS 0: it is not repeated while it lasts
 */
export function isTold(
  { told, toldAtS }: { readonly told: RingCell; readonly toldAtS: RingCell },
  value: number,
  limit: number,
  { worseTimes, repeatS }: { readonly worseTimes: number; readonly repeatS: number },
  timeS: number,
): boolean {
  const before = told.get(0) ?? 0
  if (!(value > limit)) {
    if (before > 0 && value <= limit * REARM) told.push(0)
    return false
  }
  const worse = before === 0 ? timeS - (toldAtS.get(0) ?? 0) >= AGAIN_S : value > before * worseTimes
  if (!worse && !(repeatS > 0 && timeS - (toldAtS.get(0) ?? 0) >= repeatS)) return false
  if (worse) told.push(value)
  toldAtS.push(timeS)
  return true
}

/** One sample a step of time: or what lasts a few blocks would make itself the usual. True if this step has none yet. */
export function isDue(sampled: RingCell, timeS: number, sampleS = 300): boolean {
  const slot = Math.floor(timeS / sampleS)
  if (sampled.get(0) === slot) return false
  sampled.push(slot)
  return true
}
