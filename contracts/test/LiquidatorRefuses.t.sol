// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILiquidator} from "../src/ILiquidator.sol";
import {Liquidator} from "../src/Liquidator.sol";
import {Coin} from "./support/Coin.sol";
import {Exchange} from "./support/Exchange.sol";
import {LiquidatorBase} from "./support/LiquidatorBase.sol";

contract LiquidatorRefusesTest is LiquidatorBase {
    uint256 internal constant ALL = type(uint256).max;

    function testHealthyToTheUnit() external {
        _sink(hub, 1e18);
        vm.assertEq(_health(USER), 1e18);
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.Healthy.selector, 1e18));
        lender.setAccount(USER, hub, 0, 0, 16_500e6 + 1);
        vm.assertTrue(_health(USER) < 1e18);
        _liquidate(etherCoin, hub, ALL);
    }

    function testNoDebtIsHealthy() external {
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.Healthy.selector, ALL));
    }

    function testToxicToTheUnit() external {
        lender.setAccount(USER, etherCoin, 10e18, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 20_000e6); // worth exactly what is owed
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.Toxic.selector, 20_000e8, 20_000e8));
        lender.setAccount(USER, hub, 0, 0, 20_000e6 - 1); // by one unit not: so it is tried, and is no better
        _refuses(
            etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.NotBetter.selector, 825000000041250000, 0)
        );
    }

    /// With one collateral, health rises while collateral is worth more than debt times bonus, and not one step further.
    function testNotBetterPastTheToxicPoint() external {
        lender.setAccount(USER, etherCoin, 10.5e18, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 20_000e6);
        (, uint256 collateral, uint256 debt, bool canHelp) = liquidator.preview(USER, 10_500);
        vm.assertEq(collateral, 21_000e8);
        vm.assertEq(debt, 20_000e8);
        vm.assertTrue(!canHelp);
        // exactly at it: a part makes nothing better, all of it ends the debt
        _refuses(etherCoin, hub, 10_000e6, abi.encodeWithSelector(ILiquidator.NotBetter.selector, 0.86625e18, 0.86625e18));
        uint256 id = vm.snapshotState();
        _liquidate(etherCoin, hub, ALL);
        vm.assertEq(lender.owedBy(USER, hub), 0);

        vm.revertToState(id);
        lender.setAccount(USER, etherCoin, 10.4e18, 0, 0);
        _refuses(etherCoin, hub, 10_000e6, abi.encodeWithSelector(ILiquidator.NotBetter.selector, 0.858e18, 0.84975e18));
        lender.setAccount(USER, etherCoin, 10.6e18, 0, 0);
        _liquidate(etherCoin, hub, 10_000e6);
    }

    /// Seizing what counts little raises the health factor, yet leaves less collateral than debt.
    function testBadDebtOfAnAccountWithTwoCollaterals() external {
        lender.setRisk(etherCoin, 4_000, 11_000, 0);
        lender.setRisk(dollar, 9_000, 10_500, 0);
        lender.setAccount(USER, etherCoin, 2.6e18, 0, 0); // 5,200, counts 2,080
        lender.setAccount(USER, dollar, 5_000e18, 0, 0); // counts 4,500
        lender.setAccount(USER, hub, 0, 0, 10_000e6);
        // 5,200 / 1.1 repaid: 5,272.73 is owed on 5,000, though health rises from 0.658 to 0.853
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.BadDebt.selector, 5_000e8, 5_272.727273e8));
        _liquidate(etherCoin, hub, 1_000e6);
        vm.assertEq(_badDebt(USER), 0);
    }

    function testBadPriceRevertsWholly() external {
        uint256 owed = _sink(hub, 0.98e18);
        exchange.setDiscount(600); // the bonus is 500
        _refuses(etherCoin, hub, ALL, abi.encodeWithSignature("Error(string)", "Too little received"));
        vm.assertEq(lender.owedBy(USER, hub), owed);
        vm.assertEq(lender.supplied(etherCoin, USER), 10e18);
        vm.assertEq(hub.balanceOf(BENEFICIARY), 0);
        exchange.setDiscount(400);
        _liquidate(etherCoin, hub, ALL);
    }

    function testOneTokenWhoseBonusDoesNotPayThePremium() external {
        lender.setRisk(dollar, 8_000, 10_005, 0);
        lender.setAccount(USER, dollar, 10_000e18, 0, 8_200e18);
        dollar.mint(address(liquidator), 1_000e18); // nor does a gift pay it
        _refuses(dollar, dollar, ALL, abi.encodeWithSelector(ILiquidator.TooLittle.selector, 4_102.05e18, 4_103.69e18));
    }

    function testARouterThatLiesIsCounted() external {
        lender.setAccount(USER, etherCoin, 10e18, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 17_000e6);
        hub.mint(address(liquidator), 1_000e6); // a gift is no help to it
        exchange.setMood(Exchange.Mood.Lies);
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.TooLittle.selector, 8_507.65e6 - 1, 8_507.65e6));
    }

    function testNothingToCover() external {
        bytes memory nothing = abi.encodeWithSelector(ILiquidator.NothingToCover.selector);
        _sink(hub, 0.98e18);
        _refuses(etherCoin, hub, 0, nothing);
        _refuses(etherCoin, dollar, ALL, nothing);
        _refuses(etherCoin, new Coin(18), ALL, nothing); // not in the pool at all
    }

    function testUnknownToken() external {
        Coin other = new Coin(18);
        lender.list(other, 1e8, 8_000, 10_500, 0);
        other.mint(address(lender), 1e30);
        _sink(other, 0.98e18);
        _refuses(etherCoin, other, ALL, abi.encodeWithSelector(ILiquidator.UnknownToken.selector, other));
        lender.setAccount(USER, other, 20_000e18, 0, 0);
        lender.setAccount(USER, etherCoin, 0, 0, 0);
        lender.setAccount(USER, hub, 0, 0, 16_500e6);
        _refuses(other, hub, ALL, abi.encodeWithSelector(ILiquidator.UnknownToken.selector, other));
    }

    function testTokensThatFail() external {
        _sink(hub, 0.98e18);
        hub.setMood(Coin.Mood.Denies);
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.TokenFailed.selector, hub));
        hub.setMood(Coin.Mood.Plain);
        etherCoin.setMood(Coin.Mood.Reverts);
        _refuses(etherCoin, hub, ALL, abi.encodeWithSelector(ILiquidator.TokenFailed.selector, etherCoin));
    }

    function testNobodyElseMayCallBack() external {
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotPool.selector, CALLER));
        vm.prank(CALLER);
        liquidator.executeOperation(address(hub), 1, 0, address(liquidator), "");

        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotInitiator.selector, CALLER));
        vm.prank(CALLER);
        lender.flashLoanSimple(address(liquidator), address(hub), 1e6, abi.encode(etherCoin, USER), 0);
    }

    function testNobodyComesBackInside() external {
        _sink(hub, 0.98e18);
        exchange.setCall(
            address(liquidator), abi.encodeCall(liquidator.liquidate, (address(etherCoin), address(hub), USER, 1e6))
        );
        _refuses(etherCoin, hub, 1e6, abi.encodeWithSelector(ILiquidator.Reentered.selector));
        exchange.setCall(
            address(lender),
            abi.encodeCall(lender.flashLoanSimple, (address(liquidator), address(hub), 1e6, abi.encode(etherCoin, USER), 0))
        );
        _refuses(etherCoin, hub, 1e6, abi.encodeWithSelector(ILiquidator.NotInitiator.selector, exchange));
    }

    function testTakesNoEther() external {
        (bool done,) = address(liquidator).call{value: 1}("");
        vm.assertTrue(!done, "took ether");
    }

    /* AT BIRTH */

    function testBirthRefuses() external {
        address[] memory tokens = new address[](2);
        uint24[] memory fees = new uint24[](2);
        for (uint256 i; i < 4; i++) {
            address[4] memory a = [address(1), address(2), address(3), address(4)];
            a[i] = address(0);
            vm.expectRevert(ILiquidator.ZeroAddress.selector);
            new Liquidator(a[0], a[1], a[2], a[3], tokens, fees);
        }
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.LengthMismatch.selector, 2, 1));
        new Liquidator(address(1), address(2), address(3), address(4), tokens, new uint24[](1));

        (fees[0], fees[1]) = (500, 500);
        address[2][4] memory bad = [[address(0), address(5)], [address(5), address(3)], [address(5), address(5)], [address(6), address(7)]];
        for (uint256 i; i < 4; i++) {
            (tokens[0], tokens[1]) = (bad[i][0], bad[i][1]);
            if (i == 3) fees[1] = 0;
            vm.expectRevert(abi.encodeWithSelector(ILiquidator.BadToken.selector, i == 0 ? address(0) : tokens[1]));
            new Liquidator(address(1), address(2), address(3), address(4), tokens, fees);
        }
    }
}
