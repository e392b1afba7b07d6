// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "../Vm.sol";
import {Crowd, Property} from "./Crowd.sol";

/// @title A property held against the crowd
abstract contract InvariantBase is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Crowd internal crowd;

    function setUp() public {
        crowd = new Crowd();
        crowd.setUp();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(crowd);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(crowd), crowd.selectors(uint256(_property())));
    }

    function _property() internal pure virtual returns (Property);

    function _holds() internal view {
        string memory breach = crowd.breach(_property());
        vm.assertTrue(bytes(breach).length == 0, breach);
    }
}
