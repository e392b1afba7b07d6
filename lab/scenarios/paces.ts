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

export const KILOEX: Pace = {
  shareOfMarket: 1 / 3,
  txsPerBlock: 1,
  incident: 'KiloEx (anyone could set the price through a forwarder; 100 to 10,000 USD)',
  date: '2025-04-14',
  why: 'three chains were emptied one after the other, each by single transactions: a third of all per transaction, one a block',
}

export const RESOLV: Pace = {
  shareOfMarket: 1 / 85,
  txsPerBlock: 1,
  incident: 'Resolv USR (markets went on lending against a token at its hard-coded price while it fell)',
  date: '2026-03-22',
  why: 'what could be borrowed against it left within 17 minutes: 85 blocks of 12 s, so at most 1/85 per transaction, one a block',
}

export const VENUS_LUNA: Pace = {
  shareOfMarket: 1 / 100,
  txsPerBlock: 1,
  incident: 'Venus and Blizz (the feed stood at its floor of 0.107 USD while LUNA traded at 0.01)',
  date: '2022-05-12',
  why: '11.2 to 13.5 M USD, all that was lent, left while the feed stood still, some twenty minutes: 100 blocks of 12 s, one a block',
}

export const EULER: Pace = {
  shareOfMarket: 1 / 6,
  txsPerBlock: 1,
  incident: 'Euler (one bug, one pool after the other, after a rehearsal)',
  date: '2023-03-13',
  why: 'six transactions emptied it: a sixth of all per transaction, one a block',
}

export const UWU: Pace = {
  shareOfMarket: 1 / 3,
  txsPerBlock: 1,
  incident: 'UwU Lend (the same oracle used again three days later)',
  date: '2024-06-10',
  why: 'three transactions took 19.3 M USD: a third of what could be lent per transaction, one a block',
}
