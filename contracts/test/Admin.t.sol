// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Guard} from "../src/Guard.sol";
import {IGuard} from "../src/IGuard.sol";
import {Base} from "./support/Base.sol";

contract AdminTest is Base {
    function _bad(IGuard.Entry memory e, string memory why) internal {
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGuard.BadEntry.selector, why));
        guard.addEntry(e);
    }

    function _badSigners(address[] memory list, uint256 k) internal {
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGuard.BadSigners.selector, list.length, k));
        guard.setSigners(list, k);
    }

    /* ENTRIES */

    function testIdIsTheHashOfTheEncoding() external view {
        vm.assertEq(ltvEntry, keccak256(abi.encode(_ltv())));
    }

    function testEveryFieldComesBack() external view {
        IGuard.Entry[4] memory all = [_ltv(), _freeze(), _cap(), _fee()];
        for (uint256 i; i < all.length; i++) {
            (IGuard.Entry memory e, bool live,,) = guard.entryOf(keccak256(abi.encode(all[i])));
            vm.assertEq(abi.encode(e), abi.encode(all[i]));
            vm.assertTrue(live);
        }
    }

    /// Of any shape: the image in code is laid out by hand.
    function testFuzzEveryFieldComesBack(uint256 seed) external {
        IGuard.Entry memory e = _ltv();
        uint256 args = 1 + seed % 8;
        e.owned = uint8((seed >> 8) % args);
        e.args = new IGuard.Arg[](args);
        for (uint256 i; i < args; i++) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            if (i == e.owned) {
                e.args[i] = _arg(IGuard.ArgKind.Step);
            } else if (dice & 1 == 0) {
                e.args[i] = _liveArg(_word(uint8(dice >> 8), dice | 1));
            } else {
                e.args[i] = _subjectArg();
                e.args[i].values = new uint256[](1 + (dice >> 8) % 20);
                e.args[i].values[0] = dice;
            }
        }
        e.steps = new IGuard.Step[](1 + (seed >> 16) % 20);
        for (uint256 i; i < e.steps.length; i++) {
            e.steps[i] = i & 1 == 0 ? _literal(seed >> 128) : IGuard.Step(true, seed, _word(uint8(i), seed | 1), 1 + i, 2 + i);
        }
        (IGuard.Entry memory got,,,) = guard.entryOf(_add(e));
        vm.assertEq(abi.encode(got), abi.encode(e));
    }

    function testRetiredAndRevived() external {
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGuard.EntryExists.selector, ltvEntry));
        guard.addEntry(_ltv());
        _execute(ltvEntry, _subject(0), 0);
        vm.prank(TIMELOCK);
        guard.retireEntry(ltvEntry);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGuard.UnknownEntry.selector, ltvEntry));
        guard.retireEntry(ltvEntry);
        vm.assertEq(_add(_ltv()), ltvEntry);
        (, bool live,, uint16 used) = guard.entryOf(ltvEntry);
        vm.assertTrue(live);
        vm.assertEq(used, 1); // its past stays
        vm.assertEq(_next(ltvEntry, _subject(0)), 1);
    }

    function testRefusesBadTargets() external {
        IGuard.Entry memory e = _ltv();
        e.target = address(0);
        _bad(e, "target");
        e.target = address(guard);
        _bad(e, "target");
        e.target = HUMAN; // no code
        _bad(e, "target");
    }

    function testRefusesBadNumbers() external {
        IGuard.Entry memory e = _ltv();
        e.class = 6;
        _bad(e, "class");
        e = _ltv();
        e.expiryS = 0;
        _bad(e, "times");
        e.expiryS = e.hardCapS + 1;
        _bad(e, "times");
        e = _ltv();
        e.budget = 0;
        _bad(e, "budget");
        e = _ltv();
        e.budgetWindowS = 0;
        _bad(e, "budget");
        e = _ltv();
        e.minGas = 0;
        _bad(e, "minGas");
        e.minGas = 10_000_001;
        _bad(e, "minGas");
        e = _ltv();
        e.expiryS = e.hardCapS; // at the limit
        e.minGas = 10_000_000;
        _add(e);
    }

    function testRefusesBadArguments() external {
        IGuard.Entry memory e = _ltv();
        e.owned = 4;
        _bad(e, "owned");
        e.owned = 2; // which is live
        _bad(e, "owned");
        e = _ltv();
        e.args[2].kind = IGuard.ArgKind.Step; // a second one
        _bad(e, "owned");
        e = _ltv();
        e.args = new IGuard.Arg[](9);
        _bad(e, "args");
        e = _ltv();
        e.args[0].bound = IGuard.BoundKind.None;
        _bad(e, "subject");
        e = _ltv();
        e.args[0].values = new uint256[](0);
        _bad(e, "oneOf");
        e = _cap();
        e.args[1].values = new uint256[](3);
        _bad(e, "range");
        e.args[1].values = new uint256[](2);
        e.args[1].values[0] = 1;
        _bad(e, "range");
        e = _ltv();
        e.args[1].values = new uint256[](1); // of no bound
        _bad(e, "values");
        e = _ltv();
        e.args[2].bound = IGuard.BoundKind.EqualsLive;
        _bad(e, "equalsLive");
        e = _ltv();
        e.args[2].live.mask = 0;
        _bad(e, "live");
        e = _ltv();
        e.getter.target = HUMAN;
        _bad(e, "live");
        e = _ltv();
        e.args[1].bound = IGuard.BoundKind.EqualsLive; // of a live that is none
        _bad(e, "live");
    }

    function testRefusesBadSteps() external {
        IGuard.Entry memory e = _ltv();
        e.steps = new IGuard.Step[](0);
        _bad(e, "steps");
        e.steps = new IGuard.Step[](256);
        _bad(e, "steps");
        e = _ltv();
        e.steps[0].value = 1 << 128;
        _bad(e, "step");
        e = _ltv();
        e.steps[2].mulBps = 0;
        _bad(e, "step");
        e.steps[2].mulBps = 1 << 64;
        _bad(e, "step");
        e = _ltv();
        e.steps[2].divisor = 0;
        _bad(e, "step");
        e.steps[2].divisor = 1 << 128;
        _bad(e, "step");
    }

    /* AUTHORITIES */

    function testStrangersMayDoNothing() external {
        vm.assertTrue(guard.armed());
        bytes[6] memory forAdmin = [
            abi.encodeCall(IGuard.addEntry, (_ltv())),
            abi.encodeCall(IGuard.retireEntry, (ltvEntry)),
            abi.encodeCall(IGuard.setSigners, (_addresses(keys), 2)),
            abi.encodeCall(IGuard.setGuardian, (STRANGER)),
            abi.encodeCall(IGuard.setAdmin, (STRANGER)),
            abi.encodeCall(IGuard.arm, ())
        ];
        for (uint256 i; i < forAdmin.length; i++) {
            _refuses(forAdmin[i], abi.encodeWithSelector(IGuard.NotAdmin.selector, STRANGER));
            vm.prank(SAFE); // the guardian adds nothing
            (bool done,) = address(guard).call(forAdmin[i]);
            vm.assertTrue(!done);
        }
        bytes[3] memory forGuardian = [
            abi.encodeCall(IGuard.veto, (ltvEntry, 0, 0)),
            abi.encodeCall(IGuard.keep, (ltvEntry, 0)),
            abi.encodeCall(IGuard.disarm, ())
        ];
        for (uint256 i; i < forGuardian.length; i++) {
            _refuses(forGuardian[i], abi.encodeWithSelector(IGuard.NotGuardian.selector, STRANGER));
            vm.prank(TIMELOCK);
            (bool done,) = address(guard).call(forGuardian[i]);
            vm.assertTrue(!done);
        }
    }

    function testAuthoritiesAreHandedOn() external {
        vm.prank(TIMELOCK);
        vm.expectRevert(IGuard.ZeroAddress.selector);
        guard.setAdmin(address(0));
        vm.prank(TIMELOCK);
        vm.expectRevert(IGuard.ZeroAddress.selector);
        guard.setGuardian(address(0));
        vm.prank(TIMELOCK);
        guard.setGuardian(HUMAN);
        vm.assertEq(guard.guardian(), HUMAN);
        vm.prank(TIMELOCK);
        guard.setAdmin(HUMAN);
        vm.assertEq(guard.admin(), HUMAN);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGuard.NotAdmin.selector, TIMELOCK));
        guard.arm();
    }

    function testVetoLimits() external {
        vm.prank(SAFE);
        guard.veto(ltvEntry, 0, uint40(START_S + 30 days));
        vm.prank(SAFE);
        vm.expectRevert(abi.encodeWithSelector(IGuard.VetoTooLong.selector, START_S + 30 days));
        guard.veto(ltvEntry, 0, uint40(START_S + 30 days + 1));
        vm.prank(SAFE);
        vm.expectRevert(abi.encodeWithSelector(IGuard.UnknownEntry.selector, bytes32(uint256(1))));
        guard.veto(bytes32(uint256(1)), 0, 0);
        vm.prank(SAFE);
        guard.veto(ltvEntry, 0, 0);
        vm.assertEq(guard.action(ltvEntry, 0).vetoUntilS, 0);
    }

    /* SIGNERS */

    function testSigners() external view {
        (address[] memory list, uint256 k) = guard.signers();
        vm.assertEq(abi.encode(list), abi.encode(_addresses(keys)));
        vm.assertEq(k, 3);
    }

    function testRefusesBadSigners() external {
        address[] memory list = _addresses(keys);
        _badSigners(list, 0);
        _badSigners(list, 1); // a single hot key
        _badSigners(list, 5);
        _badSigners(new address[](0), 0);
        _badSigners(_addresses(_sorted(65)), 33);
        (list[0], list[1]) = (list[1], list[0]);
        _badSigners(list, 3);
        list[0] = list[1];
        _badSigners(list, 3); // twice
        list[0] = address(0);
        _badSigners(list, 3);
        vm.prank(TIMELOCK);
        guard.setSigners(_addresses(_sorted(1)), 1);
    }

    function testConstructorLimits() external {
        address[] memory list = _addresses(keys);
        vm.expectRevert(abi.encodeWithSelector(IGuard.BadTimes.selector, 0, 0));
        new Guard(TIMELOCK, SAFE, list, 3, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IGuard.BadTimes.selector, 60, 7 days + 1));
        new Guard(TIMELOCK, SAFE, list, 3, 60, 7 days + 1);
        vm.expectRevert(IGuard.ZeroAddress.selector);
        new Guard(address(0), SAFE, list, 3, 60, 0);
        Guard g = new Guard(TIMELOCK, SAFE, list, 3, 60, 7 days);
        vm.assertEq(g.windowS(), 60);
        vm.assertEq(g.liftGapS(), 7 days);
    }
}
