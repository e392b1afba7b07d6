// What trying a queued operation showed, as a row: who has power then, which code runs, what accounts and markets look like.
import { toEventSelector } from 'viem'
import { canonicalHash } from '../core/canonical.ts'
import { toFloat } from '../core/exact.ts'
import type { Hex, Input, RehearsalRun, RehearsedLog, RehearsedValue } from '../core/flow.ts'
import { addressOf, topicAt, wordAt } from '../core/words.ts'
import { isExecutor } from './authority.ts'
import type { Protocol } from './protocol.ts'
import { RUN, TRIED } from './tables.ts'
import type { World } from './world.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

const TOPIC = {
  roleGranted: toEventSelector('RoleGranted(bytes32,address,address)'),
  ownershipTransferred: toEventSelector('OwnershipTransferred(address,address)'),
  adminChanged: toEventSelector('AdminChanged(address,address)'),
  upgraded: toEventSelector('Upgraded(address)'),
  enabledModule: toEventSelector('EnabledModule(address)'),
  addedOwner: toEventSelector('AddedOwner(address)'),
} as const
/** Events by which power and code move without a value that could be watched before: nobody asks who has no role yet. */
export const POWER_TOPICS: readonly Hex[] = Object.values(TOPIC)

export const rehearsalKey = (operation: string, run: RehearsalRun): string => `${operation}:${run}`
export const isRehearsed = (world: World, operation: string, run: RehearsalRun): boolean =>
  world.rehearsals.find(rehearsalKey(operation, run)) !== undefined

const ADDRESS_BITS = 160n
const HEALTHY_E18 = 10n ** 18n
/** Words of getUserAccountData. */
const ACCOUNT = { collateral: 0, debt: 1, available: 2, health: 5 } as const
const USD_DECIMALS = 8

/** Nothing, if the operation is none that we know. */
export function recordRehearsal(world: World, input: Rehearsed, protocols: readonly Pick<Protocol, 'creditUsd'>[]): void {
  const operation = world.queuedOperations.find(input.operation)
  if (operation === undefined) return
  const row = world.rehearsals.rowOf(rehearsalKey(input.operation, input.run))
  const { columns } = world.rehearsals
  const works = input.tried && input.failedCall < 0
  const [logs, values] = works ? [input.logs, input.values] : [[], []]
  const moved = powersMoved(world, logs, values)
  const changed = [...new Set([...upgraded(logs), ...of(values, 'code').map(({ subject }) => addressIn(subject))])]
  const other = of(values, 'power').filter(({ after }) => after !== null)
  const market = marketsAfter(world, values)
  columns.operation.set(row, operation + 1)
  columns.place.set(row, world.queuedOperations.columns.contract.get(operation))
  columns.venue.set(row, venueOf(world, values))
  columns.run.set(row, RUN[input.run])
  columns.tried.set(row, !input.tried ? TRIED.no : input.partial ? TRIED.partly : TRIED.wholly)
  columns.failedCall.set(row, input.failedCall + 1)
  columns.strangers.set(row, moved.length)
  columns.stranger.set(row, moved[0] ?? 0n)
  columns.codeChanges.set(row, changed.length)
  columns.changed.set(row, changed[0] ?? 0n)
  columns.parameters.set(row, of(values, 'parameter').length)
  columns.sources.set(row, of(values, 'source').length)
  columns.powers.set(row, other.length)
  columns.broken.set(row, values.filter(({ before, after }) => before !== null && after === null).length)
  columns.priceMoveBps.set(row, largestMoveBps(of(values, 'price')))
  columns.fallen.set(row, market.fallen)
  columns.fallenDebtUsd.set(row, market.fallenDebtUsd)
  columns.badDebtUsd.set(row, market.badDebtUsd)
  columns.cashOutUsd.set(row, market.cashOutUsd)
  columns.cashUsd.set(row, market.cashUsd)
  columns.takeableUsd.set(row, market.takeableUsd)
  const credit = creditAfter(world, of(values, 'parameter'), protocols)
  columns.creditUsd.set(row, credit.moreUsd)
  columns.unbackedUsd.set(row, credit.unbackedUsd)
  const outcome = BigInt(outcomeOf(input, logs, values))
  columns.outcome.set(row, outcome)
  const first = input.run === 'due' ? world.rehearsals.find(rehearsalKey(input.operation, 'queued')) : undefined
  const comparable = first !== undefined && input.tried && columns.tried.get(first) === columns.tried.get(row)
  columns.differs.set(row, comparable && columns.outcome.get(first) !== outcome ? 1 : 0)
}

const of = (values: readonly RehearsedValue[], kind: RehearsedValue['kind']): readonly RehearsedValue[] =>
  values.filter((value) => value.kind === kind)

/** Prices, cash and accounts move by themselves between two runs: of them nothing is compared. */
function outcomeOf({ tried, failedCall }: Rehearsed, logs: readonly RehearsedLog[], values: readonly RehearsedValue[]): Hex {
  const kept = values.filter(({ kind }) => kind === 'power' || kind === 'code' || kind === 'parameter' || kind === 'source')
  const after = kept.map(({ kind, subject, name, after }) => [kind, subject, name, after].join(' ')).sort()
  return canonicalHash({ tried, failedCall, after, logs: logs.map(({ address, topics, data }) => [address, ...topics, data].join(' ')) })
}

const addressIn = (subject: string): bigint => (/^0x[0-9a-f]{40}$/.test(subject.slice(0, 42)) ? BigInt(subject.slice(0, 42)) : 0n)
/** Indexed or not, as the contract has it. */
const only = ({ topics, data }: RehearsedLog): bigint | undefined => (topics.length > 1 ? topicAt(topics, 1) : wordAt(data, 0))
const asAddress = (word: bigint | undefined): bigint | undefined => (word === undefined || word >> ADDRESS_BITS !== 0n ? undefined : word)

/** Addresses whose code is another one after it. */
const upgraded = (logs: readonly RehearsedLog[]): readonly bigint[] =>
  logs.filter(({ topics }) => topics[0] === TOPIC.upgraded).map(({ address }) => addressIn(address.toLowerCase()))

/** Who gets power and is nobody whose power passes a delay or several signatures. */
function powersMoved(world: World, logs: readonly RehearsedLog[], values: readonly RehearsedValue[]): readonly bigint[] {
  const told = logs.flatMap((log): readonly (bigint | undefined)[] => {
    switch (log.topics[0]) {
      case TOPIC.roleGranted:
      case TOPIC.ownershipTransferred:
        return [topicAt(log.topics, 2)]
      case TOPIC.adminChanged:
        return [wordAt(log.data, 1)]
      case TOPIC.enabledModule:
      case TOPIC.addedOwner:
        return [only(log)]
      default:
        return []
    }
  })
  const watched = of(values, 'power').flatMap(({ name, after }) => (HOLDS_ADDRESS.has(name) ? [wordAt(after, 0)] : []))
  const all = [...told, ...watched].map(asAddress)
  return [...new Set(all.filter((who): who is bigint => who !== undefined && who !== 0n && isStranger(world, who)))]
}
/** Names of watched powers whose value is who has it. */
const HOLDS_ADDRESS: ReadonlySet<string> = new Set(['owner', 'proxy admin'])

const isStranger = (world: World, who: bigint): boolean =>
  !isExecutor(world, addressOf(who)) && world.governed.find(addressOf(who)) === undefined

function largestMoveBps(prices: readonly RehearsedValue[]): number {
  let largest = 0
  for (const { before, after } of prices) {
    const [from, to] = [Number(wordAt(before, 0) ?? 0n), Number(wordAt(after, 0) ?? 0n)]
    const move = from > 0 ? (10_000 * (to - from)) / from : 0
    if (Math.abs(move) > Math.abs(largest)) largest = move
  }
  return largest
}

function marketsAfter(world: World, values: readonly RehearsedValue[]) {
  const sums = { fallen: 0, fallenDebtUsd: 0, badDebtUsd: 0, cashOutUsd: 0, cashUsd: 0, takeableUsd: 0 }
  for (let row = 0; row < world.markets.count; row++) sums.cashUsd += world.markets.columns.cashUsd.get(row)
  for (const { subject, before, after } of of(values, 'cash')) {
    const row = world.markets.find(subject)
    if (row === undefined) continue
    const { decimals, price } = world.markets.at(row)
    const left = (wordAt(before, 0) ?? 0n) - (wordAt(after, 0) ?? 0n)
    if (left > 0n) sums.cashOutUsd += toFloat(left, decimals) * price
  }
  for (const { before, after } of of(values, 'account')) {
    const usd = (data: Hex | null, word: number): number => toFloat(wordAt(data, word) ?? 0n, USD_DECIMALS)
    const healthy = (data: Hex | null): boolean => (wordAt(data, ACCOUNT.health) ?? 0n) >= HEALTHY_E18
    const missing = (data: Hex | null): number => Math.max(0, usd(data, ACCOUNT.debt) - usd(data, ACCOUNT.collateral))
    if (after === null) continue
    if (healthy(before) && !healthy(after)) {
      sums.fallen += 1
      sums.fallenDebtUsd += usd(after, ACCOUNT.debt)
    }
    sums.badDebtUsd += Math.max(0, missing(after) - missing(before))
    sums.takeableUsd += Math.max(0, usd(after, ACCOUNT.available) - usd(before, ACCOUNT.available))
  }
  return sums
}

/** What more could be borrowed against markets with their new parameters, and what of it their exchange pools would not pay. */
function creditAfter(world: World, parameters: readonly RehearsedValue[], protocols: readonly Pick<Protocol, 'creditUsd'>[]) {
  const sums = { moreUsd: 0, unbackedUsd: 0 }
  for (const { subject, before, after } of parameters) {
    const row = world.markets.find(subject)
    const creditOf = (word: Hex | null): number => {
      for (const protocol of protocols) {
        const found = word === null ? undefined : protocol.creditUsd?.(world, subject, word)
        if (found !== undefined) return found
      }
      return 0
    }
    if (row === undefined) continue
    const [was, is] = [creditOf(before), creditOf(after)]
    const { pools, depthUsd } = world.markets.at(row)
    sums.moreUsd += Math.max(0, is - was)
    if (pools > 0) sums.unbackedUsd += Math.max(0, Math.max(0, is - depthUsd) - Math.max(0, was - depthUsd))
  }
  return sums
}

/** Row + 1 of the venue that most of the moved values are of. */
function venueOf(world: World, values: readonly RehearsedValue[]): number {
  const counts = new Map<number, number>()
  for (const { subject } of values) {
    const row = world.venues.find(subject.slice(0, 42))
    if (row !== undefined) counts.set(row + 1, (counts.get(row + 1) ?? 0) + 1)
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0] ?? 0
}
