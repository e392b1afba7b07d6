// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IGuard} from "../src/IGuard.sol";
import {Base} from "./support/Base.sol";
import {Vault} from "./support/Vault.sol";

/// A protocol ruled by OpenZeppelin's AccessManager: the Guard calls a restricted function itself, with a role of its own and no
/// delay, or closes the whole target. Neither needs another contract.
contract AccessManagerRouteTest is Base {
    uint64 internal constant GUARD_ROLE = 7;

    AccessManager internal manager;
    Vault internal vault;
    bytes32 internal capOf;
    bytes32 internal closed;

    function setUp() public override {
        super.setUp();
        manager = new AccessManager(TIMELOCK);
        vault = new Vault(address(manager));
        bytes4[] memory setCap = new bytes4[](1);
        setCap[0] = vault.setCap.selector;
        bytes4[] memory deposit = new bytes4[](1);
        deposit[0] = vault.deposit.selector;
        vm.startPrank(TIMELOCK);
        manager.setTargetFunctionRole(address(vault), setCap, GUARD_ROLE);
        manager.setTargetFunctionRole(address(vault), deposit, type(uint64).max); // everybody
        manager.grantRole(GUARD_ROLE, address(guard), 0);
        vm.stopPrank();
        capOf = _add(_vaultCap());
        closed = _add(_closed());
    }

    function _vaultCap() internal view returns (IGuard.Entry memory e) {
        e = _common();
        e.target = address(vault);
        e.selector = vault.setCap.selector;
        e.getter = IGuard.Live(address(vault), vault.cap.selector, false, 0, 0, type(uint128).max);
        e.args = new IGuard.Arg[](1);
        e.args[0] = _arg(IGuard.ArgKind.Step);
        e.steps = new IGuard.Step[](1);
        e.steps[0] = _literal(10);
    }

    function _closed() internal view returns (IGuard.Entry memory e) {
        e = _common();
        (e.target, e.selector, e.class) = (address(manager), manager.setTargetClosed.selector, 5);
        e.owned = 1;
        e.getter = IGuard.Live(address(manager), manager.isTargetClosed.selector, true, 0, 0, 1);
        e.direction = IGuard.Direction.Up;
        e.args = new IGuard.Arg[](2);
        e.args[0].kind = IGuard.ArgKind.Subject;
        e.args[0].bound = IGuard.BoundKind.OneOf;
        e.args[0].values = new uint256[](1);
        e.args[0].values[0] = uint160(address(vault));
        e.args[1] = _arg(IGuard.ArgKind.Step);
        e.steps = new IGuard.Step[](1);
        e.steps[0] = _literal(1);
    }

    function _vault() internal view returns (bytes32) {
        return bytes32(uint256(uint160(address(vault))));
    }

    function testARestrictedFunctionByARoleOfItsOwn() external {
        _execute(capOf, 0, 0);
        vm.assertEq(vault.cap(), 10);
        _ripen(capOf, 0);
        _lift(capOf, 0);
        vm.assertEq(vault.cap(), 1_000);
    }

    function testTheRoleTakenBack() external {
        vm.prank(TIMELOCK);
        manager.revokeRole(GUARD_ROLE, address(guard));
        bytes memory why = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(guard));
        _refuses(_execution(capOf, 0, 0), abi.encodeWithSelector(IGuard.CallFailed.selector, why));
    }

    /// A role with an execution delay can't act in time: the call is refused as a whole.
    function testARoleWithADelayActsNever() external {
        vm.prank(TIMELOCK);
        manager.grantRole(GUARD_ROLE, address(guard), 1 hours);
        vm.warp(block.timestamp + 30 days);
        vm.prank(STRANGER);
        (bool done,) = address(guard).call(_execution(capOf, 0, 0));
        vm.assertTrue(!done);
        vm.assertEq(vault.cap(), 1_000);
    }

    function testClosesTheTargetAndOpensIt() external {
        vm.prank(TIMELOCK);
        manager.grantRole(0, address(guard), 0);
        vault.deposit(1);
        _execute(closed, _vault(), 0);
        vm.assertTrue(manager.isTargetClosed(address(vault)));
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        vault.deposit(1);
        _ripen(closed, _vault());
        _lift(closed, _vault());
        vault.deposit(1);
        vm.assertEq(vault.deposits(), 2);
    }

    /// Humans had closed it: there is nothing to tighten, so nothing that a lift could open.
    function testWhatHumansClosedStaysClosed() external {
        vm.startPrank(TIMELOCK);
        manager.grantRole(0, address(guard), 0);
        manager.setTargetClosed(address(vault), true);
        vm.stopPrank();
        _refuses(_execution(closed, _vault(), 0), abi.encodeWithSelector(IGuard.NotTighter.selector, 1, 1));
    }
}
