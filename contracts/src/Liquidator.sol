// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILiquidator} from "./ILiquidator.sol";

/// What we use of Aave v3.0's pool.
interface IPool {
    struct Reserve {
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 liquidityRate;
        uint128 variableBorrowIndex;
        uint128 variableBorrowRate;
        uint128 stableBorrowRate;
        uint40 updatedAtS;
        uint16 id;
        address aToken;
        address stableDebt;
        address variableDebt;
        address rateStrategy;
        uint128 accruedToTreasury;
        uint128 unbacked;
        uint128 isolationModeTotalDebt;
    }

    function getUserAccountData(address user)
        external
        view
        returns (
            uint256 collateralBase,
            uint256 debtBase,
            uint256 availableBase,
            uint256 thresholdBps,
            uint256 ltvBps,
            uint256 healthE18
        );
    function getReserveData(address asset) external view returns (Reserve memory);
    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16 referral) external;
    function liquidationCall(address collateral, address debt, address user, uint256 amount, bool receiveAToken) external;
}

/// What we use of Uniswap v3's SwapRouter.
interface IRouter {
    struct Swap {
        bytes path;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    function exactInput(Swap calldata swap) external returns (uint256 amountOut);
}

/// What we use of ERC-20. `transfer` and `approve` may return nothing, so they are called by hand.
interface IToken {
    function balanceOf(address holder) external view returns (uint256);
    function allowance(address holder, address spender) external view returns (uint256);
    function transfer(address to, uint256 amount) external;
    function approve(address spender, uint256 amount) external;
}

/// @title Firebreak Liquidator
contract Liquidator is ILiquidator {
    struct Account {
        uint256 healthE18;
        uint256 collateralBase;
        uint256 debtBase;
    }

    uint256 private constant HEALTHY_E18 = 1e18;
    /// Above it the pool lets half of a debt be repaid, from it on down all (Aave v3.0, LiquidationLogic).
    uint256 private constant ALL_FROM_HEALTH_E18 = 0.95e18;

    address public immutable override pool;
    address public immutable override router;
    address public immutable override hub;
    address public immutable override beneficiary;
    mapping(address token => uint24) public override feeOf;

    bool transient private _entered;
    // what the pool's call in the middle has to tell the call around it
    uint256 transient private _covered;
    uint256 transient private _seized;

    constructor(
        address pool_,
        address router_,
        address hub_,
        address beneficiary_,
        address[] memory tokens,
        uint24[] memory fees
    ) {
        if (pool_ == address(0) || router_ == address(0) || hub_ == address(0) || beneficiary_ == address(0)) revert ZeroAddress();
        if (tokens.length != fees.length) revert LengthMismatch(tokens.length, fees.length);
        (pool, router, hub, beneficiary) = (pool_, router_, hub_, beneficiary_);
        for (uint256 i; i < tokens.length; i++) {
            address token = tokens[i];
            if (token == address(0) || token == hub_ || feeOf[token] != 0 || fees[i] == 0) revert BadToken(token);
            feeOf[token] = fees[i];
        }
    }

    /// Nobody that a liquidation calls may begin another inside it: both would measure each other's balances.
    modifier notEntered() {
        if (_entered) revert Reentered();
        _entered = true;
        _;
        _entered = false;
    }

    /// @inheritdoc ILiquidator
    function liquidate(address collateral, address debt, address user, uint256 maxDebt) external notEntered {
        Account memory prior = _account(user);
        if (prior.healthE18 >= HEALTHY_E18) revert Healthy(prior.healthE18);
        if (prior.collateralBase <= prior.debtBase) revert Toxic(prior.collateralBase, prior.debtBase);
        uint256 amount = _coverable(debt, user, prior.healthE18);
        if (amount > maxDebt) amount = maxDebt;
        if (amount == 0) revert NothingToCover();

        uint256 held = IToken(debt).balanceOf(address(this)); // a gift: swept below, but neither spent nor counted
        IPool(pool).flashLoanSimple(address(this), debt, amount, abi.encode(collateral, user), 0);

        Account memory later = _account(user);
        if (later.healthE18 <= prior.healthE18) revert NotBetter(prior.healthE18, later.healthE18);
        // it was not so before: that would have been toxic
        if (later.debtBase > later.collateralBase) revert BadDebt(later.collateralBase, later.debtBase);

        uint256 profit = IToken(debt).balanceOf(address(this)) - held;
        emit Liquidated(user, collateral, debt, _covered, _seized, profit, prior.healthE18, later.healthE18);
        _sweep(debt);
        _sweep(collateral);
    }

    /// @inheritdoc ILiquidator
    function executeOperation(address debt, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool)
    {
        if (msg.sender != pool) revert NotPool(msg.sender);
        if (initiator != address(this)) revert NotInitiator(initiator);
        (address collateral, address user) = abi.decode(params, (address, address));

        (uint256 covered, uint256 seized) = _seize(collateral, debt, user, amount);
        uint256 want = covered + premium;
        uint256 got = collateral == debt ? seized : _sell(collateral, debt, seized, want);
        if (got < want) revert TooLittle(got, want);
        (_covered, _seized) = (covered, seized);
        _approve(debt, pool, amount + premium); // the pool takes exactly that
        return true;
    }

    /// @inheritdoc ILiquidator
    function preview(address user, uint256 bonusBps)
        external
        view
        returns (uint256 healthE18, uint256 collateralBase, uint256 debtBase, bool canHelp)
    {
        Account memory account = _account(user);
        (healthE18, collateralBase, debtBase) = (account.healthE18, account.collateralBase, account.debtBase);
        canHelp = collateralBase * 10_000 > debtBase * bonusBps;
    }

    function _account(address user) private view returns (Account memory account) {
        (account.collateralBase, account.debtBase,,,, account.healthE18) = IPool(pool).getUserAccountData(user);
    }

    /// @return what the pool lets be repaid at most, rounded as the pool does
    function _coverable(address debt, address user, uint256 healthE18) private view returns (uint256) {
        IPool.Reserve memory reserve = IPool(pool).getReserveData(debt);
        if (reserve.variableDebt == address(0)) revert NothingToCover(); // not in the pool
        uint256 owed = IToken(reserve.stableDebt).balanceOf(user) + IToken(reserve.variableDebt).balanceOf(user);
        return healthE18 > ALL_FROM_HEALTH_E18 ? (owed + 1) / 2 : owed;
    }

    /// @dev The pool covers less than it may where collateral is short. What it left of the allowance tells how much it took, also where
    /// debt and collateral are one token and balances can't tell the two apart.
    function _seize(address collateral, address debt, address user, uint256 amount) private returns (uint256 covered, uint256 seized) {
        uint256 held = IToken(collateral).balanceOf(address(this));
        _approve(debt, pool, amount);
        IPool(pool).liquidationCall(collateral, debt, user, amount, false);
        covered = amount - IToken(debt).allowance(address(this), pool);
        uint256 holds = IToken(collateral).balanceOf(address(this));
        seized = (collateral == debt ? holds + covered : holds) - held;
    }

    function _path(address collateral, address debt) private view returns (bytes memory) {
        if (collateral == hub) return abi.encodePacked(hub, _fee(debt), debt);
        if (debt == hub) return abi.encodePacked(collateral, _fee(collateral), hub);
        return abi.encodePacked(collateral, _fee(collateral), hub, _fee(debt), debt);
    }

    function _fee(address token) private view returns (uint24 fee) {
        fee = feeOf[token];
        if (fee == 0) revert UnknownToken(token);
    }

    /// @return got by our own count, whatever the router says
    function _sell(address token, address to, uint256 amount, uint256 least) private returns (uint256 got) {
        uint256 held = IToken(to).balanceOf(address(this));
        _approve(token, router, amount);
        IRouter(router).exactInput(IRouter.Swap(_path(token, to), address(this), block.timestamp, amount, least));
        _approve(token, router, 0); // a pool that runs dry leaves some
        got = IToken(to).balanceOf(address(this)) - held;
    }

    function _sweep(address token) private {
        uint256 left = IToken(token).balanceOf(address(this));
        if (left != 0) _call(token, abi.encodeCall(IToken.transfer, (beneficiary, left)));
    }

    /// @dev By way of zero, since some tokens refuse to change one allowance into another.
    function _approve(address token, address spender, uint256 amount) private {
        if (IToken(token).allowance(address(this), spender) != 0) _call(token, abi.encodeCall(IToken.approve, (spender, 0)));
        if (amount != 0) _call(token, abi.encodeCall(IToken.approve, (spender, amount)));
    }

    /// @dev Every token called here has answered a view before, so there is code.
    function _call(address token, bytes memory data) private {
        (bool done, bytes memory answer) = token.call(data);
        if (!done || (answer.length != 0 && !abi.decode(answer, (bool)))) revert TokenFailed(token);
    }
}
