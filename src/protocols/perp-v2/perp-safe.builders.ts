// A Safe that owns a real Perp v2, and our Guard with a route through it to each function that an entry may call.
import {
  type Abi,
  type Address,
  concat,
  encodeFunctionData,
  type Hex,
  parseAbi,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toFunctionSelector,
  toHex,
} from 'viem'
import { accountOf } from '../../../lab/accounts.ts'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { QUORUM } from '../../../lab/deploy/guard.ts'
import { deploySafe, safeCall } from '../../../lab/deploy/safe.ts'
import { Guard } from '../../contracts/Guard.ts'
import { SafeModuleRoute } from '../../contracts/SafeModuleRoute.ts'
import type { GuardStep } from '../../core/flow.ts'
import { type PerpGuardEntry, perpGuardEntries } from './entries.ts'
import type { PerpLab } from './perp.builders.ts'

const MODULES = parseAbi(['function enableModule(address)'])
const OWNED = parseAbi(['function updateOwner()'])
const BLOCK_S = 12
const OWNERS = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
const NODES = [0, 1, 2].map((n) => accountOf('node', n)).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))

export class SafeOwner {
  private constructor(
    readonly lab: PerpLab,
    readonly safe: Address,
    private nonce: bigint,
  ) {}

  /** The Safe takes the ownership of all that an action sets. */
  static async of(lab: PerpLab): Promise<SafeOwner> {
    const { b, anvil } = lab
    for (const who of [...OWNERS, ...NODES.map(({ address }) => address)])
      await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
    const owner = new SafeOwner(lab, await deploySafe(b, OWNERS), 0n)
    const { clearingHouse, vault, exchange, registry, config, base } = lab.contracts
    const owned = [clearingHouse, vault, exchange, registry, config, base(lab.market())]
    for (const contract of owned) await b.write(contract, 'setOwner', [owner.safe])
    await b.flush()
    for (const { address } of owned) await owner.does(address, encodeFunctionData({ abi: OWNED, functionName: 'updateOwner' }))
    return owner
  }

  async does(to: Address, data: Hex): Promise<void> {
    const relayer = OWNERS[0] as Address
    await this.lab.b.push('by the Safe', relayer, this.safe, await safeCall(this.safe, OWNERS, this.nonce++, to, data))
    await this.lab.b.flush()
  }

  /** What was done aside is taken back, so the Safe's own count is too. */
  async aside<T>(act: () => Promise<T>): Promise<T> {
    const { nonce } = this
    try {
      return await this.lab.aside(act)
    } finally {
      this.nonce = nonce
    }
  }

  async deployGuard(): Promise<{ readonly guard: Contract; readonly entries: readonly PerpGuardEntry[] }> {
    const { b, d } = this.lab
    const artifact = { name: 'Guard', abi: Guard.abi as Abi, bytecode: Guard.bytecode as Hex }
    const signers = NODES.map(({ address }) => address)
    const guard = await b.deploy(artifact, [d.owner, d.owner, signers, QUORUM.k, QUORUM.windowS, QUORUM.liftGapS])
    const route = async (target: Address, signature: string): Promise<Address> => {
      const code = { name: 'SafeModuleRoute', abi: SafeModuleRoute.abi as Abi, bytecode: SafeModuleRoute.bytecode as Hex }
      const { address } = await b.deploy(code, [guard.address, this.safe, target, toFunctionSelector(signature)])
      await b.flush()
      await this.does(this.safe, encodeFunctionData({ abi: MODULES, functionName: 'enableModule', args: [address] }))
      return address
    }
    const routes = {
      stopSwaps: await route(d.exchange, 'setMaxTickCrossedWithinBlock(address,uint24)'),
      tightenSpread: await route(d.marketRegistry, 'setMarketMaxPriceSpreadRatio(address,uint24)'),
      capFunding: await route(d.config, 'setMaxFundingRate(uint24)'),
      stopDeposits: await route(d.config, 'setSettlementTokenBalanceCap(uint256)'),
    }
    const markets = d.markets.map(({ symbol, baseToken }) => ({ name: symbol, baseToken }))
    const entries = perpGuardEntries({ exchange: d.exchange, registry: d.marketRegistry, config: d.config, markets, routes })
    for (const { entry } of entries) await b.write(guard, 'addEntry', [entry], d.owner, 3_000_000n)
    await b.flush()
    return { guard, entries }
  }

  /** A certificate of two nodes, carried by anybody; its gas, or undefined if it was refused. */
  async execute(guard: Contract, { entry, subject, step }: GuardStep, round = 0): Promise<number | undefined> {
    const { b } = this.lab
    const window = BigInt(Math.floor(((await b.head()).timeS + BLOCK_S) / QUORUM.windowS))
    const hash = await b.read<Hex>(guard, 'digest', [0, entry, subject, step, round, window])
    const signed = await Promise.all(NODES.slice(0, QUORUM.k).map(({ signer }) => signer.sign({ hash })))
    const signatures = concat(signed.map((s) => serializeCompactSignature(signatureToCompactSignature(parseSignature(s)))))
    const call = {
      from: this.lab.trader(0),
      contract: guard,
      functionName: 'execute',
      args: [entry, subject, step, round, window, 3n, signatures],
    }
    const [receipt] = await this.lab.block([call])
    return receipt?.status === '0x1' ? Number(receipt.gasUsed) : undefined
  }

  /** After expiry, in two calls, by anybody. */
  async lift(guard: Contract, { entry, subject }: GuardStep): Promise<readonly boolean[]> {
    const from = this.lab.trader(0)
    await this.lab.wait(700)
    const [begun] = await this.lab.block([{ from, contract: guard, functionName: 'beginLift', args: [entry, subject, 0, 0n, 0n, '0x'] }])
    await this.lab.wait(QUORUM.liftGapS)
    const [lifted] = await this.lab.block([{ from, contract: guard, functionName: 'lift', args: [entry, subject] }])
    return [begun?.status === '0x1', lifted?.status === '0x1']
  }
}
