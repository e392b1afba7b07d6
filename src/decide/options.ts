// The candidates for an incident, narrow to wide, each with what the tables say it would leave to lose.

import { toFloat } from '../core/exact.ts'
import type { ActionName, GuardStep, Incident, Option } from '../core/flow.ts'
import { subjectAddress } from '../core/subject.ts'
import { hex32 } from '../core/words.ts'
import { figuresOf, lossAtRiskUsd, type MarketFigures, marketsOf, stressedBadDebtUsd } from '../state/loss.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'

export const OBSERVE: Option = { id: 'observe', class: 'observe', steps: [] }

/** Accounts that one decision relieves at most: each is a transaction, and all are simulated together. */
const MOST_RELIEFS = 4

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
  add('reservePause(lending)', 'reservePause', lending)
  options.push(...reliefOptions(world, venue, incident))
  add(
    'reservePause(all)',
    'reservePause',
    markets.filter((m) => figuresOf(world, m).canLiquidate),
  )
  return options
}

/** Liquidating those accounts alone whose bad debt after a further fall would be the largest; or the first of them only. */
function reliefOptions(world: World, venue: Venue, incident: Incident): readonly Option[] {
  const atStake = (account: number): number => {
    const { collateralE8, debtE8 } = world.accounts.at(account)
    return stressedBadDebtUsd(toFloat(collateralE8, 8), toFloat(debtE8, 8))
  }
  const soldUsd = new Map<number, number>()
  const steps: GuardStep[] = []
  const worst = [...incident.unattended].filter((account) => atStake(account) > 0).sort((a, b) => atStake(b) - atStake(a) || a - b)
  for (const account of worst) {
    const relief = venue.relief?.(world, account)
    if (!relief || steps.length === MOST_RELIEFS) continue
    // together they must not sell more than the pools can take: the last one would find no price worth it
    const sum = (soldUsd.get(relief.collateral) ?? 0) + relief.seizedUsd
    if (soldUsd.has(relief.collateral) && sum > relief.roomUsd) continue
    soldUsd.set(relief.collateral, sum)
    steps.push(relief.step)
  }
  const [first] = steps
  if (!first) return []
  const one: Option = { id: `liquidate(${subjectAddress(first.subject)})`, class: 'account', steps: [first] }
  return steps.length === 1 ? [one] : [one, { id: `liquidate(${steps.length} accounts)`, class: 'account', steps }]
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

/** What the unattended accounts would leave uncovered after a further fall, those that the option relieves counted after that. */
export function stressedAfterUsd(world: World, venue: Venue, incident: Incident, option: Option): number {
  return incident.unattended.reduce((sum, account) => {
    const { collateralE8, debtE8 } = world.accounts.at(account)
    const relief = option.steps.some((step) => step.call && step.subject === subjectOf(world, account))
      ? venue.relief?.(world, account)
      : undefined
    return sum + stressedBadDebtUsd(toFloat(collateralE8, 8) - (relief?.seizedUsd ?? 0), toFloat(debtE8, 8) - (relief?.repaidUsd ?? 0))
  }, 0)
}

const subjectOf = (world: World, account: number): string => hex32(world.accounts.columns.account.get(account))

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
