// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Property} from "./support/Crowd.sol";
import {InvariantBase} from "./support/InvariantBase.sol";

/// Nothing is executed, renewed or lifted early but by k good signatures over exactly that.
contract NeedsQuorumTest is InvariantBase {
    function _property() internal pure override returns (Property) {
        return Property.NeedsQuorum;
    }

    function invariant_NeedsQuorum() external view {
        _holds();
    }
}
