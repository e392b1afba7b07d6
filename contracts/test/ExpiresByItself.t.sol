// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// No action outlasts its episode's cap, and strangers without a signature can undo every one, the Guard disarmed.
contract ExpiresByItselfTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.ExpiresByItself;
    }

    function invariant_ExpiresByItself() external view {
        _holds();
        crowd.timesAreBounded();
    }

    function afterInvariant() external {
        crowd.allAbandoned();
    }
}
