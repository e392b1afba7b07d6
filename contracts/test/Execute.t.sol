// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../src/IGuard.sol";
import {Base} from "./support/Base.sol";
import {Market} from "./support/Market.sol";

contract ExecuteTest is Base {
    event Executed(
        bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 step, uint256 prior, uint256 applied, uint256 expiresAtS
    );

    function testFiresAndChangesOneArgumentOnly() external {
        uint256 before = market.getConfiguration(assets[0]);
        bytes memory data = _execution(ltvEntry, _subject(0), 1);
        vm.expectEmit(address(guard));
        emit Executed(ltvEntry, _subject(0), 0, 1, LTV, 5_000, START_S + EXPIRY_S);
        _send(data);
        vm.assertEq(market.getConfiguration(assets[0]), before - LTV + 5_000);
        IGuard.Action memory a = guard.action(ltvEntry, _subject(0));
        vm.assertTrue(a.active);
        vm.assertEq(a.round, 1);
        vm.assertEq(a.episodeStartS, START_S);
        vm.assertEq(a.expiresAtS, START_S + EXPIRY_S);
        vm.assertEq(a.liftReadyAtS, 0);
        vm.assertEq(a.prior, LTV);
        vm.assertEq(a.applied, 5_000);
    }

    function testFiresUpwards() external {
        _execute(freezeEntry, _subject(1), 0);
        vm.assertEq(market.getConfiguration(assets[1]) >> 57 & 1, 1);
    }

    function testFiresWithoutASubject() external {
        _execute(feeEntry, 0, 0);
        vm.assertEq(market.feeBps(), 100);
    }

    function testLiveStepThatFallsIsRoundedUp() external {
        _execute(ltvEntry, _subject(0), 2); // 8,000 * 3,333 / 10,000 = 2,666.4
        vm.assertEq(_ltvOf(0), 2_667);
    }

    function testLiveStepThatRisesIsRoundedDown() external {
        vm.prank(HUMAN);
        market.setFee(33);
        _execute(feeEntry, 0, 1); // 49.5
        vm.assertEq(market.feeBps(), 49);
    }

    function testZeroIsAboveEveryCap() external {
        market.supply(assets[0], 500e18);
        _execute(capEntry, _subject(0), 1); // 101 % of 500
        vm.assertEq(_capOf(0), 505);
        vm.assertEq(guard.action(capEntry, _subject(0)).prior, 0);
    }

    function testZeroIsNeverACapToSet() external {
        _setCap(0, 10);
        _refuses(_execution(capEntry, _subject(0), 2), abi.encodeWithSelector(IGuard.NotTighter.selector, 10, 0));
        _setCap(0, 0);
        _refuses(_execution(capEntry, _subject(0), 2), abi.encodeWithSelector(IGuard.NotTighter.selector, 0, 0));
    }

    function testEqualIsNotTighter() external {
        _setLtv(0, 5_000);
        _refuses(_execution(ltvEntry, _subject(0), 1), abi.encodeWithSelector(IGuard.NotTighter.selector, 5_000, 5_000));
        _setLtv(0, 5_001);
        _execute(ltvEntry, _subject(0), 1);
    }

    function testRefusesASubjectThatIsNotListed() external {
        bytes32 other = bytes32(uint256(uint160(HUMAN)));
        vm.prank(HUMAN);
        market.configureReserveAsCollateral(HUMAN, LTV, LTV_THRESHOLD, LTV_BONUS);
        _refuses(_execution(ltvEntry, other, 0), abi.encodeWithSelector(IGuard.OutOfBound.selector, 0, other));
        // the same address with a bit above it is another subject
        bytes32 dirty = bytes32(uint256(_subject(0)) | 1 << 200);
        (bool done,) = address(guard).call(_execution(ltvEntry, dirty, 0));
        vm.assertTrue(!done);
    }

    function testRefusesASubjectWhereThereIsNone() external {
        bytes32 one = bytes32(uint256(1));
        _refuses(_execution(feeEntry, one, 0), abi.encodeWithSelector(IGuard.UnknownSubject.selector, one));
    }

    function testRangeOfTheOwnedArgument() external {
        _refuses(_execution(capEntry, _subject(0), 1), abi.encodeWithSelector(IGuard.NotTighter.selector, 0, 0)); // nothing supplied
        market.supply(assets[0], 1e24 + 1e18);
        _refuses(_execution(capEntry, _subject(0), 1), abi.encodeWithSelector(IGuard.OutOfBound.selector, 1, 1_010_002));
    }

    function testEqualsLive() external {
        IGuard.Entry memory e = _ltv();
        e.args[3] = _arg(IGuard.ArgKind.Constant);
        e.args[3].value = LTV_BONUS;
        e.args[3].bound = IGuard.BoundKind.EqualsLive;
        e.args[3].live = _word(32, 0xffff);
        bytes32 id = _add(e);
        vm.prank(HUMAN);
        market.configureReserveAsCollateral(assets[0], LTV, LTV_THRESHOLD, LTV_BONUS + 1);
        _refuses(_execution(id, _subject(0), 0), abi.encodeWithSelector(IGuard.OutOfBound.selector, 3, LTV_BONUS));
        _execute(id, _subject(1), 0);
    }

    function testStepAtAndPastTheLast() external {
        _refuses(_execution(ltvEntry, _subject(0), 3), abi.encodeWithSelector(IGuard.StepOutOfRange.selector, 3, 3));
        _execute(ltvEntry, _subject(0), 2);
    }

    function testWindowAtItsEdges() external {
        vm.warp((START_S / WINDOW_S + 1) * WINDOW_S); // first second
        bytes memory data = _execution(ltvEntry, _subject(0), 0);
        uint64 window = _window();
        vm.warp(block.timestamp - 1);
        _refuses(data, abi.encodeWithSelector(IGuard.WrongWindow.selector, window, window - 1));
        vm.warp(block.timestamp + 1 + WINDOW_S);
        _refuses(data, abi.encodeWithSelector(IGuard.WrongWindow.selector, window, window + 1));
        vm.warp(block.timestamp - 1); // last second
        _send(data);
    }

    function testRefusesWhatIsActive() external {
        _execute(ltvEntry, _subject(0), 1);
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.AlreadyActive.selector));
        _execute(ltvEntry, _subject(1), 0); // another subject, or
        _execute(freezeEntry, _subject(0), 0); // another entry, is free
    }

    function testBudgetAtItsLastOne() external {
        for (uint256 i; i < BUDGET; i++) {
            _execute(ltvEntry, _subject(i), 0);
        }
        _refuses(_execution(ltvEntry, _subject(3), 0), abi.encodeWithSelector(IGuard.BudgetSpent.selector, BUDGET));
        vm.warp(START_S + BUDGET_WINDOW_S - 1);
        _refuses(_execution(ltvEntry, _subject(3), 0), abi.encodeWithSelector(IGuard.BudgetSpent.selector, BUDGET));
        vm.warp(START_S + BUDGET_WINDOW_S);
        _execute(ltvEntry, _subject(3), 0);
        (,, uint40 startS, uint16 used) = guard.entryOf(ltvEntry);
        vm.assertEq(startS, START_S + BUDGET_WINDOW_S);
        vm.assertEq(used, 1);
    }

    function testTriggeredAgainInsideTheEpisode() external {
        _execute(ltvEntry, _subject(0), 0);
        _ripen(ltvEntry, _subject(0));
        _lift(ltvEntry, _subject(0));
        _execute(ltvEntry, _subject(0), 0);
        IGuard.Action memory a = guard.action(ltvEntry, _subject(0));
        vm.assertEq(a.round, 2);
        vm.assertEq(a.episodeStartS, START_S);
        vm.assertEq(a.expiresAtS, block.timestamp + EXPIRY_S);
    }

    function testCapAndCooldownToTheSecond() external {
        _execute(ltvEntry, _subject(0), 0);
        _ripen(ltvEntry, _subject(0));
        _lift(ltvEntry, _subject(0));
        vm.warp(START_S + CAP_S);
        uint256 freeAtS = START_S + CAP_S + COOLDOWN_S;
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.Cooldown.selector, freeAtS));
        vm.warp(freeAtS - 1);
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.Cooldown.selector, freeAtS));
        vm.warp(freeAtS);
        _execute(ltvEntry, _subject(0), 0);
        vm.assertEq(guard.action(ltvEntry, _subject(0)).episodeStartS, freeAtS);
    }

    function testLastSecondOfTheEpisode() external {
        _execute(ltvEntry, _subject(0), 0);
        _ripen(ltvEntry, _subject(0));
        _lift(ltvEntry, _subject(0));
        vm.warp(START_S + CAP_S - 1);
        _execute(ltvEntry, _subject(0), 0);
        vm.assertEq(guard.action(ltvEntry, _subject(0)).expiresAtS, START_S + CAP_S);
    }

    function testVetoToTheSecond() external {
        vm.prank(SAFE);
        guard.veto(ltvEntry, _subject(0), uint40(START_S + 100));
        vm.warp(START_S + 99);
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.Vetoed.selector, START_S + 100));
        vm.warp(START_S + 100);
        _execute(ltvEntry, _subject(0), 0);
    }

    function testRefusesWhenDisarmedOrRetiredOrUnknown() external {
        bytes32 id = keccak256("no such entry");
        _refuses(_execution(id, _subject(0), 0), abi.encodeWithSelector(IGuard.UnknownEntry.selector, id));
        vm.prank(TIMELOCK);
        guard.retireEntry(freezeEntry);
        _refuses(_execution(freezeEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.UnknownEntry.selector, freezeEntry));
        vm.prank(SAFE);
        guard.disarm();
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.NotArmed.selector));
        vm.prank(TIMELOCK);
        guard.arm();
        _execute(ltvEntry, _subject(0), 0);
    }

    function testRefusalOfTheTargetIsPassedOnAndBurnsNothing() external {
        bytes memory data = _execution(ltvEntry, _subject(0), 0);
        market.setMood(Market.Mood.Refuses);
        bytes memory reason = abi.encodeWithSelector(Market.Refused.selector);
        _refuses(data, abi.encodeWithSelector(IGuard.CallFailed.selector, reason));
        market.setMood(Market.Mood.Honest);
        _send(data); // the same certificate
    }

    function testTargetThatLies() external {
        market.setMood(Market.Mood.Lies);
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.NotApplied.selector, LTV, 0));
        market.setMood(Market.Mood.Exaggerates);
        _refuses(_execution(ltvEntry, _subject(0), 0), abi.encodeWithSelector(IGuard.NotApplied.selector, 1, 0));
    }

    function testTargetThatComesBack() external {
        bytes memory inner = _execution(freezeEntry, _subject(0), 0);
        market.setReentry(address(guard), inner);
        _execute(ltvEntry, _subject(0), 0);
        vm.assertEq(market.reenterAnswer(), abi.encodeWithSelector(IGuard.Reentered.selector));
        market.setMood(Market.Mood.Honest);
        _send(inner);
    }

    function testGetterThatFails() external {
        IGuard.Entry memory e = _ltv();
        e.getter.selector = bytes4(keccak256("nothing()"));
        bytes32 id = _add(e);
        _refuses(
            _execution(id, _subject(0), 0), abi.encodeWithSelector(IGuard.GetterFailed.selector, address(market), e.getter.selector)
        );
        e.getter = _word(0, 0xffff);
        e.getter.word = 1; // one word past the answer
        id = _add(e);
        _refuses(
            _execution(id, _subject(0), 0), abi.encodeWithSelector(IGuard.GetterFailed.selector, address(market), e.getter.selector)
        );
    }

    function testValuesThatDoNotFit() external {
        vm.prank(HUMAN);
        market.setFee(1 << 128);
        _refuses(_execution(feeEntry, 0, 0), abi.encodeWithSelector(IGuard.TooLarge.selector, 1 << 128));
        vm.prank(HUMAN);
        market.setFee(type(uint128).max - 1);
        _refuses(_execution(feeEntry, 0, 1), abi.encodeWithSelector(IGuard.TooLarge.selector, uint256(type(uint128).max - 1) * 3 / 2));
    }

    function testTheTargetGetsItsGasOrNothingHappens(uint256 gas_) external {
        bytes memory data = _execution(ltvEntry, _subject(0), 0);
        gas_ = _bound(gas_, 60_000, 600_000);
        (bool done,) = address(guard).call{gas: gas_}(data);
        if (done) vm.assertGt(market.gasGot() + 3_000, MIN_GAS, "gas of the target"); // 3,000: what it spends before it looks
        else vm.assertEq(_ltvOf(0), LTV);
        (done,) = address(guard).call{gas: 600_000}(data);
    }

    function testFuzzStepValue(uint128 supplied, uint64 mulBps, uint128 divisor) external {
        IGuard.Entry memory e = _cap();
        e.args[1].bound = IGuard.BoundKind.None;
        e.args[1].values = new uint256[](0);
        e.steps[1].mulBps = _bound(mulBps, 1, type(uint64).max);
        e.steps[1].divisor = _bound(divisor, 1, type(uint128).max);
        bytes32 id = _add(e);
        market.supply(assets[0], supplied);
        uint256 exact = supplied * e.steps[1].mulBps; // 128 + 64 bits
        uint256 unit = 10_000 * e.steps[1].divisor;
        try guard.preview(id, _subject(0), 1) returns (address, bytes memory, uint256, uint256 applied) {
            vm.assertTrue(applied * unit >= exact && (applied == 0 || (applied - 1) * unit < exact));
        } catch (bytes memory reason) {
            uint256 up = (exact + unit - 1) / unit;
            vm.assertEq(
                reason,
                up == 0
                    ? abi.encodeWithSelector(IGuard.NotTighter.selector, 0, 0)
                    : abi.encodeWithSelector(IGuard.TooLarge.selector, up)
            );
        }
    }

    function testPreviewSaysWhatIsSent() external {
        (address target, bytes memory data, uint256 prior, uint256 applied) = guard.preview(ltvEntry, _subject(0), 1);
        vm.assertEq(target, address(market));
        vm.assertEq(data, abi.encodeCall(Market.configureReserveAsCollateral, (assets[0], 5_000, LTV_THRESHOLD, LTV_BONUS)));
        vm.assertEq(prior, LTV);
        vm.assertEq(applied, 5_000);
        _execute(ltvEntry, _subject(0), 1);
        vm.expectRevert(IGuard.AlreadyActive.selector);
        guard.preview(ltvEntry, _subject(0), 1);
    }
}
