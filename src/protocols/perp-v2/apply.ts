// A block of an exchange of perpetuals: what was read of it, its markets, what was emitted, then the accounts that follow from all three.
import type { BlockInput } from '../../core/flow.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { askHolders, writeAccount, writeAsked, writeFigures } from './accounts.ts'
import { askedOf } from './asked.ts'
import { type BooksOf, PerpMargin, pricesOf } from './book.ts'
import { keepClusters, writeClusterFigures } from './clusters.ts'
import { contractsOf, coreOf } from './contracts.ts'
import { touchedBy } from './decode.ts'
import { writeEvents } from './events.ts'
import { accountsOf, findMarket, findVenue, marketsOf } from './keys.ts'
import { writeAhead } from './levels.ts'
import { type Scope, writeMarket, writeMarketFigures } from './market.ts'
import { basesOf } from './reads.ts'
import { checkRevision } from './revision.ts'
import { goBlind, sampleOf, selfCheck } from './self-check.ts'
import type { PerpSpec } from './spec.ts'
import { writeSolvency, writeVenue } from './venue.ts'

export function applyBlock(world: World, spec: PerpSpec, books: BooksOf, block: BlockInput, answers: Answers): void {
  const { clearingHouse } = spec
  const isFirst = findVenue(world, clearingHouse) === undefined
  const core = coreOf(world, clearingHouse, answers)
  if (!core) return // not deployed yet: asked again in the next block
  if (isFirst) checkRevision(core, answers)
  const contracts = contractsOf(world, clearingHouse, answers)
  if (!contracts) return
  const ratio = isFirst ? undefined : world.perpVenues.columns.mmRatioPpm.get(findVenue(world, clearingHouse) ?? 0)
  const venue = writeVenue(world, contracts, answers)
  const scope: Scope = { world, spec, contracts, venue, timeS: block.timeS, answers }
  const { perp, book } = books.in(world, venue)

  const restless: number[] = []
  for (const base of basesOf(world, spec, contracts, block.logs)) {
    const turned = writeMarket(scope, base)
    const market = findMarket(world, clearingHouse, base)
    if (turned && market !== undefined) restless.push(...askHolders(scope, perp, market))
  }
  // the first block's reads are the state at its end: its logs are in them
  const regrouped = isFirst ? [] : writeEvents(scope, block.logs)
  const dirty = new Set<number>([...restless, ...regrouped])
  // only an upgrade of the config can do this: then nobody's slack is what it was
  if (ratio !== undefined && ratio !== world.perpVenues.columns.mmRatioPpm.get(venue))
    for (const row of accountsOf(world, venue)) dirty.add(row)
  for (const account of touchedBy(block.logs, contracts)) {
    const row = writeAccount(scope, perp, account)
    if (row === undefined) goBlind(world, block.number)
    else dirty.add(row)
  }
  for (const row of dirty) keepClusters(world, clearingHouse, row)

  const asked = askedOf(world, clearingHouse)
  const margin = new PerpMargin(perp, asked.has)
  const woken = book.settle(perp.at(pricesOf(world, venue)), block.timeS, dirty, margin)
  // funding moves everybody's figures a little: so each account has its turn, whether or not it wakes
  for (const row of new Set([...woken, ...sampleOf(world, venue, block.number)])) if (!asked.has(row)) writeFigures(scope, perp, row)
  for (const row of asked.rows()) writeAsked(scope, row)

  for (const market of marketsOf(world, venue)) {
    writeMarketFigures(scope, market)
    writeAhead(world, market)
  }
  writeClusterFigures(world)
  writeSolvency(
    world,
    venue,
    logsOf(block.logs, clearingHouse).some(({ topics }) => topics[0] === TOPIC.positionLiquidated),
  )
  selfCheck(scope, perp, block)
}
