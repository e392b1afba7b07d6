// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coin} from "./support/Coin.sol";
import {LiquidatorBase} from "./support/LiquidatorBase.sol";

/// Any account, any prices, any bonus: what is done heals, and what can be healed is done.
contract LiquidatorHealsTest is LiquidatorBase {
    struct Draw {
        uint256 collateralUsd;
        uint256 otherUsd;
        uint256 healthBps; // that the debt is made for
        uint256 thresholdBps;
        uint256 bonusBps;
        uint256 feeBps;
        uint256 discountBps;
        uint256 maxBps; // of the debt
        uint256 priceBps;
    }

    /// Debts are large against the smallest units, so that rounding doesn't decide.
    function _draw(Draw memory d) private pure {
        d.collateralUsd = _bound(d.collateralUsd, 1_000, 10_000_000);
        d.otherUsd = d.otherUsd % 3 == 0 ? 0 : _bound(d.otherUsd, 0, 10_000_000);
        d.healthBps = _bound(d.healthBps, 5_000, 10_100);
        d.thresholdBps = _bound(d.thresholdBps, 2_000, 9_500);
        d.bonusBps = _bound(d.bonusBps, 10_000, 12_500);
        d.feeBps = _bound(d.feeBps, 0, 2_000);
        d.discountBps = _bound(d.discountBps, 0, 1_500);
        d.maxBps = _bound(d.maxBps, 1, 20_000);
        d.priceBps = _bound(d.priceBps, 1_000, 30_000);
    }

    function _stage(Draw memory d, Coin collateral, Coin other, Coin debt) private returns (uint256 owed) {
        (uint256 price,,,,,) = lender.listings(collateral);
        lender.setPrice(collateral, price * d.priceBps / 10_000);
        lender.setRisk(collateral, d.thresholdBps, d.bonusBps, d.feeBps);
        exchange.setDiscount(d.discountBps);
        lender.setAccount(USER, other, _units(other, d.otherUsd * 1e8), 0, 0);
        lender.setAccount(USER, collateral, _units(collateral, d.collateralUsd * 1e8), 0, 0);
        (, uint256 otherThresholdBps,,,,) = _listing(other);
        uint256 countsBase = (d.collateralUsd * d.thresholdBps + d.otherUsd * otherThresholdBps) * 1e4;
        owed = _units(debt, countsBase * 10_000 / d.healthBps);
        lender.setAccount(USER, debt, 0, owed / 4, owed - owed / 4);
    }

    function testFuzzWhatIsDoneHeals(Draw memory d, uint16 pairs) external {
        _draw(d);
        uint256 pair = pairs;
        (Coin collateral, Coin other, Coin debt) = (_coin(pair), _coin(pair + 1 + pair / 4 % 2), _coin(pair + 3));
        uint256 owed = _stage(d, collateral, other, debt);
        (uint256 health, uint256 badDebt) = (_health(USER), _badDebt(USER));

        vm.prank(CALLER);
        try liquidator.liquidate(address(collateral), address(debt), USER, owed * d.maxBps / 10_000) {
            vm.assertTrue(health < 1e18, "was healthy");
            vm.assertGt(_health(USER), health, "health did not rise");
            vm.assertLe(_badDebt(USER), badDebt, "bad debt rose");
            vm.assertLe(lender.owedBy(USER, debt), owed, "owes more");
        } catch {
            vm.assertEq(_health(USER), health);
        }
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    /// One collateral, worth more than debt times bonus, and a sale that pays debt and premium: then it succeeds.
    function testFuzzWhatCanBeHealedIsDone(Draw memory d, uint16 pairs) external {
        _draw(d);
        uint256 pair = pairs;
        d.otherUsd = 0;
        d.bonusBps = _bound(d.bonusBps, 10_200, 12_500);
        d.thresholdBps = _bound(d.thresholdBps, 2_000, 7_500);
        d.healthBps = _bound(d.healthBps, d.thresholdBps * d.bonusBps / 10_000 + 5, 9_999);
        d.discountBps = (d.bonusBps - 10_000) * (10_000 - d.feeBps) / d.bonusBps * 8 / 10;
        vm.assume((d.bonusBps - (d.bonusBps - 10_000) * d.feeBps / 10_000) * (10_000 - d.discountBps) / 10_000 > 10_015);
        (Coin collateral, Coin debt) = (_coin(pair), _coin(pair + 1 + pair / 4 % 3));
        uint256 owed = _stage(d, collateral, _coin(pair + 2), debt);
        uint256 health = _health(USER);

        vm.prank(CALLER);
        liquidator.liquidate(address(collateral), address(debt), USER, owed * _bound(d.maxBps, 100, 20_000) / 10_000);
        vm.assertGt(_health(USER), health, "health did not rise");
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function _listing(Coin coin) private view returns (uint256 price, uint256 thresholdBps, uint256, uint256, Coin, Coin) {
        return lender.listings(coin);
    }

    function _units(Coin coin, uint256 base) private view returns (uint256) {
        (uint256 price,,,,,) = lender.listings(coin);
        return base * 10 ** coin.decimals() / price;
    }
}
