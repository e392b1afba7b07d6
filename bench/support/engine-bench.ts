// How fast detectors run over event tables: from segments beside hand loops over the same columns, and live from logs with the journal on.
import type { Finding } from '../../src/core/flow.ts'
import type { BoundDetector } from '../../src/detect/define.ts'
import { Engine } from '../../src/detect/engine.ts'
import { runChunk } from '../../src/detect/run-chunk.ts'
import type { Chunk } from '../../src/history/types.ts'
import { EventTables } from '../../src/state/event-tables.ts'
import { createWorld } from '../../src/state/world.ts'
import { MAKERS } from './engine-detectors.ts'
import { HAND_LOOPS } from './engine-hand-loops.ts'
import { type EngineHistory, engineHistory } from './engine-history.ts'
import { type Row, row } from './rows.ts'

export interface EngineOptions {
  readonly blocks: number
  readonly logsPerBlock: number
  readonly rounds: number
}

/** A detector by its name and the multiple of its limits: the twenty, then the same with other limits. */
type Case = readonly [name: string, scale: number]
const TWENTY: readonly Case[] = Object.keys(MAKERS).map((name) => [name, 1])
const FIFTY: readonly Case[] = [
  ...TWENTY,
  ...TWENTY.map(([name]) => [name, 1.1] as const),
  ...TWENTY.slice(0, 10).map(([name]) => [name, 1.2] as const),
]

/** So many of the fifty for other benches, with limits that a history of theirs does not cross by itself. */
export const eventDetectors = (count: number): readonly BoundDetector[] =>
  boundOf(FIFTY.slice(0, count).map(([name, scale]) => [name, scale * 1_000]))

/** Journaled blocks that a node keeps. */
const KEPT = 64

export function measureEngine(options: EngineOptions): readonly Row[] {
  const { blocks, logsPerBlock, rounds } = options
  const mixed = engineHistory({ blocks, logsPerBlock, matching: 1, seed: 7 })
  const sparse = engineHistory({ blocks, logsPerBlock, matching: 0.01, seed: 8 })
  return [
    ...fromSegments('mixed', mixed, TWENTY, rounds),
    ...fromSegments('mixed', mixed, FIFTY, rounds),
    ...fromSegments('1 % match', sparse, TWENTY, rounds),
    ...fromSegments('1 % match', sparse, FIFTY, rounds),
    ...live(mixed, FIFTY),
  ]
}

const boundOf = (cases: readonly Case[]): readonly BoundDetector[] =>
  cases.map(([name, scale], n) => (MAKERS[name] as (typeof MAKERS)[string])(`${name}-${n}`, scale))

function systemOf(cases: readonly Case[]) {
  const world = createWorld(1)
  const detectors = boundOf(cases)
  const events = new EventTables(
    world,
    detectors.map(({ detector }) => detector.on),
  )
  return { world, events, engine: new Engine(world, detectors), detectors }
}

function checksOf(chunks: readonly Chunk[], detectors: readonly BoundDetector[]): number {
  let checks = 0
  for (const { detector } of detectors)
    for (const { events } of chunks) for (const { event, rows } of events) if (detector.on.name.startsWith(`${event.name}_`)) checks += rows
  return checks
}

function fromSegments(what: string, { chunks, logs }: EngineHistory, cases: readonly Case[], rounds: number): readonly Row[] {
  const detectors = boundOf(cases)
  const checks = checksOf(chunks, detectors)
  const { world, events, engine } = systemOf(cases)
  world.store.journal.on = false
  const engineRun = (): { readonly ms: number; readonly found: number } => {
    // the same empty state, and the same generated loops: only the first run pays for compiling them
    for (const { raw } of world.store.journal.columns) raw.fill(0)
    world.store.undoTo(0)
    const from = performance.now()
    let found = 0
    for (const chunk of chunks) found += runChunk(world, events, engine, chunk).length
    return { ms: performance.now() - from, found }
  }
  const handRun = (): { readonly ms: number; readonly found: number } => {
    const from = performance.now()
    let found = 0
    for (const [name, scale] of cases) found += (HAND_LOOPS[name] as (typeof HAND_LOOPS)[string])(chunks, scale)
    return { ms: performance.now() - from, found }
  }
  let ours = Number.POSITIVE_INFINITY
  let theirs = Number.POSITIVE_INFINITY
  let first = 0
  for (let round = 0; round <= rounds; round++) {
    const [engine, hand] = [engineRun(), handRun()]
    if (engine.found !== hand.found) throw new Error(`${what}: the engine found ${engine.found}, the hand loops ${hand.found}`)
    if (round === 0) {
      first = engine.ms
      continue
    }
    ours = Math.min(ours, engine.ms)
    theirs = Math.min(theirs, hand.ms)
  }
  const perLog = (checks / logs).toPrecision(2)
  const name = `${cases.length} detectors, ${what}, ${perLog} checks a log`
  const versus = { rival: 'hand loops', ratio: theirs / ours }
  const awake = checks / logs <= 4
  return [
    row(`${name}: checks`, (checks / ours) * 1_000, 'checks/s', versus, what === 'mixed' ? { atLeast: 60e6 } : undefined),
    row(`${name}: logs`, (logs / ours) * 1_000, 'logs/s', undefined, awake ? { atLeast: 10e6 } : undefined),
    row(`${name}: first run, compiling included`, (logs / first) * 1_000, 'logs/s'),
    ...(what === 'mixed' ? [row(`${name}: within 3x of hand loops`, theirs / ours, 'x', undefined, { atLeast: 1 / 3 })] : []),
  ]
}

/** The journal on, blocks from logs as an RPC gives them; and their undo. */
function live({ chunks }: EngineHistory, cases: readonly Case[]): readonly Row[] {
  const { world, events, engine } = systemOf(cases)
  const marks: number[] = []
  const found: Finding[] = []
  const ms: number[] = []
  const undoMs: number[] = []
  let bytes = 0
  const of = chunks.flatMap((chunk) => Array.from({ length: chunk.blocks }, (_, n) => chunk.block(n))).slice(0, 1_000)
  for (const block of of) {
    const from = performance.now()
    const mark = world.store.mark()
    world.store.begin()
    events.apply(block)
    found.push(
      ...engine.run({ chainId: 1, number: block.number, hash: block.hash, timeS: block.timeS, pending: false, provisional: false }),
    )
    ms.push(performance.now() - from)
    bytes = world.store.mark() - mark
    marks.push(mark)
    if (marks.length > KEPT) world.store.journal.forget(marks.shift() as number)
  }
  for (const mark of marks.reverse()) {
    const from = performance.now()
    world.store.undoTo(mark)
    undoMs.push(performance.now() - from)
  }
  const warm = ms.slice(ms.length >> 2)
  const logs = of.at(-1)?.logs.length ?? 0
  const name = `${cases.length} detectors, live, a ${logs}-log block from hex`
  return [
    row(`${name}: p50`, at(warm, 0.5), 'ms'),
    row(`${name}: p99`, at(warm, 0.99), 'ms', undefined, { atMost: 5 }),
    row(`${name}: undo, p50`, at(undoMs, 0.5), 'ms'),
    row(`${name}: journal`, bytes * 4, 'bytes'),
  ]
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
