// One scenario with one seed: unguarded once, then baselines and one guarded run an ordering. What throws is kept as a failure.
import { join, relative } from 'node:path'
import type { DrillBaseline, DrillFailure, DrillRun, Ordering } from '../tools/drill-document.ts'
import { measure } from '../tools/drill-measure.ts'
import type { LabModule, LabPrepared } from '../tools/lab-module.ts'
import { BASELINES, runBaselines } from './drill-baselines.ts'
import { type Case, runName } from './drill-plan.ts'
import type { Progress } from './drill-progress.ts'
import { resultLines, runTable } from './drill-result.ts'
import { type GuardedOptions, type GuardedRun, type ObservedRun, observeRun, plannedBlocks, runGuarded } from './drill-run.ts'
import { checkSameChain } from './drill-same-chain.ts'
import { paint, plain, usd } from './show.ts'

export interface DrillSetup {
  readonly lab: LabModule
  readonly prepared: LabPrepared
  readonly plan: readonly Case[]
  /** Of the drill's files: configs, keys and stores of its nodes. */
  readonly folder: string
  readonly capture?: string
  readonly blockMs: number
  /** The whole story of each run; else a few lines. */
  readonly isDetailed: boolean
  readonly show: boolean
  /** Keeps chain and nodes of the last run until somebody ends it. */
  readonly keep: boolean
  readonly progress: Progress
  readonly say: (text: string) => void
}

export interface Found {
  readonly runs: DrillRun[]
  readonly baselines: DrillBaseline[]
  readonly failures: DrillFailure[]
}

/** Adds to `found`; `onHeld` is called where a kept run stands still. */
export async function runCase(setup: DrillSetup, one: Case, found: Found, onResult: () => void, onHeld: () => void): Promise<void> {
  const { scenario, seed } = one
  const { lab, prepared, progress, say, isDetailed, capture, blockMs } = setup
  const detail = isDetailed ? say : () => undefined
  const named = (ordering: Ordering | null) => ({ name: (part: string) => runName(part, { seed, ordering }, setup.plan) })
  let mined = 0
  const base = {
    lab,
    scenario,
    prepared,
    seed,
    folder: join(setup.folder, scenario.id),
    ...(capture ? { capture } : {}),
    onBlock: () => {
      mined += 1
    },
  }
  const beatOf = (what: string, blocks: number) => {
    mined = 0
    return (took: string) =>
      say(paint('dim', `  ... ${what}: ${mined} blocks of ${blocks}${what === 'guarded' ? ' or more' : ''} after ${took}`))
  }
  const failed = (stage: DrillFailure['stage'], orderings: readonly (Ordering | null)[], error: unknown, what: string = stage): void => {
    const text = error instanceof Error ? error.message : String(error)
    for (const ordering of orderings)
      found.failures.push({ scenario: scenario.id, seed, ordering, stage, error: what === stage ? text : `${what}: ${text}` })
    say(`  ${paint('red', `FAILED ${what}`)}: ${plain(text)}`)
    onResult()
  }
  const title = (ordering: Ordering | null) => `${scenario.id} seed ${seed}${ordering ? ` ordering ${ordering}` : ''}`

  let observed: ObservedRun | undefined
  for (const [n, ordering] of one.orderings.entries()) {
    say(`\n${paint('bold', progress.header(title(ordering)))}`)
    if (n === 0) {
      if (isDetailed) say(scenario.title)
      observed = await unguarded()
      if (observed && one.baselines) await baselines(observed)
    }
    if (!observed) {
      if (n > 0) say(`  ${paint('red', 'FAILED')}: its unguarded run failed`)
      progress.skip('guarded', plannedBlocks(scenario, 'guarded'))
      continue
    }
    await guarded(observed, ordering)
  }

  async function unguarded(): Promise<ObservedRun | undefined> {
    detail(paint('bold', '\n1. unguarded: the nodes only observe'))
    try {
      const blocks = plannedBlocks(scenario, 'unguarded')
      // the order in a block changes nothing where no node sends anything
      const run = await progress.step(
        'unguarded',
        blocks,
        () => observeRun({ ...base, ...named(null), say: detail }),
        beatOf('unguarded', blocks),
      )
      if (!isDetailed) say(`  unguarded: ${run.run.blocks.length} blocks${lossOf(run)}`)
      return run
    } catch (error) {
      if (one.baselines) progress.skip('baseline', BASELINES * plannedBlocks(scenario, 'baseline'))
      failed('unguarded', one.orderings, error)
      return undefined
    }
  }

  async function baselines(observed: ObservedRun): Promise<void> {
    say('  baselines: pauses and caps on the same chain, without nodes')
    const blocks = plannedBlocks(scenario, 'baseline')
    const rows = await runBaselines(
      base,
      observed,
      (name, work) => progress.step('baseline', blocks, work, beatOf(name, blocks)),
      (name, error) => failed('baseline', [null], error, name),
    )
    found.baselines.push(...rows)
  }

  async function guarded(observed: ObservedRun, ordering: Ordering | null): Promise<void> {
    detail(paint('bold', '\n2. guarded: the same chain, the same traffic, the nodes armed'))
    const isLast = one === setup.plan.at(-1) && ordering === one.orderings.at(-1)
    let reported = false
    const report = ({ run, response, firstOwnBlock }: GuardedRun): void => {
      reported = true
      checkSameChain(observed.run, run, { before: firstOwnBlock, otherFees: ordering === 'half' || ordering === 'lost' })
      const facts = { ...scenario, shareOfMarket: scenario.pace?.shareOfMarket ?? null }
      const result = measure(facts, observed.run, run, response, { seed, blockMs, ordering, origin: one.origin })
      found.runs.push(result)
      detail(paint('bold', '\n3. the difference'))
      for (const line of isDetailed ? runTable(result) : resultLines(result)) say(line)
      onResult()
    }
    const hold: GuardedOptions['hold'] = async (held, alive) => {
      report(held)
      onHeld()
      say(`\nkept: RPC ${alive.rpcUrl}, data folders ${alive.dataDirs.map((d) => relative(process.cwd(), d)).join(', ')}; Ctrl-C ends it`)
      await new Promise<void>((done) => process.once('SIGINT', () => done()))
    }
    const options = { ...base, ...named(ordering), blockMs, ordering, show: setup.show, say: detail, warn: say }
    try {
      const blocks = plannedBlocks(scenario, 'guarded')
      const run = () => runGuarded({ ...options, ...(setup.keep && isLast ? { hold } : {}) })
      const result = await progress.step(
        'guarded',
        blocks,
        run,
        setup.show || (setup.keep && isLast) ? undefined : beatOf('guarded', blocks),
      )
      if (!reported) report(result)
    } catch (error) {
      failed('guarded', [ordering], error)
    }
  }

  function lossOf({ run, firstHighBlock }: ObservedRun): string {
    if (scenario.kind !== 'attack') return ''
    const seen = firstHighBlock === undefined ? 'no high finding' : `first high finding at block ${firstHighBlock}`
    return `, loss ${usd(Math.max(0, run.loss.at(-1)?.gainUsd ?? 0))}, evidence at block ${run.evidenceBlock ?? 'none'}, ${seen}`
  }
}
