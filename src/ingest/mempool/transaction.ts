// A waiting transaction from its signed bytes alone: hash, sender and chain are made again from them, whatever a node or a peer said of it.
import { keccak256, parseTransaction, recoverTransactionAddress, type TransactionSerialized } from 'viem'
import type { Hex, PendingTx } from '../../core/flow.ts'

/** Geth's pool takes no transaction of more bytes (txMaxSize), blobs aside. */
export const MOST_RAW_BYTES = 131_072

/** Why bytes are no transaction that could wait here. */
export type Refused = 'malformed' | 'wrong-hash' | 'wrong-chain' | 'wrong-sender' | 'too-large'

/** What was claimed of it, if anything was. */
export interface Claim {
  readonly hash?: Hex
  readonly from?: Hex
}

/** Never throws: bytes come from strangers. */
export async function pendingTxOf(raw: Hex, chainId: number, claim: Claim = {}): Promise<PendingTx | Refused> {
  if (!/^0x([0-9a-f]{2})+$/.test(raw)) return 'malformed'
  if ((raw.length - 2) / 2 > MOST_RAW_BYTES) return 'too-large'
  const hash = keccak256(raw)
  if (claim.hash !== undefined && claim.hash !== hash) return 'wrong-hash'
  try {
    const tx = parseTransaction(raw)
    // before EIP-155 a transaction named no chain: any may take it, so it may wait here too
    if (tx.chainId === undefined ? tx.type !== 'legacy' : tx.chainId !== chainId) return 'wrong-chain'
    const from = (await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized })).toLowerCase() as Hex
    if (claim.from !== undefined && claim.from !== from) return 'wrong-sender'
    const { nonce = 0, gas = 0n, value = 0n, to, data = '0x' } = tx
    const maxFeePerGas = tx.maxFeePerGas ?? tx.gasPrice ?? 0n
    // of a legacy one all above the base fee is priority
    const priorityFeePerGas = tx.maxFeePerGas === undefined ? maxFeePerGas : (tx.maxPriorityFeePerGas ?? 0n)
    if (!Number.isSafeInteger(nonce) || gas > BigInt(Number.MAX_SAFE_INTEGER)) return 'malformed'
    return {
      hash,
      raw,
      from,
      to: to ? (to.toLowerCase() as Hex) : null,
      data,
      value: quantity(value),
      nonce,
      gas: Number(gas),
      maxFeePerGas: quantity(maxFeePerGas),
      priorityFeePerGas: quantity(priorityFeePerGas),
    }
  } catch {
    return 'malformed'
  }
}

export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`
