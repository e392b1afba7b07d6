// Deploys Aave v3.0 whole, from the protocol's own artifacts, with the lab's reserves.
import type { Address } from 'viem'
import { zeroAddress } from 'viem'
import { ASSETS, type AssetSymbol, SYMBOLS } from '../market.ts'
import { aaveArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface Aave {
  readonly registry: Contract
  readonly provider: Contract
  readonly acl: Contract
  readonly pool: Contract
  readonly configurator: Contract
  readonly dataProvider: Contract
  readonly oracle: Contract
  readonly tokens: Readonly<Record<AssetSymbol, Contract>>
}

export const STABLECOINS_EMODE = 1
const LIBRARIES = ['SupplyLogic', 'BorrowLogic', 'LiquidationLogic', 'EModeLogic', 'BridgeLogic', 'PoolLogic', 'ConfiguratorLogic'] as const
const ray = (share: number): bigint => BigInt(Math.round(share * 1e9)) * 10n ** 18n

/** Deploys with `admin` in every role; `handOver` takes the roles away at the end. `sources` are the price feeds. */
export async function deployAave(
  b: Builder,
  admin: Address,
  treasury: Address,
  sources: Readonly<Record<AssetSymbol, Address>>,
): Promise<Aave> {
  const libraries: Record<string, Address> = {}
  for (const name of LIBRARIES) libraries[name] = (await b.deploy(aaveArtifact(`protocol/libraries/logic/${name}`), [], libraries)).address
  // FlashLoanLogic itself links BorrowLogic, so it comes last.
  libraries['FlashLoanLogic'] = (await b.deploy(aaveArtifact('protocol/libraries/logic/FlashLoanLogic'), [], libraries)).address

  const registry = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProviderRegistry'), [admin])
  const provider = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['Firebreak lab', admin])
  await b.write(registry, 'registerAddressesProvider', [provider.address, 1n])
  const dataProvider = await b.deploy(aaveArtifact('misc/AaveProtocolDataProvider'), [provider.address])
  await b.write(provider, 'setPoolDataProvider', [dataProvider.address])
  const poolImpl = await b.deploy(aaveArtifact('protocol/pool/Pool'), [provider.address], libraries)
  await b.write(poolImpl, 'initialize', [provider.address])
  const configuratorImpl = await b.deploy(aaveArtifact('protocol/pool/PoolConfigurator'), [], libraries)
  await b.write(configuratorImpl, 'initialize', [provider.address])

  await b.write(provider, 'setACLAdmin', [admin])
  const acl = await b.deploy(aaveArtifact('protocol/configuration/ACLManager'), [provider.address])
  await b.write(provider, 'setACLManager', [acl.address])
  for (const grant of ['addPoolAdmin', 'addAssetListingAdmin', 'addRiskAdmin']) await b.write(acl, grant, [admin])
  await b.write(provider, 'setPoolImpl', [poolImpl.address], admin, 5_000_000n)
  await b.write(provider, 'setPoolConfiguratorImpl', [configuratorImpl.address], admin, 5_000_000n)
  const pool = { address: await b.read<Address>(provider, 'getPool'), abi: poolImpl.abi }
  const configurator = { address: await b.read<Address>(provider, 'getPoolConfigurator'), abi: configuratorImpl.abi }
  const oracle = await b.deploy(aaveArtifact('misc/AaveOracle'), [provider.address, [], [], zeroAddress, zeroAddress, 10n ** 8n])
  await b.write(provider, 'setPriceOracle', [oracle.address])

  const tokens = {} as Record<AssetSymbol, Contract>
  for (const symbol of SYMBOLS) {
    tokens[symbol] = await b.deploy(aaveArtifact('mocks/tokens/MintableERC20'), [symbol, symbol, ASSETS[symbol].decimals])
  }
  await b.write(oracle, 'setAssetSources', [SYMBOLS.map((s) => tokens[s].address), SYMBOLS.map((s) => sources[s])])
  const aave = { registry, provider, acl, pool, configurator, dataProvider, oracle, tokens }
  await initReserves(b, aave, admin, treasury)
  await setParameters(b, aave)
  return aave
}

async function initReserves(b: Builder, { pool, provider, configurator, tokens }: Aave, admin: Address, treasury: Address): Promise<void> {
  const [aTokenImpl, stableImpl, variableImpl] = [
    await b.deploy(aaveArtifact('protocol/tokenization/AToken'), [pool.address]),
    await b.deploy(aaveArtifact('protocol/tokenization/StableDebtToken'), [pool.address]),
    await b.deploy(aaveArtifact('protocol/tokenization/VariableDebtToken'), [pool.address]),
  ]
  const rates = aaveArtifact('protocol/pool/DefaultReserveInterestRateStrategy')
  // Optimal utilisation, base, then slopes of the variable and the stable rate, as Aave set them on mainnet.
  const stableRates = [0.9, 0, 0.04, 0.6, 0.005, 0.6, 0.01, 0.08, 0.2].map(ray)
  const volatileRates = [0.8, 0, 0.038, 0.8, 0.04, 0.8, 0.03, 0.08, 0.2].map(ray)
  const forStable = await b.deploy(rates, [provider.address, ...stableRates])
  const forVolatile = await b.deploy(rates, [provider.address, ...volatileRates])
  for (const symbol of SYMBOLS) {
    const input = {
      aTokenImpl: aTokenImpl.address,
      stableDebtTokenImpl: stableImpl.address,
      variableDebtTokenImpl: variableImpl.address,
      underlyingAssetDecimals: ASSETS[symbol].decimals,
      interestRateStrategyAddress: (ASSETS[symbol].stablecoin ? forStable : forVolatile).address,
      underlyingAsset: tokens[symbol].address,
      treasury,
      incentivesController: zeroAddress,
      aTokenName: `Aave Lab ${symbol}`,
      aTokenSymbol: `a${symbol}`,
      variableDebtTokenName: `Aave Lab variable debt ${symbol}`,
      variableDebtTokenSymbol: `variableDebt${symbol}`,
      stableDebtTokenName: `Aave Lab stable debt ${symbol}`,
      stableDebtTokenSymbol: `stableDebt${symbol}`,
      params: '0x10',
    }
    await b.write(configurator, 'initReserves', [[input]], admin, 4_000_000n)
  }
}

async function setParameters(b: Builder, { configurator, tokens }: Aave): Promise<void> {
  const set = (functionName: string, ...args: unknown[]): Promise<void> => b.write(configurator, functionName, args)
  await set('setEModeCategory', STABLECOINS_EMODE, 9300, 9500, 10100, zeroAddress, 'Stablecoins')
  for (const symbol of SYMBOLS) {
    const p = ASSETS[symbol]
    const asset = tokens[symbol].address
    await set('configureReserveAsCollateral', asset, p.ltvBps, p.thresholdBps, p.bonusBps)
    if (p.borrowable) await set('setReserveBorrowing', asset, true)
    if (p.stableBorrowing) await set('setReserveStableRateBorrowing', asset, true)
    await set('setReserveFactor', asset, p.reserveFactorBps)
    await set('setReserveFlashLoaning', asset, true)
    await set('setLiquidationProtocolFee', asset, p.protocolFeeBps)
    await set('setSupplyCap', asset, p.supplyCap)
    await set('setBorrowCap', asset, p.borrowCap)
    if (p.stablecoin) {
      await set('setAssetEModeCategory', asset, STABLECOINS_EMODE)
      await set('setBorrowableInIsolation', asset, true)
    }
    // Two decimals of the dollar is the ceiling's own unit.
    if (p.debtCeilingUsd > 0) await set('setDebtCeiling', asset, p.debtCeilingUsd * 100)
  }
}
