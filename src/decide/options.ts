// The candidates for an incident, narrow to wide, each with what the tables say it would leave to lose.

import type { ActionName, GuardStep, Incident, Option } from '../core/flow.ts'
import { figuresOf, lossAtRiskUsd, type MarketFigures, marketsOf } from '../state/loss.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'

export const OBSERVE: Option = { id: 'observe', class: 'observe', steps: [] }

/** Only what the venue offers, what is not active already, and what its Guard has live. */
export function optionsFor(world: World, venue: Venue, incident: Incident): readonly Option[] {
  const markets = marketsOf(world, incident.venue)
  const lending = markets.filter((m) => figuresOf(world, m).canBorrow && figuresOf(world, m).cashUsd > 0)
  const name = (market: number) => world.markets.keyOf(market).split(':')[1] ?? String(market)
  const options: Option[] = [OBSERVE]
  const add = (id: string, action: ActionName, on: readonly number[]) => {
    const known = venue.protocol.actions[action]
    if (!known || on.length === 0) return
    const steps = on.flatMap((market) => venue.protocol.steps(world, action, market))
    if (steps.length < on.length || steps.some((step) => !usable(world, step))) return
    options.push({ id, class: known.class, steps })
  }
  for (const market of incident.suspects) {
    for (const action of ['supplyCap', 'stopBorrowingAgainst', 'freeze', 'reservePause'] as const)
      add(`${action}(${name(market)})`, action, [market])
  }
  for (const market of incident.drained.filter((m) => !incident.suspects.includes(m)))
    for (const action of ['borrowCap', 'stopBorrowing', 'reservePause'] as const) add(`${action}(${name(market)})`, action, [market])
  add('borrowCap(all)', 'borrowCap', lending)
  add('stopBorrowing(all)', 'stopBorrowing', lending)
  add(
    'reservePause(all)',
    'reservePause',
    markets.filter((m) => figuresOf(world, m).canLiquidate),
  )
  return options
}

function usable(world: World, step: GuardStep): boolean {
  const entry = world.guardEntries.find(step.entry)
  if (entry === undefined || world.guardEntries.columns.live.get(entry) === 0) return false
  const action = world.guardActions.find(`${step.entry}:${step.subject}`)
  return action === undefined || world.guardActions.columns.active.get(action) === 0
}

/** Loss at risk as it would be with the option in force: the same bound over figures that its effect rows change. */
export function analyticLossUsd(world: World, venue: Venue, incident: Incident, option: Option): number {
  const figures = marketsOf(world, incident.venue).map((market) => {
    let figure: MarketFigures = figuresOf(world, market)
    for (const step of option.steps) if (step.market === market) figure = after(figure, step.action, venue)
    return figure
  })
  return lossAtRiskUsd(figures, incident.suspects, incident.drained)
}

function after(figure: MarketFigures, action: ActionName, venue: Venue): MarketFigures {
  const effect = venue.protocol.actions[action]?.effect
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
