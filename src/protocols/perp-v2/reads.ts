// The views that a block makes us ask. First: what the exchange is, in four rounds. Then each market's prices, the accounts that events
// name, and in every block those accounts whose value is not linear in prices. Funding has no event that says the sum, so it is read.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { addressOf, arrayOf, wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { ask, figureCalls, firstTradedCall, settledCalls, TOPIC } from './abi.ts'
import { askedOf } from './asked.ts'
import { type AllContracts, CORE_VIEWS, contractsOf, coreOf } from './contracts.ts'
import { namedBy, touchedBy, tradedBy } from './decode.ts'
import { baseOf, findMarket, findVenue, holdersOf, marketsOf, positionsOf, small } from './keys.ts'
import { revisionCalls } from './revision.ts'
import { checkReads } from './self-check.ts'
import type { PerpSpec } from './spec.ts'

interface At {
  readonly number: number
  readonly timeS: number
  readonly logs: readonly Log[]
}

export const CONFIG_VIEWS = ['imRatio', 'mmRatio', 'penaltyRatio', 'maxFundingRate', 'twapInterval', 'settlementCap'] as const

export function perpReads(world: World, spec: PerpSpec, block: At, answers: Answers): readonly Call[] {
  const { clearingHouse } = spec
  const isFirst = findVenue(world, clearingHouse) === undefined
  const core = coreOf(world, clearingHouse, answers)
  if (!core) return CORE_VIEWS.map((view) => ask(clearingHouse, view))
  const wanted: Call[] = []
  if (isFirst)
    wanted.push(
      ...CORE_VIEWS.map((view) => ask(clearingHouse, view)),
      ...revisionCalls(core),
      ask(core.vault, 'settlementToken'),
      ask(core.vault, 'decimals'),
    )
  const contracts = contractsOf(world, clearingHouse, answers)
  if (!contracts) return wanted
  wanted.push(...venueReads(contracts, block.logs, isFirst))
  const bases = basesOf(world, spec, contracts, block.logs)
  const traded = tradedBy(block.logs, contracts)
  for (const base of bases) wanted.push(...marketReads(world, contracts, base, traded.has(base), block, answers))
  wanted.push(...accountReads(world, contracts, traded, block.logs, answers))
  wanted.push(...checkReads(world, contracts, block.number))
  return wanted
}

/** Base tokens of the config, then those that the registry added later. */
export function basesOf(
  world: World,
  { clearingHouse, markets }: PerpSpec,
  { registry }: AllContracts,
  logs: readonly Log[],
): readonly Hex[] {
  const venue = findVenue(world, clearingHouse)
  const known = venue === undefined ? [] : marketsOf(world, venue).map((row) => baseOf(world, row))
  return [...new Set([...markets.keys(), ...known, ...namedBy(logs, registry, TOPIC.poolAdded)])]
}

function venueReads(
  { clearingHouse, vault, config, insuranceFund, settlementToken }: AllContracts,
  logs: readonly Log[],
  isFirst: boolean,
) {
  const wanted: Call[] = [ask(insuranceFund, 'capacity'), ask(settlementToken, 'balanceOf', vault)]
  if (isFirst || logsOf(logs, config).length > 0) wanted.push(...CONFIG_VIEWS.map((view) => ask(config, view)))
  for (const contract of [clearingHouse, vault])
    if (isFirst || logsOf(logs, contract).some(({ topics }) => topics[0] === TOPIC.paused || topics[0] === TOPIC.unpaused))
      wanted.push(ask(contract, 'paused'))
  return wanted
}

function marketReads(
  world: World,
  contracts: AllContracts,
  base: Hex,
  isTraded: boolean,
  { timeS, logs }: At,
  answers: Answers,
): readonly Call[] {
  const { clearingHouse, exchange, registry, accountBalance, quoteToken } = contracts
  const row = findMarket(world, clearingHouse, base)
  const isNew = row === undefined
  const { columns } = world.perpMarkets
  const wanted: Call[] = [ask(accountBalance, 'markPrice', base), ask(base, 'indexPrice', 0)]
  if (isNew) wanted.push(ask(registry, 'pool', base))
  if (isNew || logsOf(logs, base).length > 0) wanted.push(ask(base, 'isOpen'), ask(base, 'isClosed'))
  if (isNew || namedBy(logs, registry).has(base)) wanted.push(ask(registry, 'maxSpread', base))
  if (isNew || namedBy(logs, exchange, TOPIC.maxTicksChanged).has(base)) wanted.push(ask(exchange, 'maxTicks', base))
  if (isNew || namedBy(logs, exchange, TOPIC.fundingUpdated).has(base)) wanted.push(...settledCalls(exchange, base))
  if (isNew || (isTraded && columns.firstTradedAtS.get(row) === 0)) wanted.push(firstTradedCall(exchange, base))
  const windowS = windowOf(world, contracts, base, timeS, answers)
  if (windowS !== undefined) wanted.push(ask(exchange, 'sqrtTwap', base, windowS), ask(base, 'indexPrice', windowS))
  const pool = wordAt(answers.get(ask(registry, 'pool', base)), 0) ?? (isNew ? undefined : columns.poolAddress.get(row))
  if ((isNew || isTraded) && pool) wanted.push(ask(base, 'balanceOf', addressOf(pool)), ask(quoteToken, 'balanceOf', addressOf(pool)))
  return wanted
}

/** Over how long funding's two averages go: the interval of the config, or since the first trade; undefined while that is not known. */
export function windowOf(
  world: World,
  { clearingHouse, exchange, config }: AllContracts,
  base: Hex,
  timeS: number,
  answers: Answers,
): number | undefined {
  const [venue, market] = [findVenue(world, clearingHouse), findMarket(world, clearingHouse, base)]
  const interval =
    wordAt(answers.get(ask(config, 'twapInterval')), 0) ??
    (venue === undefined ? undefined : BigInt(world.perpVenues.columns.twapIntervalS.get(venue)))
  const traded =
    wordAt(answers.get(firstTradedCall(exchange, base)), 0) ??
    (market === undefined ? undefined : BigInt(world.perpMarkets.columns.firstTradedAtS.get(market)))
  if (interval === undefined || traded === undefined) return undefined
  if (traded === 0n) return 0
  return Math.min(small(interval), Math.max(0, timeS - small(traded)))
}

function accountReads(
  world: World,
  contracts: AllContracts,
  traded: ReadonlySet<Hex>,
  logs: readonly Log[],
  answers: Answers,
): readonly Call[] {
  const { clearingHouse, vault, accountBalance } = contracts
  const venue = findVenue(world, clearingHouse)
  const wanted: Call[] = []
  for (const account of touchedBy(logs, contracts)) {
    wanted.push(
      ask(vault, 'balance', account),
      ask(vault, 'collateralTokens', account),
      ask(accountBalance, 'pnl', account),
      ask(accountBalance, 'baseTokens', account),
      ask(accountBalance, 'hasOrder', account),
      ...figureCalls(contracts, account),
    )
    for (const base of arrayOf(answers.get(ask(accountBalance, 'baseTokens', account))) ?? [])
      wanted.push(ask(accountBalance, 'accountInfo', account, addressOf(base)), ask(accountBalance, 'totalSize', account, addressOf(base)))
  }
  if (venue === undefined) return wanted
  const { columns } = world.perpAccounts
  // who holds something in a market that opens, pauses or closes is asked for from this block on
  const turned = marketsOf(world, venue).filter((market) => logsOf(logs, baseOf(world, market)).length > 0)
  for (const row of [...askedOf(world, clearingHouse).rows(), ...turned.flatMap((market) => holdersOf(world, market))]) {
    const account = addressOf(columns.account.get(row))
    wanted.push(...figureCalls(contracts, account))
    for (const position of positionsOf(world, row)) {
      const base = baseOf(world, world.perpPositions.columns.perpMarket.get(position) - 1)
      if (traded.has(base)) wanted.push(ask(accountBalance, 'totalSize', account, base))
    }
  }
  return wanted
}
