// What others would have done about the same attack, really run on the same chain without nodes: pauses and caps.
import { UserError } from '../core/errors.ts'
import type { DrillBaseline } from '../tools/drill-document.ts'
import { type LabRun, measureBaseline } from '../tools/drill-measure.ts'
import type { Intervention } from '../tools/lab-module.ts'
import { interveneRun, type ObservedRun, type RunSetup } from './drill-run.ts'
import { checkSameChain } from './drill-same-chain.ts'

interface Baseline {
  readonly name: string
  /** Undefined: it does nothing in this attack. */
  readonly intervene: Intervention | undefined
}

/** How many, for whoever plans. */
export const BASELINES = 4

function baselinesOf({ run, firstHighBlock }: ObservedRun, repairAfterBlocks: number | null): readonly Baseline[] {
  const [first, second] = run.blocks
  const blockTimeS = first && second ? second.timeS - first.timeS : 12
  const repairBlock = repairAfterBlocks === null ? Number.POSITIVE_INFINITY : run.startBlock + repairAfterBlocks
  const last = Math.min(repairBlock, run.blocks.at(-1)?.number ?? 0)
  const pause = (atBlock: number | undefined): Intervention | undefined =>
    atBlock === undefined || atBlock > last ? undefined : { kind: 'pool-pause', atBlock }
  const human = (minutes: number) =>
    run.evidenceBlock === null ? undefined : pause(run.evidenceBlock + Math.ceil((minutes * 60) / blockTimeS))
  return [
    { name: 'pause at the first high finding', intervene: pause(firstHighBlock === undefined ? undefined : firstHighBlock + 1) },
    { name: 'human pause after 5 min', intervene: human(5) },
    { name: 'human pause after 20 min', intervene: human(20) },
    { name: 'static caps, 110 % of use', intervene: { kind: 'static-caps' } },
  ]
}

/**
 * All baselines of one attack. Whoever comes after the repair or the end of the run does nothing, so that its run is the unguarded
 * one. `onFailed`: one that throws does not lose the others.
 */
export async function runBaselines(
  setup: Omit<RunSetup, 'name' | 'say'>,
  observed: ObservedRun,
  step: <T>(name: string, work: () => Promise<T>) => Promise<T>,
  onFailed: (name: string, error: unknown) => void,
): Promise<readonly DrillBaseline[]> {
  const { scenario, seed } = setup
  const found: DrillBaseline[] = []
  for (const { name, intervene } of baselinesOf(observed, scenario.repairAfterBlocks)) {
    const atBlock = intervene?.kind === 'pool-pause' ? intervene.atBlock : null
    try {
      const run = await step(name, async () => (intervene ? await interveneRun(setup, intervene) : observed.run))
      checkComparable(observed.run, run, intervene)
      found.push(measureBaseline({ name, scenario: scenario.id, seed, atBlock }, observed.run, run))
    } catch (error) {
      onFailed(name, error)
    }
  }
  return found
}

function checkComparable(unguarded: LabRun, run: LabRun, intervene: Intervention | undefined): void {
  if (run.headBlock !== unguarded.headBlock)
    throw new UserError(
      'first head of the baseline',
      run.headBlock,
      `${unguarded.headBlock}, as in the unguarded run: operations pair by block`,
    )
  if (intervene?.kind === 'pool-pause') checkSameChain(unguarded, run, { before: intervene.atBlock })
}
