// `firebreak drill`: attacks on the embedded lab, unguarded and guarded, and what the difference is. The lab is loaded only here.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { Scenario } from '../scenario.ts'
import { type DrillDocument, type DrillRun, drillDocument } from '../tools/drill-document.ts'
import { summarize } from '../tools/drill-summary.ts'
import type { LabModule } from '../tools/lab-module.ts'
import { VERSION } from '../version.ts'
import { BASELINES } from './drill-baselines.ts'
import { type Found, runCase } from './drill-case.ts'
import { type Case, type PlanOptions, planOf } from './drill-plan.ts'
import { duration, type PlannedStep, progressOf } from './drill-progress.ts'
import { plannedBlocks } from './drill-run.ts'
import { loadScenarios } from './drill-scenarios.ts'
import { attackTable, baselineTable, failureLines, quietTable, summaryTable, unpreventableTable } from './drill-table.ts'
import { machine } from './machine.ts'
import { align, paint } from './show.ts'

export interface DrillOptions extends PlanOptions {
  readonly list: boolean
  readonly blockMs: number
  readonly show: boolean
  readonly keep: boolean
  readonly capture?: string
  /** File, `-` for stdout; true: no file named, which is stdout too. */
  readonly json?: string | true
}

/** From a checkout only: the lab's packages are not dependencies of the product. */
async function loadLab(): Promise<LabModule> {
  const path = new URL('../../lab/index.ts', import.meta.url)
  if (!existsSync(path)) throw new UserError('firebreak drill', 'an installed package', 'a checkout of the repository, which holds the lab')
  return ((await import(path.href)) as { readonly lab: LabModule }).lab
}

/** Seconds between the lab's blocks. */
const BLOCK_S = 12
/** Milliseconds a block without a clock takes, until one is measured. */
const UNGUARDED_BLOCK_MS = 250
const BASELINE_BLOCK_MS = 100

export async function drill(options: DrillOptions): Promise<void> {
  const { blockMs, show, keep } = options
  const toStdout = options.json === '-' || options.json === true
  const say = (text: string) => (toStdout ? console.error(text) : console.log(text))
  const lab = await loadLab()
  const ownIds = lab.scenarios.map((s) => s.id)
  const outside = options.scenarios === undefined ? [] : await loadScenarios(options.scenarios, ownIds)
  if (options.list) return list(lab.scenarios, outside, options.json)
  const plan = planOf(options, lab.scenarios, outside)
  const planned = plan.reduce((sum, c) => sum + c.orderings.length, 0)
  say(paint('bold', 'prepare: a lending market with seven days of history (built once, then kept)'))
  const prepared = await lab.preparedState({ log: (line) => say(`  ${line}`) })
  const folder = resolve('.firebreak', 'drill')
  mkdirSync(folder, { recursive: true })

  const found: Found = { runs: [], baselines: [], failures: [] }
  const progress = progressOf(stepsOf(plan), planned, { unguarded: UNGUARDED_BLOCK_MS, baseline: BASELINE_BLOCK_MS, guarded: blockMs })
  const capture = options.capture === undefined ? {} : { capture: resolve(options.capture) }
  const setup = { lab, prepared, plan, folder, ...capture, blockMs, isDetailed: planned === 1 || show, show, keep, progress, say }
  const startedMs = performance.now()
  let concluded = false
  for (const one of plan) await runCase(setup, one, found, writeFile, conclude)
  if (!concluded) conclude()

  function document(): DrillDocument {
    const summary = summarize(found.runs, found.baselines, BLOCK_S)
    const seeds = [...new Set(plan.map((c) => c.seed))]
    return drillDocument.parse({
      version: VERSION,
      lab: prepared.key,
      seeds,
      machine: machine(),
      blockTimeS: BLOCK_S,
      planned,
      ...found,
      summary,
    })
  }

  /** After each run, so that a drill cut short leaves what it has. */
  function writeFile(): void {
    if (typeof options.json === 'string' && !toStdout) writeFileSync(options.json, `${JSON.stringify(document(), null, 2)}\n`)
  }

  function conclude(): void {
    concluded = true
    const { runs, baselines, failures } = found
    const tables = planned > 1 ? [...attackTable(runs), ...unpreventableTable(runs), ...quietTable(runs)] : []
    for (const line of [...tables, ...baselineTable(runs, baselines), ...(planned > 1 ? summaryTable(document().summary) : [])]) say(line)
    for (const line of failureLines(failures)) say(line)
    writeFile()
    if (toStdout) process.stdout.write(`${JSON.stringify(document(), null, 2)}\n`)
    else if (options.json) say(`\nwritten: ${options.json}`)
    const good = runs.every(isGood) && failures.length === 0
    say(`\n${paint(good ? 'green' : 'red', verdictOf(found))}${planned > 1 ? ` (${duration(performance.now() - startedMs)})` : ''}`)
    process.exitCode = failures.length > 0 ? 2 : good ? 0 : 1
  }
}

function list(own: readonly Scenario[], outside: readonly Scenario[], json: DrillOptions['json']): void {
  const rows = [...own.map((s) => ({ ...factsOf(s), origin: 'own' })), ...outside.map((s) => ({ ...factsOf(s), origin: 'outside' }))]
  if (typeof json === 'string' && json !== '-') writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`)
  else if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else {
    const kindOf = (s: (typeof rows)[number]) =>
      s.preventable === false ? 'attack in one block' : s.twinOf ? `twin of ${s.twinOf}` : s.kind
    for (const line of align(rows.map((s) => [s.id, kindOf(s), s.title]))) console.log(line)
  }
}

const factsOf = ({ id, kind, twinOf, preventable, loss, title, pace, startBlock, minBlocks, repairAfterBlocks }: Scenario) => ({
  id,
  kind,
  twinOf,
  preventable: kind === 'attack' ? preventable : null,
  loss: kind === 'attack' ? loss : null,
  title,
  pace,
  startBlock,
  minBlocks,
  repairAfterBlocks,
})

function stepsOf(plan: readonly Case[]): readonly PlannedStep[] {
  return plan.flatMap(({ scenario, orderings, baselines }) => [
    { kind: 'unguarded' as const, blocks: plannedBlocks(scenario, 'unguarded') },
    ...(baselines ? [{ kind: 'baseline' as const, blocks: BASELINES * plannedBlocks(scenario, 'baseline') }] : []),
    ...orderings.map(() => ({ kind: 'guarded' as const, blocks: plannedBlocks(scenario, 'guarded') })),
  ])
}

/** What nothing outside the chain can prevent is no fault. */
function isGood(run: DrillRun): boolean {
  if (run.kind !== 'attack') return run.falseActions === 0
  return run.preventable ? run.detected === true && run.contained === true : true
}

function verdictOf({ runs, failures }: Found): string {
  const broken = failures.length > 0 ? [`${failures.length} FAILED to run`] : []
  if (runs.length <= 2) return [...runs.map(wordOf), ...broken].join('; ')
  const attacks = runs.filter((r) => r.preventable)
  const quiet = runs.filter((r) => r.kind !== 'attack')
  const bad = runs.filter((r) => !isGood(r))
  return [
    ...(attacks.length > 0 ? [`${attacks.filter((r) => r.contained).length} of ${attacks.length} preventable attacks contained`] : []),
    ...(quiet.length > 0 ? [`${quiet.filter((r) => r.falseActions === 0).length} of ${quiet.length} quiet runs without an action`] : []),
    ...bad.map(wordOf),
    ...broken,
  ].join('; ')
}

function wordOf(r: DrillRun): string {
  const name = `${r.scenario}${r.ordering && r.ordering !== 'won' ? ` (${r.ordering})` : ''}`
  if (r.kind !== 'attack') return `${name}: ${r.falseActions === 0 ? 'no action, as it should be' : `${r.falseActions} false actions`}`
  if (!r.preventable) return `${name}: ${r.detected ? 'detected' : 'not detected'}, not preventable off-chain`
  return `${name}: ${r.contained ? (r.detected ? 'contained' : 'contained, not detected') : r.detected ? 'detected, not contained' : 'missed'}`
}
