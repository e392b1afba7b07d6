// In which order a chain would take waiting transactions: a sender's by nonce, among senders the dearest first.
import type { Hex, PendingTx } from '../../core/flow.ts'

export function inOrder(txs: readonly PendingTx[]): readonly PendingTx[] {
  const bySender = new Map<Hex, PendingTx[]>()
  for (const tx of txs) bySender.set(tx.from, [...(bySender.get(tx.from) ?? []), tx])
  for (const own of bySender.values()) own.sort((a, b) => a.nonce - b.nonce)
  const out: PendingTx[] = []
  while (out.length < txs.length) {
    let first: PendingTx | undefined
    for (const [next] of bySender.values()) if (next && (first === undefined || isDearer(next, first))) first = next
    if (first === undefined) break
    bySender.get(first.from)?.shift()
    out.push(first)
  }
  return out
}

/** By what it pays at most, as anvil orders; then by priority fee; then by hash, so that all who ask get the same order. */
function isDearer(a: PendingTx, b: PendingTx): boolean {
  const [feeA, feeB] = [BigInt(a.maxFeePerGas), BigInt(b.maxFeePerGas)]
  if (feeA !== feeB) return feeA > feeB
  const [tipA, tipB] = [BigInt(a.priorityFeePerGas), BigInt(b.priorityFeePerGas)]
  if (tipA !== tipB) return tipA > tipB
  return a.hash < b.hash
}
