// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Firebreak Liquidator: anyone may liquidate an account of Aave v3.0 with nobody's funds, and only if that heals it
/// @notice Borrows the debt for one transaction (flash loan), repays it for the account, sells the seized collateral on Uniswap v3,
/// pays the loan back and sends what is left to the beneficiary. It has no authority and no owner, nothing of it can be changed, and
/// it holds nothing between calls. Whoever calls it chooses the account, the pair and the most to repay: all else is checked here.
///
/// A liquidation gives the liquidator a bonus out of the account's collateral. Past the *toxic point*, where collateral is worth no
/// more than debt times bonus, that bonus costs the account more health than the repaid debt gives it: what is left is more
/// likely to end as bad debt, or is bad debt already. Then this contract refuses, though the pool would not.
///
/// Assumptions:
/// - The pool is Aave v3.0: it lends only what it lists, takes exactly loan and premium back, lets half of a debt be repaid above a
///   health factor of 0.95 and all of it from there on down, and `getUserAccountData` tells the truth by its own oracle.
/// - The router is Uniswap v3's `SwapRouter` and takes no more than it was allowed. It is trusted with nothing else: a
///   bad price makes the whole call revert.
/// - Tokens take no fee on transfers, don't change balances by themselves and count allowances down. Returning nothing from
///   `transfer` and `approve` is fine.
/// - The beneficiary can receive every token of the list. Else nothing that ends in that token can be liquidated here.
interface ILiquidator {
    error ZeroAddress();
    error LengthMismatch(uint256 tokens, uint256 fees);
    /// Thrown for a token that is zero, the hub itself or listed twice, and for a fee of zero.
    error BadToken(address token);
    /// Thrown when the pair needs a swap of a token that is not in the list.
    error UnknownToken(address token);
    /// Thrown when the account can't be liquidated: its health factor is 1e18 or more, or it has no debt.
    error Healthy(uint256 healthE18);
    /// Thrown when collateral is worth no more than debt: no bonus at all could be taken without adding to bad debt. Units of the
    /// pool's oracle (USD with 8 decimals).
    error Toxic(uint256 collateralBase, uint256 debtBase);
    /// Thrown when the account owes nothing in this token, or `maxDebt` is zero.
    error NothingToCover();
    /// Thrown when the liquidation did not raise the health factor: the toxic point of this pair is passed.
    error NotBetter(uint256 healthBeforeE18, uint256 healthAfterE18);
    /// Thrown when the health factor rose, but collateral would be worth less than debt, which it was not before. Only an
    /// account with several collaterals can come to this.
    error BadDebt(uint256 collateralBase, uint256 debtBase);
    /// Thrown when the collateral brought less than the repaid debt and the premium of the loan, in units of the debt token.
    error TooLittle(uint256 got, uint256 want);
    error NotPool(address caller);
    /// Thrown when somebody else had the pool lend to this contract.
    error NotInitiator(address initiator);
    /// Thrown when a token reverts or answers false.
    error TokenFailed(address token);
    /// Thrown for a call from inside a liquidation.
    error Reentered();

    /// @param debtCovered repaid for the account, in units of `debt`; @param collateralSeized what was seized, in units of `collateral`
    /// @param profit what this liquidation left for the beneficiary, in units of `debt`
    /// @param healthBefore health factor, 1e18 is one; @param healthAfter likewise, the greatest number if no debt is left
    event Liquidated(
        address indexed user,
        address indexed collateral,
        address indexed debt,
        uint256 debtCovered,
        uint256 collateralSeized,
        uint256 profit,
        uint256 healthBefore,
        uint256 healthAfter
    );

    /// @notice Repays as much of the account's debt in `debt` as the pool allows, at most `maxDebt` (in units of `debt`), for its
    /// collateral in `collateral`. Reverts wholly unless the account's health factor is strictly higher afterwards (or its debt is
    /// gone), its collateral is still worth its debt, and the loan is paid back from the seized collateral alone.
    /// @dev Warning: of the sale only the repayment is protected, not the profit. Whoever trades right before and after the
    /// sale can take the profit, never more.
    function liquidate(address collateral, address debt, address user, uint256 maxDebt) external;

    /// @notice The pool's call in the middle of a flash loan. Nobody else can use it.
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool);

    /// @notice How an account stands, and whether a liquidation at this bonus (10_500: 5 %) could still raise its health: collateral
    /// is worth more than debt times bonus. Exact for one collateral; for several a guide only, since seizing the one with the lowest
    /// threshold costs less health. `liquidate` measures.
    /// @return healthE18 health factor, 1e18 is one; @return collateralBase and @return debtBase in units of the pool's oracle
    function preview(address user, uint256 bonusBps)
        external
        view
        returns (uint256 healthE18, uint256 collateralBase, uint256 debtBase, bool canHelp);

    function pool() external view returns (address);
    function router() external view returns (address);
    /// @notice The token that every pool of the router's quotes.
    function hub() external view returns (address);
    function beneficiary() external view returns (address);
    /// @notice Fee of the pool of this token and the hub, in hundredths of a basis point; zero if not in the list.
    function feeOf(address token) external view returns (uint24);
}
