// A real Lyra market on a fresh anvil, where anyone may be impersonated: what people do to it, mined together, and what its views say.
import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, parseEther, toHex } from 'viem'
import { accountOf } from '../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { Builder } from '../../lab/deploy/builder.ts'
import { BASE_KEY, deployLyra, type LyraContracts, type LyraDeployment, type LyraName, lyraContracts } from '../../lab/deploy/lyra.ts'
import { RpcError } from '../../lab/rpc.ts'

export interface LyraSend {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
}

const GENESIS_TIME_S = 1_780_272_000
const RICH = toHex(10n ** 24n)
const BLOCK_S = 12
const GAS = '0x7a1200'
const NO_LIMIT = 2n ** 128n

export class LyraLab {
  timeS = 0
  private constructor(
    readonly anvil: Anvil,
    readonly lyra: LyraDeployment,
    readonly contracts: LyraContracts,
    readonly builder: Builder,
  ) {}

  static async start(): Promise<LyraLab> {
    const anvil = await startAnvil({ genesisTimeS: GENESIS_TIME_S })
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
    await anvil.rpc.call('anvil_autoImpersonateAccount', [true])
    const [owner, guardian, securityModule, provider, ...traders] = Array.from({ length: 8 }, (_, n) => accountOf('person', n).address) as [
      Address,
      Address,
      Address,
      Address,
      ...Address[],
    ]
    for (const who of [owner, guardian, securityModule, provider, ...traders]) await anvil.rpc.call('anvil_setBalance', [who, RICH])
    const b = new Builder(anvil.rpc, owner)
    const lyra = await deployLyra(b, { owner, guardian, securityModule, provider, traders })
    const lab = new LyraLab(anvil, lyra, lyraContracts(lyra), b)
    lab.timeS = (await b.head()).timeS
    return lab
  }

  stop(): Promise<void> {
    return this.anvil.stop()
  }

  send(name: LyraName, from: Address, functionName: string, ...args: readonly unknown[]): LyraSend {
    const { address, abi } = this.contracts[name]
    return { from, to: address, data: encodeFunctionData({ abi, functionName, args }) }
  }

  price(usd: number): LyraSend {
    return this.send('rates', this.lyra.owner, 'setRateAndInvalid', BASE_KEY, parseEther(usd.toFixed(6)), false)
  }

  /** `collateral`: what the position has afterwards. */
  trade(
    kind: 'openPosition' | 'closePosition' | 'forceClosePosition',
    from: Address,
    { strike, type, amount, collateral = 0n, position = 0, iterations = 1 }: LyraOrder,
  ): LyraSend {
    return this.send('optionMarket', from, kind, {
      strikeId: BigInt(strike),
      positionId: BigInt(position),
      iterations: BigInt(iterations),
      optionType: type,
      amount,
      setCollateralTo: collateral,
      minTotalCost: 0n,
      maxTotalCost: NO_LIMIT,
    })
  }

  /** One block of them, in order, `afterS` after the last one. */
  async mine(sends: readonly LyraSend[], afterS = BLOCK_S): Promise<{ readonly number: number; readonly ok: readonly boolean[] }> {
    const { rpc } = this.anvil
    const hashes = await rpc.batch(
      sends.map((one, n) => ({
        method: 'eth_sendTransaction',
        params: [{ ...one, gas: GAS, maxFeePerGas: toHex(10n ** 12n - BigInt(n)), maxPriorityFeePerGas: '0x1' }],
      })),
    )
    for (const hash of hashes) if (hash instanceof RpcError) throw hash
    this.timeS += afterS
    await rpc.call('evm_setNextBlockTimestamp', [this.timeS])
    await rpc.call('evm_mine')
    const { number } = await this.builder.head()
    const went = new Map(
      (await this.builder.chain.receipts(number)).map(({ transactionHash, status }) => [transactionHash, status === '0x1']),
    )
    return { number, ok: hashes.map((hash) => went.get(hash as Hex) ?? false) }
  }

  /** `yes`, or the node's words. */
  async tries(send: LyraSend): Promise<string> {
    const answer = (await this.anvil.rpc.batch([{ method: 'eth_call', params: [{ ...send, gas: GAS }, 'latest'] }]))[0]
    if (!(answer instanceof RpcError)) return 'yes'
    return answer.message
  }

  async read<T>(name: LyraName, functionName: string, ...args: readonly unknown[]): Promise<T> {
    const { address, abi } = this.contracts[name]
    const data = encodeFunctionData({ abi, functionName, args })
    const result = await this.anvil.rpc.call<Hex>('eth_call', [{ to: address, data }, 'latest'])
    return decodeFunctionResult({ abi, functionName, data: result }) as T
  }

  /** Does something and takes it all back. */
  async aside<T>(act: () => Promise<T>): Promise<T> {
    const { timeS } = this
    const snapshot = await this.anvil.rpc.call<Hex>('evm_snapshot')
    try {
      return await act()
    } finally {
      await this.anvil.rpc.call('evm_revert', [snapshot])
      this.timeS = timeS
    }
  }
}

export interface LyraOrder {
  readonly strike: number
  readonly type: number
  readonly amount: bigint
  readonly collateral?: bigint
  readonly position?: number
  readonly iterations?: number
}
