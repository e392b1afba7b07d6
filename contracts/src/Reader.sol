// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Many views at one block, in one question
/// @notice Never deployed: a node lends it an address for one `eth_call` (state override). It says on which block it ran, since a
/// node that mines between looking up a block and reading its state answers from the next one, and nothing in a plain answer shows it.
contract Reader {
    struct Call {
        address to;
        bytes data;
    }

    struct Answer {
        bool ok;
        bytes data;
    }

    /// @return number of the block that it ran on
    /// @return timeS that block's timestamp
    /// @return answers in the order of `calls`; not ok: reverted, or out of its equal share of the gas
    function read(Call[] calldata calls) external view returns (uint256 number, uint256 timeS, Answer[] memory answers) {
        answers = new Answer[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory data) = calls[i].to.staticcall{gas: gasleft() / (calls.length - i + 1)}(calls[i].data);
            answers[i] = Answer(ok, data);
        }
        return (block.number, block.timestamp, answers);
    }
}
