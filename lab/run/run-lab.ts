// The laboratory as one run's scenario sees it: it counts rounds and the Safe's nonces, and mines what a scenario sets up beforehand.
import type { Address, Hex } from 'viem'
import type { PlannedTx } from '../../src/scenario.ts'
import { safeAbi } from '../abi.ts'
import type { Chain } from '../chain.ts'
import type { Deployment } from '../deploy/index.ts'
import { safeCall } from '../deploy/safe.ts'
import type { PreparedState } from '../prepared.ts'
import type { TruePrices } from '../prices.ts'
import { readViews } from '../reads.ts'
import type { Rpc } from '../rpc.ts'
import { type Lab, rescueTx, type SetUpCall } from '../scenarios/lab.ts'

const SAFE_GAS = 900_000n
/** Over any base fee; falling by a wei, so that the calls stay in order. */
const SET_UP_FEE = 1_000_000_000_000n

export class RunLab implements Lab {
  readonly deployment: Deployment
  readonly rpc: Rpc
  readonly seed: number
  readonly prices: TruePrices
  headBlock: number
  people: Lab['people']
  private readonly chain: Chain
  private readonly rounds: Map<string, number>
  private safe = { block: -1, used: 0 }
  private begun = false

  constructor(chain: Chain, prepared: PreparedState, seed: number, prices: TruePrices) {
    this.chain = chain
    this.rpc = chain.rpc
    this.seed = seed
    this.prices = prices
    this.deployment = prepared.deployment
    this.people = prepared.people
    this.headBlock = prepared.head.number
    this.rounds = new Map(Object.entries(prepared.rounds))
  }

  lastRound(feedId: string): number {
    return this.rounds.get(feedId) ?? 0
  }

  nextRound(feedId: string): number {
    const round = this.lastRound(feedId) + 1
    this.rounds.set(feedId, round)
    return round
  }

  /** From here on the chain is the run's. */
  begin(): void {
    this.begun = true
  }

  async setUp(calls: readonly SetUpCall[]): Promise<void> {
    if (this.begun) throw new Error('a scenario sets up before its first block only')
    const signed = []
    for (const [i, call] of calls.entries()) signed.push(await this.chain.sign({ ...call, maxFeePerGas: SET_UP_FEE - BigInt(i) }))
    await this.chain.broadcast(signed)
    await this.mined()
    const receipts = await this.chain.receipts(this.headBlock)
    for (const [i, { hash }] of signed.entries()) {
      const status = receipts.find((r) => r.transactionHash === hash)?.status
      if (status !== '0x1')
        throw new Error(`${calls[i]?.what} ${status === undefined ? 'was not mined' : 'failed'} while the scenario was set up`)
    }
  }

  /** Mines one block before the run's first. */
  async mined(): Promise<void> {
    await this.chain.mine()
    this.headBlock = (await this.chain.head()).number
  }

  join(name: string, address: Address): void {
    this.people = [...this.people, { name, address }]
  }

  async safeTx(block: number, what: string, to: Address, data: Hex, gas = SAFE_GAS): Promise<PlannedTx> {
    const { safe, safeOwners } = this.deployment
    const [from] = safeOwners
    if (from === undefined) throw new Error('the Safe has no owner')
    if (this.safe.block !== block) this.safe = { block, used: 0 }
    const n = this.safe.used++
    const [nonce] = (await readViews(this.rpc, block, [{ to: safe, abi: safeAbi, fn: 'nonce' }])) as [bigint]
    const call = await safeCall(safe, safeOwners, nonce + BigInt(n), to, data)
    return rescueTx({ id: `${block + 1}:safe:${n}`, what, from, to: safe, data: call, gas })
  }
}
