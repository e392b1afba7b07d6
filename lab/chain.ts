// Signs, sends and mines on one lab chain. Nonces are counted here, so that what is sent never depends on what was answered.
import type { Address, Hex } from 'viem'
import { keccak256 } from 'viem'
import { accountAt } from './accounts.ts'
import { CHAIN_ID } from './anvil.ts'
import { FEES } from './fees.ts'
import { type Rpc, RpcError } from './rpc.ts'

export interface Tx {
  readonly from: Address
  readonly to: Address | null
  readonly data: Hex
  readonly gas: bigint
  readonly maxFeePerGas?: bigint
}

export interface Signed {
  readonly hash: Hex
  readonly raw: Hex
}

export interface Receipt {
  readonly transactionHash: Hex
  readonly status: Hex
  readonly gasUsed: Hex
  readonly blockNumber: Hex
  readonly contractAddress: Address | null
  readonly logs: readonly { readonly address: Address; readonly topics: readonly Hex[]; readonly data: Hex }[]
}

export interface Mined {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
}

export class Chain {
  readonly rpc: Rpc
  readonly nonces: Map<Address, number>
  private readonly chainId: number
  constructor(rpc: Rpc, nonces: Readonly<Record<string, number>> = {}, chainId = CHAIN_ID) {
    this.rpc = rpc
    this.chainId = chainId
    this.nonces = new Map(Object.entries(nonces) as [Address, number][])
  }

  async sign(tx: Tx): Promise<Signed> {
    const nonce = this.nonces.get(tx.from) ?? 0
    this.nonces.set(tx.from, nonce + 1)
    const maxFeePerGas = tx.maxFeePerGas ?? FEES.honest
    const raw = await accountAt(tx.from).signer.signTransaction({
      type: 'eip1559',
      chainId: this.chainId,
      nonce,
      ...(tx.to === null ? {} : { to: tx.to }),
      data: tx.data,
      gas: tx.gas,
      maxFeePerGas,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    return { hash: keccak256(raw), raw }
  }

  /** Puts signed transactions into the mempool; a refusal is a mistake of the lab's. */
  async broadcast(signed: readonly Signed[]): Promise<void> {
    const answers = await this.rpc.batch(signed.map(({ raw }) => ({ method: 'eth_sendRawTransaction', params: [raw] })))
    for (const answer of answers) if (answer instanceof RpcError) throw answer
  }

  async mine(timeS?: number): Promise<void> {
    if (timeS !== undefined) await this.rpc.call('evm_setNextBlockTimestamp', [timeS])
    await this.rpc.call('evm_mine')
  }

  async head(): Promise<Mined> {
    const block = await this.rpc.call<{ number: Hex; hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])
    return { number: Number(block.number), hash: block.hash, timeS: Number(block.timestamp) }
  }

  receipts(block: number): Promise<Receipt[]> {
    return this.rpc.call('eth_getBlockReceipts', [`0x${block.toString(16)}`])
  }
}
