// The declared numbers of the decision: what closing something costs people, and how sure one must be for each class of action.
import type { ActionClass, EffectRow } from '../core/flow.ts'
import type { CostUsdPerHour } from '../state/risk.ts'

export interface Playbook {
  /** Least probability for an action of this class. */
  readonly minProbability: Readonly<Record<ActionClass, number>>
  readonly costUsdPerHour: CostUsdPerHour
  /** Part of a market's supply that goes bad in an hour without liquidations. */
  readonly liquidationGapPerHour: number
  /** Options within this factor of the best harm are as good as it. */
  readonly epsilon: number
  /** Loss differences below this are nothing, USD. */
  readonly dustUsd: number
  /** Harms closer than this are equal, USD: the narrower option is taken. */
  readonly tieUsd: number
  /** What may be done before a transaction is included, since one that waits may be a pretence. */
  readonly pending: {
    readonly widest: ActionClass
    /** Different actions in an hour of the chain's time. */
    readonly actionsPerHour: number
    /** After so many of its transactions that led to an action and were never included, a sender leads to none for an hour. */
    readonly pretencesPerSender: number
  }
}

export const PLAYBOOK: Playbook = {
  minProbability: { observe: 0, throttle: 0.3, account: 0.5, market: 0.5, feed: 0.5, isolation: 0.8, pause: 0.9 },
  costUsdPerHour: { supplies: 0.5, borrows: 2, withdraws: 20, repays: 20 },
  liquidationGapPerHour: 0.002,
  epsilon: 0.1,
  dustUsd: 100,
  tieUsd: 1,
  // an attack of several transactions on two markets takes two or three; a fourth is left for a second attack in the hour.
  // Two pretences: no sender can spend the whole budget, and none is let through for having withdrawn one attempt
  pending: { widest: 'market', actionsPerHour: 4, pretencesPerSender: 2 },
}

/** From narrow to wide: of two that serve equally the earlier is taken. */
const LADDER: readonly ActionClass[] = ['observe', 'throttle', 'account', 'market', 'feed', 'isolation', 'pause']
export const width = (of: ActionClass): number => LADDER.indexOf(of)

/**
 * Exits, repayments and liquidations stay open, and humans can undo it, or the protocol's own rules allow it to anybody anyway: one
 * source of evidence is enough.
 */
export const isGentle = (effect: EffectRow): boolean =>
  (effect.reversible || effect.role === 'anyone') && effect.withdraws === 'yes' && effect.repays === 'yes' && effect.liquidates === 'yes'
