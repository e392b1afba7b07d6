// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bank} from "./Bank.sol";

interface IFlashBorrower {
    function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data) external returns (bytes32);
}

/// @title Lends native value for one transaction (the call of EIP-3156, with value instead of a token)
contract FlashLender {
    error NotPaidBack();

    function flashLoan(IFlashBorrower receiver, address token, uint256 amount, bytes calldata data) external returns (bool) {
        uint256 before = address(this).balance;
        (bool sent,) = address(receiver).call{value: amount}("");
        receiver.onFlashLoan(msg.sender, token, amount, 0, data);
        if (!sent || address(this).balance < before) revert NotPaidBack();
        return true;
    }

    receive() external payable {}
}

/// @title A pair whose price goes where it is told, with the event of Uniswap v2
contract Pair {
    event Sync(uint112 reserve0, uint112 reserve1);

    function moveTo(uint112 reserve0, uint112 reserve1) external {
        emit Sync(reserve0, reserve1);
    }
}

/// @title Borrows for one transaction, moves the pair there and back, and goes through the bank in between
contract FlashVisitor is IFlashBorrower {
    Bank private immutable bank;
    Pair private immutable pair;

    constructor(Bank bank_, Pair pair_) {
        bank = bank_;
        pair = pair_;
    }

    function run(FlashLender lender, uint256 amount, uint112 price) external {
        lender.flashLoan(this, address(0), amount, abi.encode(price));
    }

    function onFlashLoan(address, address, uint256 amount, uint256, bytes calldata data) external returns (bytes32) {
        pair.moveTo(1_000, abi.decode(data, (uint112)));
        bank.deposit{value: amount}();
        bank.withdraw(amount);
        pair.moveTo(1_000, 1_000);
        (bool done,) = msg.sender.call{value: amount}("");
        return done ? keccak256("ERC3156FlashBorrower.onFlashLoan") : bytes32(0);
    }

    receive() external payable {}
}
