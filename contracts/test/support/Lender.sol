// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILiquidator} from "../../src/ILiquidator.sol";
import {IPool} from "../../src/Liquidator.sol";
import {Coin} from "./Coin.sol";

/// @title A lending pool small enough to read, for tests of the Liquidator
/// @notice Counts as Aave v3.0 does: health factor, close factor, bonus, protocol's part of it, premium of a flash loan. The real one
/// stands in `liquidator.anvil.test.ts`; here prices and parameters change by one call, so that fuzzing can reach everything.
contract Lender {
    struct Listing {
        uint256 price; // USD with 8 decimals
        uint256 thresholdBps;
        uint256 bonusBps;
        uint256 protocolFeeBps; // of the bonus
        Coin stableDebt;
        Coin variableDebt;
    }

    uint256 public constant PREMIUM_BPS = 9;

    Coin[] public coins;
    mapping(Coin => Listing) public listings;
    mapping(Coin => mapping(address user => uint256)) public supplied;

    function list(Coin coin, uint256 price, uint256 thresholdBps, uint256 bonusBps, uint256 protocolFeeBps) external {
        uint8 decimals = coin.decimals();
        coins.push(coin);
        listings[coin] = Listing(price, thresholdBps, bonusBps, protocolFeeBps, new Coin(decimals), new Coin(decimals));
    }

    function setPrice(Coin coin, uint256 price) external {
        listings[coin].price = price;
    }

    function setRisk(Coin coin, uint256 thresholdBps, uint256 bonusBps, uint256 protocolFeeBps) external {
        Listing storage l = listings[coin];
        (l.thresholdBps, l.bonusBps, l.protocolFeeBps) = (thresholdBps, bonusBps, protocolFeeBps);
    }

    /// Makes an account what a test wants: no limits, debts of both kinds.
    function setAccount(address user, Coin coin, uint256 supply, uint256 stable, uint256 variable_) external {
        Listing storage l = listings[coin];
        if (supply > supplied[coin][user]) coin.mint(address(this), supply - supplied[coin][user]);
        supplied[coin][user] = supply;
        l.stableDebt.burn(user, l.stableDebt.balanceOf(user));
        l.variableDebt.burn(user, l.variableDebt.balanceOf(user));
        l.stableDebt.mint(user, stable);
        l.variableDebt.mint(user, variable_);
    }

    /* AS AAVE DOES */

    function getUserAccountData(address user) public view returns (uint256 collateral, uint256 debt, uint256, uint256, uint256, uint256) {
        uint256 weighted;
        for (uint256 i; i < coins.length; i++) {
            Listing storage l = listings[coins[i]];
            uint256 unit = 10 ** coins[i].decimals();
            uint256 worth = supplied[coins[i]][user] * l.price / unit;
            (collateral, weighted) = (collateral + worth, weighted + worth * l.thresholdBps);
            debt += owedBy(user, coins[i]) * l.price / unit;
        }
        return (collateral, debt, 0, 0, 0, debt == 0 ? type(uint256).max : weighted * 1e14 / debt);
    }

    function getReserveData(address asset) external view returns (IPool.Reserve memory reserve) {
        Listing storage l = listings[Coin(asset)];
        (reserve.stableDebt, reserve.variableDebt) = (address(l.stableDebt), address(l.variableDebt));
    }

    function owedBy(address user, Coin coin) public view returns (uint256) {
        Listing storage l = listings[coin];
        return l.stableDebt.balanceOf(user) + l.variableDebt.balanceOf(user);
    }

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16) external {
        uint256 premium = amount * PREMIUM_BPS / 10_000;
        _pay(Coin(asset), receiver, amount);
        require(ILiquidator(receiver).executeOperation(asset, amount, premium, msg.sender, params), "receiver said no");
        Coin(asset).transferFrom(receiver, address(this), amount + premium);
    }

    function liquidationCall(address collateral_, address debt_, address user, uint256 amount, bool) external {
        (Coin collateral, Coin debt) = (Coin(collateral_), Coin(debt_));
        (,,,,, uint256 healthE18) = getUserAccountData(user);
        require(healthE18 < 1e18, "45");
        uint256 owed = owedBy(user, debt);
        require(owed != 0 && supplied[collateral][user] != 0, "46");

        uint256 most = healthE18 > 0.95e18 ? (owed + 1) / 2 : owed;
        (uint256 seized, uint256 covered) = _sizes(collateral, debt, user, amount < most ? amount : most);
        uint256 bare = seized * 10_000 / listings[collateral].bonusBps;
        uint256 fee = (seized - bare) * listings[collateral].protocolFeeBps / 10_000; // stays here, nobody's

        supplied[collateral][user] -= seized;
        _forgive(debt, user, covered);
        _pay(collateral, msg.sender, seized - fee);
        debt.transferFrom(msg.sender, address(this), covered);
    }

    function _sizes(Coin collateral, Coin debt, address user, uint256 most) private view returns (uint256 seized, uint256 covered) {
        Listing storage c = listings[collateral];
        (uint256 perDebt, uint256 perCollateral) = (listings[debt].price * 10 ** collateral.decimals(), c.price * 10 ** debt.decimals());
        (seized, covered) = (most * perDebt / perCollateral * c.bonusBps / 10_000, most);
        if (seized > supplied[collateral][user]) {
            seized = supplied[collateral][user];
            covered = seized * perCollateral / perDebt * 10_000 / c.bonusBps;
        }
    }

    /// Variable debt first.
    function _forgive(Coin debt, address user, uint256 covered) private {
        Listing storage l = listings[debt];
        uint256 first = l.variableDebt.balanceOf(user);
        if (first > covered) first = covered;
        l.variableDebt.burn(user, first);
        l.stableDebt.burn(user, covered - first);
    }

    /// Pays whatever mood the coin is in: what is tested is how the Liquidator gets on with it.
    function _pay(Coin coin, address to, uint256 amount) private {
        coin.burn(address(this), amount);
        coin.mint(to, amount);
    }
}
