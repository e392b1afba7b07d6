// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Who brings a call, and with how much gas, decides whether it happens, never what happens.
contract RelayerCannotChangeOutcomeTest is InvariantBase {
    function invariant_RelayerCannotChangeOutcome() external view {
        _holds(Property.RelayerCannotChangeOutcome);
    }

    function afterInvariant() external view override {
        vm.assertGt(crowd.raced(), 0, "nobody raced");
    }
}
