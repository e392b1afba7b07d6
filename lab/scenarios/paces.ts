// How fast attackers of dated incidents took what they took. What a scenario does within its pace is the attacker's best response.
import type { Pace } from '../../src/scenario.ts'

export const DRIFT: Pace = {
  shareOfMarket: 1 / 60,
  txsPerBlock: 1,
  incident: 'Drift (privileged keys taken, collateral overvalued, the market borrowed empty)',
  date: '2026-04-01',
  why: '285 M USD left in a drain of 12 minutes: 60 blocks of 12 s, so at most 1/60 of what can be lent per transaction, one a block',
}

export const MANGO: Pace = {
  shareOfMarket: 1 / 150,
  txsPerBlock: 1,
  incident: "Mango (its own thin token bought up, the venue's lending borrowed empty against the paper gain)",
  date: '2022-10-11',
  why: '114 M USD, all that could be borrowed, left within about 30 minutes of the pump: 150 blocks of 12 s, so at most 1/150 per transaction, one a block',
}
