// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// A lift writes the prior value where the Guard's own value still stands, and otherwise nothing.
contract RestoresOnlyItsOwnTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.RestoresOnlyItsOwn;
    }

    function invariant_RestoresOnlyItsOwn() external view {
        _holds();
    }
}
