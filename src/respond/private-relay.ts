// Submission past the public mempool, in the words that Flashbots made usual: a bundle or a private transaction, under a signature of the body.
import { compactSignatureToSignature, hashMessage, keccak256, parseCompactSignature, serializeSignature, stringToHex } from 'viem'
import type { Hex } from '../core/flow.ts'
import { quantity, type SendAnswer, textOf } from './node.ts'
import type { Wallet } from './wallet.ts'

/** What a relay takes: `bundle` for exactly the next block, `private` for any up to the last that is named. */
export type RelayMethod = 'bundle' | 'private'

export interface PrivateRelay {
  /** Never throws: a relay that can't be reached is `refused`, and then the public way is taken. */
  send(raw: Hex, nextBlock: number, lastBlock: number): Promise<SendAnswer>
}

export interface PrivateRelayOptions {
  readonly url: string
  readonly method: RelayMethod
  /** Whom the relay knows us as; it holds nothing and need not be who pays. */
  readonly identity: Pick<Wallet, 'address' | 'signDigest'>
  readonly timeoutMs?: number
}

const SIGNATURE_HEADER = 'X-Flashbots-Signature'
const TIMEOUT_MS = 2_000

export function privateRelay({ url, method, identity, timeoutMs = TIMEOUT_MS }: PrivateRelayOptions): PrivateRelay {
  let id = 0
  return {
    async send(raw, nextBlock, lastBlock) {
      const params =
        method === 'bundle' ? { txs: [raw], blockNumber: quantity(nextBlock) } : { tx: raw, maxBlockNumber: quantity(lastBlock) }
      const name = method === 'bundle' ? 'eth_sendBundle' : 'eth_sendPrivateTransaction'
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method: name, params: [params] })
      try {
        const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: await headerFor(body, identity) }
        const response = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(timeoutMs) })
        const answer: unknown = await response.json()
        if (typeof answer !== 'object' || answer === null) return refused('no JSON-RPC answer')
        const { result, error } = answer as { readonly result?: unknown; readonly error?: unknown }
        if (error !== undefined && error !== null) return refused(textOf(error))
        return result === undefined || result === null ? refused(`HTTP ${response.status} without a result`) : { kind: 'accepted' }
      } catch (cause) {
        return refused(textOf(cause))
      }
    },
  }
}

/** `address:signature`, an EIP-191 signature of the body's hash as text. */
async function headerFor(body: string, { address, signDigest }: PrivateRelayOptions['identity']): Promise<string> {
  const compact = await signDigest(hashMessage(keccak256(stringToHex(body))))
  return `${address}:${serializeSignature(compactSignatureToSignature(parseCompactSignature(compact)))}`
}

const refused = (reason: string): SendAnswer => ({ kind: 'refused', reason: `private relay: ${reason}` })
