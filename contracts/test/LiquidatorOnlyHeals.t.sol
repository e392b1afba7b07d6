// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rescue} from "./support/LiquidatorCrowd.sol";
import {LiquidatorInvariantBase} from "./support/LiquidatorInvariantBase.sol";

/// Only accounts under water are touched, and after each liquidation their health is strictly higher and their bad debt is not.
contract LiquidatorOnlyHealsTest is LiquidatorInvariantBase {
    function invariant_OnlyHeals() external view {
        _holds(Rescue.OnlyHeals);
    }
}
