// A world to test against: tables written directly, with sane defaults, and blocks in which detectors run over them.
import type { Calibration } from '../src/core/calibration.ts'
import type { ActionName, EffectRow, Finding, GuardStep, Hex, Incident, Source } from '../src/core/flow.ts'
import { addressSubject } from '../src/core/subject.ts'
import type { BoundDetector } from '../src/detect/define.ts'
import { Engine, type Stamp } from '../src/detect/engine.ts'
import { lendingRisk } from '../src/state/lending-risk.ts'
import type { Action, Protocol, Venue } from '../src/state/protocol.ts'
import { CHANGE, type FLOW } from '../src/state/tables.ts'
import { createWorld, type World } from '../src/state/world.ts'
import type { Row, Schema, TableStore } from '../src/store/table.ts'

export const CHAIN_ID = 1
export const START_S = 1_700_000_000
export const POOL: Hex = `0x${'a0'.repeat(20)}`
export const FEED: Hex = `0x${'fe'.repeat(20)}`
export const GUARD: Hex = `0x${'60'.repeat(20)}`
export const assetOf = (name: string): Hex => `0x${Buffer.from(name).toString('hex').padEnd(40, '0')}`
export const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
export const marketKey = (name: string): string => `${POOL}:${assetOf(name)}`

/** Values of a row's columns; what is left out is 0. */
export type Values<S extends Schema> = { readonly [K in keyof S]?: Row<S>[K] }

/** Writes a row: the one of that key, or an appended one. Whoever writes an event row writes all of it, so here too. */
export function put<S extends Schema>(table: TableStore<S>, key: string | undefined, values: Values<S>): number {
  const row = key === undefined ? table.append() : table.rowOf(key)
  for (const [name, kind] of Object.entries(table.table.schema)) {
    const value: unknown = values[name] ?? (key === undefined ? (kind === 'word' || kind === 'u128' ? 0n : 0) : undefined)
    if (value !== undefined) (table.columns as unknown as Record<string, { set(row: number, value: unknown): void }>)[name]?.set(row, value)
  }
  return row
}

/** A feed at 2,000 with five reporters that agree. */
export const feed = (world: World, values: Values<World['feeds']['table']['schema']> = {}, key: string = FEED): number =>
  put(world.feeds, key, {
    chainId: CHAIN_ID,
    decimals: 8,
    price: 2_000,
    reporters: 5,
    lowestReport: 2_000,
    highestReport: 2_000,
    medianReport: 2_000,
    ...values,
  })

/** A round of the feed: its answer in units of 1e-8. */
export function round(world: World, price: number, values: Values<World['feedRounds']['table']['schema']> = {}): number {
  const row = feed(world)
  const answer = Number.isFinite(price) && price > 0 ? BigInt(Math.round(price * 1e8)) : 0n
  return put(world.feedRounds, undefined, { feed: row + 1, answer, price, previousPrice: 2_000, roundId: 1n, ...values })
}

export const venue = (world: World, values: Values<World['venues']['table']['schema']> = {}): number =>
  put(world.venues, POOL, { chainId: CHAIN_ID, pool: BigInt(POOL), revision: 1, ...values })

/** A market with 10 m supplied at 1 USD, 2 m borrowed, 8 m of cash, undisputed. */
export function market(world: World, name: string, values: Values<World['markets']['table']['schema']> = {}): number {
  return put(world.markets, marketKey(name), {
    venue: venue(world) + 1,
    asset: BigInt(assetOf(name)),
    decimals: 18,
    price: 1,
    goodPrice: 1,
    ltvBps: 8_000,
    thresholdBps: 8_500,
    goodLtvBps: values.ltvBps ?? 8_000,
    goodThresholdBps: values.thresholdBps ?? 8_500,
    active: 1,
    borrowing: 1,
    suppliedUsd: 10_000_000,
    borrowedUsd: 2_000_000,
    cashUsd: 8_000_000,
    agedSuppliers: 100,
    agedBorrowers: 40,
    agedMixed: 10,
    ...values,
  })
}

export const account = (world: World, values: Values<World['accounts']['table']['schema']> = {}, name = 'ann'): number =>
  put(world.accounts, marketKey(name), { venue: venue(world) + 1, account: BigInt(assetOf(name)), ...values })

export const flow = (world: World, kind: (typeof FLOW)[keyof typeof FLOW], usd: number, on = 'USDC'): number =>
  put(world.flows, undefined, { venue: 1, market: (world.markets.find(marketKey(on)) ?? -1) + 1, account: 1, kind, usd })

/** A change of the market's risk parameters outside the governed path that lets somebody take more. */
export const authorityChange = (world: World, values: Values<World['authorityChanges']['table']['schema']> = {}): number =>
  put(world.authorityChanges, undefined, {
    venue: venue(world) + 1,
    market: market(world, 'WETH') + 1,
    change: CHANGE.parameter,
    loosens: 1,
    contract: BigInt(POOL),
    role: 7n,
    before: 8_000n,
    after: 9_900n,
    ...values,
  })

/** Blocks of 12 s in which the given detectors run over what was written. */
export const bench = (...detectors: readonly BoundDetector[]) => calibratedBench(undefined, ...detectors)

/** The same with what a calibration file said. */
export function calibratedBench(calibration: Calibration | undefined, ...detectors: readonly BoundDetector[]) {
  const world = createWorld(CHAIN_ID)
  const engine = new Engine(world, detectors, calibration)
  const marks: number[] = []
  const bench = {
    world,
    get number(): number {
      return marks.length
    },
    block(write: (world: World) => void = () => {}, stamp: Partial<Stamp> = {}): readonly Finding[] {
      marks.push(world.store.mark())
      world.store.begin()
      write(world)
      const number = marks.length
      return engine.run({
        chainId: CHAIN_ID,
        number,
        hash: hashOf(number),
        timeS: START_S + 12 * number,
        pending: false,
        provisional: false,
        ...stamp,
      })
    },
    /** The same block n times: what all of them found. */
    blocks(n: number, write: (world: World, i: number) => void): readonly Finding[] {
      return Array.from({ length: n }, (_, i) => bench.block((w) => write(w, i))).flat()
    },
    undo(): void {
      const mark = marks.pop()
      if (mark === undefined) throw new RangeError('no block to undo')
      world.store.undoTo(mark)
    },
  }
  return bench
}

/** A finding as the engine makes it, about the feed unless said otherwise. */
export const finding = (values: Partial<Finding> = {}): Finding => ({
  id: hashOf(0xf1),
  detector: 'oracle-jump',
  chainId: CHAIN_ID,
  block: 1,
  blockHash: hashOf(1),
  timeS: START_S,
  subject: { kind: 'feed', chainId: CHAIN_ID, id: FEED },
  severity: 'high',
  source: 'reporters',
  basis: 'chain',
  provisional: false,
  summary: 'a finding',
  evidence: {},
  paramsHash: hashOf(9),
  ...values,
})

export const incident = (values: Partial<Incident> = {}): Incident => ({
  id: hashOf(0xf1),
  chainId: CHAIN_ID,
  venue: 0,
  venueId: POOL,
  status: 'open',
  severity: 'high',
  openedBlock: 1,
  openedTimeS: START_S,
  lastFiringTimeS: START_S,
  sources: ['reporters', 'pool'] satisfies Source[],
  findings: [hashOf(0xf1)],
  suspects: [0],
  drained: [],
  unattended: [],
  compromised: [],
  probability: 0.75,
  unattendedProbability: 0,
  probabilityFrom: 'assumed',
  lossAtRiskUsd: 1_000_000,
  ...values,
})

const OPEN: EffectRow = {
  opensPosition: 'yes',
  supplies: 'yes',
  borrowsOf: 'yes',
  borrowsAgainst: 'yes',
  withdraws: 'yes',
  withdrawsOther: 'yes',
  repays: 'yes',
  liquidates: 'yes',
  reversible: true,
  role: 'RISK_ADMIN',
  undoneBy: ['RISK_ADMIN'],
}

/** Actions like Aave's, each with its own Guard entry. */
export const ACTIONS: Readonly<Partial<Record<ActionName, Action>>> = {
  supplyCap: { class: 'throttle', effect: { ...OPEN, supplies: 'no' }, does: 'caps supply' },
  borrowCap: { class: 'throttle', effect: { ...OPEN, borrowsOf: 'no' }, does: 'caps borrowing' },
  stopBorrowingAgainst: { class: 'market', effect: { ...OPEN, borrowsAgainst: 'no' }, does: 'LTV 0' },
  stopBorrowing: { class: 'market', effect: { ...OPEN, borrowsOf: 'no' }, does: 'no borrowing' },
  freeze: { class: 'market', effect: { ...OPEN, supplies: 'no', borrowsOf: 'no' }, does: 'freezes' },
  reservePause: {
    class: 'pause',
    effect: { ...OPEN, supplies: 'no', borrowsOf: 'no', withdraws: 'no', repays: 'no', liquidates: 'no' },
    does: 'pauses',
  },
}

export const EXPIRY_S = 600
export const entryOf = (action: ActionName): Hex => hashOf(0xe000 + Object.keys(ACTIONS).indexOf(action))

/** A venue that acts through the Guard: the rows of its entries are written, its protocol is only what decisions ask of one. */
export function actingVenue(world: World, actions: Protocol['actions'] = ACTIONS): Venue {
  venue(world)
  put(world.guards, GUARD, { chainId: CHAIN_ID, guard: BigInt(GUARD), armed: 1, windowS: 300, liftGapS: 60, quorum: 3 })
  for (const action of Object.keys(actions) as ActionName[])
    put(world.guardEntries, entryOf(action), {
      entry: BigInt(entryOf(action)),
      guard: BigInt(GUARD),
      live: 1,
      expiryS: EXPIRY_S,
      hardCapS: 14_400,
    })
  const protocol: Protocol = {
    id: 'test',
    writes: [],
    watches: () => [],
    reads: () => [],
    apply: () => {},
    actions,
    steps: (w, action, row): readonly GuardStep[] => {
      const asset = w.markets.keyOf(row).split(':')[1] as Hex | undefined
      return actions[action] && asset ? [{ entry: entryOf(action), subject: addressSubject(asset), step: 0, action, market: row }] : []
    },
  }
  return { protocol, pool: POOL, guard: GUARD, risk: lendingRisk, probes: () => [] }
}

/** An action of ours in force on a market. */
export function actionInForce(
  world: World,
  action: ActionName,
  on: string,
  values: Values<World['guardActions']['table']['schema']> = {},
): number {
  const subject = addressSubject(assetOf(on))
  return put(world.guardActions, `${entryOf(action)}:${subject}`, {
    guard: BigInt(GUARD),
    entry: BigInt(entryOf(action)),
    subject: BigInt(subject),
    round: 1,
    active: 1,
    expiresAtS: START_S + EXPIRY_S,
    ...values,
  })
}
