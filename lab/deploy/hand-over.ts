// Leaves the lab governed as a real deployment is: the timelock rules, the Safe guards and repairs, the deployer is nobody.
import { type Address, encodeFunctionData, keccak256, toHex, zeroHash } from 'viem'
import type { Aave } from './aave.ts'
import type { Builder, Contract } from './builder.ts'
import { safeCall } from './safe.ts'

export interface HandOver {
  readonly b: Builder
  readonly deployer: Address
  readonly safe: Address
  readonly owners: readonly Address[]
  readonly timelock: Address
  readonly aave: Aave
  readonly guard: Contract
  /** Whose parameters are set by a small team's hot key, as risk stewards do it. */
  readonly riskSteward: Address
  /** Aggregators and proxies. */
  readonly owned: readonly Contract[]
}

const RISK_ADMIN = keccak256(toHex('RISK_ADMIN'))
/** Grants and takes RISK_ADMIN. The Safe holds it, so that a captured steward is out without the timelock's delay. */
const RISK_COUNCIL_ADMIN = keccak256(toHex('RISK_COUNCIL_ADMIN'))

export async function handOver({ b, deployer, safe, owners, timelock, aave, guard, riskSteward, owned }: HandOver): Promise<void> {
  const relayer = owners[0]
  if (relayer === undefined) throw new Error('the Safe has no owner to send its transactions')
  let nonce = 0n
  // Chainlink's ownership needs the new owner's acceptance, which only the Safe itself can give.
  for (const contract of owned) await b.write(contract, 'transferOwnership', [safe])
  for (const contract of owned) {
    const accept = encodeFunctionData({ abi: contract.abi, functionName: 'acceptOwnership' })
    await b.push('acceptOwnership', relayer, safe, await safeCall(safe, owners, nonce++, contract.address, accept))
  }

  await b.write(guard, 'setAdmin', [timelock])
  await b.write(aave.acl, 'addEmergencyAdmin', [safe])
  await b.write(aave.acl, 'addPoolAdmin', [timelock])
  await b.write(aave.acl, 'grantRole', [zeroHash, timelock])
  await b.write(aave.provider, 'setACLAdmin', [timelock])
  for (const revoke of ['removePoolAdmin', 'removeAssetListingAdmin', 'removeRiskAdmin']) await b.write(aave.acl, revoke, [deployer])
  await b.write(aave.acl, 'addRiskAdmin', [riskSteward])
  await b.write(aave.acl, 'setRoleAdmin', [RISK_ADMIN, RISK_COUNCIL_ADMIN])
  await b.write(aave.acl, 'grantRole', [RISK_COUNCIL_ADMIN, safe])
  await b.write(aave.acl, 'renounceRole', [zeroHash, deployer])
  await b.write(aave.provider, 'transferOwnership', [timelock])
  await b.write(aave.registry, 'transferOwnership', [timelock])
  await b.flush()
}
