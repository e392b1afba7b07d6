// Who changed a market's risk parameters: what governance leaves is the measure, what anybody else changes is a row for the detectors.
// Known only where the config names who governs; else every change is taken as governed.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressOf, addressWord, topicAt, wordAt } from '../../core/words.ts'
import { isGovernedTx, ROLE } from '../../state/authority.ts'
import { figuresOf } from '../../state/loss.ts'
import { CHANGE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { configPart } from './config-bits.ts'

/** A market's parameters before the block. */
export interface Before {
  readonly config: bigint
  readonly source: bigint
}

export function parametersOf(world: World, markets: readonly number[]): ReadonlyMap<number, Before> {
  const { config, priceSource } = world.markets.columns
  return new Map(markets.map((market) => [market, { config: config.get(market), source: priceSource.get(market) }]))
}

/** After the block's configuration is in the tables. A market that is new has what it begins with as its measure. */
export function judgeParameters(
  world: World,
  venue: number,
  markets: readonly number[],
  before: ReadonlyMap<number, Before>,
  block: BlockInput,
): void {
  const governed = world.governed.count > 0
  for (const market of markets) {
    const was = before.get(market)
    const now = { config: world.markets.columns.config.get(market), source: world.markets.columns.priceSource.get(market) }
    if (!was || was.config === 0n || !governed) {
      accept(world, market)
      continue
    }
    if (was.config !== now.config) {
      const by = whoChanged(world, venue, market, block)
      if (by === 'human') accept(world, market)
      // whoever relays for us could put a change of their own beside it: within the measure there is nothing to fear
      if (by !== 'own' || figuresOf(world, market).loosened)
        append(world, venue, market, CHANGE.parameter, by === 'human', loosens(was.config, now.config), was.config, now.config)
    }
    if (was.source !== now.source) {
      const by = whoChanged(world, venue, market, block)
      append(world, venue, market, CHANGE.oracleSource, by === 'human', true, was.source, now.source)
    }
  }
}

/** The present parameters are what governance wants. Our own Guard's changes never come here: it restores what it found. */
function accept(world: World, market: number): void {
  const { columns } = world.markets
  columns.goodLtvBps.set(market, columns.ltvBps.get(market))
  columns.goodThresholdBps.set(market, columns.thresholdBps.get(market))
  columns.goodSupplyCap.set(market, columns.supplyCap.get(market))
  columns.goodBorrowCap.set(market, columns.borrowCap.get(market))
}

/** Governed only if every transaction of the block that touched the market's parameters was; ours only if all of the rest were ours. */
function whoChanged(world: World, venue: number, market: number, block: BlockInput): 'human' | 'own' | 'no' {
  const { configurator, oracle } = world.venues.columns
  const contracts = [configurator, oracle].map((column) => addressOf(column.get(venue)))
  const asset = world.markets.columns.asset.get(market)
  const by = block.logs
    .filter((log) => contracts.includes(log.address.toLowerCase() as Hex) && names(log.topics, log.data, asset))
    .map((log) => isGovernedTx(world, log.txIndex))
  if (by.includes('no') || by.length === 0) return 'no'
  return by.includes('human') ? 'human' : 'own'
}

const names = (topics: readonly Hex[], data: Hex, asset: bigint): boolean => topicAt(topics, 1) === asset || wordAt(data, 0) === asset

/** Lets somebody take, keep or do more than before. A lower threshold does too: it lets honest accounts be liquidated. */
function loosens(before: bigint, after: bigint): boolean {
  const part = (name: Parameters<typeof configPart>[1]): readonly [number, number] => [configPart(before, name), configPart(after, name)]
  const rose = ([a, b]: readonly [number, number]): boolean => b > a
  const fell = ([a, b]: readonly [number, number]): boolean => b < a
  const widened = ([a, b]: readonly [number, number]): boolean => a > 0 && (b === 0 || b > a)
  return (
    rose(part('ltvBps')) ||
    rose(part('bonusBps')) ||
    part('thresholdBps')[0] !== part('thresholdBps')[1] ||
    widened(part('supplyCap')) ||
    widened(part('borrowCap')) ||
    widened(part('debtCeiling')) ||
    rose(part('borrowing')) ||
    fell(part('frozen')) ||
    fell(part('paused')) ||
    part('eMode')[0] !== part('eMode')[1]
  )
}

function append(
  world: World,
  venue: number,
  market: number,
  change: number,
  governed: boolean,
  loose: boolean,
  before: bigint,
  after: bigint,
): void {
  const row = world.authorityChanges.append()
  const { columns } = world.authorityChanges
  columns.venue.set(row, venue + 1)
  columns.market.set(row, market + 1)
  columns.change.set(row, change)
  columns.governed.set(row, governed ? 1 : 0)
  columns.loosens.set(row, loose ? 1 : 0)
  columns.contract.set(row, addressWord(addressOf(world.venues.columns.configurator.get(venue))))
  // pausing takes the emergency role, sources the pool's admin; all the rest the risk role
  const paused = change === CHANGE.parameter && configPart(before, 'paused') !== configPart(after, 'paused')
  const role = change === CHANGE.oracleSource ? ROLE['POOL_ADMIN'] : paused ? ROLE['EMERGENCY_ADMIN'] : ROLE['RISK_ADMIN']
  columns.role.set(row, BigInt(role ?? 0))
  columns.before.set(row, before)
  columns.after.set(row, after)
}
