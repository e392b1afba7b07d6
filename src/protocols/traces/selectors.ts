// Functions that are known by their selectors, whoever has them: loans of one transaction, takings, rates, token transfers.
import { toFunctionSelector } from 'viem'

const of = (...signatures: readonly string[]): ReadonlySet<string> => new Set(signatures.map((one) => toFunctionSelector(one)))

/** Aave, Balancer, EIP-3156, Uniswap v3, Morpho, dYdX, Uniswap v4 (whose unlock is one). */
export const FLASH_LOANS = of(
  'flashLoan(address,address[],uint256[],uint256[],address,bytes,uint16)',
  'flashLoanSimple(address,address,uint256,bytes,uint16)',
  'flashLoan(address,address[],uint256[],bytes)',
  'flashLoan(address,address,uint256,bytes)',
  'flash(address,uint256,uint256,bytes)',
  'flashLoan(address,uint256,bytes)',
  'operate((address,uint256)[],(uint8,uint256,(bool,uint8,uint8,uint256),uint256,uint256,address,uint256,bytes)[])',
)

/** Aave, Compound, EIP-4626, Curve, Morpho: who calls these gets something out. */
export const TAKES = of(
  'borrow(address,uint256,uint256,uint16,address)',
  'withdraw(address,uint256,address)',
  'borrow(uint256)',
  'redeem(uint256)',
  'redeemUnderlying(uint256)',
  'withdraw(uint256)',
  'withdraw(uint256,address,address)',
  'redeem(uint256,address,address)',
  'remove_liquidity(uint256,uint256[2])',
  'remove_liquidity_one_coin(uint256,int128,uint256)',
  'borrow((address,address,address,address,uint256),uint256,uint256,address,address)',
)

/** Views from which others make prices: Curve, Balancer, Compound, EIP-4626, Yearn, Uniswap v2, wrapped staking. */
export const RATES = of(
  'get_virtual_price()',
  'price_oracle()',
  'lp_price()',
  'getRate()',
  'exchangeRateStored()',
  'exchangeRateCurrent()',
  'convertToAssets(uint256)',
  'convertToShares(uint256)',
  'previewRedeem(uint256)',
  'pricePerShare()',
  'getPricePerFullShare()',
  'totalAssets()',
  'getReserves()',
  'getPoolTokens(bytes32)',
  'latestAnswer()',
  'latestRoundData()',
)

export const TOKEN_MOVES = of('transfer(address,uint256)', 'transferFrom(address,address,uint256)')
