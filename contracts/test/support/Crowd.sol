// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../../src/IGuard.sol";
import {Base} from "./Base.sol";
import {Market} from "./Market.sol";

/// What must always hold; each has an invariant test of its name.
enum Property {
    OnlyTightens,
    RestoresOnlyItsOwn,
    ExpiresByItself,
    NeedsQuorum,
    NeverReplays,
    NeverBurnsOnFailure,
    RelayerCannotChangeOutcome
}

/// @title Everybody around a Guard, acting at random
/// @notice Signers with good and bad certificates, relayers, the guardian, the timelock, humans who change the market, and the
/// market itself, which misbehaves. After every call it compares what changed with what may change, and notes the first breach of
/// each property.
contract Crowd is Base {
    uint256 internal constant PAIRS = 7;
    uint256 internal constant LISTINGS_SLOT = 3;
    uint256 internal constant PLENTY = 2_000_000; // a market that burns all it gets must not burn the test's

    mapping(Property => string) public breach;
    uint256 public executed;
    uint256 public refused;
    uint256 public renewed;
    uint256 public lifted;
    uint256 public superseded;
    uint256 public handedOver;
    uint256 public replayed;
    uint256 public raced;

    bytes[] internal pastExecutions;
    mapping(bytes32 certificate => uint256) internal timesExecuted;

    struct Certificate {
        uint32 round;
        uint64 window;
        uint256 bits;
        bytes signatures;
        bool good; // enough signatures, each of a signer over what is named
        bool current; // round and window are the present ones
    }

    /// @param turn by how much to rotate the list: another sequence of calls for the same seed
    function selectors(uint256 turn) external pure returns (bytes4[] memory list) {
        bytes4[17] memory all = [
            this.execute.selector,
            this.execute.selector,
            this.execute.selector,
            this.execute.selector, // more often than the others
            this.execute.selector,
            this.renew.selector,
            this.beginLift.selector,
            this.lift.selector,
            this.liftRipe.selector,
            this.liftRipe.selector,
            this.replay.selector,
            this.race.selector,
            this.guardianActs.selector,
            this.timelockActs.selector,
            this.humansChange.selector,
            this.marketChanges.selector,
            this.timePasses.selector
        ];
        list = new bytes4[](all.length);
        for (uint256 i; i < all.length; i++) {
            list[i] = all[(i + turn) % all.length];
        }
    }

    /* WHAT THEY DO */

    function execute(uint256 who, uint256 index, uint256 dice) external {
        (bytes32 entry, bytes32 subject) = _pair(who);
        uint8 step = index % 16 == 0 ? 3 : uint8(index % 3); // sometimes one too many
        Certificate memory c = _certificate(IGuard.Operation.Execute, entry, subject, step, _next(entry, subject), dice);
        bytes memory data = abi.encodeCall(IGuard.execute, (entry, subject, step, c.round, c.window, c.bits, c.signatures));
        uint256[] memory before = _words();
        IGuard.Action memory was = guard.action(entry, subject);
        if (!_try(STRANGER, data)) return;

        executed++;
        pastExecutions.push(data);
        _hold(Property.NeedsQuorum, c.good, "execution by a bad certificate");
        _hold(Property.NeverReplays, c.current, "execution by a certificate of another round or window");
        _hold(Property.NeverReplays, ++timesExecuted[keccak256(abi.encode(entry, subject, c.round))] == 1, "a round executed twice");
        _judgeChange(who, guard.action(entry, subject), before, _words());
        _judgeTimes(was, guard.action(entry, subject));
    }

    function _judgeChange(uint256 who, IGuard.Action memory a, uint256[] memory before, uint256[] memory after_) internal {
        (uint256 prior, uint256 applied) = (_owned(who, before), _owned(who, after_));
        bool alone = _equalBut(before, after_, _row(who), _shift(who));
        _hold(Property.OnlyTightens, alone, "execution that changes something else");
        _hold(Property.OnlyTightens, _tighter(who, prior, applied), "execution that does not tighten");
        _hold(Property.OnlyTightens, a.prior == prior && a.applied == applied, "execution ill remembered");
        bool able = market.mood() == Market.Mood.Honest || market.mood() == Market.Mood.Reenters;
        _hold(Property.NeverBurnsOnFailure, able, "execution that the target did not carry out");
    }

    function _judgeTimes(IGuard.Action memory was, IGuard.Action memory a) internal {
        _hold(Property.NeverReplays, a.round == was.round + 1, "round not counted");
        uint256 capS = uint256(was.episodeStartS) + CAP_S;
        bool goesOn = was.round > 0 && a.episodeStartS == was.episodeStartS && block.timestamp < capS;
        bool isNew = a.episodeStartS == block.timestamp && (was.round == 0 || block.timestamp >= capS + COOLDOWN_S);
        _hold(Property.ExpiresByItself, goesOn || isNew, "episode neither new nor going on");
    }

    function renew(uint256 who, uint256 dice) external {
        (bytes32 entry, bytes32 subject) = _activePair(who);
        IGuard.Action memory was = guard.action(entry, subject);
        if (!was.active) return;
        Certificate memory c = _certificate(IGuard.Operation.Renew, entry, subject, 0, was.round - 1, dice);
        bytes memory data = abi.encodeCall(IGuard.renew, (entry, subject, c.round, c.window, c.bits, c.signatures));
        if (!_tryQuiet(STRANGER, data)) return;
        renewed++;
        _hold(Property.NeedsQuorum, c.good, "renewal by a bad certificate");
        _hold(Property.NeverReplays, c.current, "renewal by a certificate of another round or window");
    }

    function beginLift(uint256 who, uint256 dice) external {
        (bytes32 entry, bytes32 subject) = _activePair(who);
        IGuard.Action memory was = guard.action(entry, subject);
        if (!was.active) return;
        Certificate memory c = _certificate(IGuard.Operation.Lift, entry, subject, 0, was.round - 1, dice);
        bytes memory data = abi.encodeCall(IGuard.beginLift, (entry, subject, c.round, c.window, c.bits, c.signatures));
        if (!_tryQuiet(STRANGER, data)) return;
        _hold(Property.NeedsQuorum, c.good || block.timestamp >= was.expiresAtS, "early lift by a bad certificate");
    }

    function lift(uint256 who, uint256 dice) external {
        _liftAs(dice % 4 == 0 ? SAFE : STRANGER, who);
    }

    /// Waits until it is possible, so that it happens often enough.
    function liftRipe(uint256 who, uint256 late) external {
        (bytes32 entry, bytes32 subject) = _activePair(who);
        IGuard.Action memory a = guard.action(entry, subject);
        if (!a.active) return;
        if (a.liftReadyAtS == 0) {
            if (block.timestamp < a.expiresAtS) vm.warp(a.expiresAtS);
            _tryQuiet(STRANGER, _expiredLift(entry, subject));
        }
        vm.warp(block.timestamp + (1 + late % 2) * uint256(LIFT_GAP_S));
        Market.Mood mood = market.mood();
        if (late % 5 == 0) market.setMood(Market.Mood.Refuses);
        _liftAs(STRANGER, who);
        market.setMood(mood);
    }

    function replay(uint256 which) external {
        if (pastExecutions.length == 0) return;
        bytes memory data = pastExecutions[which % pastExecutions.length];
        replayed++;
        _hold(Property.NeverReplays, !_try(STRANGER, data), "a used certificate executed again");
    }

    /// The same call by one relayer with gas enough and by another with gas of his choice, from the same state.
    function race(uint256 who, uint256 what, uint256 gas_) external {
        bytes memory data;
        (bytes32 entry, bytes32 subject) = what & 1 == 1 ? _activePair(who) : _pair(who);
        if (what & 1 == 1) data = abi.encodeCall(IGuard.lift, (entry, subject));
        else data = _execution(entry, subject, uint8(what >> 8) % 3);
        uint256 id = vm.snapshotState();
        vm.prank(HUMAN);
        (bool done,) = address(guard).call{gas: PLENTY}(data);
        bytes32 outcome = _state();
        vm.revertToState(id);

        gas_ = _bound(gas_, 40_000, 500_000);
        bytes32 start = _state();
        vm.prank(STRANGER);
        (bool doneToo,) = address(guard).call{gas: gas_}(data);
        _hold(Property.RelayerCannotChangeOutcome, doneToo ? done && _state() == outcome : _state() == start, "gas made a difference");
        vm.revertToStateAndDelete(id);
        raced++;
    }

    function guardianActs(uint256 who, uint256 what, uint256 seconds_) external {
        (bytes32 entry, bytes32 subject) = _activePair(who);
        what %= 16;
        if (what < 2) _tryQuiet(SAFE, abi.encodeCall(IGuard.keep, (entry, subject)));
        else if (what == 2) _tryQuiet(SAFE, abi.encodeCall(IGuard.disarm, ()));
        else if (what == 3) _tryQuiet(SAFE, abi.encodeCall(IGuard.veto, (entry, subject, uint40(block.timestamp + seconds_ % 40 days))));
        else if (what < 6) _tryQuiet(SAFE, abi.encodeCall(IGuard.veto, (entry, subject, uint40(block.timestamp + seconds_ % 4 hours))));
        else _tryQuiet(SAFE, abi.encodeCall(IGuard.veto, (entry, subject, 0)));
    }

    function timelockActs(uint256 what) external {
        what %= 8;
        if (what == 0) _tryQuiet(TIMELOCK, abi.encodeCall(IGuard.retireEntry, (freezeEntry)));
        else if (what == 1) _tryQuiet(TIMELOCK, abi.encodeCall(IGuard.addEntry, (_freeze())));
        else _tryQuiet(TIMELOCK, abi.encodeCall(IGuard.arm, ()));
    }

    function humansChange(uint256 who, uint256 value) external {
        if (value >> 64 & 1 == 1) (, who) = _activeIndex(who); // just where the Guard acts
        uint256 row = _row(who);
        Market.Mood mood = market.mood();
        market.setMood(Market.Mood.Honest);
        vm.startPrank(HUMAN);
        if (_shift(who) == 0 && row < 2) market.configureReserveAsCollateral(assets[row], value % 8_001, LTV_THRESHOLD, LTV_BONUS);
        else if (_shift(who) == 57) market.setReserveFreeze(assets[row], value & 7 == 0);
        else if (_shift(who) == 116) market.setSupplyCap(assets[row], value % 3_000);
        else market.setFee(value % 120);
        vm.stopPrank();
        market.setMood(mood);
    }

    function marketChanges(uint256 mood, uint256 supplied) external {
        market.supply(assets[supplied & 1], supplied % 1_000e18);
        mood %= 16;
        if (mood == uint256(Market.Mood.Reenters)) market.setReentry(address(guard), abi.encodeCall(IGuard.lift, (ltvEntry, _subject(0))));
        else market.setMood(mood < 6 ? Market.Mood(mood) : Market.Mood.Honest);
    }

    function timePasses(uint256 seconds_, uint256 scale) external {
        uint256[4] memory most = [uint256(WINDOW_S), EXPIRY_S, COOLDOWN_S, 4 days];
        vm.warp(block.timestamp + seconds_ % most[scale % most.length]);
    }

    /* THE END */

    /// Nobody signs any more, the Guard is disarmed, its entries are retired: strangers still undo all that is in force.
    function allAbandoned() external {
        market.setMood(Market.Mood.Honest);
        vm.prank(SAFE);
        guard.disarm();
        vm.prank(TIMELOCK);
        guard.retireEntry(ltvEntry);
        for (uint256 i; i < PAIRS; i++) {
            (bytes32 entry, bytes32 subject) = _pair(i);
            IGuard.Action memory a = guard.action(entry, subject);
            if (!a.active) continue;
            if (a.liftReadyAtS == 0) {
                if (block.timestamp < a.expiresAtS) vm.warp(a.expiresAtS);
                _send(_expiredLift(entry, subject));
            }
            vm.warp(block.timestamp + LIFT_GAP_S);
            bool ours = _owned(i, _words()) == a.applied;
            _lift(entry, subject);
            vm.assertTrue(!guard.action(entry, subject).active);
            if (ours) vm.assertEq(_owned(i, _words()), a.prior);
        }
    }

    function timesAreBounded() external view {
        for (uint256 i; i < PAIRS; i++) {
            (bytes32 entry, bytes32 subject) = _pair(i);
            IGuard.Action memory a = guard.action(entry, subject);
            vm.assertLe(a.expiresAtS, uint256(a.episodeStartS) + (a.round == 0 ? 0 : CAP_S), "an action outlasts its episode");
            (,,, uint16 used) = guard.entryOf(entry);
            vm.assertLe(used, BUDGET, "budget overdrawn");
        }
    }

    /* HOW THEY WATCH */

    function _hold(Property property, bool holds, string memory what) internal {
        if (!holds && bytes(breach[property]).length == 0) breach[property] = what;
    }

    /// Calls, and sees to it that a failure leaves no trace.
    function _try(address sender, bytes memory data) internal returns (bool done) {
        bytes32 before = _state();
        vm.prank(sender);
        (done,) = address(guard).call{gas: PLENTY}(data);
        if (done) return true;
        refused++;
        _hold(Property.NeverBurnsOnFailure, _state() == before, "a failure left a trace");
    }

    /// A call that has nothing to change in the market.
    function _tryQuiet(address sender, bytes memory data) internal returns (bool done) {
        bytes32 before = keccak256(abi.encode(_words()));
        done = _try(sender, data);
        _hold(Property.OnlyTightens, keccak256(abi.encode(_words())) == before, "a call that should not change the market did");
    }

    function _liftAs(address sender, uint256 who) internal {
        (bytes32 entry, bytes32 subject) = _activePair(who);
        (, uint256 pair) = _activeIndex(who);
        IGuard.Action memory a = guard.action(entry, subject);
        uint256[] memory before = _words();
        if (!_try(sender, abi.encodeCall(IGuard.lift, (entry, subject)))) return;

        uint256[] memory after_ = _words();
        bool untouched = keccak256(abi.encode(before)) == keccak256(abi.encode(after_));
        _hold(Property.NeverBurnsOnFailure, !guard.action(entry, subject).active, "still active after its lift");
        if (_owned(pair, before) != a.applied) {
            superseded++;
            _hold(Property.RestoresOnlyItsOwn, untouched, "wrote over what another had set");
        } else if (untouched) {
            handedOver++;
            _hold(Property.RestoresOnlyItsOwn, market.mood() != Market.Mood.Honest, "handed over by an honest target");
            bool tried = sender == SAFE || block.timestamp >= uint256(a.liftReadyAtS) + LIFT_GAP_S;
            _hold(Property.RelayerCannotChangeOutcome, tried, "handed over at the first refusal");
        } else {
            lifted++;
            _hold(Property.RestoresOnlyItsOwn, _owned(pair, after_) == a.prior, "did not restore what had been");
            _hold(Property.RestoresOnlyItsOwn, _equalBut(before, after_, _row(pair), _shift(pair)), "lift that changes something else");
        }
        bool mayLift = sender == SAFE || (a.liftReadyAtS != 0 && block.timestamp >= a.liftReadyAtS);
        _hold(Property.NeedsQuorum, mayLift, "lift that was not begun, or too early");
    }

    function _certificate(IGuard.Operation operation, bytes32 entry, bytes32 subject, uint8 step, uint32 round, uint256 dice)
        internal
        view
        returns (Certificate memory c)
    {
        (c.round, c.window, c.current) = (round, _window(), true);
        if (dice % 11 == 0) (c.round, c.current) = (round + 1, false);
        if (dice % 13 == 0 && round > 0) (c.round, c.current) = (round - 1, false);
        if (dice % 17 == 0) (c.window, c.current) = (c.window + 1, false);
        if (dice % 19 == 0) (c.window, c.current) = (c.window - 1, false);
        c.bits = dice % 7 == 0 ? dice >> 8 & ALL : THREE;
        uint256 count = (c.bits & 1) + (c.bits >> 1 & 1) + (c.bits >> 2 & 1) + (c.bits >> 3 & 1);
        c.good = count >= 3;
        bytes32 digest = guard.digest(operation, entry, subject, step, c.round, c.window);
        if (dice % 23 == 0) (digest, c.good) = (guard.digest(operation, entry, subject, step + 1, c.round, c.window), false);
        if (dice % 29 == 0) (digest, c.good) = (guard.digest(operation, entry, ~subject, step, c.round, c.window), false);
        c.signatures = _sign(digest, c.bits);
        if (dice % 31 == 0) (c.bits, c.signatures, c.good) = (0x13, abi.encodePacked(_sign(digest, 0x3), _compact(99, digest)), false);
    }

    /// The four entries with the subjects that we use: loan to value, freeze and cap of two assets, and the fee.
    function _pair(uint256 who) internal view returns (bytes32 entry, bytes32 subject) {
        uint256 i = who % PAIRS;
        if (i == 6) return (feeEntry, 0);
        return (i < 2 ? ltvEntry : i < 4 ? freezeEntry : capEntry, _subject(i & 1));
    }

    /// The first active one from `who` on; `who` itself if none is.
    function _activeIndex(uint256 who) internal view returns (bool found, uint256 index) {
        for (uint256 i; i < PAIRS; i++) {
            index = (who % PAIRS + i) % PAIRS;
            (bytes32 entry, bytes32 subject) = _pair(index);
            if (guard.action(entry, subject).active) return (true, index);
        }
        return (false, who % PAIRS);
    }

    function _activePair(uint256 who) internal view returns (bytes32, bytes32) {
        (, uint256 index) = _activeIndex(who);
        return _pair(index);
    }

    /// All that the market's authorities can set: two configuration words and the fee.
    function _words() internal view returns (uint256[] memory words) {
        words = new uint256[](3);
        (words[0], words[1]) = (market.getConfiguration(assets[0]), market.getConfiguration(assets[1]));
        words[2] = market.feeBps();
    }

    function _row(uint256 who) internal pure returns (uint256) {
        return who % PAIRS == 6 ? 2 : who % PAIRS & 1;
    }

    function _shift(uint256 who) internal pure returns (uint256) {
        return [uint256(0), 0, 57, 57, 116, 116, 0][who % PAIRS];
    }

    function _mask(uint256 who) internal pure returns (uint256) {
        return [uint256(0xffff), 0xffff, 1, 1, (1 << 36) - 1, (1 << 36) - 1, type(uint256).max][who % PAIRS];
    }

    function _owned(uint256 who, uint256[] memory words) internal pure returns (uint256) {
        return words[_row(who)] >> _shift(who) & _mask(who);
    }

    function _equalBut(uint256[] memory a, uint256[] memory b, uint256 row, uint256 shift) internal pure returns (bool) {
        uint256 mask = row == 2 ? type(uint256).max : shift == 0 ? 0xffff : shift == 57 ? 1 << 57 : ((1 << 36) - 1) << 116;
        for (uint256 i; i < a.length; i++) {
            if ((a[i] ^ b[i]) & (i == row ? ~mask : type(uint256).max) != 0) return false;
        }
        return true;
    }

    function _tighter(uint256 who, uint256 prior, uint256 applied) internal pure returns (bool) {
        uint256 i = who % PAIRS;
        if (i == 4 || i == 5) return applied != 0 && (prior == 0 || applied < prior);
        return i < 2 ? applied < prior : applied > prior;
    }

    /// All that could be burnt: actions, budgets, the market.
    function _state() internal view returns (bytes32) {
        bytes32[4] memory listings = [_listing(ltvEntry), _listing(freezeEntry), _listing(capEntry), _listing(feeEntry)];
        IGuard.Action[] memory actions = new IGuard.Action[](PAIRS);
        for (uint256 i; i < PAIRS; i++) {
            (bytes32 entry, bytes32 subject) = _pair(i);
            actions[i] = guard.action(entry, subject);
        }
        return keccak256(abi.encode(_words(), listings, actions, guard.armed()));
    }

    /// The slot with an entry's budget; `entryOf` would decode the entry each time.
    function _listing(bytes32 entry) internal view returns (bytes32) {
        return vm.load(address(guard), keccak256(abi.encode(entry, LISTINGS_SLOT)));
    }
}
