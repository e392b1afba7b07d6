// A block of an Aave pool: what was read, what was emitted, then the figures and accounts that follow from both.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import type { AccountBook } from '../../state/account-book.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { countAged, ripen } from './ageing.ts'
import { AaveMargin, linesInCategory, linesOf, linesOfMarket } from './book.ts'
import { applyEvents, type Changes, valueFlows } from './events.ts'
import { writeDepth, writeFigures } from './figures.ts'
import { keepGoodPrice } from './good-price.ts'
import { HealthAt } from './health.ts'
import type { Kept } from './kept.ts'
import { marketsOf } from './keys.ts'
import { judgeParameters, parametersOf } from './parameters.ts'
import { call, planOf } from './reads.ts'
import { knownRevision, revisionOf } from './revisions.ts'
import { goBlind, selfCheck } from './self-check.ts'
import { keepSolvency } from './solvency.ts'
import { type Reconfigured, writeEModes, writeMarkets, writeNewMarkets, writeNewTotals, writePrices, writeVenue } from './venue.ts'

export function applyBlock(world: World, pool: Hex, kept: Kept, block: BlockInput, answers: Answers): void {
  const first = world.venues.find(pool) === undefined
  const revision = wordAt(answers.get(call.revision(pool)), 0)
  if (first) revisionOf(pool, revision)
  else if (revision !== undefined && !knownRevision(revision)) goBlind(world, block.number)
  const plan = planOf(world, pool, block.logs, answers)
  const venue = writeVenue(world, pool, answers)
  if (venue === undefined) return

  const parameters = parametersOf(world, marketsOf(world, venue))
  const changed: Reconfigured = { markets: new Set(), eModes: new Set() }
  writeNewMarkets(world, pool, venue, plan.fresh, answers, changed)
  const markets = marketsOf(world, venue)
  const before = new Map(markets.map((market) => [market, world.markets.columns.price.get(market)]))
  writeMarkets(world, pool, venue, plan.reconfigured, answers, changed)
  judgeParameters(world, venue, markets, parameters, block)
  writeEModes(world, pool, venue, plan.eModes, answers, changed)
  writePrices(world, pool, venue, plan.assets, plan.sources, answers, changed)

  const changes: Changes = { accounts: new Set(), markets: new Set(changed.markets), short: false }
  // the first block's reads are the state at its end: its logs are in them
  if (!first) applyEvents(world, pool, venue, kept, block, changes)
  writeNewTotals(world, pool, plan.fresh, answers)
  valueFlows(world, venue)
  if (changes.short) goBlind(world, block.number)

  const health = new HealthAt(world, block.timeS)
  for (const market of markets) {
    const price = before.get(market) ?? 0
    keepGoodPrice(world, market, block.timeS)
    writeDepth(world, market)
    if (changes.markets.has(market) || price !== world.markets.columns.price.get(market)) writeFigures(world, health, market)
  }
  for (const account of ripen(world, pool, venue, block.timeS)) changes.accounts.add(account)
  for (const account of [...changes.accounts].sort((a, b) => a - b)) countAged(world, account)
  const margin = new AaveMargin(world, health, block.timeS)
  const dirty = new Set([...changes.accounts, ...affected(kept.book, health, markets, changed)])
  const computed = kept.book.settle(linesOf(health, venue, markets), block.timeS, dirty, margin)
  keepSolvency(world, venue, computed)
  selfCheck(world, pool, block, answers, health)
}

/** Accounts that owe and hold something in a market whose parameters, or whose category's, changed: the book knows who is on its lines. */
function affected(book: AccountBook, health: HealthAt, ofVenue: readonly number[], { markets, eModes }: Reconfigured): readonly number[] {
  const lines = ofVenue.flatMap((market) => {
    if (markets.has(market)) return linesOfMarket(market)
    return eModes.has(health.market(market).eMode) ? linesInCategory(market) : []
  })
  return lines.flatMap((line) => book.holders(line))
}
