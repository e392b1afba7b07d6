// How a lending pool is judged: its markets share collateral, so that any of them can drain any other.
import type { ActionName } from '../core/flow.ts'
import { displaced, figuresOf, lossAtRiskUsd, type MarketFigures, marketsOf } from './loss.ts'
import type { Actions, Candidate, Risk } from './risk.ts'
import type { World } from './world.ts'

export const lendingRisk: Risk = {
  marketsOf,
  marketKey: (world, market) => world.markets.keyOf(market),
  marketNamed: (world, venue, subject) => world.markets.find(`${world.venues.keyOf(venue)}:${subject}`),
  isPricedBy(world, market, feedKey) {
    const feed = world.markets.columns.feed.get(market)
    return feed > 0 && world.feeds.keyOf(feed - 1) === feedKey
  },
  isDisplaced: (world, market) => displaced(figuresOf(world, market)),
  isLoosened: (world, market) => figuresOf(world, market).loosened,
  givesAway(world, market) {
    const m = figuresOf(world, market)
    return m.loosened || m.price > m.goodPrice
  },
  lossUsd(world, venue, { suspects, drained }, steps, actions) {
    const figures = marketsOf(world, venue).map((market) => {
      let figure = figuresOf(world, market)
      for (const step of steps) if (step.market === market) figure = after(figure, step.action, actions)
      return figure
    })
    return lossAtRiskUsd(figures, suspects, drained)
  },
  narrow(world, venue, { suspects, drained }) {
    const lending = lendingMarkets(world, venue)
    const one = (action: ActionName, market: number): Candidate => ({ id: `${action}(${nameOf(world, market)})`, action, on: [market] })
    return [
      ...suspects.flatMap((m) => (['supplyCap', 'stopBorrowingAgainst', 'freeze', 'reservePause'] as const).map((a) => one(a, m))),
      ...drained
        .filter((m) => !suspects.includes(m))
        .flatMap((m) => (['borrowCap', 'stopBorrowing', 'reservePause'] as const).map((a) => one(a, m))),
      { id: 'borrowCap(all)', action: 'borrowCap', on: lending },
      { id: 'stopBorrowing(all)', action: 'stopBorrowing', on: lending },
      { id: 'reservePause(lending)', action: 'reservePause', on: lending },
    ]
  },
  wide: (world, venue) => [
    {
      id: 'reservePause(all)',
      action: 'reservePause',
      on: marketsOf(world, venue).filter((m) => figuresOf(world, m).canLiquidate),
    },
  ],
  disruptionUsdPerHour(world, market, effect, cost) {
    const m = world.markets.at(market)
    return (
      (effect.supplies === 'no' ? m.agedSuppliers * cost.supplies : 0) +
      (effect.borrowsAgainst === 'no' ? m.agedSuppliers * cost.borrows : 0) +
      (effect.borrowsOf === 'no' ? m.agedBorrowers * cost.borrows : 0) +
      (effect.withdraws === 'no' ? m.agedSuppliers * cost.withdraws : effect.withdrawsOther === 'no' ? m.agedMixed * cost.withdraws : 0) +
      (effect.repays === 'no' ? m.agedBorrowers * cost.repays : 0)
    )
  },
  liquidatedUsd: (world, market) => world.markets.columns.suppliedUsd.get(market),
}

const nameOf = (world: World, market: number): string => world.markets.keyOf(market).split(':')[1] ?? String(market)

const lendingMarkets = (world: World, venue: number): readonly number[] =>
  marketsOf(world, venue).filter((m) => figuresOf(world, m).canBorrow && figuresOf(world, m).cashUsd > 0)

/** The figures as they would be with the action in force, by its effect row. */
function after(figure: MarketFigures, action: ActionName, actions: Actions): MarketFigures {
  const effect = actions[action]?.effect
  if (!effect) return figure
  return {
    ...figure,
    ltv: effect.borrowsAgainst === 'no' ? 0 : figure.ltv,
    canBorrow: figure.canBorrow && effect.borrowsOf === 'yes',
    canSupply: figure.canSupply && effect.supplies === 'yes',
    canLiquidate: figure.canLiquidate && effect.liquidates === 'yes',
    roomUsd: effect.supplies === 'no' ? 0 : figure.roomUsd,
  }
}
