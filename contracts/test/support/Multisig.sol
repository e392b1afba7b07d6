// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The part of a Safe that its modules see, for tests; the real one is in test/routes.anvil.test.ts
contract Multisig {
    mapping(address module => bool) public isModuleEnabled;

    function setModule(address module, bool enabled) external {
        isModuleEnabled[module] = enabled;
    }

    function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, uint8 operation)
        external
        returns (bool success, bytes memory returnData)
    {
        require(isModuleEnabled[msg.sender], "GS104");
        require(operation == 0);
        return to.call{value: value}(data);
    }
}
