// Every margin account's health without computing every account: each has slack, and only a price that has eaten it wakes the account.
//
// With health h, let s = (h-1)/(h+1). While every collateral's effective price (price x index) stays above (1-s) of what it was when
// the account was armed, and every debt's below (1+s), h stays at 1 or above, since h(1-s)/(1+s) = 1. So each line of effective
// prices holds two heaps of triggers. Rounding in the contract's own figures is taken off the slack first; an account that has none
// left is computed in every block. Accounts past a threshold are armed on both sides, since they may come back or go further.

import { Heap } from '../store/heap.ts'
import type { Store } from '../store/store.ts'
import type { World } from './world.ts'

/** A series of effective prices that accounts depend on: a market's collateral, say, or its debt. */
export interface Line {
  readonly id: number
  readonly value: number
}

/** What the exact computation says of an account, and what it rests on. */
export interface Measured {
  readonly collateralE8: bigint
  readonly debtE8: bigint
  readonly availableE8: bigint
  readonly thresholdBps: bigint
  readonly ltvBps: bigint
  readonly healthE18: bigint
  readonly collateralLines: readonly number[]
  readonly debtLines: readonly number[]
  /** Most that rounding can put the sums off, USD E8. */
  readonly collateralGrainE8: number
  readonly debtGrainE8: number
  /** Share of the threshold that averaging may cut off: 0 with a single collateral. */
  readonly thresholdGrain: number
  /** Fastest relative growth a second of a debt by interest that no line shows. */
  readonly growthPerS: number
}

export const STATUS = { healthy: 0, under: 1, badDebt: 2 } as const

const WAD = 10n ** 18n
/** Accounts past a threshold are computed again at moves beyond this, so that their figures stay fresh. */
const FRESH = 1e-6
/** Prices move between arming and waking, so the rounding then may be larger than now: at most twice a side. */
const GRAIN_SAFETY = 4
/** Room for the floats' own rounding. */
const FLOAT_SHARE = 1e-12

export class AccountBook {
  private readonly heaps = new Map<string, Heap>()
  /** Accounts that must be computed at a time: every block (no slack), or when unseen interest may have eaten it. */
  private readonly clock: Heap
  constructor(
    private readonly store: Store,
    private readonly name: string,
  ) {
    this.clock = new Heap(store, `${name}.clock`)
  }

  /**
   * After a block: computes the accounts whose trigger was passed and the `dirty` ones, writes them, arms them again.
   * Returns them in order of row.
   */
  settle(
    world: World,
    lines: readonly Line[],
    timeS: number,
    dirty: Iterable<number>,
    measure: (account: number) => Measured,
  ): readonly number[] {
    const due = new Set(dirty)
    for (const { id, value } of lines) {
      for (const [side, now] of [
        ['down', -value],
        ['up', value],
      ] as const) {
        const heap = this.heap(id, side)
        while (now > heap.minKey) {
          due.add(heap.minItem)
          heap.remove(heap.minItem)
        }
      }
    }
    while (timeS >= this.clock.minKey) {
      due.add(this.clock.minItem)
      this.clock.remove(this.clock.minItem)
    }
    const accounts = [...due].sort((a, b) => a - b)
    const values = new Map(lines.map(({ id, value }) => [id, value]))
    for (const account of accounts) {
      const measured = measure(account)
      const status = statusOf(measured)
      write(world, account, measured, status, timeS)
      for (const { id } of lines) {
        this.heap(id, 'down').remove(account)
        this.heap(id, 'up').remove(account)
      }
      this.clock.remove(account)
      if (measured.debtLines.length > 0) this.arm(account, measured, status, values, timeS)
    }
    return accounts
  }

  private arm(account: number, measured: Measured, status: number, values: ReadonlyMap<number, number>, timeS: number): void {
    const slack = slackOf(measured, status)
    if (!(slack > 0)) {
      this.clock.set(account, timeS)
      return
    }
    // (1 + s/2)(1 + s/3) <= 1 + s: half for the lines, a third for interest unseen; exp(x) <= 1 + 2x for x <= 1
    const grows = measured.growthPerS > 0
    if (grows) this.clock.set(account, timeS + slack / 6 / measured.growthPerS)
    const s = grows ? slack / 2 : slack
    const both = status !== STATUS.healthy
    for (const line of measured.collateralLines) this.trigger(account, line, values, s, true, both)
    for (const line of measured.debtLines) this.trigger(account, line, values, s, both, true)
  }

  private trigger(account: number, line: number, values: ReadonlyMap<number, number>, s: number, down: boolean, up: boolean): void {
    const value = values.get(line)
    if (value === undefined) throw new RangeError(`${this.name}: account ${account} depends on line ${line}, which has no value`)
    if (down) this.heap(line, 'down').set(account, -value * (1 - s))
    if (up) this.heap(line, 'up').set(account, value * (1 + s))
  }

  private heap(line: number, side: 'down' | 'up'): Heap {
    const name = `${this.name}.${line}.${side}`
    let heap = this.heaps.get(name)
    if (!heap) {
      heap = new Heap(this.store, name)
      this.heaps.set(name, heap)
    }
    return heap
  }
}

export function statusOf({ collateralE8, debtE8, healthE18 }: Pick<Measured, 'collateralE8' | 'debtE8' | 'healthE18'>): number {
  if (collateralE8 < debtE8) return STATUS.badDebt
  return healthE18 < WAD ? STATUS.under : STATUS.healthy
}

/** Share that every line may move against (or, past a threshold, in any direction) with the status certain to stay. */
export function slackOf(measured: Measured, status: number): number {
  const collateral = Number(measured.collateralE8)
  const debt = Number(measured.debtE8)
  const threshold = Number(measured.thresholdBps) / 10_000
  const collateralGrain = GRAIN_SAFETY * measured.collateralGrainE8 + FLOAT_SHARE * collateral
  const debtGrain = GRAIN_SAFETY * measured.debtGrainE8 + FLOAT_SHARE * debt
  const ratioLow = (collateral - collateralGrain) / (debt + debtGrain)
  const ratioHigh = debt > debtGrain ? (collateral + collateralGrain) / (debt - debtGrain) : Number.POSITIVE_INFINITY
  switch (status) {
    case STATUS.healthy:
      return above(ratioLow * threshold * (1 - measured.thresholdGrain))
    case STATUS.under:
      return Math.min(FRESH, above(ratioLow), below(ratioHigh * threshold * (1 + 2 * measured.thresholdGrain)))
    default:
      return Math.min(FRESH, below(ratioHigh))
  }
}

/** How far a ratio over 1 is from it, as slack; the other way round for one below. Infinity - Infinity is none. */
const above = (ratio: number): number => (ratio === Number.POSITIVE_INFINITY ? 1 : (ratio - 1) / (ratio + 1))
const below = (ratio: number): number => (ratio === Number.POSITIVE_INFINITY ? -1 : (1 - ratio) / (1 + ratio))

function write(world: World, account: number, measured: Measured, status: number, timeS: number): void {
  const { columns } = world.accounts
  columns.collateralE8.set(account, measured.collateralE8)
  columns.debtE8.set(account, measured.debtE8)
  columns.availableE8.set(account, measured.availableE8)
  columns.thresholdBps.set(account, Number(measured.thresholdBps))
  columns.ltvBps.set(account, Number(measured.ltvBps))
  columns.healthE18.set(account, measured.healthE18)
  columns.healthAtS.set(account, timeS)
  columns.status.set(account, status)
}
