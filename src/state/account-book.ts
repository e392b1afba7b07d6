// Every margin account's status without computing every account: each has slack, and only a price that has eaten it wakes the account.
//
// Slack s is a share of each line's span (the price itself, for prices) such that the account keeps its status while no line that it
// depends on has moved by more than s spans against it since the account was armed. How it is had: book/slack.ts for lending,
// book/perp-margin.ts for perpetuals. Rounding in the contract's own figures is taken off first; an account that has none left is
// computed in every block. Accounts past a threshold wake at moves in both directions, since they may come back or go further.

import { Heap } from '../store/heap.ts'
import type { Store } from '../store/store.ts'
import { FRESH, type Line, Triggers } from './book/triggers.ts'

export const STATUS = { healthy: 0, under: 1, badDebt: 2 } as const

/** Which move of its line is against the account. `idle`: none, but the account is a holder; `none`: the slot is empty. */
export type Against = 'fall' | 'rise' | 'idle' | 'none'

/** An account's slots and the lines that their values follow. One object serves all accounts, one after the other. */
export class Legs {
  count = 0
  readonly slots: number[] = []
  readonly lines: number[] = []
  readonly against: Against[] = []

  clear(): this {
    this.count = 0
    return this
  }
  /** @param slot the book keeps one trigger a slot; a slot belongs to one account for good */
  add(slot: number, line: number, against: Against): this {
    this.slots[this.count] = slot
    this.lines[this.count] = line
    this.against[this.count] = against
    this.count += 1
    return this
  }
}

/** What the computation of an account says of when it must be computed again. Valid until the next one. */
export interface Weighed {
  /** One of STATUS. */
  readonly status: number
  /** Share of their span by which all lines together may move against it; 0 or less: none. */
  readonly slack: number
  /** Fastest relative growth a second of a debt by interest that no line shows. */
  readonly growthPerS: number
  /** All slots of the account: `none` for each if it owes nothing. */
  readonly legs: Legs
}

/** A kind of margin account, bound to one moment. */
export interface Margin {
  /** Computes an account and writes its figures. `dirty`: it was changed itself, not only woken by a line. */
  weigh(account: number, dirty: boolean): Weighed
}

export class AccountBook {
  private readonly triggers: Triggers
  /** Accounts whose unseen interest may have eaten their slack by then. */
  private readonly clock: Heap
  constructor(store: Store, name: string) {
    this.triggers = new Triggers(store, name)
    this.clock = new Heap(store, `${name}.clock`)
  }

  /**
   * After a block: computes the accounts whose trigger was passed and the `dirty` ones, and arms them again.
   * Returns them in order of row. Lines that are left out have not moved.
   */
  settle(lines: readonly Line[], timeS: number, dirty: Iterable<number>, margin: Margin): readonly number[] {
    const changed = new Set(dirty)
    const due: number[] = [...changed]
    const wake = (account: number): void => {
      due.push(account)
    }
    for (const line of lines) this.triggers.move(line, wake)
    this.triggers.restless(wake)
    while (timeS >= this.clock.minKey) {
      due.push(this.clock.minItem)
      this.clock.remove(this.clock.minItem)
    }
    const values: Line[] = []
    for (const line of lines) values[line.id] = line
    const accounts = sortedOnce(due)
    for (const account of accounts) this.arm(account, margin.weigh(account, changed.has(account)), values, timeS)
    return accounts
  }

  /** Accounts that depend on a line and owe something, in order of row: those that a change of the market's parameters concerns. */
  holders(line: number): readonly number[] {
    const accounts: number[] = []
    this.triggers.holders(line, (account) => accounts.push(account))
    return sortedOnce(accounts)
  }

  /** Accounts past a threshold, and those so near one that they are computed in every block; in order of row. */
  unsettled(): readonly number[] {
    const accounts: number[] = []
    this.triggers.unsettled((account) => accounts.push(account))
    return sortedOnce(accounts)
  }

  private arm(account: number, { status, slack, growthPerS, legs }: Weighed, lines: readonly Line[], timeS: number): void {
    const grows = growthPerS > 0
    this.clock.remove(account)
    // (1 + s/2)(1 + s/3) <= 1 + s: half for the lines, a third for interest unseen; exp(x) <= 1 + 2x for x <= 1
    if (grows && slack > 0) this.clock.set(account, timeS + slack / 6 / growthPerS)
    const share = grows ? slack / 2 : slack
    const healthy = status === STATUS.healthy
    const restless = !(share > 0) || (!healthy && share < FRESH)
    let wakes = false
    for (let n = 0; n < legs.count; n++) {
      const slot = legs.slots[n] as number
      const line = legs.lines[n] as number
      const against = legs.against[n]
      if (against === 'none') this.triggers.remove(slot)
      else if (against === 'idle') this.triggers.setIdle(account, slot, line)
      else if (restless) {
        // one slot wakes the account, whichever; the others only say that it is a holder
        if (wakes) this.triggers.setIdle(account, slot, line)
        else this.triggers.setAlways(account, slot)
        wakes = true
      } else if (!healthy) this.triggers.setBand(account, slot, line)
      else {
        const { value, span = value } = lineAt(lines, line, account)
        if (against === 'fall') this.triggers.setDown(account, slot, line, value - share * span)
        else this.triggers.setUp(account, slot, line, value + share * span)
      }
    }
  }
}

function lineAt(lines: readonly Line[], line: number, account: number): Line {
  const found = lines[line]
  if (!found) throw new RangeError(`account ${account} depends on line ${line}, which has no value`)
  return found
}

function sortedOnce(rows: readonly number[]): readonly number[] {
  const sorted = Uint32Array.from(rows).sort()
  const out: number[] = []
  let last = -1
  for (const row of sorted) {
    if (row !== last) out.push(row)
    last = row
  }
  return out
}

const WAD = 10n ** 18n

export function statusOf(of: { readonly collateralE8: bigint; readonly debtE8: bigint; readonly healthE18: bigint }): number {
  if (of.collateralE8 < of.debtE8) return STATUS.badDebt
  return of.healthE18 < WAD ? STATUS.under : STATUS.healthy
}
