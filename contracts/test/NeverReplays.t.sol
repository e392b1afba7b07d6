// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Each round of (entry, subject) is executed once, by a certificate of that round and the present window.
contract NeverReplaysTest is InvariantBase {
    function invariant_NeverReplays() external view {
        _holds(Property.NeverReplays);
    }

    function afterInvariant() external view override {
        vm.assertGt(crowd.replayed(), 0, "nothing was replayed");
    }
}
