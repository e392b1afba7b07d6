// How approvals get from node to node: a seam. In one process they are handed over; gossip between machines comes behind the same two calls.
import type { Approval } from '../core/flow.ts'

export interface Exchange {
  publish(from: string, approval: Approval): void
  /** Called for approvals of others, never for one's own; returns how to leave. */
  join(node: string, receive: (approval: Approval) => void): () => void
}

/** Nodes of one process: delivery is asynchronous, as on any wire. */
export function localExchange(): Exchange {
  const nodes = new Map<string, (approval: Approval) => void>()
  return {
    publish(from, approval) {
      for (const [node, receive] of nodes) if (node !== from) queueMicrotask(() => receive(approval))
    },
    join(node, receive) {
      nodes.set(node, receive)
      return () => nodes.delete(node)
    },
  }
}
