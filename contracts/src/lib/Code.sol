// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Bytes kept as the code of a contract of their own
/// @notice Reading n words from code costs one cold account access (2,600 gas) and 3 gas a word; from storage 2,100 gas a word.
/// @dev The first byte is STOP, so that the data can never run as code; `read` leaves it out.
library Code {
    error StoreFailed(uint256 length);

    /// @dev The ten bytes before the data: PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE,
    /// RETURN put all that follows them on chain, beginning with the STOP.
    function store(bytes memory data) internal returns (address where) {
        uint256 size = data.length + 1;
        if (size > 0x6000) revert StoreFailed(data.length); // EIP-170
        bytes memory init = abi.encodePacked(bytes1(0x61), uint16(size), hex"80600a3d393df300", data);
        assembly ("memory-safe") {
            where := create(0, add(init, 32), mload(init))
        }
        if (where == address(0)) revert StoreFailed(data.length);
    }

    function read(address where) internal view returns (bytes memory data) {
        uint256 length = where.code.length - 1;
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, length)
            extcodecopy(where, add(data, 32), 1, length)
            mstore(0x40, and(add(add(data, length), 63), not(31)))
        }
    }
}
