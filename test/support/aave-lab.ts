// A real Aave v3.0 with real Chainlink feeds on a fresh anvil, where the deployer keeps every role and anyone may be impersonated.
import {
  type Abi,
  type Address,
  concat,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  maxUint256,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem'
import { accountOf } from '../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { type Aave, deployAave } from '../../lab/deploy/aave.ts'
import { type Artifact, aaveArtifact } from '../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../lab/deploy/builder.ts'
import { type DeployedFeed, deployFeed } from '../../lab/deploy/feed.ts'
import { deployGuard, QUORUM } from '../../lab/deploy/guard.ts'
import { ASSETS, type AssetSymbol, BLOCK_S, SYMBOLS, units } from '../../lab/market.ts'
import { buildContracts } from '../../scripts/build-contracts.mjs'

export interface Send {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
}
export interface Mined {
  readonly number: number
  /** Whether each transaction went through, in order. */
  readonly ok: readonly boolean[]
}

const GENESIS_TIME_S = 1_780_272_000
const RICH = '0xd3c21bcecceda1000000'
const FEED_REPORTERS = 3
/** In the order that the Guard wants. */
const NODES = [0, 1, 2].map((n) => accountOf('node', n)).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))

export interface ReserveTokens {
  readonly aToken: Contract
  readonly stableDebt: Contract
  readonly variableDebt: Contract
}

export class AaveLab {
  readonly rounds = new Map<AssetSymbol, bigint>()
  timeS = 0
  private constructor(
    readonly anvil: Anvil,
    readonly admin: Address,
    readonly aave: Aave,
    readonly feeds: Readonly<Record<AssetSymbol, DeployedFeed>>,
    readonly reporters: Readonly<Record<AssetSymbol, readonly Address[]>>,
    readonly receiver: Contract,
    readonly tokens: Readonly<Record<AssetSymbol, ReserveTokens>>,
    /** Last block of the deployment. */
    readonly deployBlock: number,
    private readonly builder: Builder,
  ) {}

  static async start(): Promise<AaveLab> {
    await buildContracts()
    const anvil = await startAnvil({ genesisTimeS: GENESIS_TIME_S })
    await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
    await anvil.rpc.call('anvil_autoImpersonateAccount', [true])
    const admin = accountOf('deployer').address
    await anvil.rpc.call('anvil_setBalance', [admin, RICH])
    const b = new Builder(anvil.rpc, admin)
    const feeds = {} as Record<AssetSymbol, DeployedFeed>
    const reporters = {} as Record<AssetSymbol, readonly Address[]>
    for (const [i, symbol] of SYMBOLS.entries()) {
      reporters[symbol] = Array.from({ length: FEED_REPORTERS }, (_, n) => accountOf('reporter', FEED_REPORTERS * i + n).address)
      feeds[symbol] = await deployFeed(b, `${symbol} / USD`, reporters[symbol])
    }
    const sources = Object.fromEntries(SYMBOLS.map((s) => [s, feeds[s].proxy.address])) as Record<AssetSymbol, Address>
    const aave = await deployAave(b, admin, accountOf('treasury').address, sources)
    await b.write(aave.acl, 'addEmergencyAdmin', [admin])
    await b.write(aave.configurator, 'updateFlashloanPremiumTotal', [9n])
    await b.write(aave.configurator, 'updateFlashloanPremiumToProtocol', [3000n])
    const receiver = await b.deploy(aaveArtifact('mocks/flashloan/MockFlashLoanReceiver'), [aave.provider.address])
    await b.flush()
    const tokens = {} as Record<AssetSymbol, ReserveTokens>
    for (const symbol of SYMBOLS) {
      const [aToken, stableDebt, variableDebt] = await b.read<[Address, Address, Address]>(aave.dataProvider, 'getReserveTokensAddresses', [
        aave.tokens[symbol].address,
      ])
      const at = (name: string, address: Address): Contract => ({ address, abi: aaveArtifact(`protocol/tokenization/${name}`).abi })
      tokens[symbol] = {
        aToken: at('AToken', aToken),
        stableDebt: at('StableDebtToken', stableDebt),
        variableDebt: at('VariableDebtToken', variableDebt),
      }
    }
    const head = await b.head()
    const lab = new AaveLab(anvil, admin, aave, feeds, reporters, receiver, tokens, head.number, b)
    lab.timeS = head.timeS
    await lab.fund(SYMBOLS.flatMap((s) => [...reporters[s]]))
    await lab.mine(SYMBOLS.flatMap((s) => lab.priceRound(s, ASSETS[s].startPriceUsd)))
    return lab
  }

  /** Our Guard over this pool, with the lab's nodes as signers; the deployer is its admin and guardian. Only before the deployer sends anything else. */
  async deployGuard(): Promise<Contract> {
    const signers = NODES.map(({ address }) => address)
    const { guard } = await deployGuard(this.builder, this.admin, this.admin, signers, this.aave)
    this.timeS = (await this.builder.head()).timeS
    return guard
  }

  /** One more contract, sent by the deployer as anybody sends. */
  async deploy(artifact: Artifact, args: readonly unknown[]): Promise<Contract> {
    const data = encodeDeployData({ abi: artifact.abi, bytecode: artifact.bytecode, args: [...args] })
    const nonce = await this.anvil.rpc.call<Hex>('eth_getTransactionCount', [this.admin, 'latest'])
    const address = getContractAddress({ from: this.admin, nonce: BigInt(nonce) })
    await this.anvil.rpc.call('eth_sendTransaction', [{ from: this.admin, data, gas: '0x6acfc0' }])
    return { address, abi: artifact.abi }
  }

  /** A certificate of the first two nodes carried to the Guard by anybody. */
  async execute(
    guard: Contract,
    from: Address,
    step: { readonly entry: Hex; readonly subject: Hex; readonly step: number },
    round: number,
  ): Promise<Send> {
    const window = BigInt(Math.floor((this.timeS + BLOCK_S) / QUORUM.windowS))
    const hash = await this.builder.read<Hex>(guard, 'digest', [0, step.entry, step.subject, step.step, round, window])
    const signed = await Promise.all(NODES.slice(0, QUORUM.k).map(({ signer }) => signer.sign({ hash })))
    const signatures = concat(signed.map((s) => serializeCompactSignature(signatureToCompactSignature(parseSignature(s)))))
    return this.call(guard, from, 'execute', [step.entry, step.subject, step.step, round, window, 3n, signatures])
  }

  /** Does something and takes it all back. */
  async aside<T>(act: () => Promise<T>): Promise<T> {
    const { rpc } = this.anvil
    const [timeS, rounds] = [this.timeS, new Map(this.rounds)]
    const snapshot = await rpc.call('evm_snapshot')
    try {
      return await act()
    } finally {
      await rpc.call('evm_revert', [snapshot])
      this.timeS = timeS
      this.rounds.clear()
      for (const [symbol, round] of rounds) this.rounds.set(symbol, round)
    }
  }

  async fund(people: readonly Address[]): Promise<void> {
    await this.anvil.rpc.batch(people.map((address) => ({ method: 'anvil_setBalance', params: [address, RICH] })))
  }

  /** Calls of a contract as somebody. */
  call(contract: Contract, from: Address, functionName: string, args: readonly unknown[]): Send {
    return { from, to: contract.address, data: encodeFunctionData({ abi: contract.abi as Abi, functionName, args }) }
  }
  pool(from: Address, functionName: string, ...args: readonly unknown[]): Send {
    return this.call(this.aave.pool, from, functionName, args)
  }
  config(functionName: string, ...args: readonly unknown[]): Send {
    return this.call(this.aave.configurator, this.admin, functionName, args)
  }
  asset(symbol: AssetSymbol): Address {
    return this.aave.tokens[symbol].address
  }

  /** Tokens and approvals for somebody. */
  endow(who: Address, symbol: AssetSymbol, amount: number): readonly Send[] {
    const token = this.aave.tokens[symbol]
    const mint = encodeFunctionData({ abi: MINT, functionName: 'mint', args: [who, units(symbol, amount)] })
    return [{ from: who, to: token.address, data: mint }, this.call(token, who, 'approve', [this.aave.pool.address, maxUint256])]
  }

  /** One feed round; `submissions` of the three reporters speak. */
  priceRound(symbol: AssetSymbol, priceUsd: number, submissions = FEED_REPORTERS): readonly Send[] {
    const round = (this.rounds.get(symbol) ?? 0n) + 1n
    this.rounds.set(symbol, round)
    const answer = BigInt(Math.round(priceUsd * 1e8))
    return this.reporters[symbol]
      .slice(0, submissions)
      .map((from, n) => this.call(this.feeds[symbol].aggregator, from, 'submit', [round, answer + BigInt(n - 1)]))
  }

  /** Sends all, mines one block `stepS` later, says which went through. */
  async mine(sends: readonly Send[], stepS = 12): Promise<Mined> {
    const { rpc } = this.anvil
    const hashes = await rpc.batch(
      sends.map(({ from, to, data }, n) => ({
        method: 'eth_sendTransaction',
        // falling fees keep the order: anvil sorts by fee, then by arrival
        params: [{ from, to, data, gas: '0x2dc6c0', maxFeePerGas: toHex(1_000_000_000_000n - BigInt(n)), maxPriorityFeePerGas: '0x1' }],
      })),
    )
    const refused = hashes.find((hash) => hash instanceof Error)
    if (refused) throw refused
    this.timeS += stepS
    await rpc.call('evm_setNextBlockTimestamp', [this.timeS])
    await rpc.call('evm_mine')
    const number = Number(await rpc.call<Hex>('eth_blockNumber'))
    const receipts = await rpc.call<readonly { readonly transactionHash: Hex; readonly status: Hex }[]>('eth_getBlockReceipts', [
      toHex(number),
    ])
    const status = new Map(receipts.map((r) => [r.transactionHash, r.status === '0x1']))
    return { number, ok: hashes.map((hash) => status.get(hash as Hex) ?? false) }
  }

  /** Would this go through now? The node's words if not. */
  async tries(send: Send): Promise<string> {
    try {
      await this.anvil.rpc.call('eth_call', [{ from: send.from, to: send.to, data: send.data, gas: '0x2dc6c0' }, 'latest'])
      return 'yes'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  stop(): Promise<void> {
    return this.anvil.stop()
  }
}

const MINT = [
  {
    type: 'function',
    name: 'mint',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'account', type: 'address' },
      { name: 'value', type: 'uint256' },
    ],
    outputs: [],
  },
] as const
