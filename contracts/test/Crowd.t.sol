// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Crowd, Property} from "./support/Crowd.sol";
import {Test} from "./Vm.sol";

/// A property that nothing tries holds easily: the crowd of the invariant tests does reach what the properties are about.
contract CrowdTest is Test {
    function testReachesEverything() external {
        Crowd crowd = new Crowd();
        crowd.setUp();
        bytes4[] memory selectors = crowd.selectors(0);
        for (uint256 i; i < 2_000; i++) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            bytes4 what = selectors[dice % selectors.length];
            (bool done,) = address(crowd).call(abi.encodeWithSelector(what, dice >> 16, dice >> 32, dice >> 48));
            vm.assertTrue(done);
        }
        vm.assertGt(crowd.executed(), 40, "executed");
        vm.assertGt(crowd.refused(), 100, "refused");
        vm.assertGt(crowd.renewed(), 2, "renewed");
        vm.assertGt(crowd.lifted(), 2, "lifted");
        vm.assertGt(crowd.superseded(), 2, "superseded");
        vm.assertGt(crowd.handedOver(), 2, "handed over");
        vm.assertGt(crowd.replayed(), 2, "replayed");
        vm.assertGt(crowd.raced(), 2, "raced");
        crowd.timesAreBounded();
        crowd.allAbandoned();
        for (uint256 i; i <= uint256(type(Property).max); i++) {
            vm.assertTrue(bytes(crowd.breach(Property(i))).length == 0, crowd.breach(Property(i)));
        }
    }
}
