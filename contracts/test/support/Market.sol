// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title A lending market small enough to read, for tests of the Guard
/// @notice Keeps each asset's parameters in one word, laid out as Aave v3 does, changed by few and read by all; and one parameter
/// without a subject. It can be told to misbehave.
contract Market {
    enum Mood {
        Honest,
        Refuses, // reverts
        Lies, // takes the call and changes nothing
        Exaggerates, // writes a value one off
        Reenters, // makes the call that it was told to make
        Devours // burns all its gas

    }

    error Denied(address caller);
    error Refused();

    uint256 internal constant THRESHOLD = 16;
    uint256 internal constant BONUS = 32;
    uint256 internal constant FROZEN = 57;
    uint256 internal constant SUPPLY_CAP = 116;
    uint256 internal constant MASK_16 = 0xffff;
    uint256 internal constant MASK_36 = (1 << 36) - 1;

    mapping(address caller => bool) public mayChange;
    mapping(address asset => uint256) public getConfiguration;
    mapping(address asset => uint256) public supplied;
    uint256 public feeBps;

    Mood public mood;
    address public reenterAt;
    bytes public reenterWith;
    bytes public reenterAnswer;
    uint256 public transient gasGot; // at the last change

    constructor(address[] memory callers) {
        for (uint256 i; i < callers.length; i++) {
            mayChange[callers[i]] = true;
        }
    }

    function configureReserveAsCollateral(address asset, uint256 ltv, uint256 threshold, uint256 bonus) external {
        require(ltv <= threshold && threshold <= MASK_16 && bonus <= MASK_16);
        uint256 word = _put(getConfiguration[asset], 0, MASK_16, ltv + _begin());
        _write(asset, _put(_put(word, THRESHOLD, MASK_16, threshold), BONUS, MASK_16, bonus));
    }

    function setReserveFreeze(address asset, bool frozen) external {
        uint256 off = _begin();
        _write(asset, _put(getConfiguration[asset], FROZEN, 1, (frozen ? 1 : 0) ^ off));
    }

    function setSupplyCap(address asset, uint256 cap) external {
        uint256 word = _put(getConfiguration[asset], SUPPLY_CAP, MASK_36, cap + _begin());
        _write(asset, word);
    }

    function setFee(uint256 bps) external {
        uint256 off = _begin();
        if (mood != Mood.Lies) feeBps = bps + off;
    }

    function supply(address asset, uint256 amount) external {
        supplied[asset] += amount;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function setReentry(address to, bytes calldata data) external {
        (mood, reenterAt, reenterWith) = (Mood.Reenters, to, data);
    }

    function _begin() private returns (uint256 off) {
        if (!mayChange[msg.sender]) revert Denied(msg.sender);
        gasGot = gasleft();
        if (mood == Mood.Refuses) revert Refused();
        if (mood == Mood.Exaggerates) return 1;
        if (mood == Mood.Reenters) (, reenterAnswer) = reenterAt.call(reenterWith);
        if (mood == Mood.Devours) assert(_forever());
    }

    function _forever() private pure returns (bool) {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _write(address asset, uint256 word) private {
        if (mood != Mood.Lies) getConfiguration[asset] = word;
    }

    function _put(uint256 word, uint256 shift, uint256 mask, uint256 value) private pure returns (uint256) {
        return word & ~(mask << shift) | (value & mask) << shift;
    }
}
