// Several nodes in one process: either all start, or none; afterwards each ends alone, and its end is said at once.
import type { RunningNode } from '../pipeline.ts'

export interface Starting {
  readonly id: string
  start(): RunningNode
  /** Has it judged a block? Until then a failure is one of the start. */
  isUnderWay(): boolean
}

export interface Together {
  /** Resolves when all nodes have ended as told; rejects then with the first failure, if there was one. */
  readonly done: Promise<void>
  stop(): void
}

/** Throws what the first start throws, when those that had started have stopped. */
export async function together(nodes: readonly Starting[], onEnded: (id: string, error: unknown, left: number) => void): Promise<Together> {
  const running = new Map<string, RunningNode>()
  const stop = (): void => {
    for (const node of [...running.values()]) node.stop().catch(() => undefined) // `done` says why
  }
  const failures: unknown[] = []
  const ends: Promise<void>[] = []
  try {
    for (const { id, start, isUnderWay } of nodes) {
      const node = start()
      running.set(id, node)
      const end = node.done.then(
        () => void running.delete(id),
        (error: unknown) => {
          running.delete(id)
          failures.push(error)
          const atStart = !isUnderWay()
          onEnded(id, error, atStart ? 0 : running.size)
          if (atStart) stop()
        },
      )
      ends.push(end)
    }
  } catch (error) {
    stop()
    await Promise.all(ends)
    throw error
  }
  const done = Promise.all(ends).then(() => {
    if (failures.length > 0) throw failures[0]
  })
  done.catch(() => undefined) // whoever awaits it hears of it
  return { done, stop }
}
