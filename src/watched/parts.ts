// What all factories of a config share: the form of their result, and of an address.
import { z } from 'zod'
import type { Hex } from '../core/flow.ts'
import type { Protocol, Venue } from '../state/protocol.ts'

/** Adapters in the order in which they apply: prices before those who use them. */
export interface Watched {
  readonly chainId: number
  /** Plain data that says what it is: part of the rules' hash. */
  readonly rules: unknown
  readonly protocols: readonly Protocol[]
  readonly venues: readonly Venue[]
  /** Guards it may act through, with the entries that must be live there. */
  readonly guards: readonly { readonly guard: Hex; readonly entries: readonly { readonly id: Hex; readonly name: string }[] }[]
}

export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'want an address: 0x and 40 hex digits')
  .transform((a) => a.toLowerCase() as Hex)
export const chainId = z.number().int().positive()
export const decimals = z.number().int().min(0).max(36)
