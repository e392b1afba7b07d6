// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coin} from "./support/Coin.sol";
import {Exchange} from "./support/Exchange.sol";
import {LiquidatorBase} from "./support/LiquidatorBase.sol";

contract LiquidatorTest is LiquidatorBase {
    uint256 internal constant ALL = type(uint256).max;

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

    /* WHAT IT DOES */

    function testHalvesADebtJustUnderWater() external {
        lender.setRisk(etherCoin, 8_000, 10_500, 0);
        lender.setAccount(USER, etherCoin, 10e18, 0, 0); // 20,000 USD: 16,000 count
        lender.setAccount(USER, hub, 0, 4_000e6, 12_400e6); // 16,400: health 0.9756
        // 8,200 repaid, 8,610 seized; premium 9 bps of 8,200 is 7.38; 11,390 left against 8,200, health 1.1112
        vm.expectEmit(address(liquidator));
        emit Liquidated(
            USER, address(etherCoin), address(hub), 8_200e6, 4.305e18, 402.62e6, 975609756097560975, 1111219512195121951
        );
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(_health(USER), 1111219512195121951);
        vm.assertEq(lender.owedBy(USER, hub), 8_200e6);
        vm.assertEq(hub.balanceOf(BENEFICIARY), 402.62e6);
        vm.assertEq(etherCoin.balanceOf(BENEFICIARY), 0);
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testCloseFactorToTheUnit() external {
        lender.setAccount(USER, etherCoin, 10e18, 0, 0); // 16,500 USD count
        uint256 owed = 17_368.421052e6; // health just above 0.95
        lender.setAccount(USER, hub, 0, 0, owed);
        vm.assertGt(_health(USER), 0.95e18, "above the threshold");
        uint256 id = vm.snapshotState();
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(lender.owedBy(USER, hub), owed / 2);

        vm.revertToState(id);
        lender.setAccount(USER, hub, 0, 0, 16_500e6); // health 0.95 exactly, with a price of 1,900
        lender.setPrice(etherCoin, 1_900e8);
        vm.assertEq(_health(USER), 0.95e18);
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(lender.owedBy(USER, hub), 0);
        vm.assertEq(_health(USER), ALL);
    }

    function testOddDebtIsHalvedUpwards() external {
        lender.setAccount(USER, etherCoin, 10e18, 0, 0);
        lender.setAccount(USER, hub, 0, 1, 17_000e6);
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(lender.owedBy(USER, hub), 8_500e6);
    }

    function testRepaysNoMoreThanTheCallerWants() external {
        uint256 owed = _sink(hub, 0.98e18);
        _liquidate(etherCoin, hub, 100e6);
        vm.assertEq(lender.owedBy(USER, hub), owed - 100e6);
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testPathByTheHub() external {
        _sink(hub, 0.98e18);
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(exchange.lastPath(), abi.encodePacked(etherCoin, ETHER_FEE, hub));

        lender.setAccount(USER, hub, 0, 0, 0);
        _sink(dollar, 0.98e18);
        _liquidate(etherCoin, dollar, ALL);
        vm.assertEq(exchange.lastPath(), abi.encodePacked(etherCoin, ETHER_FEE, hub, DOLLAR_FEE, dollar));
        vm.assertGt(dollar.balanceOf(BENEFICIARY), 0, "profit in the debt token");

        lender.setAccount(USER, etherCoin, 0, 0, 0);
        lender.setAccount(USER, dollar, 0, 0, 0);
        lender.setAccount(USER, hub, 60_000e6, 0, 0);
        lender.setAccount(USER, gold, 0, 0, 0.81e8); // 48,600 against 48,000 that count
        _liquidate(hub, gold, ALL);
        vm.assertEq(exchange.lastPath(), abi.encodePacked(hub, GOLD_FEE, gold));
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testOneTokenForBothNeedsNoSwap() external {
        lender.setAccount(USER, dollar, 10_000e18, 0, 8_200e18); // health 0.9756
        vm.expectEmit(address(liquidator));
        // 4,100 repaid, 4,305 seized, premium 3.69
        emit Liquidated(
            USER, address(dollar), address(dollar), 4_100e18, 4_305e18, 201.31e18, 975609756097560975, 1111219512195121951
        );
        _liquidate(dollar, dollar, ALL);
        vm.assertEq(exchange.lastPath(), "");
        vm.assertEq(dollar.balanceOf(BENEFICIARY), 201.31e18);
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    /// Collateral of this kind is short: the pool covers less than was lent, and the rest of the loan goes back as it came.
    function testShortCollateralCoversWhatItCan() external {
        lender.setAccount(USER, etherCoin, 1e18, 0, 0);
        lender.setAccount(USER, gold, 1e8, 0, 0);
        lender.setAccount(USER, hub, 0, 20_000e6, 30_000e6); // health 0.969
        uint256 before = _health(USER);
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(lender.supplied(etherCoin, USER), 0);
        vm.assertEq(lender.owedBy(USER, hub), 50_000e6 - 1_904.761904e6); // 2,000 / 1.05
        vm.assertGt(_health(USER), before, "no better");
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testTokensThatReturnNothing() external {
        hub.setMood(Coin.Mood.Silent);
        etherCoin.setMood(Coin.Mood.Silent);
        _sink(hub, 0.98e18);
        _liquidate(etherCoin, hub, ALL);
        vm.assertGt(hub.balanceOf(BENEFICIARY), 0, "no profit");
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testGiftsAreSweptButNotCounted() external {
        _sink(hub, 0.98e18);
        uint256 id = vm.snapshotState();
        _liquidate(etherCoin, hub, ALL);
        uint256 profit = hub.balanceOf(BENEFICIARY);

        vm.revertToState(id);
        hub.mint(address(liquidator), 5e6);
        etherCoin.mint(address(liquidator), 2e18);
        vm.recordLogs();
        _liquidate(etherCoin, hub, ALL);
        (, uint256 seized, uint256 counted,,) =
            abi.decode(vm.getRecordedLogs()[0].data, (uint256, uint256, uint256, uint256, uint256));
        vm.assertEq(counted, profit);
        vm.assertEq(seized, _sold());
        vm.assertEq(hub.balanceOf(BENEFICIARY), profit + 5e6);
        vm.assertEq(etherCoin.balanceOf(BENEFICIARY), 2e18);
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testAPoolThatRunsDryLeavesCollateralAndNoAllowance() external {
        lender.setRisk(etherCoin, 800, 25_000, 0); // half of what is seized pays the debt
        lender.setAccount(USER, etherCoin, 100e18, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 16_200e6); // health 0.988
        exchange.setMood(Exchange.Mood.RunsDry);
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(etherCoin.balanceOf(BENEFICIARY), _sold());
        vm.assertGt(_sold(), 0, "nothing sold");
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    function testTwoInOneTransaction() external {
        _sink(hub, 0.98e18);
        _liquidate(etherCoin, hub, 10e6);
        _liquidate(etherCoin, hub, 10e6); // the guard against reentry is open again
        vm.assertTrue(_isEmpty(), "something stayed");
    }

    /* VIEWS */

    function testPreview() external {
        lender.setAccount(USER, etherCoin, 10e18, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 16_000e6);
        (uint256 healthE18, uint256 collateral, uint256 debt, bool canHelp) = liquidator.preview(USER, 12_499);
        vm.assertEq(healthE18, 1.03125e18);
        vm.assertEq(collateral, 20_000e8);
        vm.assertEq(debt, 16_000e8);
        vm.assertTrue(canHelp);
        (,,, canHelp) = liquidator.preview(USER, 12_500);
        vm.assertTrue(!canHelp);
    }

    function testIsWhatItWasBornAs() external view {
        vm.assertEq(liquidator.pool(), address(lender));
        vm.assertEq(liquidator.router(), address(exchange));
        vm.assertEq(liquidator.hub(), address(hub));
        vm.assertEq(liquidator.beneficiary(), BENEFICIARY);
        vm.assertEq(uint256(liquidator.feeOf(address(gold))), GOLD_FEE);
        vm.assertEq(uint256(liquidator.feeOf(address(hub))), 0);
    }

    function _sold() internal view returns (uint256) {
        return etherCoin.balanceOf(address(exchange));
    }
}
