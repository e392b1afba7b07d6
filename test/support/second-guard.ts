// Another Guard over the prepared market, deployed by nobody in particular: one signer, no roles, entries as the test wants them.
import { type Abi, encodeDeployData, encodeFunctionData, getContractAddress } from 'viem'
import { accountOf } from '../../lab/accounts.ts'
import type { Anvil } from '../../lab/anvil.ts'
import type { PreparedState } from '../../lab/prepared.ts'
import { Guard } from '../../src/contracts/Guard.ts'
import type { Hex } from '../../src/core/flow.ts'
import { aaveGuardEntries } from '../../src/protocols/aave-v3/entries.ts'

const ABI = Guard.abi as Abi

/** As the deployer, who is nobody in the market by now, but admin and guardian of this one. */
export async function secondGuard(
  anvil: Anvil,
  { deployment }: PreparedState,
  times: { readonly expiryS: number; readonly hardCapS: number; readonly cooldownS: number },
  isAdded: (action: string, symbol: string) => boolean,
): Promise<Hex> {
  const { address: from } = accountOf('deployer')
  const nonce = BigInt(await anvil.rpc.call<Hex>('eth_getTransactionCount', [from, 'latest']))
  const guard = getContractAddress({ from, nonce })
  const [signer] = deployment.nodes
  const args = [from, from, [signer?.address], 1, 120, 24]
  await sendAs(anvil, from, undefined, encodeDeployData({ abi: ABI, bytecode: Guard.bytecode, args }))
  const { pool, configurator, dataProvider, assets } = deployment
  for (const { action, symbol, entry } of aaveGuardEntries({ pool, configurator, dataProvider, assets, ...times }))
    if (isAdded(action, symbol)) await sendAs(anvil, from, guard, encodeFunctionData({ abi: ABI, functionName: 'addEntry', args: [entry] }))
  return guard.toLowerCase() as Hex
}

/** Anybody's transaction, mined at once; throws if it fails. */
export async function sendAs({ rpc }: Anvil, from: Hex, to: Hex | undefined, data: Hex): Promise<void> {
  await rpc.call('anvil_impersonateAccount', [from])
  await rpc.call('anvil_setBalance', [from, '0xd3c21bcecceda1000000'])
  const hash = await rpc.call<Hex>('eth_sendTransaction', [{ from, ...(to ? { to } : {}), data, gas: '0x989680' }])
  await rpc.call('evm_mine')
  const receipt = await rpc.call<{ readonly status: Hex } | null>('eth_getTransactionReceipt', [hash])
  if (receipt?.status !== '0x1') throw new Error(`transaction of ${from} failed`)
}
