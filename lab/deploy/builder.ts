// Collects deployments and calls and mines them many to a block: addresses follow from nonces, so nothing waits for a receipt.
import { type Abi, type Address, decodeFunctionResult, encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from 'viem'
import { BLOCK_GAS_LIMIT } from '../anvil.ts'
import { Chain, type Mined, type Receipt } from '../chain.ts'
import type { Rpc } from '../rpc.ts'
import { type Artifact, linked } from './artifacts.ts'

export interface Contract {
  readonly address: Address
  readonly abi: Abi
}

interface Waiting {
  readonly what: string
  readonly hash: Hex
  readonly raw: Hex
  readonly gas: bigint
}

const DEPLOY_GAS = 7_000_000n
export const CALL_GAS = 1_200_000n

export class Builder {
  readonly chain: Chain
  private readonly sender: Address
  private waiting: Waiting[] = []
  private index = 0n

  constructor(rpc: Rpc, sender: Address, chainId?: number) {
    this.chain = new Chain(rpc, {}, chainId)
    this.sender = sender
  }

  async deploy(artifact: Artifact, args: readonly unknown[] = [], libraries: Readonly<Record<string, Address>> = {}): Promise<Contract> {
    const data = encodeDeployData({ abi: artifact.abi, bytecode: linked(artifact, libraries), args: [...args] })
    const address = getContractAddress({ from: this.sender, nonce: BigInt(this.chain.nonces.get(this.sender) ?? 0) })
    await this.push(`deploy ${artifact.name}`, this.sender, null, data, DEPLOY_GAS)
    return { address, abi: artifact.abi }
  }

  async write(contract: Contract, functionName: string, args: readonly unknown[] = [], from = this.sender, gas = CALL_GAS): Promise<void> {
    await this.push(functionName, from, contract.address, encodeFunctionData({ abi: contract.abi, functionName, args }), gas)
  }

  async push(what: string, from: Address, to: Address | null, data: Hex, gas = CALL_GAS): Promise<void> {
    // Falling fees keep the order of the calls inside a block: anvil sorts by fee, and only then by arrival.
    const maxFeePerGas = 1_000_000_000_000n - this.index++
    const signed = await this.chain.sign({ from, to, data, gas, maxFeePerGas })
    this.waiting.push({ what, gas, ...signed })
  }

  /** Mines all that waits, in order, at block times `stepS` apart; throws if any of it failed. Returns the logs. */
  async flush(): Promise<Receipt[]> {
    const receipts: Receipt[] = []
    while (this.waiting.length > 0) {
      let gas = 0n
      let count = 0
      for (const { gas: wanted } of this.waiting) {
        if (gas + wanted > BigInt(BLOCK_GAS_LIMIT)) break
        gas += wanted
        count++
      }
      const batch = this.waiting.splice(0, count)
      await this.chain.broadcast(batch)
      await this.chain.mine()
      const { number } = await this.chain.head()
      const mined = new Map((await this.chain.receipts(number)).map((receipt) => [receipt.transactionHash, receipt]))
      for (const { what, hash } of batch) {
        const receipt = mined.get(hash)
        if (receipt === undefined) throw new Error(`${what} was not mined in block ${number}`)
        if (receipt.status !== '0x1') throw new Error(`${what} failed: ${await this.reason(hash)}`)
        receipts.push(receipt)
      }
    }
    this.index = 0n
    return receipts
  }

  async read<T>(contract: Contract, functionName: string, args: readonly unknown[] = []): Promise<T> {
    if (this.waiting.length > 0) await this.flush()
    const data = encodeFunctionData({ abi: contract.abi, functionName, args })
    const result = await this.chain.rpc.call<Hex>('eth_call', [{ to: contract.address, data }, 'latest'])
    return decodeFunctionResult({ abi: contract.abi, functionName, data: result }) as T
  }

  head(): Promise<Mined> {
    return this.chain.head()
  }

  private async reason(hash: Hex): Promise<string> {
    const trace = await this.chain.rpc.call<{ error?: string; revertReason?: string; output?: Hex }>('debug_traceTransaction', [
      hash,
      { tracer: 'callTracer' },
    ])
    return trace.revertReason ?? `${trace.error ?? 'reverted'} ${trace.output ?? ''}`
  }
}
