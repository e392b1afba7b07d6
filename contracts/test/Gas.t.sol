// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Guard} from "../src/Guard.sol";
import {IGuard} from "../src/IGuard.sol";
import {Entries} from "../src/lib/Entries.sol";
import {Reading} from "../src/lib/Reading.sol";
import {Base} from "./support/Base.sol";
import {Market} from "./support/Market.sol";

/// The Guard, and what two parts of an execution cost from inside.
contract MeteredGuard is Guard {
    using Entries for IGuard.Entry;

    constructor(address admin_, address guardian_, address[] memory signers_, uint256 k, uint64 windowS_, uint64 liftGapS_)
        Guard(admin_, guardian_, signers_, k, windowS_, liftGapS_)
    {}

    function gasOfVerify(bytes32 entry, bytes32 subject, uint256 bits, bytes calldata signatures) external view returns (uint256 used) {
        used = gasleft();
        _checkQuorum(digest(Operation.Execute, entry, subject, 0, 0, uint64(block.timestamp) / windowS), bits, signatures);
        used -= gasleft();
    }

    function gasOfChecks(bytes32 entry, bytes32 subject) external view returns (uint256 used) {
        Listing storage listing = _armed(entry);
        used = gasleft();
        Entry memory e = _entries(listing)[0];
        Reading.Memo memory memo;
        (, uint256 applied) = e.tighten(subject, 0, memo);
        e.compose(subject, applied, true, memo);
        used -= gasleft();
    }
}

/// What an execution costs by 3 of 4 signers, of an entry like Aave's `configureReserveAsCollateral`: 4 arguments of which 2 are
/// live, and 5 subjects to choose from. Without a transaction's base cost and calldata, and without the call of the target. Each
/// test is a transaction of its own, so what it measures starts cold. "verify" is digest and signatures; "checks" the entry, the
/// readings and the bounds; "record" all the rest: state, event, the reading afterwards.
contract GasTest is Base {
    uint256 internal constant FIRST_GOAL = 90_000;
    uint256 internal constant LATER_GOAL = 60_000;

    Market internal twin; // of the market, to see what it costs without the Guard
    bytes internal first;
    bytes internal later;
    bytes internal signatures;

    function _deploy() internal override returns (Guard) {
        return new MeteredGuard(TIMELOCK, SAFE, _addresses(keys), 3, WINDOW_S, LIFT_GAP_S);
    }

    function setUp() public override {
        super.setUp();
        address[] memory callers = new address[](1);
        callers[0] = HUMAN;
        twin = new Market(callers);
        vm.prank(HUMAN);
        twin.configureReserveAsCollateral(assets[0], LTV, LTV_THRESHOLD, LTV_BONUS);

        _execute(ltvEntry, _subject(0), 0);
        vm.prank(SAFE);
        guard.lift(ltvEntry, _subject(0));
        later = _execution(ltvEntry, _subject(0), 0);
        first = _execution(ltvEntry, _subject(4), 0);
        signatures = _sign(guard.digest(IGuard.Operation.Execute, ltvEntry, _subject(4), 0, 0, _window()), THREE);
    }

    function testVerify() external {
        vm.snapshotValue("Guard", "execute, verify", MeteredGuard(address(guard)).gasOfVerify(ltvEntry, _subject(4), THREE, signatures));
    }

    function testChecks() external {
        vm.snapshotValue("Guard", "execute, checks", MeteredGuard(address(guard)).gasOfChecks(ltvEntry, _subject(4)));
    }

    function testFirstUseOfASubject() external {
        uint256 used = _measure(first);
        vm.snapshotValue("Guard", "execute, first use of a subject", used);
        vm.assertLe(used, FIRST_GOAL, "first use of a subject");
    }

    function testLaterUse() external {
        uint256 used = _measure(later);
        vm.snapshotValue("Guard", "execute, later use", used);
        vm.assertLe(used, LATER_GOAL, "later use");
    }

    function _measure(bytes memory data) internal returns (uint256) {
        // what the target costs when its word has been read
        twin.getConfiguration(assets[0]);
        bytes memory change = abi.encodeCall(market.configureReserveAsCollateral, (assets[0], 0, LTV_THRESHOLD, LTV_BONUS));
        vm.prank(HUMAN);
        uint256 targets = _call(address(twin), change);

        vm.assertGt(address(guard).code.length, 0, "deployed"); // and warm, as a transaction's receiver is
        return _call(address(guard), data) - targets;
    }

    function _call(address to, bytes memory data) private returns (uint256 used) {
        used = gasleft();
        (bool done,) = to.call(data);
        used -= gasleft();
        vm.assertTrue(done);
    }
}
