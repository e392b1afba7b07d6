// `firebreak drill`: an attack on the embedded lab, unguarded and guarded, and what the difference is. The lab is loaded only here.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import { type DrillDocument, type DrillRun, drillDocument, summarize } from '../tools/drill-document.ts'
import { baselinesOf, measure } from '../tools/drill-measure.ts'
import type { LabModule } from '../tools/lab-module.ts'
import { VERSION } from '../version.ts'
import { type GuardedOptions, type GuardedRun, observeRun, runGuarded } from './drill-run.ts'
import { baselineTable, runTable } from './drill-table.ts'
import { machine } from './machine.ts'
import { paint } from './show.ts'

export interface DrillOptions {
  readonly scenario: readonly string[]
  readonly list: boolean
  readonly seed: number
  readonly blockMs: number
  readonly ordering: 'won' | 'lost'
  readonly show: boolean
  readonly keep: boolean
  readonly capture?: string
  readonly json?: string
}

/** From a checkout only: the lab's packages are not dependencies of the product. */
async function loadLab(): Promise<LabModule> {
  const path = new URL('../../lab/index.ts', import.meta.url)
  if (!existsSync(path)) throw new UserError('firebreak drill', 'an installed package', 'a checkout of the repository, which holds the lab')
  return ((await import(path.href)) as { readonly lab: LabModule }).lab
}

/** Seconds between the lab's blocks. */
const BLOCK_S = 12

export async function drill(options: DrillOptions): Promise<void> {
  const { blockMs, ordering, show, keep } = options
  const lab = await loadLab()
  if (options.list) {
    for (const s of lab.scenarios) console.log(`${s.id.padEnd(24)} ${s.kind.padEnd(7)} ${s.title}`)
    return
  }
  const chosen = options.scenario.map((id) => {
    const found = lab.scenarios.find((s) => s.id === id)
    if (!found) throw new UserError('--scenario', id, `one of ${lab.scenarios.map((s) => s.id).join(', ')}`)
    return found
  })
  const say = (text: string) => console.log(text)
  say(paint('bold', 'prepare: a lending market with seven days of history (built once, then kept)'))
  const prepared = await lab.preparedState({ log: (line) => say(`  ${line}`) })
  const folder = resolve('.firebreak', 'drill')
  mkdirSync(folder, { recursive: true })
  const runs: DrillRun[] = []
  const baselines: DrillDocument['baselines'][number][] = []
  for (const scenario of chosen) {
    const setup = {
      lab,
      scenario,
      prepared,
      seed: options.seed,
      folder: join(folder, scenario.id),
      ...(options.capture ? { capture: resolve(options.capture) } : {}),
    }
    say(`\n${paint('bold', `${scenario.id}: ${scenario.title}`)}`)
    say(paint('bold', '\n1. unguarded: the nodes only observe'))
    const unguarded = await observeRun({ ...setup, say })
    say(paint('bold', '\n2. guarded: the same chain, the same traffic, the nodes armed'))
    const report = (guarded: GuardedRun): void => {
      checkSameChain(unguarded.blocks, guarded.run.blocks, guarded.firstOwnBlock)
      const facts = { ...scenario, shareOfMarket: scenario.pace?.shareOfMarket ?? null }
      const run = measure(facts, unguarded, guarded.run, guarded.response, { blockMs, ordering, origin: 'own' })
      const others = baselinesOf(facts, unguarded, guarded.response, BLOCK_S)
      runs.push(run)
      baselines.push(...others)
      say(paint('bold', '\n3. the difference'))
      for (const line of [...runTable(run), ...baselineTable(run, others)]) say(line)
    }
    const last = scenario === chosen.at(-1)
    const hold: GuardedOptions['hold'] = async (guarded, alive) => {
      report(guarded)
      conclude()
      say(`\nkept: RPC ${alive.rpcUrl}, data folders ${alive.dataDirs.map((d) => relative(process.cwd(), d)).join(', ')}; Ctrl-C ends it`)
      await new Promise<void>((done) => process.once('SIGINT', () => done()))
    }
    const guarded = await runGuarded({ ...setup, blockMs, ordering, show, say, ...(keep && last ? { hold } : {}) })
    if (!(keep && last)) report(guarded)
  }
  if (!keep) conclude()

  function conclude(): void {
    const document = drillDocument.parse({
      version: VERSION,
      seed: options.seed,
      machine: machine(),
      runs,
      baselines,
      summary: summarize(runs),
    })
    if (options.json) {
      writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`)
      say(`\nwritten: ${options.json}`)
    }
    const good = runs.every(isGood)
    say(`\n${good ? paint('green', verdictOf(runs)) : paint('red', verdictOf(runs))}`)
    process.exitCode = good ? 0 : 1
  }
}

const isGood = (run: DrillRun): boolean => (run.kind === 'attack' ? run.contained : run.falseActions === 0)

function verdictOf(runs: readonly DrillRun[]): string {
  return runs
    .map((r) => {
      if (r.kind === 'attack') return `${r.scenario}: ${r.contained ? 'contained' : r.detected ? 'detected, not contained' : 'missed'}`
      return `${r.scenario}: ${r.falseActions === 0 ? 'no action, as it should be' : `${r.falseActions} false actions`}`
    })
    .join('; ')
}

type Blocks = readonly { readonly number: number; readonly hash: string }[]

/** Loss averted is a difference of two runs: until our first transaction they must be the same chain. */
function checkSameChain(a: Blocks, b: Blocks, firstOwnBlock: number | undefined): void {
  for (const block of b) {
    if (firstOwnBlock !== undefined && block.number >= firstOwnBlock) return
    const other = a.find((x) => x.number === block.number)
    if (other && other.hash !== block.hash)
      throw new UserError(
        `block ${block.number} of the guarded run`,
        block.hash,
        `${other.hash}, as in the unguarded run: the two chains are not comparable`,
      )
  }
}
