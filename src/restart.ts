// How a node comes back: the last checkpoint of a final block, then the stored inputs since, folded again in silence.
// And how it goes back, after a reorg deeper than its journal: to the last checkpoint that is still on the chain, or to the beginning.
import type { Finding, Hex } from './core/flow.ts'
import type { Fold } from './fold.ts'
import type { NodeRecord } from './record/record.ts'
import { decodeCheckpoint, encodeCheckpoint } from './store/checkpoint.ts'

const FINDINGS = 'findings'

export interface Checkpoint {
  readonly head: { readonly chainId: number; readonly number: number; readonly hash: Hex; readonly rulesHash: Hex }
  readonly bytes: Uint8Array
  readonly throughInputSeq: number
}

/** The state after the head block, to be kept once that block is final. */
export function takeCheckpoint(fold: Fold, rulesHash: Hex, throughInputSeq: number): Checkpoint | undefined {
  const { head, world } = fold
  if (!head) return undefined
  const findings = fold.exportFindings().map((f) => JSON.stringify(f, (_, v) => (typeof v === 'bigint' ? String(v) : v)))
  const dump = new Map([...world.store.dump(), [FINDINGS, findings] as const])
  const at = { chainId: world.chainId, number: head.number, hash: head.hash, rulesHash }
  return { head: at, bytes: encodeCheckpoint(at, dump), throughInputSeq }
}

/** Fills a new fold with what `takeCheckpoint` kept. */
export function resumeFrom(fold: Fold, bytes: Uint8Array): void {
  const { head, dump: kept } = decodeCheckpoint(bytes)
  const dump = new Map(kept)
  const findings = (dump.get(FINDINGS) ?? []) as readonly string[]
  dump.delete(FINDINGS)
  fold.world.store.restore(dump)
  const timeS = fold.world.chains.columns.timeS.get(0)
  fold.resume(
    { number: head.number, hash: head.hash, timeS },
    findings.map((text) => JSON.parse(text) as Finding),
  )
}

/** The newest checkpoint whose block the chain still has; undefined: none, so that the chain must be read again. */
export async function wayBack(
  record: Pick<NodeRecord, 'checkpointHeads'>,
  rulesHash: Hex,
  hashAt: (number: number) => Promise<Hex | undefined>,
): Promise<Checkpoint['head'] | undefined> {
  for (const head of record.checkpointHeads(rulesHash)) if ((await hashAt(head.number)) === head.hash) return head
  return undefined
}

/**
 * Says in words what it did. What was stored under other rules is not folded: a config that watches more would find holes in it.
 * Then the chain is read again; the log stays.
 */
export function restore(fold: Fold, record: NodeRecord, rulesHash: Hex): string {
  const before = lastRulesHash(record, fold.world.chainId)
  if (before !== undefined && before !== rulesHash) {
    record.forgetInputs()
    return `the rules have changed (${before}, now ${rulesHash}): reading the chain again`
  }
  const loaded = record.loadCheckpoint(rulesHash)
  let since = 0
  let from = 'the first stored input'
  if (loaded.found) {
    resumeFrom(fold, loaded.bytes)
    since = loaded.throughInputSeq
    from = `the checkpoint of block ${loaded.head.number}`
    if (loaded.passedOver !== '') from += ` (${loaded.passedOver})`
  } else if (!loaded.inputsWhole) {
    record.forgetInputs()
    return `no checkpoint fits (${loaded.why}): reading the chain again`
  }
  let folded = 0
  for (const { input } of record.inputsSince(since)) {
    fold.step(input)
    folded += 1
  }
  return folded === 0 && !loaded.found ? 'a new record' : `restarted from ${from} and ${folded} inputs`
}

/** What the newest stored block was judged by: all inputs that are kept, and their checkpoints, are of these rules. */
function lastRulesHash(record: NodeRecord, chainId: number): string | undefined {
  for (const { body } of record.entries({ kinds: ['verdict'], chainId, newestFirst: true, limit: 1 }))
    return (body as { readonly rulesHash?: string }).rulesHash
  return undefined
}
