// The drill's result as tables for people.
import type { DrillDocument, DrillRun } from '../tools/drill-document.ts'
import { align, usd } from './show.ts'

const percent = (value: number | null): string => (value === null ? 'n/a' : `${value.toFixed(1)} %`)
const blocks = (value: number | null): string => (value === null ? 'n/a' : `${value} block${value === 1 ? '' : 's'}`)
const ms = (value: number | null): string => (value === null ? 'n/a' : `${value.toFixed(0)} ms`)

export function runTable(run: DrillRun): readonly string[] {
  const rows: (readonly [string, string])[] = [
    [
      'detected',
      run.kind === 'attack'
        ? `${run.detected ? 'yes' : 'no'}, ${blocks(run.timeToDetectBlocks)} after the evidence, in ${ms(run.timeToDetectMs)}`
        : `${run.alerts} alerts`,
    ],
    ['from block seen to k signatures', ms(run.timeToActMs)],
  ]
  if (run.kind === 'attack')
    rows.push(
      ['first effective action', `${blocks(run.timeToContainBlocks)} after the evidence`],
      ['loss unguarded', usd(run.lossUnguardedUsd)],
      ['  of it before the evidence', usd(run.lossBeforeEvidenceUsd)],
      ['loss guarded', usd(run.lossGuardedUsd)],
      ['caused by us (bad debt, liquidations, gas)', usd(run.causedByUsUsd)],
      ['saved', percent(run.savedPct)],
      ['saved of the preventable', percent(run.savedOfPreventablePct)],
      ['contained', run.contained ? 'yes' : 'no'],
    )
  else rows.push(['false actions', String(run.falseActions)])
  rows.push(
    ['honest operations failed', `${run.honestOpsFailed} of ${run.honestOps}`],
    ['alerts', String(run.alerts)],
    ['blocks', String(run.blocks)],
  )
  const actions = run.actions.map(
    (a) =>
      `  ${a.action} (${a.class}) on ${a.subject}${a.effective ? '' : ', not effective'}${a.liftedAfterBlocks === null ? ', not lifted' : `, lifted after ${a.liftedAfterBlocks} blocks`}`,
  )
  return [...align(rows), ...(actions.length > 0 ? ['actions:', ...actions] : ['actions: none'])]
}

export function baselineTable(run: DrillRun, baselines: DrillDocument['baselines']): readonly string[] {
  if (baselines.length === 0) return []
  const rows = [
    ['', 'saved of the preventable', 'honest operations failed'],
    ['Firebreak', percent(run.savedOfPreventablePct), String(run.honestOpsFailed)],
    ...baselines.map((b) => [b.name, percent(b.savedOfPreventablePct), String(b.honestOpsFailed)]),
  ]
  return ['', ...align(rows)]
}
