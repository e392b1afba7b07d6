// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title What both ends of the lab's own bridge share: messages with ids, an attester who brings them, and fast fills.
/// @notice It is the least that a lock-and-mint bridge can be, and ours: no real bridge's code.
/// @dev Warning: of the lab only. The attester is one key, and is believed: it is what is stolen in an attack.
abstract contract BridgeSide {
    using SafeERC20 for IERC20;

    error NotAttester();
    error AlreadyArrived(bytes32 id);
    error AlreadyFilled(bytes32 id);

    /// @notice Value left for the other chain: it was locked or burned here.
    event Departed(bytes32 indexed id, address indexed sender, address to, uint256 amount);
    /// @notice Value came from the other chain: it was minted or released here.
    event Arrived(bytes32 indexed id, address indexed to, uint256 amount);
    /// @notice A market maker paid the receiver out of its own pocket; what arrives later is the maker's.
    event Filled(bytes32 indexed id, address indexed maker, address indexed to, uint256 amount);

    address public immutable attester;
    uint256 public nonce;
    mapping(bytes32 id => bool) public arrived;
    mapping(bytes32 id => address) public fillerOf;

    constructor(address attester_) {
        attester = attester_;
    }

    /// @notice The token that is locked here, or that is minted here.
    function token() public view virtual returns (IERC20);

    function depart(uint256 amount, address to) external returns (bytes32 id) {
        id = keccak256(abi.encode(block.chainid, address(this), nonce++));
        _take(msg.sender, amount);
        emit Departed(id, msg.sender, to, amount);
    }

    /// @notice The attester says that the message departed on the other chain.
    function arrive(bytes32 id, address to, uint256 amount) external {
        if (msg.sender != attester) revert NotAttester();
        if (arrived[id]) revert AlreadyArrived(id);
        arrived[id] = true;
        address filler = fillerOf[id];
        address receiver = filler == address(0) ? to : filler;
        _give(receiver, amount);
        emit Arrived(id, receiver, amount);
    }

    /// @notice Pays for a message that has not arrived, or has not even departed yet: the maker's own risk.
    function fill(bytes32 id, address to, uint256 amount) external {
        if (arrived[id]) revert AlreadyArrived(id);
        if (fillerOf[id] != address(0)) revert AlreadyFilled(id);
        fillerOf[id] = msg.sender;
        token().safeTransferFrom(msg.sender, to, amount);
        emit Filled(id, msg.sender, to, amount);
    }

    function _take(address from, uint256 amount) internal virtual;
    function _give(address to, uint256 amount) internal virtual;
}
