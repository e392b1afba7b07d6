// From a decision to the chain: what this node stands for at its head is offered to the quorum, and certificates are sent in turn.
import type { Certificate, Errand, Proposal } from './core/flow.ts'
import type { Step } from './fold.ts'
import type { Quorum } from './quorum/quorum.ts'

/** So long certificates are kept: more blocks than a time slot should have. */
const KEPT_BLOCKS = 10

export interface Head {
  readonly number: number
  readonly timeS: number
}

/** What sends: see respond/responder.ts. */
export interface Sender {
  respond(wanted: Certificate | Errand): Promise<unknown>
}

/**
 * Every node may relay; the Guard executes once. So that not all pay for one action, the node whose turn it is sends at once
 * and each other one block later than the one before it, if the action is still wanted then.
 */
export class Relay {
  private proposals: Proposal[] = []
  private acceptable: Proposal[] = []
  private waiting: { readonly certificate: Certificate; readonly fromBlock: number }[] = []
  /** Handed over in the last blocks: a reorg may undo what came of it, while their time slot lasts. */
  private sent: { readonly certificate: Certificate; readonly atBlock: number }[] = []
  private head: Head = { number: 0, timeS: 0 }
  private sending: Promise<unknown> = Promise.resolve()
  private readonly options: {
    readonly quorum: Quorum
    readonly sender: Sender
    readonly index: number
    readonly nodes: number
    readonly blockTimeS: number
    readonly onError: (error: unknown) => void
  }

  constructor(options: Relay['options']) {
    this.options = options
  }

  /** A block was folded: what was wanted at the last one no longer counts by itself. */
  begin(head: Head): void {
    const before = this.head.number
    if (head.number < before) {
      // a reorg: no newer certificate comes for the same digest, so these are brought again if they are still wanted
      for (const { certificate } of this.sent) this.waiting.push({ certificate, fromBlock: before + this.turnOf(certificate) })
      this.sent = []
    }
    this.sent = this.sent.filter(({ atBlock }) => atBlock + KEPT_BLOCKS > head.number)
    this.head = head
    this.proposals = []
    this.acceptable = []
  }

  /** Time goes on without a block: what was decided on the last one is too old to be signed in later windows; upkeep is asked anew. */
  tick(timeS: number): void {
    this.begin({ number: this.head.number, timeS: Math.max(timeS, this.head.timeS) })
  }

  /** One step of the fold at this head. */
  async act(step: Step): Promise<void> {
    const { withdrawn = [] } = step
    const stands = ({ incident }: Proposal): boolean => !withdrawn.includes(incident)
    this.proposals = [...this.proposals.filter(stands), ...step.proposals]
    this.acceptable = [...this.acceptable.filter(stands), ...step.acceptable]
    for (const errand of step.errands) if (this.turn(errand.round + this.head.number) === 0) this.send(errand)
    // the certificate is for the block to come: its time slot is that block's
    await this.options.quorum.offer(this.proposals, this.acceptable, this.head.timeS + this.options.blockTimeS)
    const due = this.waiting.filter((w) => w.fromBlock <= this.head.number && this.wants(w.certificate.proposal))
    if (due.length > 0) {
      this.waiting = this.waiting.filter((w) => !due.includes(w))
      for (const { certificate } of due) this.send(certificate)
    }
  }

  /** A race has become dearer: what was sent for these is brought once more, with a higher bid if one is needed. */
  again(isWanted: (proposal: Proposal) => boolean): void {
    for (const { certificate } of this.sent) if (isWanted(certificate.proposal) && this.wants(certificate.proposal)) this.bring(certificate)
  }

  certified(certificate: Certificate): void {
    const turn = this.turnOf(certificate)
    if (turn === 0) this.send(certificate)
    else
      this.waiting = [
        ...this.waiting.filter((w) => w.fromBlock + KEPT_BLOCKS > this.head.number),
        { certificate, fromBlock: this.head.number + turn },
      ]
  }

  /** Resolves when all that was to be sent has been tried. */
  settled(): Promise<unknown> {
    return this.sending
  }

  private wants(proposal: Proposal): boolean {
    return this.proposals.some(
      (p) =>
        p.operation === proposal.operation && p.entry === proposal.entry && p.subject === proposal.subject && p.round === proposal.round,
    )
  }

  /** Several actions of one decision go out through several nodes at once. */
  private turnOf({ proposal: { round, entry } }: Certificate): number {
    return this.turn(round + Number(BigInt(entry) & 0xffffn))
  }

  /** 0: it is this node's turn; else how many blocks later. */
  private turn(of: number): number {
    const { index, nodes } = this.options
    return (((index - of) % nodes) + nodes) % nodes
  }

  private send(wanted: Certificate | Errand): void {
    if (!('kind' in wanted)) this.sent.push({ certificate: wanted, atBlock: this.head.number })
    this.bring(wanted)
  }

  private bring(wanted: Certificate | Errand): void {
    this.sending = this.sending.then(() => this.options.sender.respond(wanted)).catch(this.options.onError)
  }
}
