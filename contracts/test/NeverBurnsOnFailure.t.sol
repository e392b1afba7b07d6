// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// What fails leaves round, budget, times and market as they were.
contract NeverBurnsOnFailureTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.NeverBurnsOnFailure;
    }

    function invariant_NeverBurnsOnFailure() external view {
        _holds();
    }
}
