// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title A wallet that runs whatever code it is given as its own
/// @notice For tests of detectors on traces.
contract ModularWallet {
    error Failed();

    /// @dev Slot 0.
    uint256 public count;
    /// @dev Slot 1.
    address public owner;

    /// @dev Warning: anyone may, with any code.
    function run(address code, bytes calldata data) external {
        (bool done,) = code.delegatecall(data);
        if (!done) revert Failed();
    }
}

contract CountingModule {
    uint256 private count;

    function tick() external {
        count++;
    }
}

contract TakeoverModule {
    uint256 private count;
    address private owner;

    function take(address newOwner) external {
        owner = newOwner;
    }
}
