// What becomes of an intent at the four moments that matter: wanted, wanted again, a block later, after a restart.
import type { Hex } from '../core/flow.ts'
import type { Intent } from '../record/intent.ts'
import type { Intents } from '../record/intents.ts'
import type { GuardCall } from './calls.ts'
import { NONCE_USED, type Steps } from './steps.ts'

export type ClassedCall = GuardCall & Pick<Intent, 'class'>

/** Nobody asked again for so many blocks: nobody wants it any more. */
const FORGET_BLOCKS = 10

export class Course {
  /** Asked for since the start of this process. */
  private readonly asked = new Set<Hex>()
  constructor(
    private readonly steps: Steps,
    private readonly intents: Intents,
    private readonly stuckBlocks: number,
  ) {}

  /** The row for something that is wanted: the one there is, or a new one if it is to be done (once more). */
  async rowFor(call: ClassedCall): Promise<{ readonly row: Intent; readonly isNew: boolean }> {
    const last = this.intents.latest(call)
    const isNew = last === undefined || (!isOpen(last) && this.wantsAnother(last, call))
    const row = isNew ? await this.steps.plan(call, last === undefined ? 0 : last.turn + 1) : last
    this.asked.add(row.id)
    return { row, isNew }
  }

  /** Wanted again: with the same certificate the same bytes, with another one the same nonce. */
  async askAgain(row: Intent, call: ClassedCall): Promise<Intent> {
    const { steps, intents } = this
    if (!isOpen(row)) return row
    const change = { call, askedBlock: steps.head }
    const planAnew = (from: Intent) => steps.proceed(intents.advance(from.id, 'planned', steps.head, change))
    if (row.signed === null) {
      const state = row.calldata === call.calldata ? row.state : 'planned'
      return steps.proceed(intents.advance(row.id, state, steps.head, change))
    }
    const settled = await steps.settle(row)
    if (settled !== undefined) return settled.state === 'planned' ? planAnew(settled) : settled
    const asked = intents.advance(row.id, row.state, steps.head, { askedBlock: steps.head })
    if (row.window === call.window && row.orphanedBlock === null) {
      if (!steps.isOutbid(row)) return row.state === 'signed' ? steps.send(asked) : asked
      const higher = await steps.raise(asked, call)
      return higher.state === 'signed' ? steps.send(higher) : higher
    }
    const verdict = await steps.ask(call)
    if (verdict.kind === 'obsolete') return steps.endedOr(asked, verdict.reason)
    if (verdict.kind !== 'ok') return steps.tell(asked, 'waiting', verdict.reason)
    if (row.window === call.window) return steps.send(asked) // it is the orphaned one, and still good
    if (await steps.nonceUsed(asked)) {
      const ended = await steps.settle(asked)
      if (ended !== undefined && ended.state !== 'planned') return ended
      return planAnew(ended ?? steps.giveUp(asked, 'planned', NONCE_USED))
    }
    const signed = await steps.sign(asked, call)
    return signed.state === 'signed' && signed.calldata === call.calldata ? steps.send(signed) : signed
  }

  async atBlock(row: Intent, number: number): Promise<Intent> {
    const after = await this.look(row, number)
    if (!isOpen(after)) this.asked.delete(row.id)
    return after
  }

  /** After a restart. A certificate is good as long as its window is; an errand may no longer be what is decided. */
  async takeUp(row: Intent): Promise<Intent> {
    const { steps } = this
    if (row.signed === null) return this.mayGoOn(row) ? steps.proceed(row) : row
    const settled = await steps.settle(row)
    if (settled !== undefined) return settled
    if (await steps.nonceUsed(row)) return this.withoutItsNonce(row, false)
    if (row.orphanedBlock !== null) return row
    // its time slot may have passed while we were gone: then the bytes would only cost gas, and a newer certificate takes their nonce
    const verdict = await steps.ask(row)
    return verdict.kind === 'ok' ? steps.send(row) : row
  }

  private async look(row: Intent, number: number): Promise<Intent> {
    const { steps } = this
    const forgotten = number - row.askedBlock > FORGET_BLOCKS
    if (row.signed === null) {
      if (forgotten) return steps.giveUp(row, 'obsolete', 'nobody asked for it again')
      return this.mayGoOn(row) ? steps.proceed(row) : row
    }
    const settled = await steps.settle(row)
    if (settled !== undefined) return settled
    if (await steps.nonceUsed(row)) return this.withoutItsNonce(row, forgotten)
    if (row.orphanedBlock !== null) {
      // not sent again by ourselves: what it answered may have gone with the block
      const left = number - row.orphanedBlock > FORGET_BLOCKS
      return left ? steps.giveUp(row, 'obsolete', 'nobody asked for it again after the reorg') : row
    }
    if (steps.needsBringing(row)) return steps.send(row)
    if (number - row.signed.signedBlock < this.stuckBlocks) return row.state === 'signed' ? steps.send(row) : row
    return this.unstick(row, forgotten)
  }

  /** The key was used elsewhere, which says nothing of the action: it is tried with another nonce, if it is still wanted. */
  private async withoutItsNonce(row: Intent, forgotten: boolean): Promise<Intent> {
    const { steps } = this
    const ended = await steps.endedOr(row, NONCE_USED, forgotten || row.orphanedBlock !== null ? 'obsolete' : 'planned')
    return ended.state === 'planned' && this.mayGoOn(ended) ? steps.proceed(ended) : ended
  }

  private async unstick(row: Intent, forgotten: boolean): Promise<Intent> {
    const { steps } = this
    const verdict = await steps.ask(row)
    if (verdict.kind === 'obsolete') return steps.endedOr(row, verdict.reason)
    if (verdict.kind !== 'ok') return forgotten ? steps.giveUp(row, 'obsolete', verdict.reason) : steps.tell(row, 'waiting', verdict.reason)
    const higher = await steps.sign(row)
    // if the cap forbids to outbid it: the same bytes again, in case the pools have lost them
    return higher.state === 'signed' || higher.state === 'sent' ? steps.send(higher) : higher
  }

  private mayGoOn(row: Intent): boolean {
    return row.window !== null || this.asked.has(row.id)
  }

  /**
   * Has the same thing, once ended, to be done another time? Executions and lifts happen once a round; renewals and beginnings
   * of a lift may come again; what failed may be tried with a newer certificate, and after a reorg with any. The Guard decides in any case.
   */
  private wantsAnother(last: Intent, call: ClassedCall): boolean {
    const oncePerRound = last.operation === 'execute' || last.operation === 'lift'
    if (last.state === 'mined' && oncePerRound) return false
    if (last.orphanedBlock !== null) return true
    if (call.window === null) return this.steps.head - last.updatedBlock >= FORGET_BLOCKS
    return last.window === null || call.window > last.window
  }
}

const isOpen = ({ state }: Intent): boolean => state !== 'mined' && state !== 'failed' && state !== 'obsolete'
