// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title A token that anyone may mint and that is as awkward as real ones are
/// @notice Refuses to change one allowance into another, returns nothing if told so, and can be told to fail.
contract Coin {
    enum Mood {
        Plain, // returns true
        Silent, // returns nothing
        Denies, // returns false and does nothing
        Reverts

    }

    uint8 public immutable decimals;
    Mood public mood;
    uint256 public totalSupply;
    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    function burn(address from, uint256 amount) external {
        balanceOf[from] -= amount;
        totalSupply -= amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (_goes()) {
            balanceOf[msg.sender] -= amount;
            balanceOf[to] += amount;
        }
        return _answer();
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "zero first");
        if (_goes()) allowance[msg.sender][spender] = amount;
        return _answer();
    }

    /// Always true and always done: it is the pool's and the router's to call.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }

    function _goes() private view returns (bool) {
        require(mood != Mood.Reverts, "told to revert");
        return mood != Mood.Denies;
    }

    function _answer() private view returns (bool) {
        if (mood == Mood.Silent) {
            assembly {
                return(0, 0)
            }
        }
        return mood != Mood.Denies;
    }
}
