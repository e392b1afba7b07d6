// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Who brings a call, and with how much gas, decides whether it happens, never what happens.
contract RelayerCannotChangeOutcomeTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.RelayerCannotChangeOutcome;
    }

    function invariant_RelayerCannotChangeOutcome() external view {
        _holds();
    }
}
