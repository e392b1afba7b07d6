// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Guard} from "../../src/Guard.sol";
import {IGuard} from "../../src/IGuard.sol";
import {Test} from "../Vm.sol";
import {Market} from "./Market.sol";

/// @title A market under guard: four signers of whom three must agree, three kinds of entries, and how to sign
abstract contract Base is Test {
    uint256 internal constant START_S = 1_700_000_000;
    uint64 internal constant WINDOW_S = 60;
    uint64 internal constant LIFT_GAP_S = 600;
    uint32 internal constant EXPIRY_S = 1 hours;
    uint32 internal constant CAP_S = 3 hours;
    uint32 internal constant COOLDOWN_S = 1 days;
    uint16 internal constant BUDGET = 3;
    uint32 internal constant BUDGET_WINDOW_S = 12 hours;
    uint32 internal constant MIN_GAS = 200_000;
    uint256 internal constant ALL = 0xf;
    uint256 internal constant THREE = 0x7;

    address internal constant TIMELOCK = address(0x71);
    address internal constant SAFE = address(0x5afe);
    address internal constant HUMAN = address(0x40);
    address internal constant STRANGER = address(0xbad);

    uint256 internal constant LTV = 7_500;
    uint256 internal constant LTV_THRESHOLD = 8_000;
    uint256 internal constant LTV_BONUS = 10_500;

    Guard internal guard;
    Market internal market;
    uint256[] internal keys; // ascending by address
    address[] internal assets;
    bytes32 internal ltvEntry;
    bytes32 internal freezeEntry;
    bytes32 internal capEntry;
    bytes32 internal feeEntry;

    function setUp() public virtual {
        vm.warp(START_S);
        keys = _sorted(4);
        guard = _deploy();
        address[] memory callers = new address[](2);
        (callers[0], callers[1]) = (address(guard), HUMAN);
        market = new Market(callers);
        for (uint160 i = 1; i <= 5; i++) {
            assets.push(address(0xa55e70 + i));
            vm.prank(HUMAN);
            market.configureReserveAsCollateral(assets[i - 1], LTV, LTV_THRESHOLD, LTV_BONUS);
        }
        ltvEntry = _add(_ltv());
        freezeEntry = _add(_freeze());
        capEntry = _add(_cap());
        feeEntry = _add(_fee());
    }

    function _deploy() internal virtual returns (Guard) {
        return new Guard(TIMELOCK, SAFE, _addresses(keys), 3, WINDOW_S, LIFT_GAP_S);
    }

    /* KEYS */

    function _sorted(uint256 count) internal pure returns (uint256[] memory list) {
        list = new uint256[](count);
        for (uint256 i; i < count; i++) {
            uint256 key = 1_000 + i;
            uint256 j = i;
            for (; j > 0 && vm.addr(list[j - 1]) > vm.addr(key); j--) {
                list[j] = list[j - 1];
            }
            list[j] = key;
        }
    }

    function _addresses(uint256[] memory list) internal pure returns (address[] memory addresses) {
        addresses = new address[](list.length);
        for (uint256 i; i < list.length; i++) {
            addresses[i] = vm.addr(list[i]);
        }
    }

    function _compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, uint256(s) | uint256(v - 27) << 255);
    }

    /// The signatures of those of `keys` that `bits` names.
    function _sign(bytes32 digest, uint256 bits) internal view returns (bytes memory signatures) {
        for (uint256 i; i < keys.length; i++) {
            if (bits >> i & 1 == 1) signatures = abi.encodePacked(signatures, _compact(keys[i], digest));
        }
    }

    /* WHAT THE QUORUM DOES */

    function _window() internal view returns (uint64) {
        return uint64(block.timestamp / WINDOW_S);
    }

    function _subject(uint256 index) internal view returns (bytes32) {
        return bytes32(uint256(uint160(assets[index])));
    }

    /// The round that an execution must name.
    function _next(bytes32 entry, bytes32 subject) internal view returns (uint32) {
        return guard.action(entry, subject).round;
    }

    function _execution(bytes32 entry, bytes32 subject, uint8 step) internal view returns (bytes memory) {
        uint32 round = _next(entry, subject);
        bytes32 digest = guard.digest(IGuard.Operation.Execute, entry, subject, step, round, _window());
        return abi.encodeCall(IGuard.execute, (entry, subject, step, round, _window(), THREE, _sign(digest, THREE)));
    }

    function _renewal(bytes32 entry, bytes32 subject) internal view returns (bytes memory) {
        uint32 round = _next(entry, subject) - 1;
        bytes32 digest = guard.digest(IGuard.Operation.Renew, entry, subject, 0, round, _window());
        return abi.encodeCall(IGuard.renew, (entry, subject, round, _window(), THREE, _sign(digest, THREE)));
    }

    function _earlyLift(bytes32 entry, bytes32 subject) internal view returns (bytes memory) {
        uint32 round = _next(entry, subject) - 1;
        bytes32 digest = guard.digest(IGuard.Operation.Lift, entry, subject, 0, round, _window());
        return abi.encodeCall(IGuard.beginLift, (entry, subject, round, _window(), THREE, _sign(digest, THREE)));
    }

    function _expiredLift(bytes32 entry, bytes32 subject) internal view returns (bytes memory) {
        return abi.encodeCall(IGuard.beginLift, (entry, subject, _next(entry, subject) - 1, 0, 0, ""));
    }

    /// Sends as a stranger: relayers have no rights.
    function _send(bytes memory data) internal {
        vm.prank(STRANGER);
        (bool done, bytes memory answer) = address(guard).call(data);
        if (!done) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function _refuses(bytes memory data, bytes memory error_) internal {
        vm.prank(STRANGER);
        (bool done, bytes memory answer) = address(guard).call(data);
        vm.assertTrue(!done, "was not refused");
        vm.assertEq(answer, error_);
    }

    function _execute(bytes32 entry, bytes32 subject, uint8 step) internal {
        _send(_execution(entry, subject, step));
    }

    /// Begins a lift after expiry and waits until it may be ended.
    function _ripen(bytes32 entry, bytes32 subject) internal {
        vm.warp(guard.action(entry, subject).expiresAtS);
        _send(_expiredLift(entry, subject));
        vm.warp(block.timestamp + LIFT_GAP_S);
    }

    function _lift(bytes32 entry, bytes32 subject) internal {
        _send(abi.encodeCall(IGuard.lift, (entry, subject)));
    }

    /* WHAT STANDS IN THE MARKET */

    function _ltvOf(uint256 asset) internal view returns (uint256) {
        return market.getConfiguration(assets[asset]) & 0xffff;
    }

    function _capOf(uint256 asset) internal view returns (uint256) {
        return market.getConfiguration(assets[asset]) >> 116 & (1 << 36) - 1;
    }

    function _setLtv(uint256 asset, uint256 ltv) internal {
        vm.prank(HUMAN);
        market.configureReserveAsCollateral(assets[asset], ltv, LTV_THRESHOLD, LTV_BONUS);
    }

    function _setCap(uint256 asset, uint256 cap) internal {
        vm.prank(HUMAN);
        market.setSupplyCap(assets[asset], cap);
    }

    /* ENTRIES */

    function _add(IGuard.Entry memory entry) internal returns (bytes32) {
        vm.prank(TIMELOCK);
        return guard.addEntry(entry);
    }

    function _word(uint8 shift, uint256 mask) internal view returns (IGuard.Live memory) {
        return IGuard.Live(address(market), market.getConfiguration.selector, true, 0, shift, mask);
    }

    function _arg(IGuard.ArgKind kind) internal pure returns (IGuard.Arg memory arg) {
        arg.kind = kind;
    }

    function _subjectArg() internal view returns (IGuard.Arg memory arg) {
        arg.kind = IGuard.ArgKind.Subject;
        arg.bound = IGuard.BoundKind.OneOf;
        arg.values = new uint256[](assets.length);
        for (uint256 i; i < assets.length; i++) {
            arg.values[i] = uint160(assets[i]);
        }
    }

    function _liveArg(IGuard.Live memory live) internal pure returns (IGuard.Arg memory arg) {
        arg.kind = IGuard.ArgKind.Live;
        arg.live = live;
    }

    function _literal(uint256 value) internal pure returns (IGuard.Step memory step) {
        step.value = value;
    }

    function _common() internal view returns (IGuard.Entry memory e) {
        e.target = address(market);
        e.class = 2;
        (e.expiryS, e.hardCapS, e.cooldownS) = (EXPIRY_S, CAP_S, COOLDOWN_S);
        (e.budget, e.budgetWindowS, e.minGas) = (BUDGET, BUDGET_WINDOW_S, MIN_GAS);
    }

    /// Loan to value down, the threshold and the bonus as they are now.
    function _ltv() internal view returns (IGuard.Entry memory e) {
        e = _common();
        e.selector = market.configureReserveAsCollateral.selector;
        e.owned = 1;
        e.getter = _word(0, 0xffff);
        e.args = new IGuard.Arg[](4);
        e.args[0] = _subjectArg();
        e.args[1] = _arg(IGuard.ArgKind.Step);
        e.args[2] = _liveArg(_word(16, 0xffff));
        e.args[3] = _liveArg(_word(32, 0xffff));
        e.steps = new IGuard.Step[](3);
        e.steps[0] = _literal(0);
        e.steps[1] = _literal(5_000);
        e.steps[2] = IGuard.Step(true, 0, _word(16, 0xffff), 3_333, 1); // a third of the threshold, rounded up
    }

    function _freeze() internal view returns (IGuard.Entry memory e) {
        e = _common();
        e.selector = market.setReserveFreeze.selector;
        e.owned = 1;
        e.getter = _word(57, 1);
        e.direction = IGuard.Direction.Up;
        e.args = new IGuard.Arg[](2);
        e.args[0] = _subjectArg();
        e.args[1] = _arg(IGuard.ArgKind.Step);
        e.steps = new IGuard.Step[](1);
        e.steps[0] = _literal(1);
    }

    /// Supply cap down, to a part of what is supplied; 0 is no cap.
    function _cap() internal view returns (IGuard.Entry memory e) {
        e = _common();
        e.class = 0;
        e.selector = market.setSupplyCap.selector;
        e.owned = 1;
        e.getter = _word(116, (1 << 36) - 1);
        e.zeroMeansUnlimited = true;
        e.args = new IGuard.Arg[](2);
        e.args[0] = _subjectArg();
        e.args[1] = _arg(IGuard.ArgKind.Step);
        e.args[1].bound = IGuard.BoundKind.Range;
        e.args[1].values = new uint256[](2);
        (e.args[1].values[0], e.args[1].values[1]) = (1, 1_000_000);
        e.steps = new IGuard.Step[](3);
        e.steps[0] = _literal(1_000);
        e.steps[1] =
            IGuard.Step(true, 0, IGuard.Live(address(market), market.supplied.selector, true, 0, 0, type(uint256).max), 10_100, 1e18);
        e.steps[2] = _literal(0);
    }

    /// Fee up: one parameter of the whole market, so the entry has no subject.
    function _fee() internal view returns (IGuard.Entry memory e) {
        e = _common();
        e.selector = market.setFee.selector;
        e.getter = IGuard.Live(address(market), market.feeBps.selector, false, 0, 0, type(uint256).max);
        e.direction = IGuard.Direction.Up;
        e.args = new IGuard.Arg[](1);
        e.args[0] = _arg(IGuard.ArgKind.Step);
        e.steps = new IGuard.Step[](2);
        e.steps[0] = _literal(100);
        e.steps[1] = IGuard.Step(true, 0, e.getter, 15_000, 1); // half as much again, rounded down
    }
}
