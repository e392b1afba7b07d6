// Chains of one process hear of each other here: before a block is judged, its node asks the nodes of the chains that its bridges lead to.
import type { Counterpart, Hex } from './core/flow.ts'
import type { Fold } from './fold.ts'
import type { Protocol } from './state/protocol.ts'
import type { World } from './state/world.ts'

/** A node's fold as it stands when it is asked: after a deep reorg it is another one. */
export interface Neighbour {
  readonly chainId: number
  readonly protocols: readonly Protocol[]
  fold(): Pick<Fold, 'world' | 'head' | 'recent'>
}

export class Neighbours {
  private readonly byChain = new Map<number, Neighbour[]>()

  /** Returns how to leave. */
  join(node: Neighbour): () => void {
    const nodes = this.byChain.get(node.chainId) ?? []
    this.byChain.set(node.chainId, nodes)
    nodes.push(node)
    return () => void nodes.splice(nodes.indexOf(node), 1)
  }

  /** What is new to this node, a telling a chain at most. The nodes of two chains pair off by their place in their configs. */
  news(node: Neighbour): readonly Counterpart[] {
    const place = this.byChain.get(node.chainId)?.indexOf(node) ?? 0
    const chains = new Set(node.protocols.flatMap(({ hears = [] }) => hears))
    return [...chains].flatMap((chainId) => {
      const others = this.byChain.get(chainId) ?? []
      const other = others[Math.max(place, 0) % Math.max(others.length, 1)]
      const cursor = cursorOf(node.fold().world, chainId)
      const said = other && cursor && telling(other, node.chainId, cursor)
      return said ? [said] : []
    })
  }
}

interface Cursor {
  readonly number: number
  readonly hash: Hex
}

/** Up to where we heard of a chain: for its bridges together, so the one that is furthest behind counts. undefined: no bridge yet. */
function cursorOf({ bridges }: World, chainId: number): Cursor | undefined {
  let cursor: Cursor | undefined
  for (let row = 0; row < bridges.count; row++) {
    const { otherChainId, otherNumber, otherHash } = bridges.at(row)
    if (otherChainId !== chainId || (cursor && cursor.number <= otherNumber)) continue
    cursor = { number: otherNumber, hash: `0x${otherHash.toString(16).padStart(64, '0')}` }
  }
  return cursor
}

/** undefined: nothing to say, or nothing that is certain: behind a gap a fold tells nothing. */
export function telling({ chainId: fromChainId, protocols, fold }: Neighbour, chainId: number, cursor: Cursor): Counterpart | undefined {
  const { world, head, recent } = fold()
  if (!head || recent.at(-1)?.hash !== head.hash || head.hash === cursor.hash) return undefined
  const oldest = recent[0]?.number ?? head.number
  const isKept = cursor.number < oldest || recent.some(({ number, hash }) => number === cursor.number && hash === cursor.hash)
  const after = isKept ? cursor.number : Math.max(0, oldest - 1)
  const bridges = protocols.flatMap((protocol) => protocol.tells?.(world, after) ?? [])
  return {
    chainId,
    fromChainId,
    number: head.number,
    hash: head.hash,
    timeS: head.timeS,
    finalNumber: Math.max(0, oldest - 1),
    after,
    bridges,
  }
}
