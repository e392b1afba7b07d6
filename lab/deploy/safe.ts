// Deploys a Safe 1.4.1 two-of-three, and composes what its owners sign.
import {
  type Address,
  concat,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  hashTypedData,
  keccak256,
  parseAbi,
  zeroAddress,
} from 'viem'
import { encodePacked } from 'viem/utils'
import { accountAt } from '../accounts.ts'
import { CHAIN_ID } from '../anvil.ts'
import { safeArtifact } from './artifacts.ts'
import type { Builder } from './builder.ts'

export const SAFE_THRESHOLD = 2
const SALT = 1n
const EXEC = parseAbi([
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
])
const SAFE_TX = [
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'data', type: 'bytes' },
  { name: 'operation', type: 'uint8' },
  { name: 'safeTxGas', type: 'uint256' },
  { name: 'baseGas', type: 'uint256' },
  { name: 'gasPrice', type: 'uint256' },
  { name: 'gasToken', type: 'address' },
  { name: 'refundReceiver', type: 'address' },
  { name: 'nonce', type: 'uint256' },
] as const

export async function deploySafe(b: Builder, owners: readonly Address[]): Promise<Address> {
  const singleton = await b.deploy(safeArtifact('Safe'))
  const factory = await b.deploy(safeArtifact('proxies/SafeProxyFactory'))
  const handler = await b.deploy(safeArtifact('handler/CompatibilityFallbackHandler'))
  const setup = [owners, SAFE_THRESHOLD, zeroAddress, '0x', handler.address, zeroAddress, 0n, zeroAddress]
  const initializer = encodeFunctionData({ abi: singleton.abi, functionName: 'setup', args: setup })
  const creationCode = await b.read<Hex>(factory, 'proxyCreationCode')
  await b.write(factory, 'createProxyWithNonce', [singleton.address, initializer, SALT])
  const salt = keccak256(encodePacked(['bytes32', 'uint256'], [keccak256(initializer), SALT]))
  const bytecode = concat([creationCode, `0x${singleton.address.slice(2).toLowerCase().padStart(64, '0')}`])
  return getContractAddress({ opcode: 'CREATE2', from: factory.address, salt, bytecode })
}

/** Calldata of `execTransaction`, signed by the first owners up to the threshold. `operation` 1 is a delegate call. Anyone may send it. */
export async function safeCall(
  safe: Address,
  owners: readonly Address[],
  nonce: bigint,
  to: Address,
  data: Hex,
  operation: 0 | 1 = 0,
): Promise<Hex> {
  const plain = {
    to,
    value: 0n,
    data,
    operation,
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    gasToken: zeroAddress,
    refundReceiver: zeroAddress,
  }
  const domain = { chainId: CHAIN_ID, verifyingContract: safe }
  const hash = hashTypedData({ domain, types: { SafeTx: SAFE_TX }, primaryType: 'SafeTx', message: { ...plain, nonce } })
  // The Safe wants signatures in ascending order of their owners.
  const signers = owners.slice(0, SAFE_THRESHOLD).sort((x, y) => (x.toLowerCase() < y.toLowerCase() ? -1 : 1))
  const signatures = await Promise.all(signers.map((owner) => accountAt(owner).signer.sign({ hash })))
  const args = [to, 0n, data, operation, 0n, 0n, 0n, zeroAddress, zeroAddress, concat(signatures)] as const
  return encodeFunctionData({ abi: EXEC, functionName: 'execTransaction', args })
}
