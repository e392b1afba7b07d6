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
    /// @dev A call of two bytes, which no ABI call is long, asks for the code of `to`: its hash (0: none) and its first 32 bytes.
    /// @return answers in the order of `calls`; not ok: reverted, or out of its equal share of the gas
    function read(Call[] calldata calls) external view returns (uint256 number, uint256 timeS, Answer[] memory answers) {
        answers = new Answer[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            if (calls[i].data.length == 2) {
                answers[i] = Answer(true, codeOf(calls[i].to));
                continue;
            }
            (bool ok, bytes memory data) = calls[i].to.staticcall{gas: gasleft() / (calls.length - i + 1)}(calls[i].data);
            answers[i] = Answer(ok, data);
        }
        return (block.number, block.timestamp, answers);
    }

    function codeOf(address account) private view returns (bytes memory) {
        bytes32 head;
        assembly {
            extcodecopy(account, 0, 0, 32)
            head := mload(0)
        }
        return abi.encode(account.code.length == 0 ? bytes32(0) : account.codehash, head);
    }
}
