// What differs from seed to seed: size, timing and order of a scenario's course. Seed 1 is the plain course, as its file states it.
import { uniform } from '../random.ts'
import type { Lab } from './lab.ts'

type Seeded = Pick<Lab, 'seed'>

/** `plain` for seed 1, else evenly between the bounds. */
export const varied = ({ seed }: Seeded, what: string, plain: number, low: number, high: number): number =>
  seed === 1 ? plain : low + (high - low) * uniform('scenario', seed, what)

export const variedBlocks = (lab: Seeded, what: string, plain: number, low: number, high: number): number =>
  Math.floor(varied(lab, what, plain, low, high + (lab.seed === 1 ? 0 : 1)))
