// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Liquidator} from "../../src/Liquidator.sol";
import {Test} from "../Vm.sol";
import {Coin} from "./Coin.sol";
import {Exchange} from "./Exchange.sol";
import {Lender} from "./Lender.sol";

/// @title A lender with four coins, an exchange, and a Liquidator that anyone may call
abstract contract LiquidatorBase is Test {
    uint256 internal constant START_S = 1_700_000_000;
    uint24 internal constant ETHER_FEE = 500;
    uint24 internal constant GOLD_FEE = 3_000;
    uint24 internal constant DOLLAR_FEE = 100;

    address internal constant BENEFICIARY = address(0xbe4e);
    address internal constant CALLER = address(0xca11e4);
    address internal constant USER = address(0x05e4);

    Lender internal lender;
    Exchange internal exchange;
    Liquidator internal liquidator;
    Coin internal hub; // 6 decimals, worth 1
    Coin internal etherCoin; // 18 decimals
    Coin internal gold; // 8 decimals
    Coin internal dollar; // 18 decimals, worth 1

    function setUp() public virtual {
        vm.warp(START_S);
        lender = new Lender();
        exchange = new Exchange(lender);
        (hub, etherCoin, gold, dollar) = (new Coin(6), new Coin(18), new Coin(8), new Coin(18));
        lender.list(hub, 1e8, 8_000, 10_450, 1_000);
        lender.list(etherCoin, 2_000e8, 8_250, 10_500, 1_000);
        lender.list(gold, 60_000e8, 7_800, 10_500, 1_000);
        lender.list(dollar, 1e8, 8_000, 10_500, 0);
        for (uint256 i; i < 4; i++) {
            _coin(i).mint(address(lender), 1_000_000_000 * 10 ** _coin(i).decimals());
        }
        liquidator = _deploy();
    }

    function _deploy() internal returns (Liquidator) {
        (address[] memory tokens, uint24[] memory fees) = (new address[](3), new uint24[](3));
        (tokens[0], tokens[1], tokens[2]) = (address(etherCoin), address(gold), address(dollar));
        (fees[0], fees[1], fees[2]) = (ETHER_FEE, GOLD_FEE, DOLLAR_FEE);
        return new Liquidator(address(lender), address(exchange), address(hub), BENEFICIARY, tokens, fees);
    }

    function _coin(uint256 index) internal view returns (Coin) {
        return [hub, etherCoin, gold, dollar][index % 4];
    }

    /// 10 ether against a debt in `debt`, a third of it stable, that makes the health factor what it is to be.
    function _sink(Coin debt, uint256 healthE18) internal returns (uint256 owed) {
        (uint256 price,,,,,) = lender.listings(debt);
        owed = 20_000e8 * 8_250 * 1e14 / healthE18 * 10 ** debt.decimals() / price;
        lender.setAccount(USER, etherCoin, 10e18, 0, 0);
        lender.setAccount(USER, debt, 0, owed / 3, owed - owed / 3);
    }

    function _liquidate(Coin collateral, Coin debt, uint256 maxDebt) internal {
        vm.prank(CALLER);
        liquidator.liquidate(address(collateral), address(debt), USER, maxDebt);
    }

    function _refuses(Coin collateral, Coin debt, uint256 maxDebt, bytes memory error_) internal {
        vm.prank(CALLER);
        (bool done, bytes memory answer) =
            address(liquidator).call(abi.encodeCall(liquidator.liquidate, (address(collateral), address(debt), USER, maxDebt)));
        vm.assertTrue(!done, "was not refused");
        vm.assertEq(answer, error_);
    }

    function _health(address user) internal view returns (uint256 healthE18) {
        (,,,,, healthE18) = lender.getUserAccountData(user);
    }

    function _badDebt(address user) internal view returns (uint256) {
        (uint256 collateral, uint256 debt,,,,) = lender.getUserAccountData(user);
        return debt > collateral ? debt - collateral : 0;
    }

    /// Nothing stays with the Liquidator: no coin, no allowance to anybody it deals with.
    function _isEmpty() internal view returns (bool) {
        for (uint256 i; i < 4; i++) {
            if (_coin(i).balanceOf(address(liquidator)) != 0 || _allows(_coin(i))) return false;
        }
        return true;
    }

    function _allows(Coin coin) internal view returns (bool) {
        return coin.allowance(address(liquidator), address(lender)) != 0 || coin.allowance(address(liquidator), address(exchange)) != 0;
    }
}
