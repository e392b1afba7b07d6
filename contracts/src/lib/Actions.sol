// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../IGuard.sol";

/// @title Actions in two slots, each written at once
/// @dev The compiler would write a struct member by member; that costs an execution 1,500 gas more.
library Actions {
    struct Packed {
        uint256 times; // from the lowest bit: round 32, active 8, episodeStartS, expiresAtS, liftReadyAtS, vetoUntilS 40 each
        uint256 values; // prior 128, applied 128
    }

    function load(Packed storage packed) internal view returns (IGuard.Action memory action) {
        action = loadTimes(packed);
        uint256 values = packed.values;
        (action.prior, action.applied) = (uint128(values), uint128(values >> 128));
    }

    function loadTimes(Packed storage packed) internal view returns (IGuard.Action memory action) {
        uint256 times = packed.times;
        action.round = uint32(times);
        action.active = uint8(times >> 32) != 0;
        action.episodeStartS = uint40(times >> 40);
        action.expiresAtS = uint40(times >> 80);
        action.liftReadyAtS = uint40(times >> 120);
        action.vetoUntilS = uint40(times >> 160);
    }

    function saveTimes(Packed storage packed, IGuard.Action memory action) internal {
        packed.times = uint256(action.round) | uint256(action.active ? 1 : 0) << 32 | uint256(action.episodeStartS) << 40
            | uint256(action.expiresAtS) << 80 | uint256(action.liftReadyAtS) << 120 | uint256(action.vetoUntilS) << 160;
    }

    function saveValues(Packed storage packed, IGuard.Action memory action) internal {
        packed.values = uint256(action.prior) | uint256(action.applied) << 128;
    }
}
