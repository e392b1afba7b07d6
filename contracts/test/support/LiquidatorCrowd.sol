// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coin} from "./Coin.sol";
import {Exchange} from "./Exchange.sol";
import {LiquidatorBase} from "./LiquidatorBase.sol";

/// What is to hold whatever anybody does.
enum Rescue {
    OnlyHeals,
    HoldsNothing,
    NeedsNobodysFunds

}

/// @title All who meet at the Liquidator: accounts that borrow, a market that moves, exchanges that misbehave, callers
/// @notice Each move may fail. What must not happen is written down in `breach`, by property.
contract LiquidatorCrowd is LiquidatorBase {
    uint256 internal constant USERS = 3;

    mapping(Rescue => string) public breach;
    uint256 public healed;
    mapping(bytes4 error_ => uint256) public refused;

    function selectors() external pure returns (bytes4[] memory list) {
        list = new bytes4[](7);
        list[0] = this.accountChanges.selector;
        list[1] = this.priceMoves.selector;
        list[2] = this.riskChanges.selector;
        list[3] = this.exchangeChanges.selector;
        list[4] = this.somebodyGives.selector;
        (list[5], list[6]) = (this.liquidateAny.selector, this.liquidateDebtor.selector);
    }

    function accountChanges(uint256 who, uint256 coin, uint256 supplyUsd, uint256 stableUsd, uint256 variableUsd) external {
        (supplyUsd, stableUsd, variableUsd) = (supplyUsd % 100_000, stableUsd % 30_000, variableUsd % 40_000);
        Coin c = _coin(coin);
        lender.setAccount(_user(who), c, _units(c, supplyUsd), _units(c, stableUsd), _units(c, variableUsd));
    }

    function priceMoves(uint256 coin, uint256 bps) external {
        (uint256 price,,,,,) = lender.listings(_coin(coin));
        price = price * _bound(bps, 8_500, 11_500) / 10_000;
        if (price > 1e6 && price < 1e14) lender.setPrice(_coin(coin), price);
    }

    function riskChanges(uint256 coin, uint256 thresholdBps, uint256 bonusBps, uint256 feeBps) external {
        lender.setRisk(_coin(coin), _bound(thresholdBps, 1_000, 9_500), _bound(bonusBps, 10_000, 12_500), feeBps % 5_000);
    }

    function exchangeChanges(uint256 mood, uint256 discountBps) external {
        exchange.setDiscount(discountBps % 800);
        mood %= 8;
        if (mood == 3) exchange.setCall(address(liquidator), _anyCall(discountBps));
        else exchange.setMood(mood < 3 ? Exchange.Mood(mood) : Exchange.Mood.Honest);
    }

    function somebodyGives(uint256 coin, uint256 amountUsd) external {
        _coin(coin).mint(address(liquidator), _units(_coin(coin), amountUsd % 10_000));
    }

    function liquidateAny(uint256 who, uint256 pair, uint256 maxUsd) external {
        _try(_coin(pair), _coin(pair >> 8), _user(who), _units(_coin(pair >> 8), maxUsd % 50_000));
    }

    /// Looks for what can be liquidated, as callers do.
    function liquidateDebtor(uint256 from) external {
        for (uint256 i; i < USERS; i++) {
            address user = _user(from % USERS + i);
            if (_health(user) >= 1e18) continue;
            for (uint256 pair; pair < 16; pair++) {
                (Coin collateral, Coin debt) = (_coin(pair), _coin(pair >> 2));
                if (lender.supplied(collateral, user) == 0 || lender.owedBy(user, debt) == 0) continue;
                return _try(collateral, debt, user, type(uint256).max);
            }
        }
    }

    /* HOW THEY WATCH */

    function _try(Coin collateral, Coin debt, address user, uint256 maxDebt) internal {
        (uint256 health, uint256 badDebt) = (_health(user), _badDebt(user));
        uint256 given = debt.balanceOf(address(liquidator));
        uint256[2] memory funds = [debt.balanceOf(address(lender)), debt.balanceOf(BENEFICIARY)];
        uint256 tied = collateral.balanceOf(address(lender));

        vm.prank(CALLER);
        try liquidator.liquidate(address(collateral), address(debt), user, maxDebt) {
            healed++;
        } catch (bytes memory why) {
            refused[bytes4(why)]++;
            _hold(Rescue.HoldsNothing, !_anyAllowed(), "a failure left an allowance");
            return;
        }
        _hold(Rescue.OnlyHeals, health < 1e18, "liquidated a healthy account");
        _hold(Rescue.OnlyHeals, _health(user) > health, "health did not rise");
        _hold(Rescue.OnlyHeals, _badDebt(user) <= badDebt, "bad debt rose");
        bool empty = debt.balanceOf(address(liquidator)) == 0 && collateral.balanceOf(address(liquidator)) == 0;
        _hold(Rescue.HoldsNothing, empty, "a coin stayed");
        _hold(Rescue.HoldsNothing, !_anyAllowed(), "an allowance stayed");
        _hold(Rescue.NeedsNobodysFunds, debt.balanceOf(BENEFICIARY) >= funds[1] + given, "a gift paid for it");
        if (address(collateral) == address(debt)) return; // its lender pays out what it seizes
        _hold(Rescue.NeedsNobodysFunds, debt.balanceOf(address(lender)) > funds[0], "the lender was not repaid");
        _hold(Rescue.NeedsNobodysFunds, collateral.balanceOf(address(lender)) < tied, "nothing was seized");
    }

    function _hold(Rescue property, bool holds, string memory what) internal {
        if (!holds && bytes(breach[property]).length == 0) breach[property] = what;
    }

    function _anyAllowed() internal view returns (bool) {
        return _allows(hub) || _allows(etherCoin) || _allows(gold) || _allows(dollar);
    }

    function _user(uint256 who) internal pure returns (address) {
        return address(uint160(0x05e400 + who % USERS));
    }

    function _anyCall(uint256 dice) internal view returns (bytes memory) {
        address[2] memory pair = [address(_coin(dice)), address(_coin(dice >> 2))];
        return abi.encodeCall(liquidator.liquidate, (pair[0], pair[1], _user(dice >> 4), type(uint256).max));
    }

    function _units(Coin coin, uint256 usd) internal view returns (uint256) {
        (uint256 price,,,,,) = lender.listings(coin);
        return usd * 1e8 * 10 ** coin.decimals() / price;
    }
}
