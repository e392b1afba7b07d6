// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title A bank of native value with one door that is safe and one that is not
/// @notice For tests of detectors on traces: what is wrong here is wrong on purpose and says so.
contract Bank {
    error TooMuch(uint256 wanted, uint256 held);
    error NotPaid();
    error Locked();

    /// @dev Slot 0: whoever calls `initialise` owns it, again and again.
    address public owner;
    /// @dev Slot 1: written by every deposit and withdrawal.
    uint256 public moves;
    /// @dev Slot 2.
    uint256 public shares;
    mapping(address => uint256) public balanceOf;
    bool private transient locked;

    /// @dev Warning: anyone may.
    function initialise(address newOwner) external {
        owner = newOwner;
    }

    function deposit() external payable {
        moves++;
        shares += msg.value;
        balanceOf[msg.sender] += msg.value;
    }

    /// @notice Books first, then pays.
    function withdraw(uint256 amount) external {
        _take(amount);
        _pay(amount);
    }

    /// @notice The same behind a lock.
    function withdrawLocked(uint256 amount) external {
        if (locked) revert Locked();
        locked = true;
        _take(amount);
        _pay(amount);
        locked = false;
    }

    /// @dev Warning: pays first, so the books are wrong while the receiver has control.
    function redeem(uint256 amount) external {
        uint256 held = balanceOf[msg.sender];
        if (amount > held) revert TooMuch(amount, held);
        _pay(amount);
        moves++;
        unchecked {
            shares -= amount;
            balanceOf[msg.sender] = held - amount;
        }
    }

    /// @notice What a share is worth, E18. Wrong while `redeem` pays.
    function getRate() external view returns (uint256) {
        return shares == 0 ? 1e18 : (address(this).balance * 1e18) / shares;
    }

    function _take(uint256 amount) private {
        uint256 held = balanceOf[msg.sender];
        if (amount > held) revert TooMuch(amount, held);
        moves++;
        shares -= amount;
        balanceOf[msg.sender] = held - amount;
    }

    function _pay(uint256 amount) private {
        (bool done,) = msg.sender.call{value: amount}("");
        if (!done) revert NotPaid();
    }
}
