// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coin} from "./support/Coin.sol";
import {LiquidatorBase} from "./support/LiquidatorBase.sol";

/// What a liquidation costs on the lender and the exchange of these tests, without a transaction's base cost: good for seeing a change,
/// not for knowing the cost on Aave and Uniswap.
contract LiquidatorGasTest is LiquidatorBase {
    function testOneHop() external {
        _measure("liquidate, one hop", hub);
    }

    function testTwoHops() external {
        _measure("liquidate, two hops", dollar);
    }

    function _measure(string memory name, Coin debt) private {
        _sink(debt, 0.98e18);
        uint256 used = gasleft();
        _liquidate(etherCoin, debt, type(uint256).max);
        vm.snapshotValue("Liquidator", name, used - gasleft());
    }
}
