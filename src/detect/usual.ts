// Whether what a trace shows has been seen often and long enough to be usual: what an attacker does once does not excuse the next time.
import { z } from 'zod'

export const usualParams = {
  /** Blocks with traces before anything is new: a day of 12 s, so that what happens daily was seen. */
  warmBlocks: z.int().min(0).default(7_200),
  /** What was seen first less than so many blocks ago is not usual yet: a day in which people can look at it. */
  agedBlocks: z.int().min(1).default(7_200),
  /** And it was seen in so many blocks before: once is no habit. */
  seenBlocks: z.int().min(1).default(3),
} as const

interface Params {
  readonly warmBlocks: number
  readonly agedBlocks: number
  readonly seenBlocks: number
}

/** Exactly at both limits it is usual. */
export const isUsual = (ageBlocks: number, blocks: number, { agedBlocks, seenBlocks }: Params): boolean =>
  ageBlocks >= agedBlocks && blocks >= seenBlocks

/** Function selectors are columns of numbers; 0: none. */
export const selectorText = (selector: number): string => `0x${selector.toString(16).padStart(8, '0')}`
