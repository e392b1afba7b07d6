// What became of the waiting transactions that would have broken an invariant: for the budget of actions, and for telling pretenders apart.
// Made of inputs alone, and no part of the journaled state: it is what this node saw, and peers saw something else.
import type { Hex, Input, Proposal } from '../core/flow.ts'
import { actionKey } from './pending.ts'
import type { Playbook } from './playbook.ts'

type Settled = Extract<Input, { kind: 'settled' }>['how']

interface Hit {
  readonly sender: Hex
  timeS: number
  obstacle: boolean
  acted: boolean
  how: Settled | undefined
}

const HOUR_S = 3_600
/** A flood is counted and not kept. */
const MOST_HITS = 4_096

export class PendingLedger {
  private readonly hits = new Map<Hex, Hit>()
  private readonly actions = new Map<string, number>()
  private readonly told = new Map<string, number>()
  /** When a waiting attack on the venue was last seen. */
  private readonly seen = new Map<Hex, number>()

  /** Forgets what is older than an hour of the chain's time. */
  at(timeS: number): void {
    const isOld = (then: number): boolean => then <= timeS - HOUR_S
    for (const [hash, hit] of this.hits) if (isOld(hit.timeS)) this.hits.delete(hash)
    for (const map of [this.actions, this.told]) for (const [key, then] of map) if (isOld(then)) map.delete(key)
    for (const [venue, then] of this.seen) if (isOld(then)) this.seen.delete(venue)
  }

  hit(txHash: Hex, sender: Hex, obstacle: boolean, timeS: number): void {
    const known = this.hits.get(txHash)
    if (known) {
      known.timeS = timeS
      known.obstacle = obstacle
      return
    }
    if (this.hits.size >= MOST_HITS) this.hits.delete(this.hits.keys().next().value as Hex)
    this.hits.set(txHash, { sender, timeS, obstacle, acted: false, how: undefined })
  }

  settle(txHash: Hex, how: Settled): void {
    const hit = this.hits.get(txHash)
    if (hit) hit.how = how
  }

  counts(): { readonly hits: number; readonly pretended: number; readonly pretenders: number } {
    const pretended = [...this.hits.values()].filter(isPretence)
    return { hits: this.hits.size, pretended: pretended.length, pretenders: new Set(pretended.map(({ sender }) => sender)).size }
  }

  /** Empty: these actions may be done. */
  forbids(sender: Hex, proposals: readonly Proposal[], { pending }: Playbook): string {
    const pretences = [...this.hits.values()].filter((hit) => hit.sender === sender && hit.acted && isPretence(hit)).length
    if (pretences >= pending.pretencesPerSender) return `${sender} has had us act for nothing ${pretences} times within the hour`
    const more = new Set(proposals.map(actionKey).filter((key) => !this.actions.has(key))).size
    return this.actions.size + more > pending.actionsPerHour
      ? `${this.actions.size} actions on waiting transactions within the hour: ${pending.actionsPerHour} are allowed`
      : ''
  }

  act(txHash: Hex, venue: Hex, proposals: readonly Proposal[], timeS: number): void {
    for (const proposal of proposals) if (!this.actions.has(actionKey(proposal))) this.actions.set(actionKey(proposal), timeS)
    const hit = this.hits.get(txHash)
    if (hit) hit.acted = true
    this.seen.set(venue, timeS)
  }

  /** A waiting attack on a venue on which an action of such evidence stands: it is not lifted early under its eyes. */
  saw(venue: Hex, timeS: number): void {
    if (this.seen.has(venue)) this.seen.set(venue, timeS)
  }

  holds(venue: Hex, timeS: number, holdS: number): boolean {
    const then = this.seen.get(venue)
    return then !== undefined && timeS - then < holdS
  }

  /** True the first time in an hour. */
  isNews(key: string, timeS: number): boolean {
    if (this.told.has(key)) return false
    this.told.set(key, timeS)
    return true
  }
}

const isPretence = ({ obstacle, how }: Hit): boolean => (obstacle && how !== 'included') || how === 'replaced' || how === 'gone'
