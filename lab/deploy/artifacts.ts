// Finds the compiled contracts of real protocols in their npm packages, and links their libraries.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Abi, Address, Hex } from 'viem'

type LinkReferences = Readonly<Record<string, Readonly<Record<string, readonly { readonly start: number; readonly length: number }[]>>>>

export interface Artifact {
  readonly name: string
  readonly abi: Abi
  readonly bytecode: Hex
  readonly linkReferences?: LinkReferences
}

const ROOT = join(import.meta.dirname, '..', '..')
const require = createRequire(import.meta.url)
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function fromPackage(pkg: string, path: string): Artifact {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const file = join(dirname(require.resolve(`${pkg}/package.json`)), path.endsWith('.json') ? path : `${path}.json`)
  return { ...(read(file) as Omit<Artifact, 'name'>), name }
}

export const packageVersion = (pkg: string): string => (read(require.resolve(`${pkg}/package.json`)) as { version: string }).version

/** `path` as in Aave's source tree, for example `protocol/pool/Pool`. */
export const aaveArtifact = (path: string): Artifact =>
  fromPackage('@aave/core-v3', `artifacts/contracts/${path}.sol/${path.slice(path.lastIndexOf('/') + 1)}`)

export const safeArtifact = (path: string): Artifact =>
  fromPackage('@safe-global/safe-contracts', `build/artifacts/contracts/${path}.sol/${path.slice(path.lastIndexOf('/') + 1)}`)

export const openZeppelinArtifact = (name: string): Artifact => fromPackage('@openzeppelin/contracts', `build/contracts/${name}`)

/** `path` as in Lyra's source tree, for example `libraries/GWAV`. */
export const lyraArtifact = (path: string): Artifact =>
  fromPackage('@lyrafinance/protocol', `dist/artifacts/contracts/${path}.sol/${path.slice(path.lastIndexOf('/') + 1)}`)

export const uniswapArtifact = (pkg: 'v3-core' | 'v3-periphery', name: string): Artifact =>
  fromPackage(`@uniswap/${pkg}`, `artifacts/contracts/${name}.sol/${name}`)

/** Perpetual Protocol v2 (Curie) and its price feeds. */
export const perpArtifact = (name: string): Artifact => fromPackage('@perp/curie-contract', `artifacts/contracts/${name}.sol/${name}`)
export const perpOracleArtifact = (name: string): Artifact =>
  fromPackage('@perp/perp-oracle-contract', `artifacts/contracts/${name}.sol/${name}`)
/** Truffle's form: the bytecode lies deeper in the file. */
export function uniswapV2Artifact(pkg: 'v2-core' | 'v2-periphery', name: string): Artifact {
  const { abi, evm } = fromPackage(`@uniswap/${pkg}`, `build/${name}`) as Artifact & {
    readonly evm: { readonly bytecode: { readonly object: string } }
  }
  return { name, abi, bytecode: `0x${evm.bytecode.object.replace(/^0x/, '')}` }
}

/** Of Foundry's output folder. */
export function uniswapV4Artifact(name: string): Artifact {
  const { abi, bytecode } = fromPackage('@uniswap/v4-core', `out/${name}.sol/${name}`) as unknown as {
    readonly abi: Artifact['abi']
    readonly bytecode: { readonly object: Hex }
  }
  return { name, abi, bytecode: bytecode.object }
}

/** Chainlink's package has sources only; scripts/build-contracts.mjs compiles them. */
export const chainlinkArtifact = (name: 'FluxAggregator' | 'EACAggregatorProxy'): Artifact => compiled('chainlink.json', name)

/** Of lab/contracts, compiled by the same script. */
export const ocrArtifact = (): Artifact => compiled('ocr.json', 'OcrAggregator')

/** Of lab/contracts too: the lab's own vault and bridge. */
export const vaultArtifact = (): Artifact => compiled('vault.json', 'SharesVault')
export const bridgeArtifact = (name: 'LockSide' | 'MintSide'): Artifact => compiled('bridge.json', name)

function compiled(file: string, name: string): Artifact {
  const artifact = (read(join(ROOT, '.cache/lab', file)) as Record<string, Omit<Artifact, 'name'>>)[name]
  if (artifact === undefined) throw new Error(`.cache/lab/${file} has no ${name}: run node scripts/build-contracts.mjs`)
  return { ...artifact, name }
}

/** Creation code with the addresses of its libraries written in. */
export function linked(artifact: Artifact, libraries: Readonly<Record<string, Address>>): Hex {
  let code: string = artifact.bytecode
  for (const file of Object.values(artifact.linkReferences ?? {})) {
    for (const [library, places] of Object.entries(file)) {
      const address = libraries[library]
      if (address === undefined) throw new Error(`${artifact.name} needs the library ${library}`)
      for (const { start, length } of places) {
        code = code.slice(0, 2 + start * 2) + address.slice(2).toLowerCase() + code.slice(2 + (start + length) * 2)
      }
    }
  }
  return code as Hex
}
