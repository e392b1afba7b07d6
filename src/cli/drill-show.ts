// What a drill shows while it runs: traffic in brief, each new finding, decision and action once; a drill of 140 blocks must be readable.
import type { Finding } from '../core/flow.ts'
import type { LabSettled } from '../tools/lab-module.ts'
import type { WatchLine } from './drill-nodes.ts'
import { describe, paint, plain } from './show.ts'

/** The same finding, move or success of a verification is shown again after so many blocks at the earliest. */
const QUIET_BLOCKS = 25
/** Traffic is summed up over so many blocks. */
const SUM_BLOCKS = 10

export interface DrillShow {
  line(line: WatchLine): void
  traffic(block: number, settled: readonly LabSettled[]): void
}

export function drillShow(say: (text: string) => void, firstNode: string): DrillShow {
  const shownAt = new Map<string, number>()
  let honest = 0
  let failed = 0
  let attackerTries = 0

  /** True if the key was not shown within the last blocks. */
  function isNews(key: string, block: number): boolean {
    const last = shownAt.get(key)
    if (last !== undefined && block < last + QUIET_BLOCKS) return false
    shownAt.set(key, block)
    return true
  }

  function keyOf(line: WatchLine): string | undefined {
    if (line.kind === 'finding') {
      const { detector, subject, severity } = line.body as Finding
      return `${detector} ${subject.id} ${severity}`
    }
    if (line.kind === 'verified') return `verified ${(line.body as { held: boolean }).held}`
    return undefined
  }

  return {
    line(line) {
      const block = line.block ?? 0
      if (line.kind === 'error' || line.kind === 'ended')
        say(`  ${paint('red', `node ${line.node ?? ''}: ${plain(String(line['error'] ?? line['code']))}`)}`)
      else if (line.kind === 'intent') {
        const { step, operation, txHash } = line.body as { step?: string; operation?: string; txHash?: string }
        if (step === 'sent' || step === 'mined') say(`  block ${block}  node ${line.node}: ${operation} ${step} ${txHash ?? ''}`)
      } else if (line.node === firstNode || line.kind === 'certificate') {
        const key = line.kind === 'certificate' ? `certificate ${JSON.stringify((line.body as { digest: string }).digest)}` : keyOf(line)
        if (key !== undefined && !isNews(key, block)) return
        for (const text of describe({ kind: line.kind, block, body: line.body })) say(`  ${text}`)
      }
    },
    traffic(block, settled) {
      for (const { party, what, ok, reason } of settled) {
        if (party === 'honest') {
          honest += 1
          if (!ok) failed += 1
        } else if (party === 'rescue')
          say(paint('green', `  block ${block}  owners: ${plain(what)}${ok ? '' : `, failed (${plain(reason ?? '')})`}`))
        else {
          attackerTries += 1
          if (isNews(`attacker ${what.split(' ')[0]} ${ok}`, block))
            say(paint('red', `  block ${block}  attacker: ${plain(what)}${ok ? '' : `, refused (${plain(reason ?? '')})`}`))
        }
      }
      if (block % SUM_BLOCKS !== 0) return
      const attack = attackerTries > 0 ? `; ${attackerTries} of the attacker` : ''
      say(paint('dim', `  block ${block}  ${honest} honest operations in ${SUM_BLOCKS} blocks, ${failed} failed${attack}`))
      honest = 0
      failed = 0
      attackerTries = 0
    },
  }
}
