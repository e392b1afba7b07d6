// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "./IGuard.sol";
import {Actions} from "./lib/Actions.sol";
import {Code} from "./lib/Code.sol";
import {CompactSignatures} from "./lib/CompactSignatures.sol";
import {Entries} from "./lib/Entries.sol";
import {Image} from "./lib/Image.sol";
import {Reading} from "./lib/Reading.sol";

/// @title Firebreak Guard
/// @dev Signers and entries change seldom and are read at every execution, so they are kept as code. What an execution writes
/// fits three slots: the entry's budget and the two slots of its action.
contract Guard is IGuard {
    using Actions for Actions.Packed;
    using Code for address;
    using Code for bytes;
    using Entries for Entry;
    using Reading for Live;

    /// @dev One slot.
    struct Council {
        address signersAt; // 20 bytes each, ascending
        uint8 k;
        bool armed;
    }

    /// @dev One slot.
    struct Listing {
        address entryAt; // the entry's image; zero: never added
        bool live;
        uint40 budgetStartS;
        uint16 budgetUsed;
    }

    uint256 private constant MAX_SIGNERS = 64;
    uint256 private constant MAX_VETO_S = 30 days;
    uint256 private constant MAX_LIFT_GAP_S = 7 days;
    /// What may be spent between the check and the call itself: a cold account (2,600) and copying the arguments.
    uint256 private constant CALL_OVERHEAD_GAS = 5_000;

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant APPROVAL_TYPE =
        keccak256("Approval(uint8 operation,bytes32 entry,bytes32 subject,uint8 step,uint32 round,uint64 window)");

    uint64 public immutable override windowS;
    uint64 public immutable override liftGapS;
    uint256 private immutable _bornOnChain;
    bytes32 private immutable _bornDomain;

    address public override admin;
    address public override guardian;
    Council private _council;
    mapping(bytes32 entry => Listing) private _listings;
    mapping(bytes32 entry => mapping(bytes32 subject => Actions.Packed)) private _actions;
    bool transient private _entered;

    constructor(address admin_, address guardian_, address[] memory signers_, uint256 k, uint64 windowS_, uint64 liftGapS_) {
        if (windowS_ == 0 || liftGapS_ > MAX_LIFT_GAP_S) revert BadTimes(windowS_, liftGapS_);
        (windowS, liftGapS) = (windowS_, liftGapS_);
        (_bornOnChain, _bornDomain) = (block.chainid, _domain());
        _setAdmin(admin_);
        _setGuardian(guardian_);
        _setSigners(signers_, k);
        _council.armed = true;
        emit Armed();
    }

    modifier onlyAdmin() {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        _;
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        _;
    }

    /// Nobody that an entry's target calls may come back while its action is half done.
    modifier notEntered() {
        if (_entered) revert Reentered();
        _entered = true;
        _;
        _entered = false;
    }

    /* QUORUM */

    /// @inheritdoc IGuard
    function execute(
        bytes32 entry,
        bytes32 subject,
        uint8 step,
        uint32 round,
        uint64 window,
        uint256 signerBits,
        bytes calldata signatures
    ) external notEntered {
        Actions.Packed storage packed = _actions[entry][subject];
        Action memory action_ = packed.loadTimes();
        if (round != action_.round) revert WrongRound(round, action_.round);
        _checkWindow(window);
        Listing storage listing = _armed(entry);
        _checkQuorum(digest(Operation.Execute, entry, subject, step, round, window), signerBits, signatures);

        _tighten(entry, subject, step, listing, packed, action_);
    }

    /// @dev Effects, then the call; a call or a reading that fails undoes them all, so a failure burns neither round nor budget.
    function _tighten(
        bytes32 entry,
        bytes32 subject,
        uint8 step,
        Listing storage listing,
        Actions.Packed storage packed,
        Action memory action_
    ) private {
        Entry memory e = _entries(listing)[0];
        _open(e, action_);
        (listing.budgetStartS, listing.budgetUsed) = _spend(e, listing);
        Reading.Memo memory memo;
        (uint256 prior, uint256 applied) = e.tighten(subject, step, memo);
        bytes memory callData = e.compose(subject, applied, true, memo);

        (action_.prior, action_.applied) = (uint128(prior), uint128(applied)); // both fit: `tighten` has checked
        packed.saveTimes(action_);
        packed.saveValues(action_);
        emit Executed(entry, subject, action_.round - 1, step, prior, applied, action_.expiresAtS);

        (bool done, bytes memory answer) = _call(e, callData);
        if (!done) revert CallFailed(answer);
        _checkReads(e, subject, applied);
    }

    /// @inheritdoc IGuard
    function renew(bytes32 entry, bytes32 subject, uint32 round, uint64 window, uint256 signerBits, bytes calldata signatures)
        external
        notEntered
    {
        Action memory action_ = _active(entry, subject);
        _checkRound(round, action_);
        _checkWindow(window);
        Entry memory e = _entries(_armed(entry))[0];
        _checkQuorum(digest(Operation.Renew, entry, subject, 0, round, window), signerBits, signatures);

        uint256 capS = uint256(action_.episodeStartS) + e.hardCapS;
        uint256 untilS = block.timestamp + e.expiryS;
        bool capped = untilS > capS;
        if (capped) untilS = capS;
        if (untilS <= action_.expiresAtS || untilS <= block.timestamp) revert CapReached(capS);

        (action_.expiresAtS, action_.liftReadyAtS) = (uint40(untilS), 0);
        _actions[entry][subject].saveTimes(action_);
        emit Renewed(entry, subject, round, untilS, capped);
    }

    /// @inheritdoc IGuard
    function beginLift(bytes32 entry, bytes32 subject, uint32 round, uint64 window, uint256 signerBits, bytes calldata signatures)
        external
        notEntered
    {
        Action memory action_ = _active(entry, subject);
        _checkRound(round, action_);
        if (action_.liftReadyAtS != 0) revert LiftBegun();
        if (block.timestamp < action_.expiresAtS) {
            if (signerBits == 0) revert NotExpired(action_.expiresAtS);
            _checkWindow(window);
            _checkQuorum(digest(Operation.Lift, entry, subject, 0, round, window), signerBits, signatures);
        }
        action_.liftReadyAtS = uint40(block.timestamp + liftGapS);
        _actions[entry][subject].saveTimes(action_);
        emit LiftBegan(entry, subject, round, action_.liftReadyAtS);
    }

    /// @inheritdoc IGuard
    function lift(bytes32 entry, bytes32 subject) external notEntered {
        Action memory action_ = _active(entry, subject);
        bool byGuardian = msg.sender == guardian;
        uint256 readyAtS = action_.liftReadyAtS;
        if (!byGuardian && (readyAtS == 0 || block.timestamp < readyAtS)) revert LiftTooEarly(readyAtS);

        Entry memory e = _entries(_listings[entry])[0];
        _checkGas(e.minGas); // before reading too: no getter may answer otherwise for want of gas
        Reading.Memo memory memo;
        uint256 value = e.getter.read(subject, memo);
        _close(entry, subject, action_);
        if (value != action_.applied) {
            emit Ended(entry, subject, action_.round - 1, Ending.Superseded, value);
            return;
        }

        (bool done, bytes memory answer) = _call(e, e.compose(subject, action_.prior, false, memo));
        if (done) {
            _checkReads(e, subject, action_.prior);
            emit Ended(entry, subject, action_.round - 1, Ending.Lifted, action_.prior);
        } else {
            // whoever can make the target refuse for a moment must not decide for good: until then others can try again
            if (!byGuardian && block.timestamp < readyAtS + liftGapS) revert CallFailed(answer);
            emit Ended(entry, subject, action_.round - 1, Ending.HandedOver, action_.applied);
        }
    }

    /* GUARDIAN */

    /// @inheritdoc IGuard
    function veto(bytes32 entry, bytes32 subject, uint40 untilS) external onlyGuardian {
        if (_listings[entry].entryAt == address(0)) revert UnknownEntry(entry);
        if (untilS > block.timestamp + MAX_VETO_S) revert VetoTooLong(block.timestamp + MAX_VETO_S);
        Action memory action_ = _actions[entry][subject].load();
        action_.vetoUntilS = untilS;
        _actions[entry][subject].saveTimes(action_);
        emit VetoSet(entry, subject, untilS);
    }

    /// @inheritdoc IGuard
    function keep(bytes32 entry, bytes32 subject) external onlyGuardian notEntered {
        Action memory action_ = _active(entry, subject);
        _close(entry, subject, action_);
        emit Ended(entry, subject, action_.round - 1, Ending.Kept, action_.applied);
    }

    /// @inheritdoc IGuard
    function disarm() external onlyGuardian {
        _council.armed = false;
        emit Disarmed(msg.sender);
    }

    /* ADMIN */

    /// @inheritdoc IGuard
    function addEntry(Entry calldata entry) external onlyAdmin returns (bytes32 id) {
        bytes memory encoded = abi.encode(entry);
        id = keccak256(encoded);
        Listing storage listing = _listings[id];
        if (listing.live) revert EntryExists(id);
        entry.check();
        if (listing.entryAt == address(0)) listing.entryAt = Image.build(encoded).store();
        listing.live = true;
        emit EntryAdded(id, entry.target, entry.selector, entry.class, encoded);
    }

    /// @inheritdoc IGuard
    function retireEntry(bytes32 entry) external onlyAdmin {
        if (!_listings[entry].live) revert UnknownEntry(entry);
        _listings[entry].live = false;
        emit EntryRetired(entry);
    }

    /// @inheritdoc IGuard
    function setSigners(address[] calldata signers_, uint256 k) external onlyAdmin {
        _setSigners(signers_, k);
    }

    /// @inheritdoc IGuard
    function setGuardian(address guardian_) external onlyAdmin {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IGuard
    function setAdmin(address admin_) external onlyAdmin {
        _setAdmin(admin_);
    }

    /// @inheritdoc IGuard
    function arm() external onlyAdmin {
        _council.armed = true;
        emit Armed();
    }

    function _setSigners(address[] memory signers_, uint256 k) private {
        uint256 n = signers_.length;
        // one signer out of several would be a single hot key again
        bool valid = n <= MAX_SIGNERS && k <= n && (k >= 2 || (k == 1 && n == 1));
        bytes memory packed;
        address last;
        for (uint256 i; valid && i < n; i++) {
            valid = signers_[i] > last; // ascending: none twice, none zero
            last = signers_[i];
            packed = abi.encodePacked(packed, last);
        }
        if (!valid) revert BadSigners(n, k);
        (_council.signersAt, _council.k) = (packed.store(), uint8(k));
        emit SignersSet(signers_, k);
    }

    function _setGuardian(address guardian_) private {
        if (guardian_ == address(0)) revert ZeroAddress();
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    function _setAdmin(address admin_) private {
        if (admin_ == address(0)) revert ZeroAddress();
        admin = admin_;
        emit AdminSet(admin_);
    }

    /* VIEWS */

    /// @inheritdoc IGuard
    function preview(bytes32 entry, bytes32 subject, uint8 step)
        external
        view
        returns (address target, bytes memory callData, uint256 prior, uint256 applied)
    {
        Listing storage listing = _armed(entry);
        Entry memory e = _entries(listing)[0];
        _spend(e, listing);
        _open(e, _actions[entry][subject].loadTimes());
        Reading.Memo memory memo;
        target = e.target;
        (prior, applied) = e.tighten(subject, step, memo);
        callData = e.compose(subject, applied, true, memo);
    }

    /// @inheritdoc IGuard
    function digest(Operation operation, bytes32 entry, bytes32 subject, uint8 step, uint32 round, uint64 window)
        public
        view
        returns (bytes32)
    {
        bytes32 content = keccak256(abi.encode(APPROVAL_TYPE, operation, entry, subject, step, round, window));
        bytes32 domain = block.chainid == _bornOnChain ? _bornDomain : _domain(); // a fork of the chain is another chain
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    /// @inheritdoc IGuard
    function action(bytes32 entry, bytes32 subject) external view returns (Action memory) {
        return _actions[entry][subject].load();
    }

    /// @inheritdoc IGuard
    function entryOf(bytes32 entry) external view returns (Entry memory decoded, bool live, uint40 budgetStartS, uint16 budgetUsed) {
        Listing storage listing = _listings[entry];
        if (listing.entryAt == address(0)) revert UnknownEntry(entry);
        return (_entries(listing)[0], listing.live, listing.budgetStartS, listing.budgetUsed);
    }

    /// @inheritdoc IGuard
    function signers() external view returns (address[] memory list, uint256 k) {
        bytes memory packed = _council.signersAt.read();
        list = new address[](packed.length / 20);
        for (uint256 i; i < list.length; i++) {
            list[i] = _signerAt(packed, i);
        }
        k = _council.k;
    }

    /// @inheritdoc IGuard
    function armed() external view returns (bool) {
        return _council.armed;
    }

    /* CHECKS */

    function _armed(bytes32 entry) internal view returns (Listing storage listing) {
        if (!_council.armed) revert NotArmed();
        listing = _listings[entry];
        if (!listing.live) revert UnknownEntry(entry);
    }

    function _active(bytes32 entry, bytes32 subject) internal view returns (Action memory action_) {
        action_ = _actions[entry][subject].load();
        if (!action_.active) revert NotActive();
    }

    /// @return box holds one entry
    function _entries(Listing storage listing) internal view returns (Entry[] memory box) {
        return Image.open(listing.entryAt.read());
    }

    /// @dev The active action bears the round of the certificate that began it; the counter is one ahead.
    function _checkRound(uint32 round, Action memory action_) internal pure {
        if (round != action_.round - 1) revert WrongRound(round, action_.round - 1);
    }

    function _checkWindow(uint64 window) internal view {
        uint64 present = uint64(block.timestamp / windowS);
        if (window != present) revert WrongWindow(window, present);
    }

    /// @dev Each bit takes the next signature, so no signer counts twice; all must be good. Unchecked: counts up to 256.
    function _checkQuorum(bytes32 digest_, uint256 signerBits, bytes calldata signatures) internal view {
        unchecked {
            (address signersAt, uint256 k) = (_council.signersAt, _council.k);
            uint256 count = signatures.length / CompactSignatures.LENGTH;
            if (count < k) revert NoQuorum(count, k);
            bytes memory packed = signersAt.read();
            uint256 used;
            for (uint256 i; signerBits != 0; i++) {
                if (signerBits & 1 == 1) {
                    if (used == count) revert BadLength(signatures.length);
                    address signer = CompactSignatures.recover(digest_, signatures, used++);
                    if (signer == address(0) || signer != _signerAt(packed, i)) revert BadSignature(i);
                }
                signerBits >>= 1;
            }
            if (signatures.length != used * CompactSignatures.LENGTH) revert BadLength(signatures.length);
        }
    }

    /// @return signer zero beyond the list
    function _signerAt(bytes memory packed, uint256 index) internal pure returns (address signer) {
        assembly ("memory-safe") {
            let offset := mul(20, index)
            if lt(offset, mload(packed)) { signer := shr(96, mload(add(add(packed, 32), offset))) }
        }
    }

    /// @dev Whether the action may be executed now; makes it what it is after that.
    /// Whatever happens inside it, an episode is over at its start + hardCapS, and the next begins no sooner than cooldownS later:
    /// so of any hardCapS + cooldownS seconds, hardCapS at most can be executed or renewed in.
    /// Unchecked: times of 40 bits and durations of 32 don't overflow, nor does a counter that costs a transaction each.
    function _open(Entry memory e, Action memory action_) internal view {
        unchecked {
            if (action_.active) revert AlreadyActive();
            if (block.timestamp < action_.vetoUntilS) revert Vetoed(action_.vetoUntilS);

            uint256 capS = uint256(action_.episodeStartS) + e.hardCapS;
            if (action_.round == 0 || block.timestamp >= capS + e.cooldownS) {
                action_.episodeStartS = uint40(block.timestamp);
                capS = block.timestamp + e.hardCapS;
            } else if (block.timestamp >= capS) {
                revert Cooldown(capS + e.cooldownS);
            }
            uint256 untilS = block.timestamp + e.expiryS;
            action_.expiresAtS = uint40(untilS < capS ? untilS : capS);
            action_.active = true;
            action_.round++;
        }
    }

    /// @return startS of the budget window, and @return used of it, after one more execution
    function _spend(Entry memory e, Listing storage listing) internal view returns (uint40 startS, uint16 used) {
        unchecked {
            (startS, used) = (listing.budgetStartS, listing.budgetUsed);
            if (used == 0 || block.timestamp >= uint256(startS) + e.budgetWindowS) return (uint40(block.timestamp), 1);
            if (used >= e.budget) revert BudgetSpent(used);
            used++;
        }
    }

    function _close(bytes32 entry, bytes32 subject, Action memory action_) private {
        (action_.active, action_.liftReadyAtS) = (false, 0);
        _actions[entry][subject].saveTimes(action_);
    }

    /* CALLS */

    function _call(Entry memory e, bytes memory callData) private returns (bool done, bytes memory answer) {
        _checkGas(e.minGas);
        (done, answer) = e.target.call(callData);
    }

    /// @dev A call gets 63/64 of what is left (EIP-150), so a failure for want of less than `minGas` can't be arranged from outside.
    function _checkGas(uint256 minGas) internal view {
        uint256 want;
        unchecked {
            want = minGas * 64 / 63 + CALL_OVERHEAD_GAS; // minGas is a uint32
        }
        uint256 got = gasleft();
        if (got < want) revert NotEnoughGas(got, want);
    }

    function _checkReads(Entry memory e, bytes32 subject, uint256 want) internal view {
        Reading.Memo memory memo;
        uint256 got = e.getter.read(subject, memo);
        if (got != want) revert NotApplied(got, want);
    }

    function _domain() internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("Firebreak Guard"), keccak256("1"), block.chainid, address(this)));
    }
}
