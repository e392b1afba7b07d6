// What the mempool asks of the node besides simulation: the head's fields and transactions, a sender's account, a receipt.
import type { Hex } from '../../core/flow.ts'
import { fail, list, object, quantity as readNumber, type Where } from '../fields.ts'
import type { Rpc } from '../rpc.ts'
import type { Standing } from './engine.ts'
import { nextBaseFee, type Sender } from './obstacle.ts'

export interface Block {
  readonly standing: Standing
  readonly included: ReadonlySet<Hex>
}

/** undefined: the node doesn't have it (any more). */
export async function blockOf(rpc: Rpc, hash: Hex, signal: AbortSignal): Promise<Block | undefined> {
  const method = 'eth_getBlockByHash'
  const raw = await rpc.request(method, [hash, false], signal)
  if (raw === null) return undefined
  const where: Where = { endpoint: rpc.endpoint, method }
  const block = object(where, 'the block', raw) as Readonly<Record<string, unknown>>
  const gasLimit = BigInt(readNumber(where, 'gasLimit', block['gasLimit']))
  const gasUsed = BigInt(readNumber(where, 'gasUsed', block['gasUsed']))
  const baseFee = block['baseFeePerGas'] === undefined ? 0n : BigInt(readNumber(where, 'baseFeePerGas', block['baseFeePerGas']))
  return {
    standing: {
      number: readNumber(where, 'number', block['number']),
      hash,
      timeS: readNumber(where, 'timestamp', block['timestamp']),
      miner: /^0x[0-9a-fA-F]{40}$/.test(String(block['miner'])) ? (String(block['miner']).toLowerCase() as Hex) : `0x${'0'.repeat(40)}`,
      baseFee: nextBaseFee({ baseFee, gasUsed, gasLimit }),
      gasLimit: Number(gasLimit),
    },
    included: new Set(list(where, 'transactions', block['transactions']).map((tx) => String(tx).toLowerCase() as Hex)),
  }
}

export async function senderOf(rpc: Rpc, from: Hex, onHash: Hex, signal: AbortSignal): Promise<Omit<Sender, 'earlier'>> {
  const at = { blockHash: onHash }
  const ask = (method: string, params: readonly unknown[]) => rpc.request(method, params, signal)
  const [nonce, pending, balance, code] = await Promise.all([
    ask('eth_getTransactionCount', [from, at]),
    ask('eth_getTransactionCount', [from, 'pending']),
    ask('eth_getBalance', [from, at]),
    ask('eth_getCode', [from, at]),
  ])
  const where = (method: string): Where => ({ endpoint: rpc.endpoint, method })
  return {
    nonce: readNumber(where('eth_getTransactionCount'), 'the nonce', nonce),
    pendingNonce: readNumber(where('eth_getTransactionCount'), 'the nonce', pending),
    balance:
      typeof balance === 'string' && /^0x[0-9a-fA-F]+$/.test(balance)
        ? BigInt(balance)
        : fail(where('eth_getBalance'), 'the balance', balance, 'a hex quantity'),
    // a delegation (EIP-7702) lets its account send as before
    isContract: typeof code === 'string' && code.length > 2 && !code.toLowerCase().startsWith('0xef0100'),
  }
}

export async function wentThrough(rpc: Rpc, txHash: Hex, signal: AbortSignal): Promise<boolean | undefined> {
  const raw = await rpc.request('eth_getTransactionReceipt', [txHash], signal)
  if (typeof raw !== 'object' || raw === null) return undefined
  return (raw as { readonly status?: unknown }).status === '0x1'
}

export async function newestHash(rpc: Rpc, signal: AbortSignal): Promise<unknown> {
  const raw = await rpc.request('eth_getBlockByNumber', ['latest', false], signal)
  return typeof raw === 'object' && raw !== null ? (raw as { readonly hash?: unknown }).hash : undefined
}
