// Deploys the lab's own vault on OpenZeppelin's ERC-4626, over a token that anybody may mint.
import { aaveArtifact, vaultArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface DeployedVault {
  readonly asset: Contract
  readonly vault: Contract
  readonly assetDecimals: number
  readonly shareDecimals: number
}

export interface VaultKind {
  readonly assetDecimals: number
  /** Without them the first holder can raise the price of a share at will. */
  readonly virtualShares: boolean
  /** Digits that shares have more than assets. */
  readonly offset?: number
}

export async function deployVault(b: Builder, { assetDecimals, virtualShares, offset = 0 }: VaultKind): Promise<DeployedVault> {
  const asset = await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['Asset', 'AST', assetDecimals])
  const vault = await b.deploy(vaultArtifact(), [asset.address, 'Shares', virtualShares, offset])
  return { asset, vault, assetDecimals, shareDecimals: assetDecimals + offset }
}
