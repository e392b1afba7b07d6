// What must be said while nothing comes: that time goes on (tick), and that we do not see (blind). The only reader of the clock's meaning.
import type { BlindReason, Input } from '../core/flow.ts'
import { blindReason } from './errors.ts'
import type { ChainProfile } from './profiles.ts'

export class Vigil {
  /** The last committed block: its own time, and when we had it. */
  private last: { readonly number: number; readonly timeS: number; readonly atMs: number } | undefined
  private lastTickMs = Number.NEGATIVE_INFINITY
  private turnedMs = Number.NEGATIVE_INFINITY
  private trouble: { readonly sinceMs: number; reason: BlindReason } | undefined
  /** Once for each time that we stop seeing. */
  private said = false
  constructor(
    private readonly profile: ChainProfile,
    private readonly now: () => number,
    private readonly firstBlock: number,
  ) {}

  committed(block: { readonly number: number; readonly timeS: number }): void {
    this.last = { number: block.number, timeS: block.timeS, atMs: this.now() }
    this.trouble = undefined
    this.said = false
  }

  /** Something is being waited for that should come soon. */
  busy(): void {
    this.trouble ??= { sinceMs: this.now(), reason: 'unreachable' }
  }

  failed(error: unknown): void {
    this.busy()
    if (this.trouble !== undefined) this.trouble.reason = blindReason(error)
  }

  /** The node answers and there is no block that we lack. */
  idle(): void {
    this.trouble = undefined
  }

  /** Has it been said that we don't see, and is that so still? */
  get isBlind(): boolean {
    return this.said && this.trouble !== undefined
  }

  /** No block for long enough to ask another endpoint, where there is one: true once for each time that this passes. */
  shouldTurn(): boolean {
    if (this.last === undefined || this.now() < Math.max(this.last.atMs, this.turnedMs) + this.profile.stallMs) return false
    this.turnedMs = this.now()
    return true
  }

  /** How long until there is something to say. */
  dueInMs(): number {
    return Math.min(this.blindAtMs(), this.tickAtMs()) - this.now()
  }

  /** What is due now. */
  say(): readonly Input[] {
    const now = this.now()
    const { chainId } = this.profile
    const due: Input[] = []
    if (this.last !== undefined && now >= this.tickAtMs()) {
      this.lastTickMs = now
      due.push({ kind: 'tick', chainId, timeS: this.last.timeS + Math.floor((now - this.last.atMs) / 1_000) })
    }
    if (now >= this.blindAtMs()) due.push(this.blind(this.trouble?.reason ?? 'stalled'))
    return due
  }

  blind(reason: BlindReason): Input {
    this.said = true
    return {
      kind: 'blind',
      chainId: this.profile.chainId,
      sinceBlock: this.last === undefined ? this.firstBlock : this.last.number + 1,
      reason,
    }
  }

  private tickAtMs(): number {
    if (this.last === undefined) return Number.POSITIVE_INFINITY
    return Math.max(this.last.atMs + this.profile.stallMs, this.lastTickMs + this.profile.tickMs)
  }

  private blindAtMs(): number {
    if (this.said) return Number.POSITIVE_INFINITY
    const { stallMs, blindAfterMs } = this.profile
    const stalled = this.last === undefined ? Number.POSITIVE_INFINITY : this.last.atMs + stallMs + blindAfterMs
    return Math.min(stalled, this.trouble === undefined ? Number.POSITIVE_INFINITY : this.trouble.sinceMs + blindAfterMs)
  }
}
