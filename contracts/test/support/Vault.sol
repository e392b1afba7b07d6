// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title A protocol ruled by an AccessManager, for tests: one cap that those with the right role may set
contract Vault is AccessManaged {
    uint256 public cap = 1_000;
    uint256 public deposits;

    constructor(address manager) AccessManaged(manager) {}

    function setCap(uint256 cap_) external restricted {
        cap = cap_;
    }

    function deposit(uint256 amount) external restricted {
        deposits += amount;
    }
}
