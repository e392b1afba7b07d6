// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rescue} from "./support/LiquidatorCrowd.sol";
import {LiquidatorInvariantBase} from "./support/LiquidatorInvariantBase.sol";

/// The seized collateral pays all: the lender gets more back than it lent, and what others gave goes to the beneficiary untouched.
contract LiquidatorNeedsNobodysFundsTest is LiquidatorInvariantBase {
    function invariant_NeedsNobodysFunds() external view {
        _holds(Rescue.NeedsNobodysFunds);
    }
}
