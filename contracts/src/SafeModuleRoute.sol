// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a Safe offers its modules (Safe 1.3 and 1.4).
interface ISafe {
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, uint8 operation)
        external
        returns (bool success, bytes memory returnData);
}

/// @title A narrow way for a Guard through a Safe that holds a protocol's role
/// @notice A module that passes one function of one target on, from the Guard to the Safe, and nothing else. The Guard's entry names
/// this contract as its target and the protocol's own selector and arguments; the getter stays the protocol's view. One route serves
/// all entries of the same target and function.
///
/// Assumptions:
/// - The Safe has enabled this route and no other power of the Guard rests on it; its owners can disable it at any time. Then the
///   Guard's calls fail as a whole: nothing is executed, and a lift is handed over to humans.
/// - Bounds, expiry and lift are the Guard's: whoever may add entries to the Guard may call this one function with any arguments.
/// @dev Warning: never route a function that can change the Safe or the Guard; both are refused as targets here, what they own is not.
contract SafeModuleRoute {
    /// Thrown for a caller that is not the Guard.
    error NotGuard(address caller);
    /// Thrown for another function than the route's, or for arguments that are not whole words.
    error NotRouted(bytes4 selector, uint256 length);
    /// Thrown when the target is the Safe or the Guard, or has no code.
    error BadTarget(address target);

    address public immutable guard;
    ISafe public immutable safe;
    address public immutable target;
    bytes4 public immutable selector;

    uint8 private constant CALL = 0;
    uint256 private constant SELECTOR_LENGTH = 4;
    uint256 private constant WORD_LENGTH = 32;

    constructor(address guard_, ISafe safe_, address target_, bytes4 selector_) {
        if (target_ == address(safe_) || target_ == guard_ || target_.code.length == 0) revert BadTarget(target_);
        (guard, safe, target, selector) = (guard_, safe_, target_, selector_);
    }

    /// @dev Passes the calldata on as it is; reverts with the target's own words, so that the Guard sees them.
    fallback() external {
        if (msg.sender != guard) revert NotGuard(msg.sender);
        bool isWhole = msg.data.length >= SELECTOR_LENGTH && (msg.data.length - SELECTOR_LENGTH) % WORD_LENGTH == 0;
        if (msg.sig != selector || !isWhole) revert NotRouted(msg.sig, msg.data.length);
        (bool success, bytes memory answer) = safe.execTransactionFromModuleReturnData(target, 0, msg.data, CALL);
        assembly ("memory-safe") {
            if iszero(success) { revert(add(answer, 32), mload(answer)) }
            return(add(answer, 32), mload(answer))
        }
    }
}
