// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "../Vm.sol";
import {LiquidatorCrowd, Rescue} from "./LiquidatorCrowd.sol";

/// @title A property of the Liquidator held against the crowd
abstract contract LiquidatorInvariantBase is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    LiquidatorCrowd internal crowd;

    function setUp() public {
        crowd = new LiquidatorCrowd();
        crowd.setUp();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(crowd);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(crowd), crowd.selectors());
    }

    function _holds(Rescue property) internal view {
        string memory breach = crowd.breach(property);
        vm.assertTrue(bytes(breach).length == 0, breach);
    }
}
