// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../IGuard.sol";

/// @title An entry as it lies in memory, ready to be read back without decoding
/// @notice Decoding an entry of four arguments from ABI bytes costs 17,000 gas; laying its image into memory and correcting some
/// twenty pointers costs under 6,000, code access included.
/// @dev Image: a list of one entry with all that hangs on it, in one piece, its pointers relative to its own beginning; then the
/// places of these pointers, two bytes each, filled up with zeros to fours; then the length of these places, two bytes. Two bytes
/// do, since code is at most 24,576 bytes long. What is relied upon is Solidity's documented layout of structs and arrays in
/// memory, and the tests compare every field. It is a list because for a function that returns a struct the compiler first makes
/// an empty one.
library Image {
    /// The list's length and its only pointer stand before the struct.
    uint256 private constant HEAD = 64;
    /// Words of an Entry, an Arg and a Step that are pointers, in the order of the members.
    uint256 private constant ENTRY_GETTER = 10;
    uint256 private constant ENTRY_ARGS = 13;
    uint256 private constant ENTRY_STEPS = 14;
    uint256 private constant ARG_LIVE = 2;
    uint256 private constant ARG_VALUES = 4;
    uint256 private constant STEP_LIVE = 2;

    /// @param encoded `abi.encode(entry)`
    function build(bytes memory encoded) internal pure returns (bytes memory) {
        uint256 start = _free();
        IGuard.Entry memory e = abi.decode(encoded, (IGuard.Entry)); // allocates from `start` on, the struct itself first
        uint256 size = _free() - start;
        assert(_place(e) == start);

        uint256 argCount = e.args.length;
        uint256 stepCount = e.steps.length;
        uint256 args = _pointer(start + 32 * ENTRY_ARGS);
        uint256 steps = _pointer(start + 32 * ENTRY_STEPS);
        bytes memory places = abi.encodePacked(uint16(32)); // of the list's pointer
        places = _relate(places, start, start + 32 * ENTRY_GETTER);
        places = _relate(places, start, start + 32 * ENTRY_ARGS);
        places = _relate(places, start, start + 32 * ENTRY_STEPS);
        for (uint256 i = 1; i <= argCount; i++) {
            uint256 arg = _pointer(args + 32 * i);
            places = _relate(places, start, args + 32 * i);
            places = _relate(places, start, arg + 32 * ARG_LIVE);
            places = _relate(places, start, arg + 32 * ARG_VALUES);
        }
        for (uint256 i = 1; i <= stepCount; i++) {
            uint256 step = _pointer(steps + 32 * i);
            places = _relate(places, start, steps + 32 * i);
            places = _relate(places, start, step + 32 * STEP_LIVE);
        }
        while (places.length % 8 != 0) places = abi.encodePacked(places, uint16(0));
        return abi.encodePacked(uint256(1), HEAD, _copy(start, size), places, uint16(places.length));
    }

    /// @return box holds the one entry
    /// @dev Takes the image over: it is changed in place, and the entry lies where its bytes lay.
    /// Four places at a time, since the loop itself costs more than a correction.
    function open(bytes memory image) internal pure returns (IGuard.Entry[] memory box) {
        assembly ("memory-safe") {
            box := add(image, 32)
            let end := sub(add(box, mload(image)), 2) // of the places
            for { let place := sub(end, shr(240, mload(end))) } lt(place, end) { place := add(place, 8) } {
                let four := mload(place)
                let pointer := add(box, shr(240, four))
                mstore(pointer, add(mload(pointer), box))
                pointer := add(box, and(shr(224, four), 0xffff))
                mstore(pointer, add(mload(pointer), box))
                pointer := add(box, and(shr(208, four), 0xffff))
                mstore(pointer, add(mload(pointer), box))
                pointer := add(box, and(shr(192, four), 0xffff))
                mstore(pointer, add(mload(pointer), box))
            }
            mstore(box, 1) // the length, which the places that fill up the last four have spoilt
        }
    }

    /// @dev Makes the pointer at `place` relative to `start` and notes where it is.
    function _relate(bytes memory places, uint256 start, uint256 place) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(place, add(sub(mload(place), start), HEAD))
        }
        return abi.encodePacked(places, uint16(place - start + HEAD));
    }

    function _copy(uint256 start, uint256 size) private pure returns (bytes memory data) {
        data = new bytes(size);
        assembly ("memory-safe") {
            mcopy(add(data, 32), start, size)
        }
    }

    function _pointer(uint256 place) private pure returns (uint256 to) {
        assembly ("memory-safe") {
            to := mload(place)
        }
    }

    function _place(IGuard.Entry memory e) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := e
        }
    }

    function _free() private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }
}
