// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bank} from "./Bank.sol";

/// @title Who comes to the bank: thieves, and honest people who look like them
/// @notice For tests of detectors on traces. `Visitor` is called back when it is paid and does then what it was told to.
contract Visitor {
    enum Manner {
        Quiet,
        Redeem,
        RedeemLocked,
        Deposit,
        Ask,
        Borrow
    }

    Bank public immutable bank;
    Lender public immutable lender;
    Manner private manner;
    uint256 private rounds;
    uint256 private amount;
    uint256 public seenRate;

    constructor(Bank bank_, Lender lender_) payable {
        bank = bank_;
        lender = lender_;
    }

    /// @notice Deposits what it has, takes it again by the door that the manner asks for, and in each callback does as the manner says.
    function visit(Manner manner_, uint256 amount_, uint256 rounds_) external payable {
        (manner, amount, rounds) = (manner_, amount_, rounds_);
        bank.deposit{value: amount_}();
        if (manner_ == Manner.Deposit || manner_ == Manner.Quiet) bank.withdraw(amount_);
        else if (manner_ == Manner.RedeemLocked) bank.withdrawLocked(amount_);
        else bank.redeem(amount_);
    }

    receive() external payable {
        if (msg.sender != address(bank) || rounds == 0) return;
        rounds--;
        if (manner == Manner.Redeem) bank.redeem(amount);
        else if (manner == Manner.RedeemLocked) try bank.withdrawLocked(amount) {} catch {}
        else if (manner == Manner.Deposit) bank.deposit{value: 1}();
        else if (manner == Manner.Ask) seenRate = bank.getRate();
        else if (manner == Manner.Borrow) lender.borrow(1 ether);
    }
}

/// @title Lends against the bank's shares at the rate that it reads
contract Lender {
    Bank public immutable bank;
    mapping(address => uint256) public lent;

    constructor(Bank bank_) payable {
        bank = bank_;
    }

    function borrow(uint256 amount) external {
        lent[msg.sender] += (amount * bank.getRate()) / 1e18;
    }
}

/// @title A visitor of one use: made with CREATE2, it visits in its constructor's call and may end itself
contract OneUse {
    function run(Bank bank, bool ends) external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw(msg.value);
        if (ends) selfdestruct(payable(msg.sender));
    }

    receive() external payable {}
}

contract OneUseFactory {
    function use(Bank bank, bytes32 salt, bool ends) external payable {
        OneUse made = new OneUse{salt: salt}();
        made.run{value: msg.value}(bank, ends);
    }

    receive() external payable {}
}
