// How many simulations one sender may cause in a block: whoever floods us waits for the next one, and others don't wait for him.
import type { Hex } from '../../core/flow.ts'

export class SenderRate {
  private readonly used = new Map<Hex, number>()
  constructor(private readonly mostPerBlock: number) {}

  may(sender: Hex): boolean {
    return (this.used.get(sender) ?? 0) < this.mostPerBlock
  }

  use(sender: Hex): void {
    this.used.set(sender, (this.used.get(sender) ?? 0) + 1)
  }

  /** A new block: all begin anew. */
  begin(): void {
    this.used.clear()
  }
}
