// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILiquidator} from "../src/ILiquidator.sol";
import {LiquidatorCrowd, Rescue} from "./support/LiquidatorCrowd.sol";
import {Test} from "./Vm.sol";

/// The crowd of the Liquidator's invariant tests does reach what the properties are about: successes, and every refusal that guards one.
contract LiquidatorCrowdTest is Test {
    function testReachesEverything() external {
        LiquidatorCrowd crowd = new LiquidatorCrowd();
        crowd.setUp();
        bytes4[] memory selectors = crowd.selectors();
        for (uint256 i; i < 2_000; i++) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            bytes4 what = selectors[dice % selectors.length];
            (bool done,) =
                address(crowd).call(abi.encodeWithSelector(what, dice >> 16, dice >> 32, dice >> 48, dice >> 64, dice >> 80));
            vm.assertTrue(done);
        }
        vm.assertGt(crowd.healed(), 30, "healed");
        vm.assertGt(crowd.refused(ILiquidator.Healthy.selector), 2, "healthy");
        vm.assertGt(crowd.refused(ILiquidator.Toxic.selector), 2, "toxic");
        vm.assertGt(crowd.refused(ILiquidator.NotBetter.selector), 2, "not better");
        vm.assertGt(crowd.refused(ILiquidator.BadDebt.selector), 2, "bad debt");
        vm.assertGt(crowd.refused(ILiquidator.TooLittle.selector), 2, "too little");
        vm.assertGt(crowd.refused(ILiquidator.Reentered.selector), 2, "reentered");
        for (uint256 i; i <= uint256(type(Rescue).max); i++) {
            vm.assertTrue(bytes(crowd.breach(Rescue(i))).length == 0, crowd.breach(Rescue(i)));
        }
    }
}
