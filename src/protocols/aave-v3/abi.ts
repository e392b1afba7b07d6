// The few words of Aave's contracts that we speak, v3.0: events by topic, views by selector.
import { toEventSelector, toFunctionSelector } from 'viem'

export const TOPIC = {
  // pool
  supply: toEventSelector('Supply(address,address,address,uint256,uint16)'),
  withdraw: toEventSelector('Withdraw(address,address,address,uint256)'),
  borrow: toEventSelector('Borrow(address,address,address,uint256,uint8,uint256,uint16)'),
  repay: toEventSelector('Repay(address,address,address,uint256,bool)'),
  liquidation: toEventSelector('LiquidationCall(address,address,address,uint256,uint256,address,bool)'),
  collateralOn: toEventSelector('ReserveUsedAsCollateralEnabled(address,address)'),
  collateralOff: toEventSelector('ReserveUsedAsCollateralDisabled(address,address)'),
  userEMode: toEventSelector('UserEModeSet(address,uint8)'),
  reserveData: toEventSelector('ReserveDataUpdated(address,uint256,uint256,uint256,uint256,uint256)'),
  // aToken and variable debt token; the stable one has its own Mint and Burn
  mint: toEventSelector('Mint(address,address,uint256,uint256,uint256)'),
  burn: toEventSelector('Burn(address,address,uint256,uint256,uint256)'),
  transfer: toEventSelector('Transfer(address,address,uint256)'),
  balanceTransfer: toEventSelector('BalanceTransfer(address,address,uint256,uint256)'),
  stableMint: toEventSelector('Mint(address,address,uint256,uint256,uint256,uint256,uint256,uint256)'),
  stableBurn: toEventSelector('Burn(address,uint256,uint256,uint256,uint256,uint256)'),
  // configurator
  reserveInitialized: toEventSelector('ReserveInitialized(address,address,address,address,address)'),
  eModeCategory: toEventSelector('EModeCategoryAdded(uint8,uint256,uint256,uint256,address,string)'),
  eModeOfAsset: toEventSelector('EModeAssetCategoryChanged(address,uint8,uint8)'),
  // any Chainlink aggregator: the oracle's price may have moved
  answerUpdated: toEventSelector('AnswerUpdated(int256,uint256,uint256)'),
} as const

export const VIEW = {
  // pool
  revision: toFunctionSelector('POOL_REVISION()'),
  provider: toFunctionSelector('ADDRESSES_PROVIDER()'),
  reservesList: toFunctionSelector('getReservesList()'),
  reserveData: toFunctionSelector('getReserveData(address)'),
  configuration: toFunctionSelector('getConfiguration(address)'),
  eMode: toFunctionSelector('getEModeCategoryData(uint8)'),
  accountData: toFunctionSelector('getUserAccountData(address)'),
  // addresses provider
  oracle: toFunctionSelector('getPriceOracle()'),
  configurator: toFunctionSelector('getPoolConfigurator()'),
  dataProvider: toFunctionSelector('getPoolDataProvider()'),
  aclManager: toFunctionSelector('getACLManager()'),
  oracleSentinel: toFunctionSelector('getPriceOracleSentinel()'),
  // oracle
  baseUnit: toFunctionSelector('BASE_CURRENCY_UNIT()'),
  sourceOf: toFunctionSelector('getSourceOfAsset(address)'),
  prices: toFunctionSelector('getAssetsPrices(address[])'),
  price: toFunctionSelector('getAssetPrice(address)'),
  // tokens
  balanceOf: toFunctionSelector('balanceOf(address)'),
  scaledTotal: toFunctionSelector('scaledTotalSupply()'),
  stableSupply: toFunctionSelector('getSupplyData()'),
  // a feed's proxy: whoever reads it has seen another aggregator
  latestRound: toFunctionSelector('latestRoundData()'),
} as const
