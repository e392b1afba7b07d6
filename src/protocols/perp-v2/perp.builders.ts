// A real Perp v2 on a local chain with people who trade: what the tests of this folder stand on.
import { type Address, decodeFunctionResult, encodeFunctionData, toHex } from 'viem'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import type { Receipt } from '../../../lab/chain.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import {
  deployPerp,
  type PerpDeployment,
  type PerpMarketInfo,
  type PerpMarketSpec,
  perpContracts,
  pushPrice,
  updateAverage,
} from '../../../lab/deploy/perp.ts'
import { MAX_UINT } from '../../../lab/operations.ts'
import { RpcError } from '../../../lab/rpc.ts'
import type { Hex } from '../../core/flow.ts'

const NO_CODE = `0x${'0'.repeat(64)}` as const
export const E6 = 10n ** 6n
export const e18 = (value: number): bigint => BigInt(Math.round(value * 1e6)) * 10n ** 12n

export class PerpLab {
  /** Of each feed, by market. */
  private readonly rounds: number[]
  private constructor(
    readonly anvil: Anvil,
    readonly b: Builder,
    readonly d: PerpDeployment,
    readonly prices: number[],
  ) {
    this.rounds = prices.map(() => 2)
  }

  static async start(specs: readonly PerpMarketSpec[], traders = 6): Promise<PerpLab> {
    const anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
    const owner = accountOf('deployer').address
    const people = {
      owner,
      maker: accountOf('lp').address,
      traders: Array.from({ length: traders }, (_, n) => accountOf('person', n).address),
      reporters: [0, 1, 2].map((n) => accountOf('reporter', n).address),
    }
    for (const who of [owner, people.maker, ...people.traders, ...people.reporters])
      await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
    const b = new Builder(anvil.rpc, owner)
    const d = await deployPerp(b, people, specs)
    return new PerpLab(
      anvil,
      b,
      d,
      specs.map(({ priceUsd }) => priceUsd),
    )
  }

  get contracts() {
    return perpContracts(this.d)
  }
  market(n = 0): PerpMarketInfo {
    const found = this.d.markets[n]
    if (!found) throw new Error(`there is no market ${n}`)
    return found
  }
  trader(n: number): Address {
    const found = this.d.traders[n]
    if (!found) throw new Error(`there is no trader ${n}`)
    return found
  }

  async ask<T>(contract: Contract, functionName: string, args: readonly unknown[] = [], at?: Hex): Promise<T> {
    const data = encodeFunctionData({ abi: contract.abi, functionName, args })
    const result = await this.anvil.rpc.call<Hex>('eth_call', [{ to: contract.address, data }, at ? { blockHash: at } : 'latest'])
    return decodeFunctionResult({ abi: contract.abi, functionName, data: result }) as T
  }

  /** Many views at a block in one request. */
  async askAll(
    questions: readonly (readonly [contract: Contract, functionName: string, args: readonly unknown[]])[],
    at: Hex,
  ): Promise<readonly bigint[]> {
    const answers = await this.anvil.rpc.batch(
      questions.map(([{ address, abi }, functionName, args]) => ({
        method: 'eth_call',
        params: [{ to: address, data: encodeFunctionData({ abi, functionName, args }) }, { blockHash: at }],
      })),
    )
    return answers.map((data, n) => {
      const [{ abi }, functionName] = questions[n] as (typeof questions)[number]
      if (data instanceof RpcError) throw data
      return decodeFunctionResult({ abi, functionName, data: data as Hex }) as bigint
    })
  }

  /** Would the call go through now, and if not, with which words? */
  async tries(from: Address, contract: Contract, functionName: string, args: readonly unknown[] = []): Promise<string> {
    const data = encodeFunctionData({ abi: contract.abi, functionName, args })
    const [answer] = await this.anvil.rpc.batch([
      { method: 'eth_call', params: [{ from, to: contract.address, data, gas: toHex(8_000_000) }, 'latest'] },
    ])
    return answer instanceof RpcError ? answer.message : 'yes'
  }

  /** Sends and mines in one block, in order; what fails is part of the story. Returns who succeeded. */
  async block(calls: readonly PerpCall[]): Promise<readonly Receipt[]> {
    const signed = []
    let fee = 900_000_000_000n
    for (const { from, contract, functionName, args } of calls) {
      const data = encodeFunctionData({ abi: contract.abi, functionName, args })
      signed.push(await this.b.chain.sign({ from, to: contract.address, data, gas: 4_000_000n, maxFeePerGas: fee-- }))
    }
    await this.b.chain.broadcast(signed)
    await this.b.chain.mine()
    const receipts = await this.b.chain.receipts((await this.b.head()).number)
    return signed.map(({ hash }) => receipts.find(({ transactionHash }) => transactionHash === hash)).filter((r) => r !== undefined)
  }

  deposit(from: Address, usdc: bigint, to = from): PerpCall {
    const { vault, usdc: token } = this.contracts
    return to === from
      ? { from, contract: vault, functionName: 'deposit', args: [token.address, usdc] }
      : { from, contract: vault, functionName: 'depositFor', args: [to, token.address, usdc] }
  }
  withdraw(from: Address, usdc: bigint): PerpCall {
    return { from, contract: this.contracts.vault, functionName: 'withdraw', args: [this.d.settlementToken, usdc] }
  }
  withdrawAll(from: Address): PerpCall {
    return { from, contract: this.contracts.vault, functionName: 'withdrawAll', args: [this.d.settlementToken] }
  }
  /** Long for so much quote, or short for so much base. */
  open(from: Address, isShort: boolean, amount: bigint, market = 0): PerpCall {
    const params = {
      baseToken: this.market(market).baseToken,
      isBaseToQuote: isShort,
      isExactInput: true,
      amount,
      oppositeAmountBound: 0n,
      deadline: MAX_UINT,
      sqrtPriceLimitX96: 0n,
      referralCode: NO_CODE,
    }
    return { from, contract: this.contracts.clearingHouse, functionName: 'openPosition', args: [params] }
  }
  close(from: Address, market = 0): PerpCall {
    const params = {
      baseToken: this.market(market).baseToken,
      sqrtPriceLimitX96: 0n,
      oppositeAmountBound: 0n,
      deadline: MAX_UINT,
      referralCode: NO_CODE,
    }
    return { from, contract: this.contracts.clearingHouse, functionName: 'closePosition', args: [params] }
  }
  addLiquidity(from: Address, lowerTick: number, upperTick: number, usd: number, market = 0): PerpCall {
    const params = {
      baseToken: this.market(market).baseToken,
      base: e18(usd / (this.prices[market] ?? 1)),
      quote: e18(usd),
      lowerTick,
      upperTick,
      minBase: 0n,
      minQuote: 0n,
      useTakerBalance: false,
      deadline: MAX_UINT,
    }
    return { from, contract: this.contracts.clearingHouse, functionName: 'addLiquidity', args: [params] }
  }
  removeLiquidity(from: Address, lowerTick: number, upperTick: number, liquidity: bigint, market = 0): PerpCall {
    const { baseToken } = this.market(market)
    const params = { baseToken, lowerTick, upperTick, liquidity, minBase: 0n, minQuote: 0n, deadline: MAX_UINT }
    return { from, contract: this.contracts.clearingHouse, functionName: 'removeLiquidity', args: [params] }
  }
  liquidate(from: Address, trader: Address, market = 0): PerpCall {
    const { clearingHouse } = this.contracts
    const abi = clearingHouse.abi.filter(
      (item) => !('name' in item && item.name === 'liquidate') || ('inputs' in item && item.inputs?.length === 2),
    )
    const contract = { ...clearingHouse, abi }
    return { from, contract, functionName: 'liquidate', args: [trader, this.market(market).baseToken] }
  }

  /** Does something and takes it all back. */
  async aside<T>(act: () => Promise<T>): Promise<T> {
    const { rpc } = this.anvil
    const [rounds, nonces, prices] = [[...this.rounds], new Map(this.b.chain.nonces), [...this.prices]]
    const snapshot = await rpc.call('evm_snapshot')
    try {
      return await act()
    } finally {
      await rpc.call('evm_revert', [snapshot])
      this.rounds.splice(0, Number.POSITIVE_INFINITY, ...rounds)
      this.prices.splice(0, Number.POSITIVE_INFINITY, ...prices)
      this.b.chain.nonces.clear()
      for (const [who, nonce] of nonces) this.b.chain.nonces.set(who, nonce)
    }
  }

  /** A new index, in blocks of its own. */
  async price(usd: number, market = 0): Promise<void> {
    this.prices[market] = usd
    const round = (this.rounds[market] ?? 2) + 1
    this.rounds[market] = round
    await pushPrice(this.b, this.market(market).feed.aggregator, this.d.reporters, round, usd)
    await updateAverage(this.b, this.market(market))
    await this.b.flush()
  }
  async wait(seconds: number): Promise<void> {
    await this.b.chain.mine((await this.b.head()).timeS + seconds)
  }
}

export interface PerpCall {
  readonly from: Address
  readonly contract: Contract
  readonly functionName: string
  readonly args: readonly unknown[]
}
