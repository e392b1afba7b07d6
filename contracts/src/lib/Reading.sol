// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../IGuard.sol";

/// @title Values read from the protocol
library Reading {
    /// @notice The last call made and its answer, since several values often come from one getter (Aave's configuration word).
    /// @dev Good for one subject, and only while nothing is written: begin a new one after a call to the target.
    struct Memo {
        address target;
        bytes4 selector;
        bool withSubject;
        bytes answer;
    }

    function read(IGuard.Live memory live, bytes32 subject, Memo memory memo) internal view returns (uint256 value) {
        if (live.target != memo.target || live.selector != memo.selector || live.withSubject != memo.withSubject) {
            (memo.target, memo.selector, memo.withSubject) = (live.target, live.selector, live.withSubject);
            bytes memory question =
                live.withSubject ? abi.encodeWithSelector(live.selector, subject) : abi.encodeWithSelector(live.selector);
            bool answered;
            (answered, memo.answer) = live.target.staticcall(question);
            if (!answered) revert IGuard.GetterFailed(live.target, live.selector);
        }
        bytes memory answer = memo.answer;
        uint256 end = 32 * (uint256(live.word) + 1);
        if (answer.length < end) revert IGuard.GetterFailed(live.target, live.selector);
        assembly ("memory-safe") {
            value := mload(add(answer, end)) // the word's end minus 32, plus the 32 of the length
        }
        value = (value >> live.shift) & live.mask;
    }
}
