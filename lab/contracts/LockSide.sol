// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BridgeSide} from "./BridgeSide.sol";

/// @title The end of the lab's bridge where the token is at home: it locks what departs and releases what comes back.
contract LockSide is BridgeSide {
    using SafeERC20 for IERC20;

    IERC20 private immutable home;

    constructor(IERC20 home_, address attester_) BridgeSide(attester_) {
        home = home_;
    }

    function token() public view override returns (IERC20) {
        return home;
    }

    function _take(address from, uint256 amount) internal override {
        home.safeTransferFrom(from, address(this), amount);
    }

    function _give(address to, uint256 amount) internal override {
        home.safeTransfer(to, amount);
    }
}
