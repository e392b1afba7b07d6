// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Each round of (entry, subject) is executed once, by a certificate of that round and the present window.
contract NeverReplaysTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.NeverReplays;
    }

    function invariant_NeverReplays() external view {
        _holds();
    }
}
