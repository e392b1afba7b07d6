// What `firebreak watch` shows on stdout of the nodes of one chain: lines for people, or one JSON object a line for programs.
import type { Config } from '../config.ts'
import type { Finding } from '../core/flow.ts'
import type { NodeEvents } from '../pipeline.ts'
import { describe, paint, plain, printable } from './show.ts'

export type Shown = NodeEvents & { ended(node: string, error: unknown, left: number): void }

/** For programs: every entry of every node, alerts, blocks and errors, as JSON lines, each with its chain. */
export function jsonEvents(config: Config): Shown {
  const live = new Set<string>()
  const write = (line: object) => process.stdout.write(`${JSON.stringify({ ...line, chainId: config.chain.id }, printable)}\n`)
  return {
    entries: (node, entries) => {
      for (const { kind, block, body } of entries) if (kind !== 'verdict') write({ node, kind, block, atMs: Date.now(), body })
    },
    block: (node, number, isLive, seenAtMs) => {
      write({ node, kind: 'block', block: number, live: isLive, seenAtMs: seenAtMs ?? null })
      if (isLive && !live.has(node)) {
        live.add(node)
        if (live.size === config.nodes.length) write({ kind: 'ready', block: number })
      }
    },
    answered: (node, number) => write({ node, kind: 'answered', block: number }),
    note: (node, text) => write({ node, kind: 'note', text }),
    step: (node, step, intent) => {
      write({
        node,
        kind: 'intent',
        block: intent?.updatedBlock ?? 0,
        body: { step, operation: intent?.operation, txHash: intent?.signed?.txHash },
      })
    },
    alert: (node, { id, severity, block, finding }) => write({ node, kind: 'alert', block, alert: id, severity, finding }),
    error: (node, error) => write({ node, kind: 'error', error: String(error) }),
    ended: (node, error, left) => write({ node, kind: 'error', error: String(error), ended: true, left }),
  }
}

/**
 * For people: what the first node that is left finds and decides, and what every node signs and sends.
 * `chains`: in this process; with several each line begins with its chain.
 */
export function textEvents(config: Config, chains: number): Shown {
  const alive = config.nodes.map(({ id }) => id)
  const live = new Set<string>()
  const place = (node: string): string =>
    [chains > 1 ? `chain ${config.chain.id}` : '', config.nodes.length > 1 ? node.padEnd(4) : ''].filter((part) => part !== '').join(' ')
  const say = (node: string, line: string) => console.log(place(node) === '' ? line : `${paint('dim', place(node))} ${line}`)
  return {
    entries: (node, entries) => {
      for (const entry of entries) if (node === alive[0] || entry.kind === 'blind') for (const line of describe(entry)) say(node, line)
    },
    block: (node, number, isLive) => {
      if (isLive && !live.has(node)) {
        live.add(node)
        say(node, `caught up at block ${number}, watching`)
      }
    },
    step: (node, step, intent) => say(node, `${intent?.operation ?? ''} ${step} ${intent?.signed?.txHash ?? ''}`.trim()),
    note: (node, text) => say(node, text),
    ingest: (node, event) => {
      if (event.kind === 'history' && event.done % 100 === 0) say(node, `reading history: ${event.done} of ${event.total} blocks`)
    },
    alert: (node, { block, severity, finding }) => {
      const { detector, summary, basis, provisional } = finding as Partial<Finding>
      const runbook = config.detectors.find((d) => d.detector.id === detector)?.detector.runbook
      if (node === alive[0] || basis === 'local')
        say(
          node,
          `block ${block}  ${paint('red', `ALERT ${severity}`)} ${plain(`${detector}: ${provisional ? 'provisional, ' : ''}${summary}; see ${runbook}`)}`,
        )
    },
    ended: (node, error, left) => {
      alive.splice(alive.indexOf(node), 1)
      say(
        node,
        paint(
          'red',
          plain(`ended: ${error instanceof Error ? error.message : error}; ${left} ${left === 1 ? 'node goes' : 'nodes go'} on`),
        ),
      )
    },
  }
}
