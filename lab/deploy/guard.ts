// Deploys our Guard with its playbook's entries, while the deployer is still its admin.
import { type Abi, type Address, type Hex, toEventSelector } from 'viem'
import { Guard } from '../../src/contracts/Guard.ts'
import { aaveGuardEntries } from '../../src/protocols/aave-v3/entries.ts'
import { ASSETS, SYMBOLS } from '../market.ts'
import type { Aave } from './aave.ts'
import type { Builder, Contract } from './builder.ts'

/** Two of three nodes agree; a certificate holds for 120 s, ten blocks; the two calls of a lift are two blocks apart. */
export const QUORUM = { n: 3, k: 2, windowS: 120, liftGapS: 24 } as const

export interface GuardEntryRef {
  readonly action: string
  readonly symbol: string
  readonly id: Hex
}

const ENTRY_ADDED = toEventSelector('EntryAdded(bytes32,address,bytes4,uint8,bytes)')

export function entriesFor(aave: {
  pool: Address
  configurator: Address
  dataProvider: Address
  tokens: Readonly<Record<string, Address>>
}) {
  const assets = SYMBOLS.map((symbol) => {
    const address = aave.tokens[symbol]
    if (address === undefined) throw new Error(`no token for ${symbol}`)
    return { address, symbol, decimals: ASSETS[symbol].decimals }
  })
  return aaveGuardEntries({ pool: aave.pool, configurator: aave.configurator, dataProvider: aave.dataProvider, assets })
}

export async function deployGuard(
  b: Builder,
  admin: Address,
  guardian: Address,
  signers: readonly Address[],
  aave: Aave,
): Promise<{ guard: Contract; entries: GuardEntryRef[] }> {
  const artifact = { name: 'Guard', abi: Guard.abi as Abi, bytecode: Guard.bytecode as Hex }
  const guard = await b.deploy(artifact, [admin, guardian, signers, QUORUM.k, QUORUM.windowS, QUORUM.liftGapS])
  for (const grant of ['addRiskAdmin', 'addEmergencyAdmin']) await b.write(aave.acl, grant, [guard.address])
  const tokens = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, aave.tokens[symbol].address]))
  const { pool, configurator, dataProvider } = aave
  const wanted = entriesFor({ pool: pool.address, configurator: configurator.address, dataProvider: dataProvider.address, tokens })
  await b.flush()
  for (const { entry } of wanted) await b.write(guard, 'addEntry', [entry], admin, 3_000_000n)
  const ids = (await b.flush()).flatMap(({ logs }) => logs.filter(({ topics }) => topics[0] === ENTRY_ADDED).map(({ topics }) => topics[1]))
  const entries = wanted.map(({ action, symbol }, i) => {
    const id = ids[i]
    if (id === undefined) throw new Error(`the Guard did not report entry ${i} (${action})`)
    return { action, symbol, id }
  })
  return { guard, entries }
}
