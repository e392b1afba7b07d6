// A million margin accounts of a lending market and of a perpetual market: time and room to build, moves of prices, undo, the cascade curve.
import { performance } from 'node:perf_hooks'
import { cascadeAccounts } from '../../src/protocols/aave-v3/cascade-accounts.ts'
import { SyntheticPool } from '../../src/protocols/aave-v3/synthetic.builders.ts'
import { AccountBook, statusOf } from '../../src/state/account-book.ts'
import { type CascadeAccounts, type CascadeCurve, type CascadeQuestion, cascade, LANES } from '../../src/state/book/cascade.ts'
import { PerpBook, type PerpMarket, perpStatus } from '../../src/state/book/perp-margin.ts'
import { Store } from '../../src/store/store.ts'
import { cascadeInWorker } from '../../src/tools/cascade.ts'
import { Draws } from '../../test/support/draws.ts'
import { type Movable, type Moved, moveWaking, quantile } from './book-move.ts'
import { type Row, row } from './rows.ts'

export interface BookBench {
  readonly accounts: number
  readonly moves: number
}

const BYTES_GOAL = 200
const MOVE_GOAL_MS = 3
const CURVE_GOAL_MS = 300
const WARM_UP = 20
const CURVES = 5
const NAIVE = 'computing all'
const E18 = 10n ** 18n

export async function measureBook({ accounts, moves }: BookBench): Promise<readonly Row[]> {
  const lending = await measureLending(accounts, moves)
  globalThis.gc?.()
  return [...lending, ...measurePerp(accounts, moves)]
}

async function measureLending(accounts: number, moves: number): Promise<readonly Row[]> {
  const rssBefore = rss()
  const [pool, tablesMs] = timed(() => new SyntheticPool(new Draws(1), accounts))
  const [, bookMs] = timed(() => pool.settle(Array.from({ length: accounts }, (_, n) => n)))
  const { store } = pool.world
  const rssBytes = rss() - rssBefore
  store.journal.on = true

  // WETH down and up, WBTC down: what holders are on
  const ways = [
    [0, -1],
    [0, 1],
    [1, -1],
  ] as const
  const chance = new Draws(2)
  const price = (market: number): number => Number(pool.world.markets.columns.priceE8.get(market))
  const startE8 = pool.markets.map(price)
  const moved = movesOf(accounts, moves, (n) => {
    const [market, sign] = ways[n % ways.length] as (typeof ways)[number]
    const { timeS } = pool
    return {
      store,
      move(share) {
        pool.timeS = timeS + 12
        pool.movePrice(market, 1 + sign * share)
        return pool.settle().length
      },
      drift() {
        pool.timeS = timeS + 12
        // about where it was: each drift takes back half of all before
        const market = n % 2
        pool.movePrice(market, 1 + chance.between(-0.0005, 0.0005) + (startE8[market] ?? 0) / price(market) / 2 - 0.5)
        pool.settle()
      },
    }
  })
  const accruals = Array.from({ length: moves }, () => {
    pool.timeS += 12
    return timed(() => pool.settle())[1]
  })
  const statuses = pool.world.accounts.columns.status
  const [, naiveMs] = timed(() => {
    const { health } = pool
    for (let n = 0; n < accounts; n++) if (statusOf(health.account(n)) !== statuses.get(n)) throw new Error(`account ${n} was missed`)
  })

  const made = Array.from({ length: Math.min(CURVES, moves) }, () => timed(() => cascadeAccounts(pool.world, 0, pool.timeS)))
  const rowsMs = quantile(
    made.map(([, ms]) => ms),
    0.5,
  )
  const priceUsd = Number(pool.world.markets.columns.priceE8.get(0)) / 1e8
  const question = { priceUsd, untilShare: 0.4, steps: 200, bonus: 0.05, depth: { kind: 'constant-product', reserveUnits: 3e7 } } as const
  const curvesMs = made.map(([of]) => timed(() => cascade(of, question))[1])
  const [starts, runs]: [number[], number[]] = [[], []]
  let last: CascadeCurve | undefined
  for (const [of] of made.slice(1)) {
    starts.push((await timedWorker({ count: 1, cells: of.cells.slice(0, LANES) }, question))[1])
    const [curve, ms] = await timedWorker(of, question)
    runs.push(ms)
    last = curve
  }
  const [startMs, workerMs] = [quantile(starts, 0.5), quantile(runs, 0.5)]
  if (!last?.points.at(-1)?.liquidations) throw new Error('the curve liquidates nobody')

  const of = (names: readonly string[]): number => bytesOf(store, (name) => names.some((n) => name.startsWith(n))) / accounts
  const deciding = ['venue', 'account', 'eMode', 'status', 'firstPosition'].map((name) => `accounts.${name}`)
  return [
    row('lending: tables of all accounts made', tablesMs, 'ms'),
    row('lending: all accounts computed and armed', bookMs, 'ms'),
    row('lending: bytes an account, who it is, its positions and triggers', of([...deciding, 'positions.', 'book.']), 'bytes', undefined, {
      atMost: BYTES_GOAL,
    }),
    row('lending: bytes an account, with its last figures', of(['accounts.', 'positions.', 'book.']), 'bytes'),
    row('lending: growth of the process an account, columns half full', Math.max(1, rssBytes) / accounts, 'bytes'),
    row('lending: keys of the accounts table (strings in a Map), if all have one', keyBytes(accounts), 'bytes'),
    ...moveRows('lending', accounts, moved, naiveMs),
    row('lending: interest of a block, no price moves, p50', quantile(accruals, 0.5), 'ms'),
    row('lending: rows for the cascade from the tables', rowsMs, 'ms'),
    row('lending: cascade curve of 200 steps, rows and curve', rowsMs + quantile(curvesMs, 0.5), 'ms', undefined, {
      atMost: CURVE_GOAL_MS,
    }),
    row('lending: the same with the curve in a worker, but for its start', rowsMs + Math.max(1, workerMs - startMs), 'ms', undefined, {
      atMost: CURVE_GOAL_MS,
    }),
    row('lending: start of such a worker, from source', startMs, 'ms'),
  ]
}

function measurePerp(accounts: number, moves: number): readonly Row[] {
  const draws = new Draws(5)
  const store = new Store()
  store.journal.on = false
  const perp = new PerpBook(store, 'perp', 62_500n)
  const book = new AccountBook(store, 'book')
  let markets: readonly PerpMarket[] = [2_000n, 40_000n].map((usd) => ({ priceE18: usd * E18, fundingE18: 0n }))
  const [, tablesMs] = timed(() => {
    for (let n = 0; n < accounts; n++) {
      const margin = 100 * 1_000 ** draws.next()
      const market = n % 2
      const { priceE18 } = markets[market] as PerpMarket
      const size =
        BigInt(Math.floor(((margin * draws.between(0.5, 13)) / (Number(priceE18) / 1e18)) * 1e12)) *
        10n ** 6n *
        (draws.chance(0.5) ? 1n : -1n)
      perp.setCollateral(n, BigInt(Math.floor(margin * 1e6)) * 10n ** 12n)
      perp.setPosition(n, market, size, -(size * priceE18) / E18, 0n)
    }
  })
  const settle = (dirty: readonly number[] = []): readonly number[] => book.settle(perp.at(markets), 0, dirty, perp)
  const [, bookMs] = timed(() => settle(Array.from({ length: accounts }, (_, n) => n)))
  store.journal.on = true
  const start = markets
  const moved = movesOf(accounts, moves, (n) => {
    const before = markets
    const by = (from: readonly PerpMarket[], share: number): void => {
      markets = from.map((m, at) =>
        at === n % 2 ? { ...m, priceE18: (m.priceE18 * BigInt(Math.round((1 + share) * 1e12))) / 10n ** 12n } : m,
      )
    }
    return {
      store,
      move(share) {
        by(before, Math.floor(n / 2) % 2 === 0 ? -share : share)
        return settle().length
      },
      drift() {
        by(start, draws.between(-0.001, 0.001))
        settle()
      },
    }
  })
  const [, naiveMs] = timed(() => {
    for (let n = 0; n < accounts; n++)
      if (perpStatus(perp.figures(n)) !== perp.status.get(n)) throw new Error(`perpetual account ${n} was missed`)
  })
  return [
    row('perpetual: positions of all accounts made', tablesMs, 'ms'),
    row('perpetual: all accounts computed and armed', bookMs, 'ms'),
    row('perpetual: bytes an account with one position, and its triggers', bytesOf(store, () => true) / accounts, 'bytes', undefined, {
      atMost: BYTES_GOAL,
    }),
    ...moveRows('perpetual', accounts, moved, naiveMs),
  ]
}

const movesOf = (accounts: number, moves: number, make: (n: number) => Movable): readonly Moved[] =>
  Array.from({ length: WARM_UP + moves }, (_, n) => moveWaking(make(n), accounts / 1_000)).slice(WARM_UP)

function moveRows(market: string, accounts: number, moved: readonly Moved[], naiveMs: number): readonly Row[] {
  const computed = quantile(
    moved.map((m) => m.computed),
    0.5,
  )
  const settleMs = moved.map((m) => m.settleMs)
  const what = `${market}: a move that wakes ${Math.round((computed / accounts) * 10_000) / 100} %`
  const [p50, p99] = [quantile(settleMs, 0.5), quantile(settleMs, 0.99)]
  return [
    row(`${what}, p50`, p50, 'ms', { rival: NAIVE, ratio: naiveMs / p50 }, { atMost: MOVE_GOAL_MS }),
    row(`${what}, p99`, p99, 'ms', { rival: NAIVE, ratio: naiveMs / p99 }, { atMost: MOVE_GOAL_MS }),
    row(`${market}: accounts computed by it, p50`, computed, 'accounts'),
    row(
      `${market}: its undo, p50`,
      quantile(
        moved.map((m) => m.undoMs),
        0.5,
      ),
      'ms',
    ),
    row(
      `${market}: journal of it`,
      quantile(
        moved.map((m) => m.journalBytes),
        0.5,
      ),
      'bytes',
    ),
    row(`${market}: ${NAIVE}, statuses equal`, naiveMs, 'ms'),
  ]
}

function timed<T>(work: () => T): readonly [T, number] {
  const startedMs = performance.now()
  const value = work()
  return [value, performance.now() - startedMs]
}

async function timedWorker(accounts: CascadeAccounts, question: CascadeQuestion): Promise<readonly [CascadeCurve, number]> {
  const startedMs = performance.now()
  const curve = await cascadeInWorker(accounts, question)
  return [curve, performance.now() - startedMs]
}

/** Bytes of columns up to their last cell in use. */
function bytesOf(store: Store, counts: (name: string) => boolean): number {
  let bytes = 0
  for (const [name, value] of store.dump()) if (value instanceof Uint32Array && counts(name)) bytes += value.byteLength
  return bytes
}

function rss(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

/** What an account's key in its table costs: the string, its place by row and its entry in the Map. */
function keyBytes(accounts: number): number {
  const count = Math.min(accounts, 100_000)
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const rows = new Map<string, number>()
  const keys: string[] = []
  for (let n = 0; n < count; n++) {
    // through JSON, as keys come from what endpoints answer: a flat string
    const key = JSON.parse(`"0x${'a'.repeat(40)}:0x${n.toString(16).padStart(40, '0')}"`) as string
    rows.set(key, n)
    keys.push(key)
  }
  globalThis.gc?.()
  const bytes = process.memoryUsage().heapUsed - before
  if (rows.size !== keys.length) throw new Error('two keys are one')
  return bytes / count
}
