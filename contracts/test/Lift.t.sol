// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../src/IGuard.sol";
import {Base} from "./support/Base.sol";
import {Market} from "./support/Market.sol";

contract LiftTest is Base {
    event Renewed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 expiresAtS, bool capped);
    event LiftBegan(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 readyAtS);
    event Ended(bytes32 indexed entry, bytes32 indexed subject, uint32 round, IGuard.Ending how, uint256 value);

    bytes32 internal one;

    function setUp() public override {
        super.setUp();
        one = _subject(0);
        _execute(ltvEntry, one, 1);
    }

    function _expectEnd(IGuard.Ending how, uint256 value) internal {
        vm.expectEmit(address(guard));
        emit Ended(ltvEntry, one, 0, how, value);
    }

    /* RENEWAL */

    function testRenewal() external {
        vm.warp(START_S + 1_800);
        bytes memory data = _renewal(ltvEntry, one);
        vm.expectEmit(address(guard));
        emit Renewed(ltvEntry, one, 0, START_S + 1_800 + EXPIRY_S, false);
        _send(data);
        vm.assertEq(guard.action(ltvEntry, one).expiresAtS, START_S + 1_800 + EXPIRY_S);
    }

    function testRenewalEndsALiftThatWasBegun() external {
        _ripen(ltvEntry, one);
        _send(_renewal(ltvEntry, one));
        vm.assertEq(guard.action(ltvEntry, one).liftReadyAtS, 0);
        _refuses(abi.encodeCall(IGuard.lift, (ltvEntry, one)), abi.encodeWithSelector(IGuard.LiftTooEarly.selector, 0));
    }

    function testRenewalAtTheCap() external {
        vm.warp(START_S + CAP_S - EXPIRY_S);
        _send(_renewal(ltvEntry, one)); // exactly to the cap
        vm.warp(block.timestamp + 1);
        _refuses(_renewal(ltvEntry, one), abi.encodeWithSelector(IGuard.CapReached.selector, START_S + CAP_S));
    }

    function testRenewalPastTheCapIsCut() external {
        vm.warp(START_S + CAP_S - 1);
        bytes memory data = _renewal(ltvEntry, one);
        vm.expectEmit(address(guard));
        emit Renewed(ltvEntry, one, 0, START_S + CAP_S, true);
        _send(data);
        vm.warp(START_S + CAP_S);
        _refuses(_renewal(ltvEntry, one), abi.encodeWithSelector(IGuard.CapReached.selector, START_S + CAP_S));
    }

    function testNoRenewalOfAPastEpisode() external {
        vm.warp(START_S + CAP_S);
        _refuses(_renewal(ltvEntry, one), abi.encodeWithSelector(IGuard.CapReached.selector, START_S + CAP_S));
    }

    function testRenewalRefuses() external {
        vm.warp(START_S + 60);
        bytes memory data = _renewal(ltvEntry, one);
        _refuses(
            abi.encodeCall(IGuard.renew, (ltvEntry, one, 1, _window(), THREE, "")), abi.encodeWithSelector(IGuard.WrongRound.selector, 1, 0)
        );
        _refuses(
            abi.encodeCall(IGuard.renew, (ltvEntry, one, 0, _window(), 0, "")), abi.encodeWithSelector(IGuard.NoQuorum.selector, 0, 3)
        );
        _refuses(
            abi.encodeCall(IGuard.renew, (ltvEntry, one, 0, 1, THREE, "")),
            abi.encodeWithSelector(IGuard.WrongWindow.selector, 1, _window())
        );
        vm.prank(TIMELOCK);
        guard.retireEntry(ltvEntry);
        _refuses(data, abi.encodeWithSelector(IGuard.UnknownEntry.selector, ltvEntry));
        vm.prank(SAFE);
        guard.disarm();
        _refuses(data, abi.encodeWithSelector(IGuard.NotArmed.selector));
        vm.prank(SAFE);
        guard.keep(ltvEntry, one);
        _refuses(data, abi.encodeWithSelector(IGuard.NotActive.selector));
    }

    /* LIFT */

    function testLiftAfterExpiryToTheSecond() external {
        bytes memory begin = _expiredLift(ltvEntry, one);
        vm.warp(START_S + EXPIRY_S - 1);
        _refuses(begin, abi.encodeWithSelector(IGuard.NotExpired.selector, START_S + EXPIRY_S));
        vm.warp(START_S + EXPIRY_S);
        uint256 readyAtS = block.timestamp + LIFT_GAP_S;
        vm.expectEmit(address(guard));
        emit LiftBegan(ltvEntry, one, 0, readyAtS);
        _send(begin);
        _refuses(begin, abi.encodeWithSelector(IGuard.LiftBegun.selector));
        bytes memory end = abi.encodeCall(IGuard.lift, (ltvEntry, one));
        vm.warp(readyAtS - 1);
        _refuses(end, abi.encodeWithSelector(IGuard.LiftTooEarly.selector, readyAtS));
        vm.warp(readyAtS);
        _expectEnd(IGuard.Ending.Lifted, LTV);
        _send(end);
        vm.assertEq(_ltvOf(0), LTV);
        _refuses(end, abi.encodeWithSelector(IGuard.NotActive.selector));
    }

    function testLiftNeedsABeginning() external {
        vm.warp(START_S + EXPIRY_S + LIFT_GAP_S);
        _refuses(abi.encodeCall(IGuard.lift, (ltvEntry, one)), abi.encodeWithSelector(IGuard.LiftTooEarly.selector, 0));
    }

    function testEarlyLiftByQuorum() external {
        _refuses(
            abi.encodeCall(IGuard.beginLift, (ltvEntry, one, 0, _window(), 0x3, _sign(0, 0x3))),
            abi.encodeWithSelector(IGuard.NoQuorum.selector, 2, 3)
        );
        _send(_earlyLift(ltvEntry, one));
        vm.warp(START_S + LIFT_GAP_S);
        _lift(ltvEntry, one);
        vm.assertEq(_ltvOf(0), LTV);
    }

    function testBeginningNamesTheRound() external {
        vm.warp(START_S + EXPIRY_S);
        _refuses(abi.encodeCall(IGuard.beginLift, (ltvEntry, one, 1, 0, 0, "")), abi.encodeWithSelector(IGuard.WrongRound.selector, 1, 0));
    }

    function testLiftTakesWhatHumansSetMeanwhileIntoTheCall() external {
        vm.prank(HUMAN);
        market.configureReserveAsCollateral(assets[0], 5_000, 7_900, 10_700);
        _ripen(ltvEntry, one);
        _lift(ltvEntry, one);
        vm.assertEq(market.getConfiguration(assets[0]), LTV | 7_900 << 16 | 10_700 << 32);
    }

    function testSupersededWritesNothing() external {
        _setLtv(0, 5_001);
        _ripen(ltvEntry, one);
        _expectEnd(IGuard.Ending.Superseded, 5_001);
        _lift(ltvEntry, one);
        vm.assertEq(_ltvOf(0), 5_001);
        _execute(ltvEntry, one, 0); // free again
    }

    function testGuardianLiftsAtOnce() external {
        _expectEnd(IGuard.Ending.Lifted, LTV);
        vm.prank(SAFE);
        guard.lift(ltvEntry, one);
        vm.assertEq(_ltvOf(0), LTV);
    }

    function testLiftWhenDisarmedAndRetired() external {
        vm.prank(SAFE);
        guard.disarm();
        vm.prank(TIMELOCK);
        guard.retireEntry(ltvEntry);
        _ripen(ltvEntry, one);
        _lift(ltvEntry, one);
        vm.assertEq(_ltvOf(0), LTV);
    }

    function testBoundsDoNotHoldALiftBack() external {
        _execute(capEntry, one, 0); // prior 0 is outside of the entry's range
        _ripen(capEntry, one);
        _lift(capEntry, one);
        vm.assertEq(_capOf(0), 0);
    }

    function testRefusedLiftCanBeTriedAgainForOneGap() external {
        _ripen(ltvEntry, one);
        bytes memory end = abi.encodeCall(IGuard.lift, (ltvEntry, one));
        bytes memory failed = abi.encodeWithSelector(IGuard.CallFailed.selector, abi.encodeWithSelector(Market.Refused.selector));
        market.setMood(Market.Mood.Refuses);
        _refuses(end, failed);
        vm.warp(block.timestamp + LIFT_GAP_S - 1);
        _refuses(end, failed);
        vm.warp(block.timestamp + 1);
        _expectEnd(IGuard.Ending.HandedOver, 5_000);
        _send(end);
        vm.assertEq(_ltvOf(0), 5_000);
        market.setMood(Market.Mood.Honest);
        _execute(ltvEntry, one, 0); // free again
    }

    function testRefusedLiftOfTheGuardianHandsOverAtOnce() external {
        market.setMood(Market.Mood.Refuses);
        _expectEnd(IGuard.Ending.HandedOver, 5_000);
        vm.prank(SAFE);
        guard.lift(ltvEntry, one);
    }

    function testTargetThatLiesWhenLifted() external {
        _ripen(ltvEntry, one);
        market.setMood(Market.Mood.Exaggerates);
        _refuses(abi.encodeCall(IGuard.lift, (ltvEntry, one)), abi.encodeWithSelector(IGuard.NotApplied.selector, LTV + 1, LTV));
        vm.assertEq(_ltvOf(0), 5_000);
        vm.assertTrue(guard.action(ltvEntry, one).active);
    }

    function testTargetThatComesBackWhenLifted() external {
        _ripen(ltvEntry, one);
        bytes memory end = abi.encodeCall(IGuard.lift, (ltvEntry, one));
        market.setReentry(address(guard), end);
        _send(end);
        vm.assertEq(market.reenterAnswer(), abi.encodeWithSelector(IGuard.Reentered.selector));
        vm.assertEq(_ltvOf(0), LTV);
    }

    /// Too little gas is refused; it never looks like a target that refuses.
    function testGasDoesNotDecide(uint256 gas_) external {
        _ripen(ltvEntry, one);
        vm.warp(block.timestamp + LIFT_GAP_S); // a refusal would hand over now
        gas_ = _bound(gas_, 30_000, 500_000);
        (bool done,) = address(guard).call{gas: gas_}(abi.encodeCall(IGuard.lift, (ltvEntry, one)));
        vm.assertEq(_ltvOf(0), done ? LTV : 5_000);
        vm.assertTrue(guard.action(ltvEntry, one).active != done);
    }

    /* GUARDIAN */

    function testKeep() external {
        _expectEnd(IGuard.Ending.Kept, 5_000);
        vm.prank(SAFE);
        guard.keep(ltvEntry, one);
        vm.assertEq(_ltvOf(0), 5_000);
        vm.warp(START_S + EXPIRY_S);
        _refuses(_expiredLift(ltvEntry, one), abi.encodeWithSelector(IGuard.NotActive.selector));
    }

    function testVetoLeavesAnActiveActionAndItsLift() external {
        vm.prank(SAFE);
        guard.veto(ltvEntry, one, uint40(START_S + 30 days));
        IGuard.Action memory a = guard.action(ltvEntry, one);
        vm.assertTrue(a.active);
        vm.assertEq(a.applied, 5_000);
        _ripen(ltvEntry, one);
        _lift(ltvEntry, one);
        vm.assertEq(guard.action(ltvEntry, one).vetoUntilS, START_S + 30 days);
    }
}
