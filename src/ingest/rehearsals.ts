// Rehearsals under way: each queued operation is tried beside the blocks, never before them, and its answer waits to be taken as an input.
import type { Input, Rehearsal } from '../core/flow.ts'
import type { LastingRpc } from './lasting-rpc.ts'
import { rehearse } from './rehearse.ts'
import { notTried } from './rehearse-by-call.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

/** Tries of one operation that fail before it is said that it can't be tried; one a block, so about a minute on Ethereum. */
const MOST_TRIES = 5
/** At the same time: an endpoint has blocks to serve. */
const MOST_UNDER_WAY = 2

export interface Rehearsals {
  /** Begins those that are not under way. Asked again in each block until the fold has the answer. */
  ask(questions: readonly Rehearsal[]): void
  /** Answers since the last time, each once. */
  answers(): readonly Rehearsed[]
  close(): void
}

export function createRehearsals(options: { readonly rpc: LastingRpc; readonly onFailure: (error: unknown) => void }): Rehearsals {
  const { rpc, onFailure } = options
  const underWay = new Set<string>()
  const failures = new Map<string, number>()
  const stop = new AbortController()
  let done: Rehearsed[] = []

  async function run(key: string, question: Rehearsal): Promise<void> {
    try {
      done.push(await rehearse(rpc, question, stop.signal))
      failures.delete(key)
    } catch (error) {
      if (stop.signal.aborted) return
      onFailure(error)
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      if (count < MOST_TRIES) return
      failures.delete(key)
      done.push(notTried(question, error instanceof Error ? error.message.slice(0, 200) : 'unknown'))
    } finally {
      underWay.delete(key)
    }
  }
  return {
    ask(questions) {
      for (const question of questions) {
        const key = `${question.operation}:${question.run}`
        if (underWay.has(key) || underWay.size >= MOST_UNDER_WAY) continue
        underWay.add(key)
        void run(key, question)
      }
    },
    answers() {
      const taken = done
      done = []
      return taken
    },
    close() {
      stop.abort()
      rpc.close()
    },
  }
}
