// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../IGuard.sol";

/// @title Values read from the protocol
library Reading {
    /// @notice The last call made and its answer, since several values often come from one getter (Aave's configuration word).
    /// @dev Good for one subject, and only while nothing is written: begin a new one after a call to the target.
    struct Memo {
        uint256 question; // target in the low 160 bits, then withSubject; selector in the high 32: never zero
        bytes answer;
    }

    function read(IGuard.Live memory live, bytes32 subject, Memo memory memo) internal view returns (uint256 value) {
        uint256 question = uint160(live.target) | uint256(bytes32(live.selector)) | (live.withSubject ? 1 << 160 : 0);
        if (question != memo.question) (memo.question, memo.answer) = (question, _ask(live, subject));

        bytes memory answer = memo.answer;
        uint256 end;
        unchecked {
            end = 32 * (uint256(live.word) + 1); // word is a uint8
        }
        if (answer.length < end) revert IGuard.GetterFailed(live.target, live.selector);
        assembly ("memory-safe") {
            value := mload(add(answer, end)) // the word's end minus 32, plus the 32 of the length
        }
        value = (value >> live.shift) & live.mask;
    }

    /// @dev In assembly because a question is at most 36 bytes and fits the scratch space; this is done twice an execution.
    function _ask(IGuard.Live memory live, bytes32 subject) private view returns (bytes memory answer) {
        (address target, bytes4 selector) = (live.target, live.selector);
        uint256 length = live.withSubject ? 36 : 4;
        bool answered;
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, subject)
            answered := staticcall(gas(), target, 0, length, 0, 0)
            answer := mload(0x40)
            mstore(answer, returndatasize())
            returndatacopy(add(answer, 32), 0, returndatasize())
            mstore(0x40, and(add(add(answer, returndatasize()), 63), not(31)))
        }
        if (!answered) revert IGuard.GetterFailed(target, selector);
    }
}
