// Deploys the lab's own bridge across two chains: a token that is at home on one, its guest on the other, and a key that attests.
import type { Address } from 'viem'
import { aaveArtifact, bridgeArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface DeployedBridge {
  /** At home: the token, and the gateway that locks it. */
  readonly token: Contract
  readonly lock: Contract
  /** On the other chain: gateway and token in one. */
  readonly mint: Contract
  readonly decimals: number
}

export async function deployBridge(home: Builder, away: Builder, attester: Address, decimals = 18): Promise<DeployedBridge> {
  const token = await home.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['Home', 'HOME', decimals])
  const lock = await home.deploy(bridgeArtifact('LockSide'), [token.address, attester])
  const mint = await away.deploy(bridgeArtifact('MintSide'), ['Guest', decimals, attester])
  await home.flush()
  await away.flush()
  return { token, lock, mint, decimals }
}
