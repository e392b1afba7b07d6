// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {BridgeSide} from "./BridgeSide.sol";

/// @title The end of the lab's bridge where the token is a guest: it mints what arrives and burns what goes home. It is the token itself.
contract MintSide is BridgeSide, ERC20 {
    uint8 private immutable places;

    constructor(string memory name_, uint8 decimals_, address attester_) BridgeSide(attester_) ERC20(name_, name_) {
        places = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }

    function token() public view override returns (IERC20) {
        return IERC20(address(this));
    }

    function _take(address from, uint256 amount) internal override {
        _burn(from, amount);
    }

    function _give(address to, uint256 amount) internal override {
        _mint(to, amount);
    }
}
