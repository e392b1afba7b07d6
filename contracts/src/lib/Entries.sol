// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../IGuard.sol";
import {Reading} from "./Reading.sol";

/// @title What an entry means: is it well formed, what does it write, what does it send
library Entries {
    using Reading for IGuard.Live;

    uint256 private constant MAX_ARGS = 8;
    uint256 private constant MAX_STEPS = 255;
    uint256 private constant MAX_MIN_GAS = 10_000_000; // above it no ordinary transaction could carry the call
    uint256 private constant BPS = 10_000;

    /// @notice Reverts with BadEntry unless every field makes sense by itself and with the others.
    function check(IGuard.Entry calldata e) internal view {
        _must(e.target != address(0) && e.target != address(this) && e.target.code.length > 0, "target");
        _must(e.class <= 5, "class");
        _must(e.expiryS > 0 && e.hardCapS >= e.expiryS, "times");
        _must(e.budget > 0 && e.budgetWindowS > 0, "budget");
        _must(e.minGas > 0 && e.minGas <= MAX_MIN_GAS, "minGas");
        _must(e.args.length <= MAX_ARGS, "args");
        _must(e.owned < e.args.length, "owned");
        _checkLive(e.getter);
        for (uint256 i; i < e.args.length; i++) {
            IGuard.Arg calldata arg = e.args[i];
            // the owned argument is the one that steps, and no other
            _must((arg.kind == IGuard.ArgKind.Step) == (i == e.owned), "owned");
            if (arg.kind == IGuard.ArgKind.Live) _checkLive(arg.live);
            _checkBound(arg);
        }
        _must(e.steps.length > 0 && e.steps.length <= MAX_STEPS, "steps");
        for (uint256 i; i < e.steps.length; i++) {
            IGuard.Step calldata step = e.steps[i];
            if (step.isLive) {
                _checkLive(step.live);
                // the limits keep `stepValue` from overflowing
                _must(step.mulBps > 0 && step.mulBps <= type(uint64).max, "step");
                _must(step.divisor > 0 && step.divisor <= type(uint128).max, "step");
            } else {
                _must(step.value <= type(uint128).max, "step");
            }
        }
    }

    function _checkBound(IGuard.Arg calldata arg) private view {
        // governance lists the subjects, so that no quorum can reach one that nobody considered
        if (arg.kind == IGuard.ArgKind.Subject) _must(arg.bound == IGuard.BoundKind.OneOf, "subject");
        if (arg.bound == IGuard.BoundKind.Range) {
            _must(arg.values.length == 2 && arg.values[0] <= arg.values[1], "range");
        } else if (arg.bound == IGuard.BoundKind.OneOf) {
            _must(arg.values.length > 0, "oneOf");
        } else {
            _must(arg.values.length == 0, "values");
            if (arg.bound == IGuard.BoundKind.EqualsLive) {
                _must(arg.kind != IGuard.ArgKind.Live, "equalsLive"); // it would be compared with itself
                _checkLive(arg.live);
            }
        }
    }

    function _checkLive(IGuard.Live calldata live) private view {
        _must(live.mask != 0 && live.target.code.length > 0, "live");
    }

    function _must(bool holds, string memory why) private pure {
        if (!holds) revert IGuard.BadEntry(why);
    }

    /// @notice What step `index` means now, and the owned argument's present value. Reverts unless it tightens.
    function tighten(IGuard.Entry memory e, bytes32 subject, uint256 index, Reading.Memo memory memo)
        internal
        view
        returns (uint256 prior, uint256 applied)
    {
        if (index >= e.steps.length) revert IGuard.StepOutOfRange(index, e.steps.length);
        prior = e.getter.read(subject, memo);
        applied = _stepValue(e.steps[index], subject, e.direction, memo);
        if (prior > type(uint128).max) revert IGuard.TooLarge(prior);
        if (applied > type(uint128).max) revert IGuard.TooLarge(applied);
        if (!_tighter(e, prior, applied)) revert IGuard.NotTighter(prior, applied);
    }

    /// @dev Rounds towards the present value, that is to the smaller intervention: up if the argument falls, down if it rises.
    function _stepValue(IGuard.Step memory step, bytes32 subject, IGuard.Direction direction, Reading.Memo memory memo)
        private
        view
        returns (uint256)
    {
        if (!step.isLive) return step.value;
        uint256 reading = step.live.read(subject, memo);
        if (reading > type(uint128).max) revert IGuard.TooLarge(reading);
        uint256 product = reading * step.mulBps;
        uint256 divisor = BPS * step.divisor;
        return direction == IGuard.Direction.Down ? (product + divisor - 1) / divisor : product / divisor;
    }

    function _tighter(IGuard.Entry memory e, uint256 prior, uint256 applied) private pure returns (bool) {
        if (e.zeroMeansUnlimited) {
            if (applied == 0) return false;
            if (prior == 0) return e.direction == IGuard.Direction.Down; // from infinity every number is down, none is up
        }
        return e.direction == IGuard.Direction.Down ? applied < prior : applied > prior;
    }

    /// @notice The bytes to send, `owned` being the owned argument's value.
    /// @param bounded false for a lift: it writes back what humans had set, whether or not the entry would allow it
    function compose(IGuard.Entry memory e, bytes32 subject, uint256 owned, bool bounded, Reading.Memo memory memo)
        internal
        view
        returns (bytes memory callData)
    {
        IGuard.Arg[] memory args = e.args;
        callData = _blank(e.selector, args.length);
        bool takesSubject;
        for (uint256 i; i < args.length; i++) {
            IGuard.Arg memory arg = args[i];
            (IGuard.ArgKind kind, uint256 value) = (arg.kind, owned);
            if (kind == IGuard.ArgKind.Live) value = arg.live.read(subject, memo);
            else if (kind == IGuard.ArgKind.Subject) (value, takesSubject) = (uint256(subject), true);
            else if (kind == IGuard.ArgKind.Constant) value = arg.value;
            IGuard.BoundKind bound = arg.bound;
            if (bounded && bound != IGuard.BoundKind.None && !_within(arg, bound, value, subject, memo)) revert IGuard.OutOfBound(i, value);
            assembly ("memory-safe") {
                mstore(add(add(callData, 36), mul(32, i)), value)
            }
        }
        // else one owned argument could be owned many times, under subjects that mean nothing
        if (!takesSubject && subject != 0) revert IGuard.UnknownSubject(subject);
    }

    function _blank(bytes4 selector, uint256 args) private pure returns (bytes memory callData) {
        assembly ("memory-safe") {
            callData := mload(0x40)
            let length := add(4, mul(32, args))
            mstore(callData, length)
            mstore(add(callData, 32), selector)
            mstore(0x40, and(add(add(callData, length), 63), not(31)))
        }
    }

    function _within(IGuard.Arg memory arg, IGuard.BoundKind bound, uint256 value, bytes32 subject, Reading.Memo memory memo)
        private
        view
        returns (bool)
    {
        if (bound == IGuard.BoundKind.OneOf) return _contains(arg.values, value);
        if (bound == IGuard.BoundKind.Range) return arg.values[0] <= value && value <= arg.values[1];
        return value == arg.live.read(subject, memo);
    }

    /// @dev In assembly: subjects are searched for at every execution, at a third of the cost of indexing.
    function _contains(uint256[] memory values, uint256 value) private pure returns (bool found) {
        assembly ("memory-safe") {
            let place := add(values, 32)
            for { let end := add(place, mul(32, mload(values))) } lt(place, end) { place := add(place, 32) } {
                if eq(mload(place), value) {
                    found := 1
                    break
                }
            }
        }
    }
}
