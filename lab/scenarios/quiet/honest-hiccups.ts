// The benign twin of rehearsed-takeover: one reporter of LINK is a little off in two rounds, as a slow source makes it, and nothing follows.
import { rehearsedTakeover } from '../attacks/rehearsed-takeover.ts'
import { honestDay, spreadRound } from '../honest-day.ts'

const START = rehearsedTakeover.startBlock
const OFF = 1.04
const UNTIL = START + 60

export const honestHiccups = honestDay({
  id: 'honest-hiccups',
  title: "One of LINK's reporters is 4 % off for four rounds, and then no more",
  twinOf: rehearsedTakeover.id,
  begin: (lab) => ({
    drivesFeed: (feedId, n) => feedId === 'LINK' && n >= START && n < UNTIL,
    next: (n) => (n >= START && n < UNTIL ? spreadRound(lab, n, 'LINK', (i) => (i === 0 ? OFF : 1)) : []),
  }),
})
