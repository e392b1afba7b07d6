// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Executions move the owned argument in the entry's direction, and nothing else; only a lift ever moves it back.
contract OnlyTightensTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.OnlyTightens;
    }

    function invariant_OnlyTightens() external view {
        _holds();
    }
}
