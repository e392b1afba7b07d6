// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Firebreak Guard: what a quorum of watchers may do to a protocol, and nothing else
/// @notice The Guard holds the emergency roles of a protocol and acts on it only through *entries* that the protocol's
/// timelock wrote beforehand. It can only tighten, for a limited time, and it composes every byte of calldata itself: whoever
/// relays a certificate chooses nothing but the moment within its time window.
///
/// Authorities:
/// - `admin` (the protocol's timelock): adds and retires entries, sets signers, guardian and admin, arms.
/// - `guardian` (the protocol's Safe, no delay): `veto`, `lift`, `keep`, `disarm`. It can add nothing.
/// - quorum (k of n signers): `execute`, `renew` and an early `beginLift`, inside the bounds of an entry.
/// - anyone: relays certificates; lifts what has expired.
///
/// Assumptions:
/// - A getter named by an entry is a view of the protocol itself, reports the value that the entry's target writes, and its answer
///   doesn't depend on the gas it gets. Only the protocol's own authorities can change that value.
/// - The target reverts when it refuses; it has no effect that its getter does not show and that matters.
/// - Fewer than k signers are faulty. With k faulty signers the worst they can do is what the entries allow, in the bounds
///   and for the time the entries allow, until the guardian disarms.
/// - Two entries that own the same argument (throttle, then stop) are lifted in the reverse order: lifting the earlier one first
///   finds the later one's value, writes nothing (Superseded), and the later one's lift restores what the earlier one wrote.
/// - `block.timestamp` is honest within the chain's own rules; block numbers are never used.
interface IGuard {
    /// What an argument of the target's call is made of.
    enum ArgKind {
        Subject, // the subject of the action (an address as bytes32)
        Constant, // `value` of the argument
        Step, // the entry's step list, by the signed index; the owned argument must be this
        Live // read from a getter at execution

    }

    /// What must hold for an argument's value. Each argument carries at most one bound besides the owned argument's monotone rule.
    enum BoundKind {
        None,
        Range, // values[0] <= value <= values[1]
        OneOf, // value is in `values`
        EqualsLive // value equals the reading of `live`

    }

    /// Which way the owned argument may move.
    enum Direction {
        Down,
        Up
    }

    /// What a certificate allows.
    enum Operation {
        Execute,
        Renew,
        Lift
    }

    /// Why an action stopped being ours.
    enum Ending {
        Lifted, // prior value written back
        Superseded, // somebody else changed the value meanwhile: nothing written
        HandedOver, // the lift's call reverted, and did so for the guardian or over `liftGapS` after it could have been made: humans own it
        Kept // the guardian took it over

    }

    /// @notice A value read at execution: word `word` of the return data, shifted right by `shift` bits, masked.
    /// The call data is `selector` alone, or `selector ++ subject` if `withSubject`.
    struct Live {
        address target;
        bytes4 selector;
        bool withSubject;
        uint8 word;
        uint8 shift;
        uint256 mask;
    }

    /// @notice One argument word of the target's call.
    struct Arg {
        ArgKind kind;
        uint256 value; // Constant only
        Live live; // Live, or the getter of an EqualsLive bound
        BoundKind bound;
        uint256[] values; // Range: [lo, hi]; OneOf: the allowed values
    }

    /// @notice One allowed value of the owned argument: the literal `value`, or `reading * mulBps / 10_000 / divisor`, rounded
    /// towards the current value (up where the argument may only fall, down where it may only rise).
    struct Step {
        bool isLive;
        uint256 value;
        Live live;
        uint256 mulBps;
        uint256 divisor;
    }

    /// @notice One thing the Guard may do. Its id is `keccak256(abi.encode(entry))`: an entry that changes is another entry,
    /// so no signature over the old one counts for it.
    struct Entry {
        address target; // never the Guard itself
        bytes4 selector;
        uint8 class; // 0 throttle, 1 account, 2 market, 3 feed, 4 isolation, 5 pause; for reading, not for agreeing
        uint32 expiryS; // an execution or renewal lasts this long
        uint32 hardCapS; // an episode (an execution with its renewals and re-triggers) lasts at most this long
        uint32 cooldownS; // after an episode's cap, before the same entry and subject may act again
        uint16 budget; // executions in one budget window, over all subjects; a window begins with the first execution after the last
        uint32 budgetWindowS;
        uint32 minGas; // gas that the target's call must get: more than the call can ever need, or a lift could be made to fail
        uint8 owned; // index of the one argument we own between execution and lift
        Live getter; // reads the owned argument's current value
        Direction direction;
        bool zeroMeansUnlimited; // Aave caps: 0 is no cap, so 0 is above every number
        Arg[] args;
        Step[] steps;
    }

    /// @notice The state of one (entry, subject).
    struct Action {
        uint32 round; // executions so far, and so the round that the next execution's certificate names; of the active action: round - 1
        bool active;
        // An episode begins with an execution. Executions again and renewals continue it while now < episodeStartS + hardCapS, and
        // nothing outlasts that cap. From the cap on none is possible until episodeStartS + hardCapS + cooldownS; then the next
        // execution begins a new episode. Both times count from the start, whenever the actions in between ended.
        uint40 episodeStartS;
        uint40 expiresAtS;
        uint40 liftReadyAtS; // 0: no lift begun; else the second call may come from then on
        uint40 vetoUntilS;
        uint128 prior; // the owned argument before us (of the last action, if none is active)
        uint128 applied; // what we wrote
    }

    error NotAdmin(address caller);
    error NotGuardian(address caller);
    error NotArmed();
    error ZeroAddress();
    /// Thrown unless signers ascend strictly (so none is zero or twice there), are at most 64, and 2 <= k <= n, or k = n = 1.
    error BadSigners(uint256 signers, uint256 k);
    error BadEntry(string why);
    /// Thrown when the entry was never added, or (for an execution or renewal) is retired.
    error UnknownEntry(bytes32 entry);
    error EntryExists(bytes32 entry);
    /// Thrown when the certificate's window is not the present one.
    error WrongWindow(uint64 got, uint64 want);
    /// Thrown when the certificate's round is not the present one (already executed, or of a later episode).
    error WrongRound(uint32 got, uint32 want);
    /// Thrown for fewer than k signatures.
    error NoQuorum(uint256 got, uint256 want);
    error BadSignature(uint256 signerIndex);
    /// Thrown when the signatures are not 64 bytes for each bit of the bitmap.
    error BadLength(uint256 got);
    /// Thrown for a window of no length, or a lift gap over 7 days.
    error BadTimes(uint64 windowS, uint64 liftGapS);
    error AlreadyActive();
    error NotActive();
    error Vetoed(uint256 untilS);
    error VetoTooLong(uint256 maxUntilS);
    error Cooldown(uint256 untilS);
    error BudgetSpent(uint256 used);
    error StepOutOfRange(uint256 step, uint256 steps);
    error OutOfBound(uint256 arg, uint256 value);
    /// Thrown when the entry has no Subject argument and the subject is not zero.
    error UnknownSubject(bytes32 subject);
    /// Thrown when the new value would not be tighter than the present one (equal counts as not tighter).
    error NotTighter(uint256 prior, uint256 applied);
    error TooLarge(uint256 value);
    /// Thrown when a getter reverts or its answer has no such word.
    error GetterFailed(address target, bytes4 selector);
    error CallFailed(bytes returnData);
    /// Thrown when the target took the call but its getter does not show the value that was sent.
    error NotApplied(uint256 got, uint256 want);
    /// Thrown for a call from inside the target's call.
    error Reentered();
    error NotEnoughGas(uint256 got, uint256 want);
    /// Thrown when a renewal would not prolong anything.
    error CapReached(uint256 atS);
    /// Thrown when a lift is begun before expiry and no signers are named.
    error NotExpired(uint256 untilS);
    error LiftBegun();
    /// Thrown with 0 if no lift was begun.
    error LiftTooEarly(uint256 readyAtS);

    event EntryAdded(bytes32 indexed entry, address target, bytes4 selector, uint8 class, bytes encoded);
    event EntryRetired(bytes32 indexed entry);
    event SignersSet(address[] signers, uint256 k);
    event GuardianSet(address guardian);
    event AdminSet(address admin);
    event Armed();
    event Disarmed(address by);
    /// @param round the certificate's; this action keeps it in all its events and in the certificates for its renewal and lift
    /// @param prior what the owned argument was; @param applied what it is now; @param expiresAtS unix seconds
    event Executed(
        bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 step, uint256 prior, uint256 applied, uint256 expiresAtS
    );
    /// @param capped true if the episode's hard cap cut this renewal: the next step is the humans'
    event Renewed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 expiresAtS, bool capped);
    event LiftBegan(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 readyAtS);
    /// @param value the owned argument now: Lifted prior, Superseded what was found, else what we had written
    event Ended(bytes32 indexed entry, bytes32 indexed subject, uint32 round, Ending how, uint256 value);
    event VetoSet(bytes32 indexed entry, bytes32 indexed subject, uint256 untilS);

    // --- quorum ---

    /// @notice Tightens one argument of the protocol, by k signatures over (Execute, entry, subject, step, round, window).
    /// @param signers bitmap of signer indexes, lowest bit first; @param signatures 64 bytes each (EIP-2098), in that order
    /// More than k signatures are welcome, but all must be good.
    /// @dev Reverts wholly if the protocol refuses, or takes the call but doesn't show the value afterwards: then neither round nor
    /// budget is consumed, and the same certificate serves again within its window.
    function execute(
        bytes32 entry, bytes32 subject, uint8 step, uint32 round, uint64 window, uint256 signers, bytes calldata signatures
    ) external;

    /// @notice Prolongs an active action by the entry's `expiryS` from now, up to the episode's hard cap, and ends a lift that was begun.
    /// @dev The certificate is over (Renew, entry, subject, 0, round, window), `round` being the active action's (as in `Executed`,
    /// that is `action().round - 1`). It can be used again within its window. Reverts with CapReached if nothing would be prolonged.
    function renew(bytes32 entry, bytes32 subject, uint32 round, uint64 window, uint256 signers, bytes calldata signatures) external;

    /// @notice Begins the lift. Before expiry it needs a certificate over (Lift, entry, subject, 0, round, window); after
    /// expiry anyone may call it and the last three arguments are ignored. `round` is the active action's, always.
    function beginLift(bytes32 entry, bytes32 subject, uint32 round, uint64 window, uint256 signers, bytes calldata signatures)
        external;

    /// @notice Ends the lift, at least `liftGapS` after it began: writes the prior value back if the present one is still ours.
    /// The guardian needs no beginning and no gap.
    /// @dev Warning: this loosens, back to what humans had set and never beyond it. Live arguments are read again now; bounds don't
    /// count. If the protocol refuses the call, the action is handed over to humans; but during the first `liftGapS` in which
    /// anyone may lift, it reverts with CallFailed instead, and can be tried again: who can make the protocol refuse for a moment,
    /// say by calling from inside it, must not decide for good. If a getter fails it reverts; the guardian can `keep`.
    function lift(bytes32 entry, bytes32 subject) external;

    // --- guardian ---

    /// @notice Forbids execution of (entry, subject) until `untilS`, at most 30 days ahead; 0 ends the veto. An active action stays.
    function veto(bytes32 entry, bytes32 subject, uint40 untilS) external;

    /// @notice Ends our ownership without a lift: the value stays and humans own it.
    function keep(bytes32 entry, bytes32 subject) external;

    /// @notice Stops all executions and renewals at once. Lifts go on. Only the admin can arm again.
    function disarm() external;

    // --- admin ---

    /// @notice Adds an entry, or revives one that was retired. Every Subject argument carries a OneOf bound: governance lists the
    /// subjects. An entry without Subject arguments has the one subject 0.
    function addEntry(Entry calldata entry) external returns (bytes32 id);
    /// @notice No more executions or renewals of the entry; what is active can still be lifted.
    function retireEntry(bytes32 entry) external;
    /// @param signers strictly ascending, 1 to 64 @param k at least 2, unless there is one signer only
    function setSigners(address[] calldata signers, uint256 k) external;
    function setGuardian(address guardian) external;
    function setAdmin(address admin) external;
    function arm() external;

    // --- views ---

    /// @notice What `execute` would send now, and the value before and after; reverts for the reason that `execute` would,
    /// certificate aside.
    function preview(bytes32 entry, bytes32 subject, uint8 step)
        external
        view
        returns (address target, bytes memory callData, uint256 prior, uint256 applied);

    /// @notice The EIP-712 digest that signers sign: domain ("Firebreak Guard", "1", chain id, this contract), struct
    /// `Approval(uint8 operation,bytes32 entry,bytes32 subject,uint8 step,uint32 round,uint64 window)`.
    function digest(Operation operation, bytes32 entry, bytes32 subject, uint8 step, uint32 round, uint64 window)
        external
        view
        returns (bytes32);

    function action(bytes32 entry, bytes32 subject) external view returns (Action memory);
    function entryOf(bytes32 entry) external view returns (Entry memory decoded, bool live, uint40 budgetStartS, uint16 budgetUsed);
    function signers() external view returns (address[] memory list, uint256 k);
    function admin() external view returns (address);
    function guardian() external view returns (address);
    function armed() external view returns (bool);
    /// @notice Length of a certificate's time slot: window = timestamp / windowS.
    function windowS() external view returns (uint64);
    /// @notice Least time between the two calls of a lift.
    function liftGapS() external view returns (uint64);
}
