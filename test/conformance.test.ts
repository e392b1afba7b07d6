// What every detector keeps to, whoever wrote it: the suite runs over src/detect/index.ts and fails for a file that is missing there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, canonicalHash } from '../src/core/canonical.ts'
import type { Finding } from '../src/core/flow.ts'
import type { BoundDetector } from '../src/detect/define.ts'
import { detectors } from '../src/detect/index.ts'
import { REFERENCES } from '../src/detect/subjects.ts'
import type { World } from '../src/state/world.ts'
import type { Schema, TableStore } from '../src/store/table.ts'
import { bench, put, type Values } from './builders.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'src/detect')
const all = Object.entries(detectors)

describe('the list', () => {
  const files = readdirSync(folder).filter(
    (f) => f.endsWith('.ts') && !f.endsWith('.test.ts') && readFileSync(join(folder, f), 'utf8').includes('= defineDetector('),
  )

  test('holds every file with a detector, under its name', () => {
    const camel = (id: string): string => id.replace(/-([a-z])/g, (_, c: string) => c.toUpperCase())
    expect(files.length).toBeGreaterThan(0)
    expect(all.map(([name]) => name).sort()).toEqual(files.map((f) => camel(basename(f, '.ts'))).sort())
    expect(all.map(([, { detector }]) => `${detector.id}.ts`).sort()).toEqual(files.sort())
    for (const [name, { detector }] of all) expect(name).toBe(camel(detector.id))
  })
})

const SECTIONS = ['What it means', 'First look', 'What Firebreak does', 'What you do', 'When it is wrong']

/** A row of anything: any float there is, any count, any word; references to rows that are there, are not yet, or none. */
type AnyRow = Values<Schema>
const LINKS = new Set([...REFERENCES, 'secondFeed', 'next', 'firstPosition', 'optionPosition', 'perpVenue'])
function anyRow(schema: Schema): fc.Arbitrary<AnyRow> {
  const values = Object.entries(schema).map(([name, kind]) => {
    if (kind === 'word')
      return [name, fc.oneof(fc.constantFrom(0n, 2n ** 256n - 1n, 2n ** 255n), fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 10n ** 20n))]
    if (kind === 'u128') return [name, fc.oneof(fc.constantFrom(0n, 2n ** 128n - 1n, 2n ** 127n), fc.bigInt(0n, 10n ** 20n))]
    if (kind === 'f64')
      return [name, fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6 }), fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY))]
    if (LINKS.has(name)) return [name, fc.nat(6)]
    return [name, fc.oneof(fc.nat(7), fc.constantFrom(2 ** 32 - 1, 2 ** 31))]
  })
  return fc.record(Object.fromEntries(values)) as unknown as fc.Arbitrary<AnyRow>
}

interface AnyBlock {
  readonly rows: readonly AnyRow[]
  readonly markets: readonly AnyRow[]
  readonly pending: boolean
}

describe.each(all)('%s', (_, factory) => {
  const detector = factory.detector as BoundDetector['detector']
  const bound = (): BoundDetector => factory() as BoundDetector
  const tableOf = (world: World): TableStore<Schema> => world.store.table(detector.on) as unknown as TableStore<Schema>
  const markets = bench().world.markets.table.schema

  const block: fc.Arbitrary<AnyBlock> = fc.record({
    rows: fc.array(anyRow(detector.on.schema), { maxLength: 4 }),
    markets: fc.array(anyRow(markets), { maxLength: 2 }),
    pending: fc.boolean(),
  })
  // several times the same rows as well: what needs a history gets one
  const history = fc.array(fc.tuple(block, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 4 })

  const writer =
    ({ rows, markets }: AnyBlock) =>
    (world: World) => {
      for (const [n, row] of markets.entries()) put(world.markets as unknown as TableStore<Schema>, `m${n}`, row)
      for (const [n, row] of rows.entries()) put(tableOf(world), detector.on.rows === 'entity' ? `k${n}` : undefined, row)
    }
  const run = (of: readonly (readonly [AnyBlock, number])[], b = bench(bound())): readonly Finding[] =>
    of.flatMap(([block, times]) => Array.from({ length: times }, () => b.block(writer(block), { pending: block.pending })).flat())

  test('says what it is, what it misses and when it is wrong', () => {
    expect(detector.id).toMatch(/^[a-z][a-z0-9-]*$/)
    for (const text of [detector.title, detector.threat, detector.catches, detector.misses]) expect(text.trim().length).toBeGreaterThan(3)
    expect(detector.falsePositives.length).toBeGreaterThan(0)
    for (const text of detector.falsePositives) expect(text.trim().length).toBeGreaterThan(3)
    expect(detector.holdBlocks).toBeGreaterThanOrEqual(0)
  })

  test('has a runbook with all its parts', () => {
    expect(detector.runbook).toBe(`docs/runbooks/${detector.id}.md`)
    const path = join(root, detector.runbook)
    expect(existsSync(path), detector.runbook).toBe(true)
    const parts = readFileSync(path, 'utf8').split(/^## /m).slice(1)
    expect(parts.map((part) => part.split('\n')[0])).toEqual(SECTIONS)
    for (const part of parts) expect(part.split('\n').slice(1).join('').trim().length, part).toBeGreaterThan(40)
  })

  test('never throws, whatever the tables hold, and all that it finds can be written down', () => {
    fc.assert(
      fc.property(history, (of) => {
        for (const found of run(of)) {
          const { id, ...body } = found
          expect(canonicalHash(body)).toBe(id)
          expect(JSON.parse(canonical(found)).evidence).toBeTypeOf('object')
          expect(found).toMatchObject({ detector: detector.id, source: detector.source, basis: detector.basis })
        }
      }),
      { numRuns: 40 },
    )
  })

  test('the same input twice, the same findings and bytes', () => {
    fc.assert(
      fc.property(history, (of) => {
        const [one, other] = [bench(bound()), bench(bound())]
        expect(run(of, one)).toEqual(run(of, other))
        expect(canonicalHash(bytes(one.world))).toBe(canonicalHash(bytes(other.world)))
      }),
      { numRuns: 30 },
    )
  })

  test('a block undone and applied again leaves the same findings and bytes; undone, none', () => {
    fc.assert(
      fc.property(history, block, (of, last) => {
        const b = bench(bound())
        run(of, b)
        const before = bytes(b.world)
        const found = b.block(writer(last))
        const after = bytes(b.world)
        b.undo()
        expect(bytes(b.world)).toEqual(before)
        expect(b.block(writer(last))).toEqual(found)
        expect(bytes(b.world)).toEqual(after)
      }),
      { numRuns: 30 },
    )
  })

  test('keeps no row, and reads its own and its memory only during the check', () => {
    // each call has its own: what is kept from one shows nothing in the next
    const guarded = <T extends object>(target: T, call: { open: boolean }): T =>
      new Proxy(target, {
        get(of, name) {
          if (!call.open) throw new Error(`${detector.id} reads ${String(name)} after its check`)
          const value: unknown = Reflect.get(of, name, of)
          return typeof value === 'function' ? value.bind(of) : value
        },
        set() {
          throw new Error(`${detector.id} writes to what it was given`)
        },
      })
    const watched: BoundDetector = {
      params: bound().params,
      detector: {
        ...detector,
        check(row, memory, params, block, view) {
          const call = { open: true }
          const cells = Object.fromEntries(Object.entries(memory).map(([name, cell]) => [name, guarded(cell as object, call)]))
          try {
            return detector.check(
              guarded(row, call),
              cells as typeof memory,
              Object.freeze(structuredClone(params)),
              Object.freeze({ ...block }),
              {
                at: (table, n) => guarded(view.at(table, n), call),
                name: (table, n) => view.name(table, n),
                count: (table) => view.count(table),
                calibrated: (measure, subjectId) => view.calibrated(measure, subjectId),
              },
            )
          } finally {
            call.open = false
          }
        },
      },
    }
    fc.assert(
      fc.property(history, (of) => {
        const plain = run(of)
        // findings are read after all checks: evidence that is lazy would throw here
        expect(run(of, bench(watched))).toEqual(plain)
        for (const f of plain) for (const value of Object.values(f.evidence)) expect(['number', 'bigint', 'string']).toContain(typeof value)
      }),
      { numRuns: 30 },
    )
  })
})

/** Rows that chance does not make: of small steps, and of arrivals of which everything is said. */
const HISTORIES: Readonly<Record<string, readonly AnyRow[]>> = {
  'mint-without-lock': [{ message: 1, side: 2, usd: 1e6, waitedS: 61, aheadS: 0, knownS: 1e9 }],
  'release-without-burn': [{ message: 1, side: 1, usd: 1e6, waitedS: 61, aheadS: 0, knownS: 1e9 }],
  'nav-step': Array.from({ length: 40 }, (_, n) => ({
    vault: 1,
    priceBefore: 1,
    priceAfter: n < 39 ? 1.0001 : 1.02,
    assetsBefore: 1e6,
    assetUsd: 1,
  })),
}
/** What takes several tables at once or a long calm first, which chance doesn't make: the detector's own test fires it. */
const NOT_BY_CHANCE: ReadonlySet<string> = new Set([
  'borrow-against-new',
  'concentration',
  'fresh-accounts',
  'oracle-backrun',
  'oracle-frozen',
  'oracle-median-captured',
  'oracle-use-lag',
  'outflow-quantile',
  'rehearsal',
  'sequencer-gap',
  'sequencer-stall',
  'slow-drain',
  'venue-depeg',
  'volume-spike',
])

test('the generated tables do make detectors fire', () => {
  const fired = new Set<string>()
  for (const [, factory] of all) {
    const detector = factory.detector as BoundDetector['detector']
    const samples = fc.sample(anyRow(detector.on.schema), { numRuns: 3_000, seed: 7 })
    const b = bench(factory() as BoundDetector)
    b.block((w) =>
      put(w.markets as unknown as TableStore<Schema>, 'm0', { venue: 1, active: 1, borrowing: 1, cashUsd: 1e6 } as Values<Schema>),
    )
    for (const row of [...(HISTORIES[detector.id] ?? []), ...samples]) {
      const found = b.block((w) =>
        put(w.store.table(detector.on) as unknown as TableStore<Schema>, detector.on.rows === 'entity' ? 'k' : undefined, row),
      )
      for (const f of found) fired.add(f.detector)
    }
  }
  const byChance = all.map(([, { detector }]) => detector.id).filter((id) => !NOT_BY_CHANCE.has(id))
  expect([...fired].sort()).toEqual(byChance.sort())
})

/** Every column and key, as plain data that compares fast. */
function bytes(world: World): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...world.store.dump()].map(([name, value]) => [
      name,
      value instanceof Uint32Array ? Buffer.from(value.buffer).toString('base64') : JSON.stringify(value),
    ]),
  )
}
