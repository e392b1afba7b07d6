// Which contracts are called all day without touching what is watched: their calls are looked at last.
import type { Hex } from '../../core/flow.ts'

/** So many calls in a row without effect, and a contract is nothing new. One that had an effect begins anew. */
const CALLS = 3
/** The oldest are forgotten: then they are only looked at again. */
const MOST = 4_096

export class Familiar {
  private readonly calls = new Map<Hex, number>()

  has(address: Hex): boolean {
    return (this.calls.get(address) ?? 0) >= CALLS
  }

  /** One more call of it was simulated. */
  saw(address: Hex, hadEffect: boolean): void {
    const before = this.calls.get(address) ?? 0
    this.calls.delete(address)
    if (hadEffect) return
    this.calls.set(address, before + 1)
    if (this.calls.size > MOST) this.calls.delete(this.calls.keys().next().value as Hex)
  }
}
