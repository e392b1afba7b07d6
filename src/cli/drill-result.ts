// One run of a drill for people: all its figures, or two or three lines where there are many runs.
import type { DrillRun } from '../tools/drill-document.ts'
import { after, blocks, fit, money, ms, percent, shortUsd, WIDTH, yes } from './drill-format.ts'
import { align, paint, usd } from './show.ts'

/** One run with all its figures. */
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
      [run.lossKind === 'bad-debt' ? 'bad debt unguarded' : 'loss unguarded', money(run.lossUnguardedUsd)],
      ['  of it before the evidence', money(run.lossBeforeEvidenceUsd)],
      [run.lossKind === 'bad-debt' ? 'bad debt guarded' : 'loss guarded', money(run.lossGuardedUsd)],
      [
        run.lossKind === 'bad-debt' ? 'caused by us (liquidations, gas)' : 'caused by us (bad debt, liquidations, gas)',
        usd(run.causedByUsUsd),
      ],
      ['saved', percent(run.savedPct)],
      ['saved of the preventable', percent(run.savedOfPreventablePct)],
      ['contained', run.preventable ? yes(run.contained).toLowerCase() : 'not preventable off-chain'],
    )
  else rows.push(['false actions', String(run.falseActions)])
  rows.push(
    ['honest operations failed', `${run.honestOpsFailed} of ${run.honestOps}`],
    ['alerts', String(run.alerts)],
    ['blocks', String(run.blocks)],
  )
  return [...align(rows), ...actionLines(run)]
}

/** One run in two or three lines, for a drill of many. */
export function resultLines(run: DrillRun): readonly string[] {
  const honest = `${run.honestOpsFailed} of ${run.honestOps} honest operations failed`
  if (run.kind !== 'attack') {
    const verdict = run.falseActions === 0 ? paint('green', 'no action') : paint('red', `${run.falseActions} false actions`)
    return [`  ${verdict}, ${run.alerts} alerts in ${run.blocks} blocks, ${honest}`, ...actionLines(run, false)]
  }
  const seen = run.detected ? `detected ${after(run.timeToDetectBlocks)} blocks` : paint('red', 'not detected')
  if (!run.preventable)
    return [`  ${seen}, not preventable off-chain; loss ${shortUsd(run.lossUnguardedUsd)}, with us ${shortUsd(run.lossGuardedUsd)}`]
  const contained = run.contained ? paint('green', 'contained') : paint('red', 'NOT contained')
  const acted = run.timeToContainBlocks === null ? 'no effective action' : `acted ${after(run.timeToContainBlocks)}`
  const saved = `saved ${percent(run.savedOfPreventablePct)} of the preventable, caused ${shortUsd(run.causedByUsUsd)}`
  return [
    `  ${contained}: ${seen}, ${acted}; loss ${shortUsd(run.lossUnguardedUsd)}, guarded ${shortUsd(run.lossGuardedUsd)}, ${saved}; ${honest}`,
    ...actionLines(run, false),
  ]
}

/** The same action with the same outcome is one line, however many accounts or assets it was done to. */
function actionLines({ actions }: DrillRun, sayNone = true): readonly string[] {
  const groups = new Map<string, DrillRun['actions'][number][]>()
  for (const a of actions) {
    const key = `${a.action} (${a.class})${a.effective ? '' : ', not effective'}${a.action === 'liquidate' || a.liftedAfterBlocks !== null ? '' : ', not lifted'}`
    groups.set(key, [...(groups.get(key) ?? []), a])
  }
  const lines = [...groups].map(([key, of]) => fit(`  ${of.length} x ${key}: ${[...new Set(of.map(subjectOf))].join(', ')}`, WIDTH - 2))
  if (lines.length === 0) return sayNone ? ['actions: none'] : []
  return sayNone ? ['actions:', ...lines] : lines.map((line) => `  ${line}`)
}

const subjectOf = ({ subject, liftedAfterBlocks }: DrillRun['actions'][number]): string =>
  `${subject.startsWith('0x') ? `${subject.slice(0, 8)}..` : subject}${liftedAfterBlocks === null ? '' : `, lifted after ${liftedAfterBlocks} blocks`}`
