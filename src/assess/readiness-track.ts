// Follows the joint tail's variables from horizon to horizon, and says at the end of each how ready the markets had better be.
import type { Calibration } from '../core/calibration.ts'
import type { World } from '../state/world.ts'
import { EwmaVolatility } from '../store/windows.ts'
import { type Readiness, readiness } from './readiness.ts'
import { distanceOf, levelOf } from './readiness-levels.ts'

const HALF_LIFE_ROWS = 200

/** Once a horizon, on the first block of it that is seen; else nothing. Its memory is columns of the store, undone with the block. */
export function trackReadiness(world: World, calibration: Calibration, block: number): readonly Readiness[] {
  const slots = world.store.column('readiness/slot', 'u32')
  return calibration.joint.flatMap((joint, n) => {
    const slot = Math.floor(block / joint.horizonBlocks) + 1
    if (slots.get(n) === slot) return []
    const isNext = slots.get(n) === slot - 1
    slots.set(n, slot)
    const volatility = new EwmaVolatility(world.store, `readiness/${n}`, HALF_LIFE_ROWS)
    const last = world.store.column(`readiness/${n}.last`, 'f64')
    const known = world.store.column(`readiness/${n}.known`, 'u32')
    const now = joint.variables.map((variable, i) => {
      volatility.seek(i)
      const level = levelOf(world, variable)
      if (level !== undefined && isNext && known.get(i) === 1) volatility.push(level - last.get(i))
      if (level !== undefined) last.set(i, level)
      known.set(i, level === undefined ? 0 : 1)
      return { distance: distanceOf(world, variable), sigma: volatility.ready ? volatility.sigma : undefined }
    })
    const all = now.flatMap(({ distance, sigma }) => (distance === undefined ? [] : [{ distance, sigma }]))
    return all.length === now.length ? [readiness(joint, all, calibration.hash)] : []
  })
}
