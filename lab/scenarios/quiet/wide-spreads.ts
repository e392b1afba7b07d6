// A nervous day: LINK's reporters see prices up to two percent apart for a hundred blocks, the middle of them true.
import { honestDay, spreadRound } from '../honest-day.ts'

const [FROM, UNTIL] = [30, 130]
const SPREAD = [0.98, 1, 1.02] as const

export const wideSpreads = honestDay({
  id: 'wide-spreads',
  title: "LINK's reporters stand 4 % apart for a hundred blocks, around the true price",
  begin: (lab) => ({
    drivesFeed: (feedId, n) => feedId === 'LINK' && n >= FROM && n < UNTIL,
    next: (n) => (n >= FROM && n < UNTIL ? spreadRound(lab, n, 'LINK', (i) => SPREAD[i] ?? 1) : []),
  }),
})
