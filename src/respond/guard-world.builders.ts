// A real Guard on a real anvil with the smallest protocol there is, for this folder's tests.
import { decodeEventLog, encodeDeployData, encodeFunctionData, hashTypedData } from 'viem'
import { accountOf, type LabAccount } from '../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { Guard } from '../contracts/Guard.ts'
import type { Certificate, Hex, Operation } from '../core/flow.ts'
import { OPERATION_CODE } from '../core/flow.ts'
import { ARG, BOUND, DIRECTION, entryId, type GuardEntry, NO_LIVE } from '../core/guard-entry.ts'
import type { RpcClient } from './node.ts'
import { loadWallet, type Wallet } from './wallet.ts'

export const WINDOW_S = 60
const GENESIS_S = 1_800_000_000
const EXPIRY_S = 600
/** One word of storage, 1,000 at first: two arguments write the second one, one argument reads. */
const TARGET: Hex = '0x6103e8600055601a6012600039601a6000f36024361160125760005460005260206000f35b60243560005500'
export const SUBJECT: Hex = `0x${'0'.repeat(24)}${'ab'.repeat(20)}`

export class GuardWorld {
  private people = 0
  private constructor(
    readonly anvil: Anvil,
    readonly guard: Hex,
    private readonly signers: readonly Wallet[],
  ) {}

  static async start(): Promise<GuardWorld> {
    const anvil = await startAnvil({ genesisTimeS: GENESIS_S })
    const signers = [0, 1, 2].map((n) => walletOf(accountOf('node', n))).sort((a, b) => (a.address < b.address ? -1 : 1))
    const admin = accountOf('deployer').address
    const args = [admin, admin, signers.map(({ address }) => address), 2n, BigInt(WINDOW_S), 0n] as const
    const guard = await deploy(anvil, encodeDeployData({ abi: Guard.abi, bytecode: Guard.bytecode as Hex, args }))
    return new GuardWorld(anvil, guard, signers)
  }

  /** A protocol and the Guard's entry for it. */
  async entry(): Promise<Hex> {
    const target = await deploy(this.anvil, TARGET)
    const getter = { ...NO_LIVE, target, selector: '0x87654321', withSubject: true, mask: 2n ** 256n - 1n } as const
    const arg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
    const entry: GuardEntry = {
      ...{ target, selector: '0x12345678', class: 0, expiryS: EXPIRY_S, hardCapS: 7200, cooldownS: 0, budget: 9, budgetWindowS: 3600 },
      ...{ minGas: 50_000, owned: 1, getter, direction: DIRECTION.down, zeroMeansUnlimited: false },
      args: [{ ...arg, kind: ARG.subject, bound: BOUND.oneOf, values: [BigInt(SUBJECT)] }, arg],
      steps: [{ isLive: false, value: 500n, live: NO_LIVE, mulBps: 0n, divisor: 0n }],
    }
    return this.add(entry)
  }

  async add(entry: GuardEntry): Promise<Hex> {
    await this.send(accountOf('deployer').address, encodeFunctionData({ abi: Guard.abi, functionName: 'addEntry', args: [entry] }))
    await this.mine()
    return entryId(entry)
  }

  /** A funded account that nobody else uses. */
  async relayer(): Promise<Wallet> {
    const account = accountOf('person', this.people++)
    await this.rpc.request('anvil_setBalance', [account.address, `0x${(10n ** 20n).toString(16)}`])
    return walletOf(account)
  }

  async certificate(entry: Hex, round = 0, operation: Operation = 'execute', windowsAhead = 0): Promise<Certificate> {
    const window = Math.floor((await this.timeS()) / WINDOW_S) + windowsAhead
    const message = { operation: OPERATION_CODE[operation], entry, subject: SUBJECT, step: 0, round, window: BigInt(window) }
    const digest = hashTypedData({
      domain: { name: 'Firebreak Guard', version: '1', chainId: 31337, verifyingContract: this.guard },
      types: { Approval: TYPE.map((text) => ({ type: text.split(' ')[0] ?? '', name: text.split(' ')[1] ?? '' })) },
      primaryType: 'Approval',
      message,
    })
    const signatures = await Promise.all(this.signers.slice(0, 2).map((signer) => signer.signDigest(digest)))
    const about = { chainId: 31337, guard: this.guard, operation, entry, subject: SUBJECT, step: 0, round, incident: digest }
    const proposal = { ...about, action: 'borrowCap', market: 0 } as const
    return { proposal, window, digest, signers: 0b11n, signatures: `0x${signatures.map((text) => text.slice(2)).join('')}` }
  }

  errand(kind: 'beginLift' | 'lift', entry: Hex, round = 0) {
    return { kind, chainId: 31337, guard: this.guard, entry, subject: SUBJECT, round, incident: entry } as const
  }

  /** A transaction of one of anvil's own accounts, not mined yet. */
  send(from: Hex, data: Hex, to = this.guard): Promise<Hex> {
    return this.anvil.rpc.call<Hex>('eth_sendTransaction', [{ from, to, data, gas: '0x1e8480' }])
  }

  /** One block; its number. */
  async mine(secondsLater = 12): Promise<number> {
    await this.anvil.rpc.call('evm_setNextBlockTimestamp', [(await this.timeS()) + secondsLater])
    await this.anvil.rpc.call('evm_mine')
    return Number(await this.anvil.rpc.call<Hex>('eth_blockNumber'))
  }

  /** On to the first second of the next window. */
  async nextWindow(): Promise<number> {
    return this.mine(WINDOW_S - ((await this.timeS()) % WINDOW_S))
  }

  async timeS(): Promise<number> {
    return Number((await this.anvil.rpc.call<{ timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])).timestamp)
  }

  async nonce(address: Hex): Promise<number> {
    return Number(await this.anvil.rpc.call<Hex>('eth_getTransactionCount', [address, 'latest']))
  }

  /** What the Guard did for an entry, in order. */
  async events(entry: Hex): Promise<string[]> {
    type Found = { topics: [Hex, ...Hex[]]; data: Hex }
    const logs = await this.anvil.rpc.call<Found[]>('eth_getLogs', [{ address: this.guard, fromBlock: '0x0', topics: [null, entry] }])
    return logs.map((log) => decodeEventLog({ abi: Guard.abi, ...log }).eventName as string).filter((name) => name !== 'EntryAdded')
  }

  get rpc(): RpcClient {
    return rpcOf(this.anvil)
  }
}

const TYPE = ['uint8 operation', 'bytes32 entry', 'bytes32 subject', 'uint8 step', 'uint32 round', 'uint64 window']

export function rpcOf(anvil: Pick<Anvil, 'rpc'>): RpcClient {
  return { endpoint: 'anvil', request: (method, params) => anvil.rpc.call(method, params) }
}

export function walletOf({ privateKey, address }: Pick<LabAccount, 'privateKey' | 'address'>): Wallet {
  const name = `LAB_KEY_${address}`
  process.env[name] = privateKey
  return loadWallet({ env: name })
}

async function deploy(anvil: Anvil, data: Hex): Promise<Hex> {
  const hash = await anvil.rpc.call<Hex>('eth_sendTransaction', [{ from: accountOf('deployer').address, data, gas: '0x1000000' }])
  await anvil.rpc.call('evm_mine')
  const receipt = await anvil.rpc.call<{ contractAddress: Hex | null; status: Hex }>('eth_getTransactionReceipt', [hash])
  if (receipt.contractAddress === null || receipt.status !== '0x1') throw new Error('the deployment reverted')
  return receipt.contractAddress
}
