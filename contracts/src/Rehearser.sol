// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Reader} from "./Reader.sol";

/// @title An operation tried in one `eth_call`, with views before and after it
/// @notice Never deployed: a node lends it the address of a timelock for one call, so that the operation's calls come from there.
/// For nodes without `eth_simulateV1`. Assumption: the operation does not call the timelock itself, whose own code is away meanwhile.
contract Rehearser is Reader {
    struct Step {
        address to;
        uint256 value;
        bytes data;
    }

    /// @return timeS of the block that it ran on
    /// @return before answers of the views before the operation
    /// @return failed number of the first step that failed, from 1; 0: none. Later steps are not tried
    /// @return why what that step returned
    /// @return afterwards answers of the same views after it
    function rehearse(Call[] calldata views, Step[] calldata steps)
        external
        returns (uint256 timeS, Answer[] memory before, uint256 failed, bytes memory why, Answer[] memory afterwards)
    {
        before = answersOf(views, gasleft() / 4);
        for (uint256 i; i < steps.length && failed == 0; ++i) {
            (bool ok, bytes memory data) = steps[i].to.call{value: steps[i].value, gas: gasleft() / 2}(steps[i].data);
            if (!ok) (failed, why) = (i + 1, data);
        }
        return (block.timestamp, before, failed, why, answersOf(views, gasleft()));
    }
}
