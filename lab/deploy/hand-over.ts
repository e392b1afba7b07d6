// Leaves the lab governed as a real deployment is: the timelock rules, the Safe guards and repairs, the deployer is nobody.
import { type Address, encodeFunctionData, zeroHash } from 'viem'
import type { Aave } from './aave.ts'
import type { Builder, Contract } from './builder.ts'
import type { DeployedFeed } from './feed.ts'
import { safeCall } from './safe.ts'

export interface HandOver {
  readonly b: Builder
  readonly deployer: Address
  readonly safe: Address
  readonly owners: readonly Address[]
  readonly timelock: Address
  readonly aave: Aave
  readonly guard: Contract
  readonly feeds: readonly DeployedFeed[]
}

export async function handOver({ b, deployer, safe, owners, timelock, aave, guard, feeds }: HandOver): Promise<void> {
  const relayer = owners[0]
  if (relayer === undefined) throw new Error('the Safe has no owner to send its transactions')
  let nonce = 0n
  // Chainlink's ownership needs the new owner's acceptance, which only the Safe itself can give.
  const owned = feeds.flatMap(({ aggregator, proxy }) => [aggregator, proxy])
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
  await b.write(aave.acl, 'renounceRole', [zeroHash, deployer])
  await b.write(aave.provider, 'transferOwnership', [timelock])
  await b.write(aave.registry, 'transferOwnership', [timelock])
  await b.flush()
}
