// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rescue} from "./support/LiquidatorCrowd.sol";
import {LiquidatorInvariantBase} from "./support/LiquidatorInvariantBase.sol";

/// After a liquidation none of its two coins and no allowance stays with the Liquidator; a failure leaves no allowance either.
contract LiquidatorHoldsNothingTest is LiquidatorInvariantBase {
    function invariant_HoldsNothing() external view {
        _holds(Rescue.HoldsNothing);
    }
}
